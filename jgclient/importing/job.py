"""Workbook → checked records: every row is kept, kept to be mended, or passed over with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from jgclient.entering import author_of, unit_of
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.kept_reading import Read
from jgclient.exchange.locating import Located, locate
from jgclient.exchange.marks import ROW_MARK
from jgclient.exchange.memory import rare_collections
from jgclient.exchange.reader import read_workbook
from jgclient.exchange.source_blocks import SourceBlock, source_blocks
from jgclient.forms.checker import Context
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.importing.earlier import Earlier, known_values
from jgclient.importing.faults import add_faults
from jgclient.importing.filling import Filler
from jgclient.importing.keeping import Drafts, DryRun, Keeper, RegisterRows
from jgclient.importing.layouts import refuse_unknown, remember, remembered
from jgclient.importing.report import ImportReport, Outcome, RowReport, Told
from jgclient.importing.steps import Cancelled, CancelledError, Progress, Steps
from jgclient.importing.updating import Updates
from jgclient.numbering import preview_numbers, reserve_numbers
from jgclient.store import ListQuery, RecordRow, Store


@rare_collections()
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
    read: Read = read_workbook,
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
        columns: Column heading → field name as the clerk decided, empty to leave a column out; remembered for
            this layout once rows are kept. None: as she decided for this layout the last time, if ever.
        dry_run: Check only, keep nothing.
        keep_refused: Keep rows with hard problems as drafts, so that they can be mended in the window.
        now: The present, aware.
        read: Reads the workbook.
        on_progress: Told how many steps of how many are done.
        is_cancelled: Asked again and again; once it is true nothing at all is kept.

    Raises:
        WorkbookError: the file cannot be read, or no table in it fits.
    """
    form = _form(library, form_id)
    sheets = read(path)
    known = remembered(store, library, sheets, form) if columns is None else None
    form, chosen = known or (form, columns)
    located = locate(sheets, library.forms, form=form, chosen=chosen)
    if columns:
        refuse_unknown(located, columns)
    keeper = _keeper(store, located.form, path, dry_run=dry_run, now=now)
    job = _Import(store, library, located, path, keeper, dry_run=dry_run, keep_refused=keep_refused, now=now)
    job.report.remembered = known is not None
    rows = sum(source.table.height for source in located.sources)
    steps = Steps(rows * (1 if dry_run else 2), on_progress, is_cancelled)
    with _all_or_nothing(job.report, keeper):
        _carry_out(job, located, keeper, steps)
        if columns and not dry_run:
            remember(store, library, sheets, located.form, columns)
    if not job.report.cancelled:
        on_progress(steps.total, steps.total)
    return job.report


@contextmanager
def _all_or_nothing(report: ImportReport, keeper: Keeper) -> Iterator[None]:
    """Take out again what was kept when the work inside is cancelled or fails."""
    try:
        yield
    except CancelledError:
        keeper.undo()
        report.rows.clear()
        report.cancelled = True
    except BaseException:
        keeper.undo()
        raise


def _carry_out(job: _Import, located: Located, keeper: Keeper, steps: Steps) -> None:
    """Check block by block, then keep what is to be kept."""
    steps.step(0)
    for block in job.blocks(located):
        job.check(block, steps)
        steps.step(len(block.numbers) + len(block.notes))
    keeper.keep(steps)
    job.keep_updates()


def _form(library: FormLibrary, form_id: str | None) -> Form | None:
    if form_id is None:
        return None
    try:
        return library.get(form_id)
    except KeyError as error:
        raise WorkbookError(str(error.args[0])) from None


def _keeper(store: Store, form: Form, path: Path, *, dry_run: bool, now: datetime) -> Keeper:
    if form.register is not None:
        return RegisterRows(store, form, form.register, path.name, dry_run=dry_run)
    return DryRun() if dry_run else Drafts(store, form, path.name, now=now)


