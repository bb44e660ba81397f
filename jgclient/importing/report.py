"""What an import says of itself: every row with its outcome, every refusal with its reason and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from jgclient.exchange.source_blocks import SourceBlock
from jgclient.forms.definition import Form
from jgclient.forms.problems import Problem
from jgclient.forms.remembering import MOST

#: kept: right, kept as draft (or as register row). draft: wrong, kept as draft to be mended. refused: wrong
#: and left out. duplicate: it is a record already. note: no data.
Outcome = Literal["kept", "draft", "refused", "duplicate", "note"]

_SHOWN_VALUE = 60


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one cell.

    Attributes:
        column: Heading of the column as the clerk sees it, empty when the sheet has none for the field.
        field: Name of the field.
        title: Title of the field.
        value: What the cell says.
        help: What to do.
    """

    column: str
    field: str
    title: str
    value: str
    message: str
    help: str
    strength: str
    code: str
    candidates: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """One Chinese line: column, value, what is wrong, remedy."""
        where = f"{self.column}（{self.title}）" if self.column not in ("", self.title) else self.title
        shown = self.value if len(self.value) <= _SHOWN_VALUE else f"{self.value[:_SHOWN_VALUE]}……"
        value = f"＝“{shown}”" if shown else ""
        hints = f"　可改为：{'、'.join(self.candidates)}" if self.candidates else ""
        remedy = f"　{self.help}" if self.help else ""
        return f"{where}{value}：{self.message}{remedy}{hints}"


@dataclass(slots=True)
class RowReport:
    """What became of one row.

    Attributes:
        row: Row number as Excel shows it.
        record_id: The record it became or already is; None for notes, refusals, register rows and dry runs.
        reason: Why a note or duplicate was passed over.
        updated: The row is a record already and changes it, because a marked workbook came back corrected.
    """

    sheet: str
    row: int
    outcome: Outcome
    record_id: str | None = None
    problems: list[RowProblem] = field(default_factory=list)
    reason: str = ""
    updated: bool = False


