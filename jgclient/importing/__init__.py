"""Workbook → checked records.

Whoever imports says ``from jgclient.importing import import_workbook, ImportReport``.
"""

from __future__ import annotations

from jgclient.importing.job import import_workbook
from jgclient.importing.proposing import Proposal, ProposedColumn, propose
from jgclient.importing.report import ImportReport, Outcome, RowProblem, RowReport

__all__ = [
    "ImportReport", "Outcome", "Proposal", "ProposedColumn", "RowProblem", "RowReport", "import_workbook",
    "propose",
]  # fmt: skip
