"""Cells that hold an error instead of data become problems of their rows."""

from __future__ import annotations

from collections.abc import Sequence

from jgclient.exchange.faulty_cells import FaultyCell
from jgclient.exchange.source_blocks import SourceBlock
from jgclient.forms.bulk import Block
from jgclient.forms.problems import KINDS, Problem


def add_faults(rows: SourceBlock, checked: Block) -> None:
    """Say of every faulty cell of a block what it is."""
    for place in {place for place, _ in rows.faults}:
        checked.problems[place] = faults_of(rows, place, checked.problems[place])


def faults_of(rows: SourceBlock, place: int, problems: Sequence[Problem]) -> list[Problem]:
    """The problems of a row and of its faulty cells; that their fields are empty need not be said too."""
    faults = {name: fault for (number, name), fault in rows.faults.items() if number == place}
    others = [p for p in problems if not (p.code == "required" and p.fields and p.fields[0] in faults)]
    return [*(_problem(name, fault) for name, fault in faults.items()), *others]


def _problem(name: str, fault: FaultyCell) -> Problem:
    return Problem(
        "cell-error", KINDS["08"], "hard", (name,), fault.message, value=fault.what, help=fault.help
    )
