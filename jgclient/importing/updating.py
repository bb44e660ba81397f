"""A marked workbook comes back: rows that were changed in it change the drafts they became."""

from __future__ import annotations

from datetime import datetime

from jgclient.entering import author_of, summarise, unit_of
from jgclient.exchange.marks import standing
from jgclient.exchange.source_blocks import SourceBlock
from jgclient.forms.checker import Checker, Context, Reading
from jgclient.forms.problems import KINDS, Problem
from jgclient.importing.faults import faults_of
from jgclient.importing.report import RowReport, Told
from jgclient.store import DraftRow, Store

_ELSEWHERE = Problem(
    "changed-elsewhere", KINDS["09"], "hard", (), "这条记录在标记之后又在窗口里改过，表里的改动没有采用",
    help="请在“记录”里打开它，按表里的内容修改",
)  # fmt: skip
_FINISHED = Problem(
    "finished-already", KINDS["09"], "hard", (), "这条记录已经完成，表里的改动没有采用",
    help="请在“记录”里打开它修改，改后重新上报",
)  # fmt: skip


class Updates:
    """Takes in the changed rows of a marked workbook.

    Args:
        store: Where the records are.
        checker: Of the form of the import.
        now: The present, aware.
        keep_refused: Also change drafts to texts with hard problems.
    """

    def __init__(
        self, store: Store, checker: Checker, *, now: datetime, keep_refused: bool, file: str
    ) -> None:
        self._store, self._checker, self._now, self._file = store, checker, now, file
        self._keep_refused = keep_refused
        self._told = Told(checker.form)
        self._seen: set[str] = set()
        self._ready: list[tuple[DraftRow, Reading, list[Problem], str, int]] = []

    def take(self, rows: SourceBlock, place: int) -> RowReport | None:
        """The report of a row that changes a record; None when it is a new row after all.

        A row that was copied in the workbook carries the mark of another one: only the first of them is that
        record.
        """
        mark = rows.marks[place]
        if mark is None or mark.record_id in self._seen:
            return None
        draft = self._store.records.draft(mark.record_id)
        finished = self._store.records.last_revision(mark.record_id)
        if draft is None and finished is None:
            return None
        self._seen.add(mark.record_id)
        report = RowReport(rows.sheet, rows.numbers[place], "kept", mark.record_id, updated=True)
        if draft is None or finished is not None:
            return self._refuse(report, _FINISHED, rows, place)
        if standing(draft.texts) != mark.standing:
            return self._refuse(report, _ELSEWHERE, rows, place)
        return self._changed(report, draft, rows, place)

    def owned(self, record_id: str) -> None:
        """A row is this record unchanged, so that no other row can be it."""
        self._seen.add(record_id)

    def _refuse(self, report: RowReport, why: Problem, rows: SourceBlock, place: int) -> RowReport:
        report.outcome, report.updated = "refused", False
        report.problems = self._told.problems([why], rows, place)
        return report

    def _changed(self, report: RowReport, draft: DraftRow, rows: SourceBlock, place: int) -> RowReport:
        said = {name: rows.text(place, name) for name in rows.texts}
        texts = {name: text for name, text in (draft.texts | said).items() if text}
        registers = self._store.registers.without(draft.record_id)
        reading = self._checker.read(texts, Context(registers, self._now.date(), unit_of(self._store)))
        problems = faults_of(rows, place, reading.problems)
        report.problems = self._told.problems(problems, rows, place)
        if any(problem.strength == "hard" for problem in problems):
            report.outcome = "draft" if self._keep_refused else "refused"
        if report.outcome == "refused":
            report.updated = False
        else:
            self._ready.append((draft, reading, problems, rows.fingerprints[place], report.row))
        return report

    def keep(self) -> None:
        """Change the drafts, in one transaction."""
        with self._store.atomic():
            for draft, reading, problems, mark, row in self._ready:
                self._store.records.save_draft(
                    draft.record_id, form=draft.form, form_version=draft.form_version, texts=reading.texts,
                    author=author_of(self._store), base_revision=draft.base_revision, offered=True,
                    hard_problems=sum(problem.strength == "hard" for problem in problems), problems=problems,
                    reasons=draft.reasons, summary=summarise(self._checker.form, reading.texts),
                )  # fmt: skip
                self._store.imports.add(mark, draft.record_id, self._file, row)
