"""The office the killed workers work in: forms, calendar, correct records, workbooks."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path

import xlsxwriter

from bench import ledger
from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import load_library, resources_folder

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))
UNIT = "11410100000000019W"
LIBRARY = load_library(resources_folder())
CALENDAR = load_calendar(resources_folder() / "calendars")
FORM = LIBRARY.get("check")
BOOK_ROWS = 12
_POOL = list(islice(ledger.rows(FORM, 400), 400))
_NAMES = [field.name for field in FORM if field.exchanged]
_TITLES = ledger.columns(FORM)
_WRONG = 50  # every so-manieth row of the ledger is wrong on purpose
SETTINGS = {"unit_name": "郑州市XX局", "unit_code": UNIT, "unit_region": "410100", "user_name": "李某"}


def correct_texts(draw: random.Random) -> dict[str, str]:
    """Texts of a record that can be finished, another one each time."""
    place = draw.choice([n for n in range(len(_POOL)) if n % _WRONG != 7])
    texts = {name: text for name, text in zip(_NAMES, _POOL[place], strict=True) if text}
    return texts | {"check_action_code": f"4101002026{draw.randrange(10**9):09d}"}


def books(folder: Path, count: int) -> list[Path]:
    """Workbooks with different rows."""
    made = []
    for number in range(count):
        made.append(folder / f"book-{number}.xlsx")
        book = xlsxwriter.Workbook(str(made[-1]))
        page = book.add_worksheet("行政检查")
        page.write_row(0, 0, _TITLES)
        for line, row in enumerate(_POOL[number * BOOK_ROWS : (number + 1) * BOOK_ROWS], start=1):
            for column, text in enumerate(row):
                page.write_string(line, column, text)
        book.close()
    return made
