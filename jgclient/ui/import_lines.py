"""The table of an import: every row of the sheet with each of its problems."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from jgclient.importing import ImportReport, RowProblem, RowReport
from jgclient.importing.report import Outcome
from jgclient.ui.tables import Column
from jgclient.ui.theme import ToneName

_OUTCOMES: dict[str, tuple[str, ToneName]] = {
    "kept": ("通过", "accepted"),
    "draft": ("要改", "danger"),
    "refused": ("不导入", "danger"),
    "duplicate": ("已有", "draft"),
    "note": ("不是数据", "draft"),
}
TO_MEND = ("要改", "不导入")
WRONG = ("draft", "refused")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a row of the sheet with one of its problems, or without any."""

    row: RowReport
    problem: RowProblem | None = None

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What makes the line the same after a reload."""
        return (self.row.sheet, self.row.row, self.of_problem("field"), self.of_problem("code"))

    @property
    def outcome(self) -> tuple[str, ToneName]:
        """Word and tone of the line: a soft problem of a row is a reminder, whatever else the row has."""
        if self.problem is not None and self.problem.strength == "soft":
            return "提醒", "warning"
        return _OUTCOMES[self.row.outcome]

    @property
    def tone(self) -> ToneName:
        """Tone of the line."""
        return self.outcome[1]

    @property
    def remedy(self) -> str:
        """What to do, candidates first."""
        if self.problem is None:
            return ""
        hints = f"是不是 {'、'.join(self.problem.candidates[:3])}？" if self.problem.candidates else ""
        return hints + self.problem.help

    def of_problem(self, name: str) -> str:
        """A part of the problem as text, empty without one."""
        return "" if self.problem is None else str(getattr(self.problem, name))


COLUMNS: tuple[Column[Line], ...] = (
    Column("行", lambda line: str(line.row.row), 2),
    Column("结果", lambda line: _OUTCOMES[line.row.outcome][0], 4, tone=lambda line: line.tone, chip=True),
    Column("栏目", lambda line: line.of_problem("column") or line.of_problem("title"), 7),
    Column("原来的内容", lambda line: line.of_problem("value"), 11, tone=lambda line: line.tone),
    Column("问题", lambda line: line.of_problem("message") or line.row.reason),
    Column("怎么改", lambda line: line.remedy, muted=True),
)


@dataclass(frozen=True, slots=True, eq=False)
class ShownReport:
    """A report laid ready for the window by the worker; of 50 000 rows that takes half a second.

    Attributes:
        all: Every line.
        to_mend: Those with what has to be mended.
        kinds: How many lines have equal problems, and the first of them; hard ones and many first.
        counts: Number of rows by outcome.
    """

    report: ImportReport
    all: list[Line]
    to_mend: list[Line]
    kinds: list[tuple[int, Line]]
    counts: Counter[Outcome]

    @classmethod
    def of(cls, report: ImportReport) -> ShownReport:
        """Lay a report ready."""
        lines = [line for row in report.rows for line in _lines_of(row)]
        groups: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
        for line in lines:
            if (problem := line.problem) is not None:
                groups[problem.strength, problem.column, problem.message].append(line)
        ranked = sorted(groups.items(), key=lambda pair: (pair[0][0], -len(pair[1])))
        return cls(
            report, lines, [line for line in lines if line.outcome[0] in TO_MEND],
            [(len(found), found[0]) for _, found in ranked], Counter(row.outcome for row in report.rows),
        )  # fmt: skip

    @property
    def read(self) -> int:
        """Rows with data."""
        return len(self.report.rows) - self.counts["note"]

    @property
    def kept(self) -> int:
        """Rows without hard problems."""
        return self.counts["kept"]

    @property
    def refused(self) -> int:
        """Rows with hard problems."""
        return self.counts["draft"] + self.counts["refused"]


def _lines_of(row: RowReport) -> list[Line]:
    """One line a problem; one for a row without any."""
    return [Line(row, problem) for problem in row.problems] or [Line(row)]


def columns_words(report: ImportReport) -> str:
    """What was read and how its columns were understood."""
    lines = [f"{report.form_title} · 工作表“{report.sheet}”", f"已对上 {len(report.mapping)} 列"]
    if report.remembered:
        lines.append("按上次为这种表选定的对应")
    if report.guessed:
        lines.append(f"按相近名称认出，请核对：{'、'.join(report.guessed)}")
    if report.unmatched:
        lines.append(f"没有对应字段、不导入：{'、'.join(report.unmatched)}")
    if report.ignored_sheets:
        lines.append(f"不导入的工作表：{'、'.join(report.ignored_sheets)}")
    return "\n".join(lines)
