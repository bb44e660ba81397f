"""Dates and date-times in the many ways they are written."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from jgclient.forms import cleaning
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types.base import FieldType, wrong_json
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS
from jgclient.records import Json

#: How “长期” is written in exchange tables (双公示 practice).
FOREVER = date(2099, 12, 31)
EARLIEST, LATEST = 1900, 2199
_WORDS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_LONG_TERM = {"长期", "永久", "长期有效", "永久有效", "无固定期限"}
_SEPARATED = re.compile(
    r"(?:(\d{4}|\d{2})\s*[-./,年、\s]\s*)?(\d{1,2})\s*[-./,月、\s]\s*(\d{1,2})\s*[日号.]?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_TIME = re.compile(
    r"[\sT]*(上午|下午|晚上|凌晨)?\s*(\d{1,2})\s*[:时点]\s*"
    r"(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_WEEKDAY = re.compile(r"\s*(?:\(?(?:星期|周)[一二三四五六日天]\)?|[上下]午)$")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE = re.compile(r"([〇零○一二三四五六七八九]{4})年(.{1,3})月(.{1,3})[日号]")
_HELP = "请按 2026-09-05 的样子填写"


class Date(FieldType[date]):
    """A calendar day."""

    name = "date"
    title = "日期"
    shape = "date"
    kind = KINDS["10"]

    def parse(self, field: Field, text: str, around: Surroundings) -> date:  # noqa: ARG002
        """The day; a time of day behind it is dropped."""
        cleaned = _WEEKDAY.sub("", cleaning.plain(text), count=1)
        return parse_date(_TIME.sub("", cleaned, count=1), around.today)

    def format(self, field: Field, value: date, codes: CodeLists) -> str:  # noqa: ARG002
        """``2026-09-05``."""
        return value.isoformat()

    def to_json(self, value: date) -> Json:
        """``"2026-09-05"``."""
        return value.isoformat()

    def from_json(self, field: Field, data: Json) -> date:  # noqa: ARG002
        """The day; only the ISO form is taken."""
        if not isinstance(data, str):
            raise wrong_json("日期文字", data)
        try:
            value = date.fromisoformat(data)
        except ValueError:
            raise _no_date(data) from None
        if value.isoformat() != data or not EARLIEST <= value.year <= LATEST:
            raise _no_date(data)
        return value

    def to_rule(self, value: date) -> str:
        """ISO text, which sorts like the days."""
        return value.isoformat()

    def describe(self, field: Field, codes: CodeLists) -> str:  # noqa: ARG002
        """Its form."""
        return "日期，如 2026-09-05"


class DateTime(FieldType[datetime]):
    """A day and a time of day, to the second, in local time."""

    name = "datetime"
    title = "日期时间"
    shape = "date"
    kind = KINDS["10"]

    def parse(self, field: Field, text: str, around: Surroundings) -> datetime:  # noqa: ARG002
        """Day and time; the time is never guessed."""
        cleaned = cleaning.plain(text)
        found = _TIME.search(cleaned)
        if not found:
            day = parse_date(cleaned, around.today)
            raise Refused("no-time", f"“{cleaned}”缺少时间", f"请写明几点几分，如 {day.isoformat()} 10:30")
        return datetime.combine(parse_date(cleaned[: found.start()], around.today), _time(found, cleaned))

    def format(self, field: Field, value: datetime, codes: CodeLists) -> str:  # noqa: ARG002
        """``2026-09-05 10:30``, with seconds if there are any."""
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")

    def to_json(self, value: datetime) -> Json:
        """``"2026-09-05T10:30:00"``."""
        return value.isoformat(timespec="seconds")

    def from_json(self, field: Field, data: Json) -> datetime:  # noqa: ARG002
        """Day and time; only the form of :meth:`to_json` is taken."""
        if not isinstance(data, str):
            raise wrong_json("日期时间文字", data)
        try:
            value = datetime.fromisoformat(data)
        except ValueError:
            raise _no_date(data) from None
        if self.to_json(value) != data or not EARLIEST <= value.year <= LATEST:
            raise _no_date(data)
        return value

    def to_rule(self, value: datetime) -> str:
        """ISO text, which sorts like the moments."""
        return value.isoformat(timespec="seconds")

    def describe(self, field: Field, codes: CodeLists) -> str:  # noqa: ARG002
        """Its form."""
        return "日期和时间，如 2026-09-05 10:30"


def parse_date(text: str, today: date) -> date:
    """The day meant by a cleaned text.

    A missing year is this year, or the last one in which the day exists and is not in the future.

    Raises:
        Refused: no day, a day that does not exist, or something that only looks like one.
    """
    text = text.strip()
    if text in _WORDS:
        return today - timedelta(days=_WORDS[text])
    if text in _LONG_TERM:
        return FOREVER
    found = _COMPACT.fullmatch(text) or _SEPARATED.fullmatch(_arabic(text))
    if found:
        return _existing(text, found.groups(), today)
    if _SERIAL.fullmatch(text):
        raise Refused(
            "excel-serial", f"“{text}”像是 Excel 的日期序号，不能确定是哪一天",
            "请在 Excel 里把该列设为日期格式，或直接填 2026-09-05 的样子",
        )  # fmt: skip
    raise _no_date(text)


def _existing(text: str, parts: tuple[str | None, ...], today: date) -> date:
    year, month, day = parts
    try:
        if year is None:
            return _nearest_past(int(month or 0), int(day or 0), today)
        value = date(int(year) + (2000 if len(year) == 2 else 0), int(month or 0), int(day or 0))
    except ValueError:
        raise Refused("no-such-day", f"日历上没有“{text}”这一天", "请核对年、月、日") from None
    if not EARLIEST <= value.year <= LATEST:
        raise Refused("no-such-day", f"“{text}”的年份不在 {EARLIEST}—{LATEST} 之间", "请核对年份")
    return value


def _nearest_past(month: int, day: int, today: date) -> date:
    date(2024, month, day)  # a day that is in no year is refused here
    for year in range(today.year, today.year - 9, -1):
        try:
            value = date(year, month, day)
        except ValueError:
            continue
        if value <= today:
            return value
    raise ValueError("no such day")


def _arabic(text: str) -> str:
    """二〇二六年九月五日 → 2026年9月5日."""
    found = _CHINESE.fullmatch(text.replace(" ", ""))
    if not found:
        return text
    year, month, day = found.groups()
    return f"{year.translate(_DIGITS)}年{_small_number(month)}月{_small_number(day)}日"


def _small_number(text: str) -> str:
    tens, ten, ones = text.translate(_DIGITS).rpartition("十")
    return f"{tens or 1}{ones or 0}" if ten else ones


def _time(found: re.Match[str], text: str) -> time:
    half, hour, minute, second = found.groups()
    hours = int(hour) + (12 if half in ("下午", "晚上") and int(hour) < 12 else 0)
    try:
        return time(hours, int(minute or 0), int(second or 0))
    except ValueError:
        raise Refused("no-such-time", f"“{text}”的时间不存在", "请按 2026-09-05 10:30 的样子填写") from None


def _no_date(text: str) -> Refused:
    return Refused("not-a-date", f"“{text}”不是日期", _HELP)


def future(title: str, value: date, today: date) -> Finding:
    """The finding for an act that is dated after today."""
    message = f"“{title}”{value.isoformat()} 晚于今天（{today.isoformat()}）"
    return Finding("future", message, "行为发生后才能录入；请核对年份", kind=KINDS["10"])