@dataclass(slots=True)
class ImportReport:
    """What an import did, or in a dry run would do.

    Attributes:
        file: Name of the file.
        sheet: Names of the sheets imported, joined by “、”.
        form: Id of the form.
        rows_read: Rows with data.
        kept: Rows without hard problems that were kept.
        refused: Rows with hard problems, whether kept as drafts or left out.
        skipped: Duplicates and notes.
        mapping: Heading → field name; may be changed and handed in again.
        guessed: Headings whose field was found by likeness only and should be looked at.
        unmatched: Headings of columns that were not imported.
        ignored_sheets: Visible sheets that hold no table of this form.
        cancelled: Stopped by the user; nothing was kept.
        remembered: The columns are those the clerk chose for this layout the last time.
    """

    file: str
    sheet: str
    form: str
    form_title: str
    dry_run: bool
    rows: list[RowReport] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    guessed: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    cancelled: bool = False
    remembered: bool = False

    @property
    def rows_read(self) -> int:
        """Rows with data."""
        return len(self.rows) - self.count("note")

    @property
    def kept(self) -> int:
        """Rows without hard problems that were kept."""
        return self.count("kept")

    @property
    def refused(self) -> int:
        """Rows with hard problems."""
        return self.count("draft", "refused")

    @property
    def updated(self) -> int:
        """Rows that change a record that is there already; they count as kept or refused as well."""
        return sum(row.updated for row in self.rows)

    @property
    def skipped(self) -> int:
        """Duplicates and notes."""
        return self.count("duplicate", "note")

    def count(self, *outcomes: Outcome) -> int:
        """Number of rows with one of these outcomes."""
        return sum(row.outcome in outcomes for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Everything as one JSON object."""
        counts = {
            name: getattr(self, name) for name in ("rows_read", "kept", "refused", "skipped", "updated")
        }
        counts |= {"duplicates": self.count("duplicate"), "notes": self.count("note")}
        return asdict(self) | counts

    def lines(self) -> list[str]:
        """What a clerk reads: the sums, then everything wrong in every row, then what else to look at."""
        head = f"{self.file}　工作表：{self.sheet}　表单：{self.form_title}（{self.form}）"
        hard = [
            f"{self._where(row)}　{problem.line}"
            for row in self.rows
            for problem in row.problems
            if problem.strength == "hard"
        ]
        return [head, self._sums(), *hard, *self._remarks()]

    def _where(self, row: RowReport) -> str:
        return f"{row.sheet} 第{row.row}行" if "、" in self.sheet else f"第{row.row}行"

    def _sums(self) -> str:
        if self.cancelled:
            return "已取消，没有保存任何内容。"
        kept = "可以导入" if self.dry_run else "已导入"
        again = f"（其中更新已有记录 {self.updated} 行）" if self.updated else ""
        wrong = "（已存为草稿，请在“记录”里逐条改正）" if self.count("draft") and not self.dry_run else ""
        return (
            f"读到 {self.rows_read} 行：{kept} {self.kept} 行{again}，有错 {self.refused} 行{wrong}，"
            f"已导入过 {self.count('duplicate')} 行；另有 {self.count('note')} 行不是数据。"
        )

    def _remarks(self) -> list[str]:
        soft = sum(problem.strength == "soft" for row in self.rows for problem in row.problems)
        remarks = {
            "提醒（不妨碍导入，上报前再核对）：": [f"{soft} 处"] if soft else [],
            "已导入过的行：": self._runs("duplicate", told=False),
            "不是数据的行：": self._runs("note", told=True),
            "列的对应按上次为这种表选定的：": [f"{len(self.mapping)} 列"] if self.remembered else [],
            "按相近名称认出的列，请核对：": [f"{h}→{self.mapping[h]}" for h in self.guessed],
            "没有对应字段、未导入的列：": self.unmatched,
            "未导入的工作表（不是这种表单）：": self.ignored_sheets,
        }
        return [title + "、".join(items) for title, items in remarks.items() if items]

    def _runs(self, outcome: Outcome, *, told: bool) -> list[str]:
        """Rows with one outcome, those that follow one another (for the same reason, if told) as one."""
        runs: list[list[RowReport]] = []
        for row in (row for row in self.rows if row.outcome == outcome):
            last = runs[-1][-1] if runs else row
            if (last.sheet, last.row + 1) == (row.sheet, row.row) and (not told or last.reason == row.reason):
                runs[-1].append(row)
            else:
                runs.append([row])
        return [self._run(run[0], run[-1]) + (f" {run[0].reason}" if told else "") for run in runs]

    def _run(self, first: RowReport, last: RowReport) -> str:
        where = self._where(first)
        return where if first is last else f"{where.removesuffix('行')}至{last.row}行"


class Told:
    """Makes row problems of the checker's problems; equal ones are one object."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._known: dict[tuple[int, str], tuple[Problem, RowProblem]] = {}

    def problems(self, problems: Sequence[Problem], rows: SourceBlock, place: int) -> list[RowProblem]:
        """The checker's problems with a row as seen from the sheet."""
        told = []
        for problem in problems:
            name = problem.fields[0] if problem.fields else ""
            column = rows.texts.get(name)
            value = (column[place] if column else "") or problem.value
            known = self._known.get((id(problem), value))
            if known is None or known[0] is not problem:
                known = (problem, self._row_problem(problem, rows.headings.get(name, ""), name, value))
                if len(self._known) >= MOST:
                    self._known.clear()
                self._known[id(problem), value] = known
            told.append(known[1])
        return told

    def _row_problem(self, problem: Problem, heading: str, name: str, value: str) -> RowProblem:
        title = self._form.field(name).title if name in self._form.by_name else name
        return RowProblem(
            heading, name, title, value, problem.message, problem.help, problem.strength, problem.code,
            problem.candidates,
        )  # fmt: skip
