"""Rows of the item catalogue and of the implementation lists, as the registers hold them.

The column names are those of the national tables ``jg_jgsx_publish_sun_detail`` and
``jg_jgsx_implement_publish``; the register forms use them as field names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from jgclient.forms import regions
from jgclient.records import Json

Row = Mapping[str, Json]

ITEM, IMPLEMENTATION = "item", "implementation"
#: Registers whose rows begin with a 监管事项目录编码: an item in either of them is known.
ITEM_LISTS = (ITEM, IMPLEMENTATION)
VALID_FROM, VALID_TO = "take_effect_date", "cancel_date"
CERTIFICATE_TO = "certificate_valid_to"


def in_force(row: Row, day: date) -> bool:
    """Whether a register row was valid on ``day``; the days of taking effect and of cancelling count."""
    iso = day.isoformat()
    begun = str(row.get(VALID_FROM) or "") <= iso
    ended = str(row.get(VALID_TO) or "")
    return begun and (not ended or iso <= ended)


def implementation_code(row: Row) -> str:
    """检查实施清单编码 of a row: credit code of the body and level; empty when the row lacks one of them."""
    body, level = str(row.get("implement_body_code") or ""), str(row.get("exercise_level") or "")
    return body + level if body and level else ""


def best_implementation(rows: Iterable[Row], unit: Mapping[str, str], day: date) -> Row | None:
    """The row a unit works by: valid that day, its own body before others, its own level; None without one.

    A row of another level is never taken, because the level is part of the code that is reported.
    """
    level = regions.level(unit.get("region", "")) if unit.get("region") else ""
    fitting = [row for row in rows if in_force(row, day)]
    own = [row for row in fitting if unit.get("code") and row.get("implement_body_code") == unit.get("code")]
    same_level = [row for row in own or fitting if not level or row.get("exercise_level") == level]
    best = same_level or own
    return best[0] if best else None


def period(row: Row) -> str:
    """The validity of a row in words."""
    begun, ended = str(row.get(VALID_FROM) or ""), str(row.get(VALID_TO) or "")
    return "，".join(filter(None, (begun and f"{begun} 起生效", ended and f"{ended} 取消")))


def certificate_valid(row: Row, day: date) -> bool:
    """Whether the certificate of a person was valid on ``day``; without a date it counts as valid."""
    ended = str(row.get(CERTIFICATE_TO) or "")
    return not ended or day.isoformat() <= ended
