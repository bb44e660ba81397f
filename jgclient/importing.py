"""Workbook → checked records: every row is kept, kept to be mended, or passed over with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from jgclient.entering import author_of, summarise, unit_of
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.locating import Located, locate
from jgclient.exchange.reader import read_workbook
from jgclient.exchange.report import ImportReport, RowProblem, RowReport, row_problems
from jgclient.exchange.source_rows import SourceRow, source_rows
from jgclient.forms.catalogue import VALID_FROM, VALID_TO
from jgclient.forms.checker import Context, Reading
from jgclient.forms.defaults import defaults
from jgclient.forms.definition import Form, RegisterKey
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem
from jgclient.forms.registers import Registers
from jgclient.numbering import preview_numbers, reserve_numbers
from jgclient.records import Content, Json, canonical_json, new_record_id
from jgclient.store import RegisterRow, Store

__all__ = ["ImportReport", "RowProblem", "RowReport", "import_workbook"]

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_REMEMBERED = 20_000
_ROWS_PER_TICK = 20


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
    keeper: _Keeper = _Drafts(
        store, located.form, path.name, keep_refused=keep_refused, now=now, dry_run=dry_run
    )
    if located.form.register is not None:
        keeper = _RegisterRows(store, located.form.register, path.name)
    rows = list(source_rows(located))
    steps = _Steps(len(rows) * (1 if dry_run else 2), on_progress, is_cancelled)
    try:
        job.check(rows, keeper, steps)
        if not dry_run:
            with store.atomic():
                keeper.keep(steps)
    except _CancelledError:
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


class _CancelledError(Exception):
    """Leaves the transaction, which undoes everything."""


@dataclass
class _Steps:
    total: int
    on_progress: Progress
    is_cancelled: Cancelled
    done: int = 0

    def step(self) -> None:
        if self.is_cancelled():
            raise _CancelledError
        if self.done % _ROWS_PER_TICK == 0:
            self.on_progress(self.done, self.total)
        self.done += 1


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
        self._earlier = _Earlier(store.registers, located.form)
        self._context = Context(self._earlier, now.date(), unit_of(store))
        self._author = author_of(store)
        self._known: dict[str, str] = {}
        self._first: dict[str, RowReport] = {}

    def check(self, rows: list[SourceRow], keeper: _Keeper, steps: _Steps) -> None:
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
            reason = f"与第{first.row}行完全相同，未重复导入"
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


class _Keeper(Protocol):
    """Knows where checked rows go."""

    def take(self, row: SourceRow, report: RowReport, reading: Reading) -> None:
        """Lay a checked row ready, and say in its report what will become of it."""

    def keep(self, steps: _Steps) -> None:
        """Keep everything that was laid ready; called inside a transaction."""


class _Drafts:
    """Rows of acts become drafts; wrong ones too, unless the clerk wants them left out."""

    def __init__(
        self, store: Store, form: Form, file: str, *, keep_refused: bool, now: datetime, dry_run: bool
    ) -> None:
        self._store, self._form, self._file, self._now = store, form, file, now
        self._keep_refused, self._dry_run = keep_refused, dry_run
        self._author = author_of(store)
        self._ready: list[tuple[SourceRow, str, dict[str, str], list[Problem]]] = []

    def take(self, row: SourceRow, report: RowReport, reading: Reading) -> None:
        if report.outcome == "refused" and self._keep_refused:
            report.outcome = "draft"
        if report.outcome != "refused" and not self._dry_run:
            report.record_id = new_record_id(self._now)
            self._ready.append((row, report.record_id, reading.texts, reading.problems))

    def keep(self, steps: _Steps) -> None:
        for row, record_id, texts, problems in self._ready:
            steps.step()
            self._store.records.save_draft(
                record_id,
                form=self._form.id,
                form_version=self._form.version,
                texts=texts,
                author=self._author,
                offered=True,
                hard_problems=sum(problem.strength == "hard" for problem in problems),
                problems=problems,
                summary=summarise(self._form, texts),
            )
            self._store.imports.add(row.fingerprint, record_id, self._file, row.number)


class _RegisterRows:
    """Rows of register forms replace the rows with the same key; wrong ones are left out."""

    def __init__(self, store: Store, register: RegisterKey, file: str) -> None:
        self._store, self._register, self._file = store, register, file
        self._kept: Registers = store.registers
        self._ready: dict[tuple[str, ...], RegisterRow] = {}

    def take(self, row: SourceRow, report: RowReport, reading: Reading) -> None:  # noqa: ARG002  # as _Drafts
        if report.outcome == "refused":
            return
        content = reading.content
        key = tuple(_key_text(content.get(name)) for name in self._register.fields)
        if content in self._kept.rows(self._register.name, key[0]):
            report.outcome, report.reason = "duplicate", "清单里已有内容相同的一条，未重复导入"
        else:
            dates = (str(content.get(VALID_FROM, "")), str(content.get(VALID_TO, "")))
            self._ready[key] = RegisterRow(key, content, *dates)

    def keep(self, steps: _Steps) -> None:
        steps.step()
        self._store.registers.upsert(self._register.name, list(self._ready.values()), self._file)


def _key_text(value: Json) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str("" if value is None else value)


class _Earlier:
    """What the checker may ask: the store's registers, and the rows of the same import that come before."""

    def __init__(self, kept: Registers, form: Form) -> None:
        self._kept, self._form = kept, form
        # A ledger names the same few items and people in thousands of rows.
        self.rows = lru_cache(_REMEMBERED)(kept.rows)
        self.has_any = lru_cache(_REMEMBERED)(kept.has_any)
        self._numbers: set[str] = set()
        self._contents: list[Content] = []
        self._counted: dict[tuple[str, ...], Counter[str]] = {}

    def add(self, content: Content) -> None:
        """Let a row count for the ones after it."""
        self._numbers.add(str(content.get(self._form.number_field, "")))
        self._contents.append(content)
        for names, counter in self._counted.items():
            counter[_said(content, names)] += 1

    def record_exists(self, form: str, number: str) -> bool | None:
        if form == self._form.id and number in self._numbers:
            return True
        return self._kept.record_exists(form, number)

    def same_acts(self, form: str, fields: Mapping[str, Json]) -> int:
        kept = self._kept.same_acts(form, fields)
        if form != self._form.id:
            return kept
        names = tuple(sorted(fields))
        if names not in self._counted:
            self._counted[names] = Counter(_said(content, names) for content in self._contents)
        return kept + self._counted[names][_said(fields, names)]


def _said(content: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return canonical_json([content.get(name) for name in names])
