"""Rows of a register from a CSV file, as Excel and WPS save it; headings are titles, aliases or names."""

from __future__ import annotations

import csv
import io
from datetime import date

from jgclient.forms.checker import Context
from jgclient.forms.cleaning import compact
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.registers import NoRegisters
from jgclient.records import Content


def read_rows(text: str, form: Form, library: FormLibrary, today: date) -> tuple[list[Content], list[str]]:
    """The contents of the rows, and one Chinese line for everything that keeps a row from being taken.

    Args:
        text: The whole file.
        form: The register's form.
        library: Where its checker comes from.
        today: The platform's day.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return [], [f"不是 CSV 文件（{error}）：请在 Excel 或 WPS 中另存为“CSV UTF-8”"]
    number, names = _heading(rows, form)
    if not names:
        return [], [
            f"没有找到表头：请把列名写成“{'、'.join(field.title for field in form if field.required)}”等"
        ]
    checker, context = library.checker(form), Context(registers=NoRegisters(), today=today)
    contents, faults = [], []
    for line, row in enumerate(rows[number + 1 :], start=number + 2):
        texts = {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}
        if not texts:
            continue
        reading = checker.read(texts, context)
        hard = [problem for problem in reading.problems if problem.strength == "hard"]
        faults += [f"第 {line} 行：{problem.message}。{problem.help}" for problem in hard]
        contents.append(reading.content)
    return contents, faults


def _heading(rows: list[list[str]], form: Form) -> tuple[int, list[str]]:
    """Number of the heading row and the field name of each column; a title row above it is passed over."""
    known = {
        compact(word): field.name for field in form for word in (field.name, field.title, *field.aliases)
    }
    for number, row in enumerate(rows[:10]):
        names = [known.get(compact(cell), "") for cell in row]
        if len([name for name in names if name]) >= min(2, len(form.fields)):
            return number, names
    return 0, []