class _Import:
    """One import, block by block. Checking holds no lock, so that typing goes on meanwhile."""

    def __init__(
        self,
        store: Store,
        library: FormLibrary,
        located: Located,
        path: Path,
        keeper: Keeper,
        *,
        dry_run: bool,
        keep_refused: bool,
        now: datetime,
    ) -> None:
        self._keeper = keeper
        self.report = _empty_report(located, path, dry_run=dry_run)
        self._store, self._form, self._now = store, located.form, now
        self._earlier = Earlier(store.registers, located.form, known_values(store, located.form))
        context = Context(self._earlier, now.date(), unit_of(store))
        self._checker = library.checker(located.form).in_bulk(context)
        self._filler = Filler(located.form, context, author=author_of(store), numbers=self._numbers)
        self._told = Told(located.form)
        self._wrong: Outcome = "draft" if keep_refused and located.form.register is None else "refused"
        self._updates = Updates(
            store, library.checker(located.form), now=now, keep_refused=keep_refused, file=path.name
        )
        self._given = 0
        self._first: dict[str, RowReport] = {}
        self._twins: list[tuple[RowReport, RowReport]] = []

    def blocks(self, located: Located) -> Iterable[SourceBlock]:
        """The rows. Of rows that were copied with their mark, one that is unchanged is the record."""
        if not any(ROW_MARK in source.columns.technical for source in located.sources):
            return source_blocks(located)
        blocks = list(source_blocks(located))
        marked = [
            (mark.record_id, block.fingerprints[place])
            for block in blocks
            for place, mark in enumerate(block.marks)
            if mark
        ]
        often = {record_id for record_id, times in Counter(name for name, _ in marked).items() if times > 1}
        seen = self._store.imports.seen([print_ for name, print_ in marked if name in often])
        for record_id in often.intersection(seen.values()):
            self._updates.owned(record_id)
        return blocks

    def check(self, block: SourceBlock, steps: Steps) -> None:
        """Give every row its outcome and the keeper what is to be kept."""
        reports = [RowReport(block.sheet, number, "note", reason=why) for number, why in block.notes]
        new: list[int] = []
        known = self._known(block)
        fresh: list[RowReport] = []
        for place, number in enumerate(block.numbers):
            report = self._passed_over(block, place, known) or self._updates.take(block, place)
            if report is None:
                report = RowReport(block.sheet, number, "kept")
                new.append(place)
                fresh.append(report)
            if report.outcome != "duplicate":
                self._first[block.fingerprints[place]] = report
            reports.append(report)
        if new:
            rows = block if len(new) == len(block.numbers) else block.only(new)
            self._check_new(rows, fresh, steps)
        for report, first in self._twins:
            report.record_id = first.record_id
        self._twins.clear()
        self.report.rows += sorted(reports, key=lambda report: report.row)

    def keep_updates(self) -> None:
        """Change the drafts of rows that came back corrected; the last step, after which nothing can fail."""
        if not self.report.dry_run and self.report.updated:
            self._store.backups.make("import")
            self._updates.keep()

    def _check_new(self, rows: SourceBlock, reports: Sequence[RowReport], steps: Steps) -> None:
        checked = self._checker.read(self._filler.filled(rows.texts, len(rows.numbers)))
        add_faults(rows, checked)
        suspects = self._earlier.suspects(checked)
        for place in sorted(suspects):
            self._checker.twice(checked, place)
            if self._wrong == "draft" or not checked.hard(place):
                self._earlier.add(checked, [place])
        for place, report in enumerate(reports):
            report.problems = self._told.problems(checked.problems[place], rows, place)
            if checked.hard(place):
                report.outcome = self._wrong
        others = [n for n, report in enumerate(reports) if n not in suspects and report.outcome != "refused"]
        self._earlier.add(checked, others)
        self._keeper.take(rows, checked, reports, steps)

    def _known(self, block: SourceBlock) -> dict[str, RecordRow]:
        """Records that rows of the block are already, by fingerprint and by record id."""
        seen = self._store.imports.seen(block.fingerprints)
        ids = {*seen.values(), *block.record_ids} - {""}
        if not ids:
            return {}
        query = ListQuery(ids=tuple(ids), limit=len(ids))
        records = {row.id: row for row in self._store.records.list(query)}
        return records | {mark: records[found] for mark, found in seen.items() if found in records}

    def _passed_over(
        self, block: SourceBlock, place: int, known: Mapping[str, RecordRow]
    ) -> RowReport | None:
        """The report of a row that need not be checked, because it is there already."""
        mark, number = block.fingerprints[place], block.numbers[place]
        first = self._first.get(mark)
        if first is not None:
            sheet = f"工作表“{first.sheet}”" if first.sheet != block.sheet else ""
            reason = f"与{sheet}第{first.row}行完全相同，未重复导入"
            report = RowReport(block.sheet, number, "duplicate", reason=reason)
            self._twins.append((report, first))
            return report
        record = known.get(mark) or (None if block.marks[place] else known.get(block.record_ids[place]))
        if record is None:
            return None
        if block.marks[place]:
            self._updates.owned(record.id)
        reason = f"已是记录“{record.title or record.party}”（{record.id}），未重复导入"
        return RowReport(block.sheet, number, "duplicate", record.id, reason=reason)

    def _numbers(self, count: int) -> list[str]:
        """New business numbers; in a dry run such as would be given."""
        self._given += count
        if self.report.dry_run:
            after = self._given - count
            return preview_numbers(self._store, self._form, self._now, count, after=after)
        self._keeper.rest()
        return reserve_numbers(self._store, self._form, self._now, count)


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
