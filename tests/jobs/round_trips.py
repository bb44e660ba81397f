"""Random records of every form, and what a round trip through a workbook made of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import openpyxl
from hypothesis import strategies as st

from jgclient.exchange.cells import cell_text
from jgclient.exchange.reader import read_workbook
from jgclient.exporting import template
from jgclient.forms.checker import Context
from jgclient.forms.definition import Field, Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.registers import NoRegisters
from jgclient.importing import import_workbook
from jgclient.store import ListQuery, Store, open_store

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))
UNIT = {
    "unit_name": "郑州市XX局",
    "unit_code": "11410100000000019W",
    "unit_region": "410100",
    "user_name": "李某",
}
LAYOUTS = ("exchange", "platform", "list")


_WORDS = st.text("郑州市某物业服务有限公司检查甲乙丙0129AZ（）·-", min_size=1, max_size=12).filter(str.strip)
_DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 20))


def typed(field: Field, library: FormLibrary) -> st.SearchStrategy[str]:
    """Texts as a clerk may type them into a field."""
    if field.type in ("code", "codes"):
        codes = library.codes.get(field.codes)
        return st.sampled_from([codes.label(entry.code) for entry in codes if entry.valid_to is None])
    if field.type in ("date", "datetime"):
        return st.builds(
            lambda day, how: day.strftime(how),
            _DAYS,
            st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日"]),
        )
    simple = {
        "yes_no": st.sampled_from(["是", "否"]),
        "money": st.decimals(0, 99999, places=2).map(str),
        "integer": st.integers(0, 9999).map(str),
        "persons": st.lists(st.sampled_from(["张某", "李某某", "王某"]), min_size=2, unique=True).map(
            "、".join
        ),
        "lines": st.lists(st.integers(10**9, 10**10).map(str), min_size=2, unique=True).map("；".join),
        "identifier": st.just("91410100MA0000015B"),
        "reference": st.integers(10**13, 10**14 - 1).map(str),
    }
    return simple.get(field.type, _WORDS)


def record_of(form: Form, library: FormLibrary) -> st.SearchStrategy[Mapping[str, str]]:
    fields = [field for field in form if field.type != "attachments"]
    required = {f.name: typed(f, library) for f in fields if f.required}
    others = {f.name: typed(f, library) for f in fields if not f.required}
    return st.fixed_dictionaries(required, optional=others)


def filled_template(form: Form, library: FormLibrary, records: list[Mapping[str, str]], folder: Path) -> Path:
    path = folder / "template.xlsx"
    template(library, form.id, path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {
        f.name: number for number, f in enumerate((f for f in form if f.type != "attachments"), start=2)
    }
    for row, record in enumerate(records, start=4):
        for name, text in record.items():
            cell = sheet.cell(row, columns[name])
            cell.value = text
            cell.data_type = "s"
    book.save(path)
    return path


def drawn(data: st.DataObject, form: Form, library: FormLibrary, most: int = 4) -> list[Mapping[str, str]]:
    """Some records of a form; a register gets one row of examples, as rows that are wrong are left out."""
    if form.register is not None:
        fields = [f for f in form if f.example or f.required]
        return [{f.name: f.example or data.draw(typed(f, library)) for f in fields}]
    return data.draw(st.lists(record_of(form, library), min_size=1, max_size=most))


@contextmanager
def profile(folder: Path) -> Iterator[Store]:
    """An office's empty store."""
    with open_store(folder, clock=lambda: NOW) as store:
        for name, value in UNIT.items():
            store.settings.set(name, value)
        yield store


def take(store: Store, library: FormLibrary, path: Path, form: Form) -> None:
    """Import a workbook that must be taken for this form by itself."""
    report = import_workbook(store, library, path, now=NOW)
    assert report.form == form.id, path.name
    assert not report.guessed, path.name


def kept(store: Store, library: FormLibrary, form: Form) -> list[object]:
    """What is kept of a form, in an order of its own, as the exchanged fields show it."""
    if form.register is not None:
        return sorted(
            (row.key, sorted(row.content.items())) for row in store.registers.list(form.register.name)
        )
    exchanged = {field.name for field in form if field.exchanged}
    found = []
    for row in store.records.list(ListQuery(form=form.id, limit=1000)):
        draft = store.records.draft(row.id)
        assert draft is not None
        read = library.checker(form).read(
            draft.texts, Context(NoRegisters(), NOW.date(), {"region": "410100"})
        )
        found.append(sorted((name, text) for name, text in read.texts.items() if name in exchanged))
    return sorted(found)


def as_csv(path: Path, out: Path, encoding: str) -> Path:
    """The first sheet of a workbook as an office program saves it as text."""
    sheet = read_workbook(path)[0]
    with out.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([[cell_text(cell) for cell in row] for row in sheet.rows])
    return out
