"""Cells that hold an error instead of data become problems of their rows."""

from __future__ import annotations

from jgclient.exchange.source_blocks import SourceBlock
from jgclient.forms.bulk import Block
from jgclient.forms.problems import KINDS, Problem


def add_faults(rows: SourceBlock, checked: Block) -> None:
    """Say of every faulty cell what it is; that its field is empty need not be said as well."""
    for (place, name), fault in rows.faults.items():
        problem = Problem(
            "cell-error", KINDS["08"], "hard", (name,), fault.message, value=fault.what, help=fault.help
        )
        others = [p for p in checked.problems[place] if p.code != "required" or p.fields != (name,)]
        checked.problems[place] = sorted([*others, problem], key=lambda p: _place(checked, p))


def _place(checked: Block, problem: Problem) -> int:
    names = list(checked.form.by_name)
    return names.index(problem.fields[0]) if problem.fields and problem.fields[0] in names else len(names)
