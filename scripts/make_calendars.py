"""Write ``resources/calendars/<year>.csv`` and ``index.csv`` from the package ``chinesecalendar``.

Run it again when the package holds a new year; the notice of that year is added to :data:`NOTICES` by hand,
from the page of the State Council itself. The client reads only the files, never the package.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from chinese_calendar import constants

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "calendars"
FIRST, LAST = 2007, 2026

_GOV = "https://www.gov.cn/"
_TITLE = "国务院办公厅关于{}年部分节假日安排的通知"
#: Year → (title, number, addresses). Only what was read is written; a title or number not read stays empty.
NOTICES: dict[int, tuple[str, str, tuple[str, ...]]] = {
    2007: (
        _TITLE.format(2007), "国办发明电〔2006〕49号",
        ("fwxx/sh/2006-12/18/content_471877.htm",),
    ),
    2008: ("", "", ("zwgk/2007-12/18/content_837184.htm",)),
    2009: ("", "", ("zwgk/2008-12/10/content_1174014.htm",)),
    2010: ("", "", ("zwgk/2009-12/08/content_1482691.htm",)),
    2011: ("", "", ("zwgk/2010-12/10/content_1762643.htm",)),
    2012: ("", "", ("zwgk/2011-12/06/content_2012097.htm",)),
    2013: ("", "", ("zwgk/2012-12/10/content_2286598.htm",)),
    2014: ("", "", ("zwgk/2013-12/11/content_2546204.htm",)),
    2015: (
        "", "",
        ("zhengce/content/2014-12/16/content_9302.htm", "zhengce/content/2015-05/13/content_9742.htm"),
    ),
    2016: ("", "", ("zhengce/content/2015-12/10/content_10394.htm",)),
    2017: ("", "", ("zhengce/content/2016-12/01/content_5141603.htm",)),
    2018: ("", "", ("zhengce/content/2017-11/30/content_5243579.htm",)),
    2019: (
        "", "",
        ("xinwen/2018-12/06/content_5346287.htm", "zhengce/content/2019-03/22/content_5375877.htm"),
    ),
    2020: (
        "", "",
        ("zhengce/content/2019-11/21/content_5454164.htm", "zhengce/content/2020-01/27/content_5472352.htm"),
    ),
    2021: ("", "", ("zhengce/content/2020-11/25/content_5564127.htm",)),
    2022: ("", "", ("zhengce/content/2021-10/25/content_5644835.htm",)),
    2023: ("", "", ("zhengce/content/2022-12/08/content_5730844.htm",)),
    2024: ("", "", ("zhengce/content/202310/content_6911527.htm",)),
    2025: ("", "", ("zhengce/content/202411/content_6986382.htm",)),
    2026: (
        _TITLE.format(2026), "国办发明电〔2025〕7号",
        ("zhengce/content/202511/content_7047090.htm",),
    ),
}  # fmt: skip


def main() -> None:
    """Write all years and the index; says how many days each year holds."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for year in range(FIRST, LAST + 1):
        print(year, write_year(year))
    write_index()


def write_year(year: int) -> int:
    """Write one year's special days in order; returns how many there are."""
    rest = {day: ("rest", name) for day, name in constants.holidays.items() if day.year == year}
    work = {day: ("work", name) for day, name in constants.workdays.items() if day.year == year}
    rows = [(day.isoformat(), kind, chinese(name)) for day, (kind, name) in sorted({**rest, **work}.items())]
    _write(FOLDER / f"{year}.csv", ("date", "kind", "name"), rows)
    _weekend_work_only([date.fromisoformat(day) for day, kind, _ in rows if kind == "work"])
    return len(rows)


def write_index() -> None:
    """Write which notice each year's file stands for."""
    rows = [
        (str(year), title, number, " ".join(_GOV + page for page in pages))
        for year, (title, number, pages) in sorted(NOTICES.items())
    ]
    _write(FOLDER / "index.csv", ("year", "title", "number", "source"), rows)


def chinese(name: str) -> str:
    """The Chinese name of a holiday the package names in English."""
    return str(constants.Holiday(name).chinese)


def _weekend_work_only(days: list[date]) -> None:
    odd = [day for day in days if day.weekday() < 5]
    if odd:
        raise SystemExit(f"working days that are no weekend: {odd}")


def _write(path: Path, heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
