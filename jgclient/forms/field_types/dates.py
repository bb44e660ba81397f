"""Dates and date-times in the many ways they are written."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from jgclient.forms import cleaning
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types.base import FieldType, wrong_json
from jgclient.forms.field_types.date_texts import EARLIEST, LATEST, no_date, parse_date
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS
from jgclient.records import Json

_TIME = re.compile(
    r"[\sT]*(上午|下午|晚上|凌晨)?\s*(\d{1,2})\s*[:时点]\s*"
    r"(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_WEEKDAY = re.compile(r"\s*(?:\(?(?:星期|周)[一二三四五六日天]\)?|[上下]午)$")


class Date(FieldType[date]):
    """A calendar day."""

    name = "date"
    title = "日期"
    shape = "date"
    kind = KINDS["10"]

    def parse(self, field: Field, text: str, around: Surroundings) -> date:
        """The day; a time of day behind it is dropped."""
        cleaned = _WEEKDAY.sub("", cleaning.plain(text), count=1)
        return parse_date(_TIME.sub("", cleaned, count=1), around.today)

    def format(self, field: Field, value: date, codes: CodeLists) -> str:
        """``2026-09-05``."""
        return value.isoformat()

    def to_json(self, value: date) -> Json:
        """``"2026-09-05"``."""
        return value.isoformat()

    def from_json(self, field: Field, data: Json) -> date:
        """The day; only the ISO form is taken."""
        if not isinstance(data, str):
            raise wrong_json("日期文字", data)
        try:
            value = date.fromisoformat(data)
        except ValueError:
            raise no_date(data) from None
        if value.isoformat() != data or not EARLIEST <= value.year <= LATEST:
            raise no_date(data)
        return value

    def to_rule(self, value: date) -> str:
        """ISO text, which sorts like the days."""
        return value.isoformat()

    def describe(self, field: Field, codes: CodeLists) -> str:
        """Its form."""
        return "日期，如 2026-09-05"


class DateTime(FieldType[datetime]):
    """A day and a time of day, to the second, in local time."""

    name = "datetime"
    title = "日期时间"
    shape = "date"
    kind = KINDS["10"]

    def parse(self, field: Field, text: str, around: Surroundings) -> datetime:
        """Day and time; the time is never guessed."""
        cleaned = cleaning.plain(text)
        found = _TIME.search(cleaned)
        if not found:
            day = parse_date(cleaned, around.today)
            raise Refused("no-time", f"“{cleaned}”缺少时间", f"请写明几点几分，如 {day.isoformat()} 10:30")
        return datetime.combine(parse_date(cleaned[: found.start()], around.today), _time(found, cleaned))

    def format(self, field: Field, value: datetime, codes: CodeLists) -> str:
        """``2026-09-05 10:30``, with seconds if there are any."""
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")

    def to_json(self, value: datetime) -> Json:
        """``"2026-09-05T10:30:00"``."""
        return value.isoformat(timespec="seconds")

    def from_json(self, field: Field, data: Json) -> datetime:
        """Day and time; only the form of :meth:`to_json` is taken."""
        if not isinstance(data, str):
            raise wrong_json("日期时间文字", data)
        try:
            value = datetime.fromisoformat(data)
        except ValueError:
            raise no_date(data) from None
        if self.to_json(value) != data or not EARLIEST <= value.year <= LATEST:
            raise no_date(data)
        return value

    def to_rule(self, value: datetime) -> str:
        """ISO text, which sorts like the moments."""
        return value.isoformat(timespec="seconds")

    def describe(self, field: Field, codes: CodeLists) -> str:
        """Its form."""
        return "日期和时间，如 2026-09-05 10:30"


def future(title: str, value: date, today: date) -> Finding:
    """The finding for an act that is dated after today."""
    message = f"“{title}”{value.isoformat()} 晚于今天（{today.isoformat()}）"
    return Finding("future", message, "行为发生后才能录入；请核对年份", kind=KINDS["10"])


def _time(found: re.Match[str], text: str) -> time:
    half, hour, minute, second = found.groups()
    hours = int(hour) + (12 if half in ("下午", "晚上") and int(hour) < 12 else 0)
    try:
        return time(hours, int(minute or 0), int(second or 0))
    except ValueError:
        raise Refused("no-such-time", f"“{text}”的时间不存在", "请按 2026-09-05 10:30 的样子填写") from None
