"""A big ledger of 行政检查 as the exchange layout has it: 27 columns, every row another party and number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from jgclient.forms.definition import Form
from jgclient.forms.identifiers import organisation_check_char, uscc_check_char
from jgclient.forms.library import load_library, resources_folder

ROWS = 50_000
_SEED = 20261121
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PEOPLE = [
    f"{family}{given}"
    for family in "赵钱孙李周吴郑王冯陈"
    for given in ("某", "某某", "一某", "二某", "三某")
]
_UNIT, _UNIT_CODE = "郑州市XX局", "11410100000000019W"
_DISTRICTS = ["410102", "410103", "410104", "410105", "410106", "410108"]
_STREETS = ["中原路", "建设路", "淮河路", "航海路", "农业路", "花园路", "文化路", "嵩山路"]


def columns(form: Form) -> list[str]:
    """Titles of the exchange layout."""
    return [field.title for field in form if field.exchanged]


def rows(form: Form, count: int = ROWS) -> Iterator[list[str]]:
    """Right rows but for one in fifty, the same on every machine."""
    draw = random.Random(_SEED)  # noqa: S311 - not a secret
    names = [field.name for field in form if field.exchanged]
    for number in range(count):
        texts = _texts(draw, number)
        yield [texts.get(name, "") for name in names]


def write(path: Path, count: int = ROWS) -> Path:
    """Write the ledger as a workbook with shared strings, as Excel and WPS save it."""
    form = load_library(resources_folder()).get("check")
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("行政检查")
    page.write_row(0, 0, columns(form))
    for number, row in enumerate(rows(form, count), start=1):
        for column, text in enumerate(row):
            if text:
                page.write_string(number, column, text)
    book.close()
    return path


def _texts(draw: random.Random, number: int) -> dict[str, str]:
    district = draw.choice(_DISTRICTS)
    day = date(2026, 1, 1) + timedelta(days=draw.randrange(300))
    street, house = draw.choice(_STREETS), draw.randrange(1, 900)
    party = f"郑州市{draw.choice('恒安鑫诚宏达')}{number:05d}物业服务有限公司"
    people = draw.sample(range(len(_PEOPLE)), 2)
    item = f"4101002020{draw.randrange(40):02d}01"
    return {
        "plan_id": f"PLAN-2026-{draw.randrange(12):02d}",
        "supervise_item_implement_code": item,
        "supervise_item_check_icode": f"{_UNIT_CODE}3",
        "check_action_name": f"对{party}的检查",
        "check_action_code": f"41010020261{number:08d}",
        "implement_institution": _UNIT,
        "implement_institution_code": _UNIT_CODE,
        "administrative_cp": party,
        "administrative_cp_na": "02",
        "administrative_cp_ce_type": "001",
        "administrative_cp_ui_code": _credit_code(number, wrong=number % 50 == 7),
        "supervise_object_type": "1",
        "supervise_object": party,
        "address_registered": f"郑州市{street}{house}号{number % 97}室",
        "address_operating": f"郑州市{street}{house}号院{number % 89}号楼",
        "area_number": district,
        "check_date": day.isoformat(),
        "check_form": "01",
        "check_type": draw.choice(("01", "01", "01", "02")),
        "check_mode": "1",
        "check_personnel": "、".join(_PEOPLE[n] for n in people),
        "check_personnel_code": "、".join(f"160100{n:05d}" for n in people),
        "check_result": draw.choice(("01", "01", "01", "02", "03")),
        "submitted_date": (day + timedelta(days=draw.randrange(1, 8))).isoformat(),
        "submitted_personnel": _PEOPLE[people[0]],
    }


def _credit_code(number: int, *, wrong: bool) -> str:
    organisation = "MA"
    for _ in range(6):
        number, letter = divmod(number, len(_LETTERS))
        organisation += _LETTERS[letter]
    body = "91410100" + organisation + organisation_check_char(organisation)
    check = uscc_check_char(body)
    return body + (check if not wrong else _LETTERS[(_LETTERS.index(check) + 1) % len(_LETTERS)])
