"""Workbook → checked records: every row is kept, kept to be mended, or passed over with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from jgclient.entering import author_of, unit_of
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.locating import Located, locate
from jgclient.exchange.reader import read_workbook
from jgclient.exchange.source_rows import SourceRow, source_rows
from jgclient.forms.checker import Context, Reading
from jgclient.forms.defaults import defaults
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.importing.earlier import Earlier
from jgclient.importing.keeping import Drafts, Keeper, RegisterRows
from jgclient.importing.report import ImportReport, RowReport, row_problems
from jgclient.importing.steps import Cancelled, CancelledError, Progress, Steps
from jgclient.numbering import preview_numbers, reserve_numbers
from jgclient.store import Store


def import_workbook(
    store: Store,
    library: FormLibrary,
    path: Path,
    *,
    form_id: str | None = None,
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    keep_refused: bool = True,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> ImportReport:
    """Import all tables of one form that a workbook holds.

    Rows of acts become drafts; rows that were imported before, from whatever file, are passed over. Rows of
    register forms (catalogue, implementation list …) go into the register if they are right.

    Args:
        store: Where to keep them.
        library: The forms.
        path: The workbook.
        form_id: The form; found out by the headings when None.
        columns: Column heading → field name as the clerk decided, empty to leave a column out.
        dry_run: Check only, keep nothing.
        keep_refused: Keep rows with hard problems as drafts, so that they can be mended in the window.
        now: The present, aware.
        on_progress: Told how many steps of how many are done.
        is_cancelled: Asked again and again; once it is true nothing at all is kept.

    Raises:
        WorkbookError: the file cannot be read, or no table in it fits.
    """
    form = _form(library, form_id)
    located = locate(read_workbook(path), library.forms, form=form, chosen=columns)
    job = _Import(store, library, located, path, dry_run=dry_run, now=now)
    keeper: Keeper = Drafts(
        store, located.form, path.name, keep_refused=keep_refused, now=now, dry_run=dry_run
    )
    if located.form.register is not None:
        keeper = RegisterRows(store, located.form, located.form.register, path.name)
    rows = list(source_rows(located))
    steps = Steps(len(rows) * (1 if dry_run else 2), on_progress, is_cancelled)
    try:
        job.check(rows, keeper, steps)
        if not dry_run:
            store.backups.make("import")
            with store.atomic():
                keeper.keep(steps)
    except CancelledError:
        job.report.rows.clear()
        job.report.cancelled = True
    else:
        on_progress(steps.total, steps.total)
    return job.report


def _form(library: FormLibrary, form_id: str | None) -> Form | None:
    if form_id is None:
        return None
    try:
        return library.get(form_id)
    except KeyError as error:
        raise WorkbookError(str(error.args[0])) from None


class _Import:
    """One import: first every row is checked, then all of them are kept in one transaction.

    Checking takes most of the time and holds no lock, so that typing goes on meanwhile.
    """

    def __init__(
        self,
        store: Store,
        library: FormLibrary,
        located: Located,
        path: Path,
        *,
        dry_run: bool,
        now: datetime,
    ) -> None:
        self.report = _empty_report(located, path, dry_run=dry_run)
        self._store, self._form, self._now = store, located.form, now
        self._checker = library.checker(located.form)
        self._earlier = Earlier(store.registers, located.form)
        self._context = Context(self._earlier, now.date(), unit_of(store))
        self._author = author_of(store)
        self._known: dict[str, str] = {}
        self._first: dict[str, RowReport] = {}

    def check(self, rows: list[SourceRow], keeper: Keeper, steps: Steps) -> None:
        """Give every row its outcome and lay ready what is to be kept."""
        self._known = self._store.imports.seen([row.fingerprint for row in rows if not row.note])
        numbers = iter(self._numbers(rows))
        for row in rows:
            steps.step()
            report = self._passed_over(row)
            if report is None:
                report, reading = self._checked(row, numbers)
                keeper.take(row, report, reading)
                if report.outcome in ("kept", "draft"):
                    self._earlier.add(reading.content)
            self.report.rows.append(report)

    def _numbers(self, rows: list[SourceRow]) -> list[str]:
        """A business number for every row that will need one."""
        numbered = [f.name for f in self._form if f.default == "number"]
        without = {
            (row.fingerprint, name)
            for row in rows
            for name in numbered
            if not row.note and row.fingerprint not in self._known and name not in row.texts
        }
        if not without:
            return []
        give = preview_numbers if self.report.dry_run else reserve_numbers
        return give(self._store, self._form, self._now, len(without))

    def _passed_over(self, row: SourceRow) -> RowReport | None:
        """The report of a row that needs no checking: a note or a duplicate."""
        if row.note:
            return RowReport(row.sheet, row.number, "note", reason=row.note)
        for record_id in filter(None, (row.record_id, self._known.get(row.fingerprint))):
            known = self._store.records.row(record_id)
            if known is not None:
                reason = f"已是记录“{known.title or known.party}”（{known.id}），未重复导入"
                return RowReport(row.sheet, row.number, "duplicate", known.id, reason=reason)
        first = self._first.get(row.fingerprint)
        if first is not None:
            sheet = f"工作表“{first.sheet}”" if first.sheet != row.sheet else ""
            reason = f"与{sheet}第{first.row}行完全相同，未重复导入"
            return RowReport(row.sheet, row.number, "duplicate", first.record_id, reason=reason)
        return None

    def _checked(self, row: SourceRow, numbers: Iterator[str]) -> tuple[RowReport, Reading]:
        filled = defaults(
            self._form, row.texts, self._context, author=self._author, number=lambda: next(numbers)
        )
        reading = self._checker.read(filled, self._context)
        hard = any(problem.strength == "hard" for problem in reading.problems)
        report = RowReport(row.sheet, row.number, "refused" if hard else "kept")
        report.problems = row_problems(self._form, reading.problems, row.headings, row.texts)
        self._first[row.fingerprint] = report
        return report, reading


def _empty_report(located: Located, path: Path, *, dry_run: bool) -> ImportReport:
    maps = [source.columns for source in located.sources]
    return ImportReport(
        file=path.name,
        sheet="、".join(source.table.sheet.name for source in located.sources),
        form=located.form.id,
        form_title=located.form.title,
        dry_run=dry_run,
        mapping={label: name for columns in maps for label, name in columns.by_label.items()},
        guessed=sorted({label for columns in maps for label in columns.guessed}),
        unmatched=list(dict.fromkeys(label for columns in maps for label in columns.unmatched)),
        ignored_sheets=located.ignored,
    )
