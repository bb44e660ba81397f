"""A year of the working-day calendar that somebody brings: read, checked, said what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jgclient.deadlines.calendar import CalendarError, read_year

#: Larger files are no calendar.
_MAX_BYTES = 200_000
#: Holidays with a fixed day (全国年节及纪念日放假办法 第二条): rest in every year.
_FIXED = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
#: Special days a year has had, 2007–2026: 31 to 41; a file far outside holds something else.
_FEWEST, _MOST = 20, 60


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The special days of one year, checked.

    Attributes:
        text: The file as it is kept, columns date, kind, name, in order.
    """

    year: int
    rest: frozenset[date]
    work: frozenset[date]
    text: str


def read_calendar_file(path: Path) -> CalendarYear:
    """Read and check a file that somebody brings (UTF-8 or GBK, columns date, kind, name; one year).

    Raises:
        CalendarError: it is no calendar of a year; the text is a Chinese line with the remedy.
    """
    return check_calendar(path.name, _text(path))


def check_calendar(name: str, text: str) -> CalendarYear:
    """Check the text of a calendar file; ``name`` is what to call it when it is refused.

    Raises:
        CalendarError: see :func:`read_calendar_file`.
    """
    year = _year_of(name, text)
    kinds: dict[date, tuple[str, str]] = {}
    for day, kind, holiday in read_year(name, text, year):
        if day in kinds:
            raise CalendarError(f"{name}：{day} 写了两次，请删去一行")
        if kind == "work" and day.weekday() < 5:
            raise CalendarError(f"{name}：{day} 不是周末，不能是调休上班日（work），请核对通知")
        kinds[day] = (kind, holiday)
    rest = frozenset(day for day, (kind, _) in kinds.items() if kind == "rest")
    _refuse_implausible(name, year, rest, len(kinds))
    lines = [f"{day},{kind},{_plain(holiday)}" for day, (kind, holiday) in sorted(kinds.items())]
    return CalendarYear(year, rest, frozenset(kinds) - rest, "\n".join(["date,kind,name", *lines, ""]))


def _refuse_implausible(name: str, year: int, rest: frozenset[date], special: int) -> None:
    missing = [day for month, number in _FIXED if (day := date(year, month, number)) not in rest]
    if missing:
        days = "、".join(f"{day.month}月{day.day}日" for day in missing)
        raise CalendarError(
            f"{name}：{days} 是法定节假日，文件里却没有列为休息（rest）。请按国务院办公厅的通知补全后再导入"
        )
    if not _FEWEST <= special <= _MOST:
        raise CalendarError(
            f"{name}：一年应有约 30 至 40 个放假和调休日，这份文件有 {special} 个。请核对是不是一整年的安排"
        )


def _year_of(name: str, text: str) -> int:
    """The year of the first day; the others must agree with it."""
    lines = text.splitlines()
    if not lines or [part.strip() for part in lines[0].split(",")][:2] != ["date", "kind"]:
        raise CalendarError(
            f"{name}：第一行应是 date,kind,name。请用“日期,rest 或 work,节日名”三列的 CSV 文件"
        )
    first = lines[1][:4] if len(lines) > 1 else ""
    if not (first.isdecimal() and first.isascii() and 1950 <= int(first) <= 2200):
        raise CalendarError(f"{name} 第2行：日期应写成 2027-01-01 这样")
    return int(first)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise CalendarError(f"{path.name} 太大，不是一年的节假日安排。请检查是不是选错了文件")
        data = path.read_bytes()
    except OSError as error:
        raise CalendarError(f"读不到 {path.name}：{error.strerror}。请核对文件名和权限") from error
    for encoding in ("utf-8-sig", "gbk"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarError(f"{path.name} 不是文本文件。请另存为 CSV（UTF-8）再导入")


def _plain(name: str) -> str:
    return name.replace(",", "、").replace('"', "").strip()
