"""Days in the many ways they are written."""

from __future__ import annotations

import re
from datetime import date, timedelta

from jgclient.forms.findings import Refused

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
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE = re.compile(r"([〇零○一二三四五六七八九]{4})年(.{1,3})月(.{1,3})[日号]")


def parse_date(text: str, today: date) -> date:
    """The day meant by a cleaned text.

    A missing year is this year, or the last one in which the day exists and is not in the future.

    Raises:
        Refused: no day, a day that does not exist, or something that only looks like one.
    """
    text = text.strip()
    if day := _iso(text):
        return day
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
    raise no_date(text)


def _iso(text: str) -> date | None:
    """The day of ``2026-09-05``, as it is mostly written; None for anything else."""
    if len(text) == 10 and text[4] == "-" == text[7]:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if EARLIEST <= day.year <= LATEST else None
    return None


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


def no_date(text: str) -> Refused:
    """The refusal of a text that is no day at all."""
    return Refused("not-a-date", f"“{text}”不是日期", "请按 2026-09-05 的样子填写")
