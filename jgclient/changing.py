"""Change or withdraw many records at once: first a preview, afterwards a way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jgclient import entering
from jgclient.deadlines.calendar import Calendar
from jgclient.entering import EnteringError, Opened
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem
from jgclient.portions import Cancelled, Progress, portions
from jgclient.records import State
from jgclient.store import DraftRow, Store, StoreError


@dataclass(frozen=True, slots=True)
class Change:
    """What a new value would do to one record.

    Attributes:
        before: The text that stands in the field now.
        after: The text as it would be kept.
        problems: What would be wrong with the field then, and was not before.
        refused: Why this record is left alone, empty when it is changed.
    """

    record_id: str
    title: str
    before: str
    after: str
    problems: list[Problem] = field(default_factory=list)
    refused: str = ""

    @property
    def changes(self) -> bool:
        """Whether keeping it would change anything."""
        return not self.refused and self.before != self.after


@dataclass(frozen=True, slots=True)
class Changed:
    """What one record was before and after, for the way back.

    Attributes:
        before: The draft there was, None when there was none.
        texts: What was kept instead.
    """

    record_id: str
    before: DraftRow | None
    texts: dict[str, str]


@dataclass(slots=True)
class Withdrawal:
    """What became of records that were to be withdrawn.

    Attributes:
        dropped: Drafts never finished, now in the 回收站.
        withdrawn: Finished records with a revision ``d``, which waits to be reported.
        refused: (record id, why) of those left alone.
    """

    dropped: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def fields_in_common(library: FormLibrary, forms: Iterable[str]) -> Form | None:
    """The form all records share, None when there are several: a value is only the same in one form."""
    ids = set(forms)
    try:
        return library.get(ids.pop()) if len(ids) == 1 else None
    except KeyError:
        return None


def preview(
    store: Store,
    library: FormLibrary,
    record_ids: Sequence[str],
    name: str,
    text: str,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> list[Change]:
    """What would become of each record if field ``name`` held ``text`` as typed. Nothing is kept.

    An empty text takes the value away.
    """
    changes: list[Change] = []
    for done, record_id in enumerate(record_ids):
        if is_cancelled():
            break
        on_progress(done, len(record_ids))
        changes.append(_preview_one(store, library, record_id, name, text, now=now))
    return changes


def _preview_one(
    store: Store, library: FormLibrary, record_id: str, name: str, text: str, *, now: datetime
) -> Change:
    row = store.records.row(record_id)
    title = (row.title or row.number) if row else ""
    try:
        opened = _open(store, library, record_id)
        if name not in opened.form.by_name:
            raise EnteringError("这条记录的表单版本没有这一项")
    except EnteringError as error:
        return Change(record_id, title, "", "", refused=str(error))
    before = opened.texts.get(name, "")
    old = entering.check(store, library, opened.form, opened.texts, record_id=record_id, now=now)
    new = entering.check(
        store, library, opened.form, opened.texts | {name: text}, record_id=record_id, now=now
    )
    known = {(problem.code, problem.fields, problem.message) for problem in old.problems}
    added = [p for p in new.problems if (p.code, p.fields, p.message) not in known]
    return Change(record_id, title, before, new.texts.get(name, text), added)


def _open(store: Store, library: FormLibrary, record_id: str) -> Opened:
    row = store.records.row(record_id)
    if row is not None and row.state is State.WITHDRAWN:
        raise EnteringError("已撤回的记录不再修改")
    return entering.open_record(store, library, record_id)


def change(
    store: Store,
    library: FormLibrary,
    changes: Sequence[Change],
    name: str,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> list[Changed]:
    """Keep previewed changes as drafts, to be looked through and submitted; the answer is the way back.

    A backup is made before.
    """
    wanted = [one for one in changes if one.changes]
    kept: list[Changed] = []
    if wanted:
        store.backups.make("bulk")
    for part in portions(wanted, on_progress, is_cancelled):
        with store.atomic():
            kept += [_change_one(store, library, one, name, now=now) for one in part]
    return kept


def _change_one(store: Store, library: FormLibrary, one: Change, name: str, *, now: datetime) -> Changed:
    before = store.records.draft(one.record_id)
    opened = _open(store, library, one.record_id)
    texts = {key: text for key, text in (opened.texts | {name: one.after}).items() if text}
    entering.keep(store, library, opened, texts, opened.reasons, now=now)
    return Changed(one.record_id, before, texts)


def undo_change(store: Store, done: Iterable[Changed]) -> int:
    """Put drafts back as they were; those typed into meanwhile stay. Returns how many were put back."""
    back = 0
    for part in portions(list(done)):
        with store.atomic():
            back += sum(_put_back(store, one) for one in part)
    return back


def _put_back(store: Store, one: Changed) -> bool:
    draft = store.records.draft(one.record_id)
    if draft is None or draft.texts != one.texts:
        return False
    if one.before is None:
        store.records.drop_draft(one.record_id)
    else:
        store.records.put_draft(one.before)
    return True


def withdraw(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    record_ids: Sequence[str],
    reason: str,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> Withdrawal:
    """Withdraw records: drafts into the 回收站, finished ones with a revision ``d`` that is reported.

    Finished ones need a reason.
    """
    report = Withdrawal()
    for part in portions(record_ids, on_progress, is_cancelled):
        with store.atomic():
            for record_id in part:
                _withdraw_one(store, library, calendar, record_id, reason, report, now=now)
    return report


def _withdraw_one(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    record_id: str,
    reason: str,
    report: Withdrawal,
    *,
    now: datetime,
) -> None:
    finished = store.records.last_revision(record_id)
    if finished is not None and finished.operation == "d":
        report.refused.append((record_id, "已经撤回过"))
        return
    try:
        entering.withdraw(store, library, calendar, record_id, reason, now=now)
    except EnteringError as error:
        report.refused.append((record_id, str(error)))
    except StoreError as error:
        if error.kind != "refused":
            raise  # a full disk concerns every record, not this one
        report.refused.append((record_id, str(error)))
    else:
        (report.dropped if finished is None else report.withdrawn).append(record_id)


def undo_withdrawal(
    store: Store, library: FormLibrary, calendar: Calendar, done: Withdrawal, *, now: datetime
) -> int:
    """Take drafts out of the 回收站 and finish withdrawn records anew; returns how many came back.

    A withdrawal that was reported already is taken back by a new revision, which is reported in turn.
    """
    trash = {row.record_id: row.trash_id for row in reversed(store.trash.list())}
    dropped = [trash[record_id] for record_id in done.dropped if record_id in trash]
    for part in portions(dropped):
        with store.atomic():
            for trash_id in part:
                store.trash.restore(trash_id)
    for records in portions(done.withdrawn):
        with store.atomic():
            for record_id in records:
                opened = entering.open_record(store, library, record_id)
                reasons = {code: words for code, words in opened.reasons.items() if code != "withdraw"}
                entering.finish(store, library, calendar, opened, opened.texts, reasons, now=now)
    return len(dropped) + len(done.withdrawn)
