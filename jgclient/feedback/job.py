"""Feedback list → closed and returned records, all of them or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jgclient.contract import Change, Result, Returned, content_hash
from jgclient.exchange import feedback_list
from jgclient.exchange.feedback_list import FeedbackRow, read_feedback
from jgclient.exchange.headings import heading_key
from jgclient.exchange.kept_reading import Read
from jgclient.exchange.reader import read_workbook
from jgclient.feedback.finding import Finder
from jgclient.feedback.report import FeedbackReport, RowTold
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import KINDS, Problem
from jgclient.records import Revision, canonical_json
from jgclient.store import Store
from jgclient.store.changes import OUTSIDE, RETURNED

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
_STEP = 50
_NO_REASON = "平台退回了这条记录，清单里没有写原因"
_HELP = "按平台的说法改正，再完成并上报；看不懂的请向平台管理员询问"


def is_feedback(library: FormLibrary, path: Path, *, read: Read = read_workbook) -> bool:
    """Whether a workbook is a feedback list rather than a table to import."""
    return feedback_list.is_feedback(path, Finder.headings(library), read=read)


def take_feedback(
    store: Store,
    library: FormLibrary,
    path: Path,
    *,
    dry_run: bool = False,
    now: datetime,
    read: Read = read_workbook,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> FeedbackReport:
    """Close the records that a platform's feedback list accepts, and return those it refuses.

    A row that was taken in before changes nothing, however often and in whatever file it comes; neither does
    one that speaks of an earlier revision. Everything happens in one transaction.

    Args:
        store: This thread's store.
        library: The forms.
        path: The workbook.
        dry_run: Only say what would happen.
        now: The present, aware; times of the list are of its zone.
        read: Reads the workbook.
        on_progress: Told how many rows of how many are looked at.
        is_cancelled: Asked now and then; once it is true nothing at all is changed.

    Raises:
        WorkbookError: the file cannot be read, or is no feedback list.
    """
    rows = read_feedback(path, Finder.headings(library), read=read)
    report = FeedbackReport(path.name, dry_run)
    weighing = _Weighing(store, library, now)
    for done, row in enumerate(rows):
        if done % _STEP == 0:
            on_progress(done, len(rows))
            if is_cancelled():
                return FeedbackReport(path.name, dry_run, cancelled=True)
        report.rows.append(weighing.weigh(row))
    weighing.settle_contradictions()
    if not dry_run and weighing.taken():
        store.backups.make("import")
        with store.atomic():
            _keep(store, weighing.taken(), path, now)
    on_progress(len(rows), len(rows))
    return report


@dataclass(slots=True)
class _Weighed:
    """A row that may change its record."""

    row: FeedbackRow
    told: RowTold
    revision: Revision
    accepted_before: bool
    problem: Problem
    mark: str


class _Weighing:
    """Says of each row what it means for the record it names."""

    def __init__(self, store: Store, library: FormLibrary, now: datetime) -> None:
        self._store, self._library, self._now = store, library, now
        self._finder = Finder(store, library)
        self._weighed: defaultdict[str, list[_Weighed]] = defaultdict(list)

    def weigh(self, row: FeedbackRow) -> RowTold:
        """What becomes of one row, as far as it can be said without the others."""
        told = RowTold(row.sheet, row.number, row.name, "refused")
        if row.verdict == "pending":
            told.outcome, told.reason = "pending", row.result
            return told
        if row.verdict == "unclear":
            told.reason = f"看不懂处理结果“{row.result}”；请改成“已接收”或“退回”后再导入"
            return told
        found = self._finder.find(row)
        if len(found) != 1:
            _not_one(told, found, row)
            return told
        told.record_id, told.title = found[0].id, found[0].title or found[0].party
        self._weigh_record(row, told)
        return told

    def _weigh_record(self, row: FeedbackRow, told: RowTold) -> None:
        revision = self._store.records.last_revision(told.record_id)
        if revision is None:
            told.reason = "这条记录还是草稿；请先完成它（Ctrl+Enter），再导入这份清单"
            return
        marks = [_mark(row, told.record_id, number) for number in range(1, revision.revision + 1)]
        seen = self._store.imports.seen(marks)
        accepted = revision.revision in {r.revision for r in self._store.outbox.receipts(told.record_id)}
        if marks[-1] in seen or (accepted and row.verdict == "accepted"):
            told.outcome, told.reason = "same", "这一版已经按平台的结果办过"
        elif seen:
            told.reason = "这一行以前导入过，说的是改正之前的版本；平台若再次给出同样的结果，请用带时间的清单"
        elif self._is_older(row, revision):
            told.reason = f"平台的结果（{row.time}）早于本机最近一次完成，说的是改正之前的版本"
        else:
            told.outcome = row.verdict if row.verdict == "accepted" else "returned"
            told.reason = row.reason if row.verdict == "accepted" else row.reason or _NO_REASON
            problem = _problem(self._library, revision.form, told.reason)
            self._weighed[told.record_id].append(_Weighed(row, told, revision, accepted, problem, marks[-1]))

    def _is_older(self, row: FeedbackRow, revision: Revision) -> bool:
        moment, made = row.moment(self._now.tzinfo), revision.made_at.astimezone(self._now.tzinfo)
        if moment is None:
            return False
        return moment < made if row.says_hour else moment.date() < made.date()

    def settle_contradictions(self) -> None:
        """Where rows disagree about a record the latest counts; without times none does."""
        for rows in self._weighed.values():
            if len({one.row.verdict for one in rows}) > 1:
                times = [one.row.moment(self._now.tzinfo) for one in rows]
                latest = max((time for time in times if time), default=None)
                last = {one.row.verdict for one, time in zip(rows, times, strict=True) if time == latest}
                usable = None not in times and len(last) == 1
                for one, time in zip(rows, times, strict=True):
                    if not usable or time != latest:
                        _contradicted(one, rows, usable=usable)

    def taken(self) -> list[list[_Weighed]]:
        """Rows that change something, record by record."""
        kept = (
            [one for one in rows if one.told.outcome in ("accepted", "returned")]
            for rows in self._weighed.values()
        )
        return [rows for rows in kept if rows]


def _not_one(told: RowTold, found: Sequence[object], row: FeedbackRow) -> None:
    if not row.name:
        told.outcome, told.reason = "unknown", "这一行没有记录编号，也没有文书号"
    elif not found:
        told.outcome, told.reason = "unknown", "本机没有这条记录；请核对编号，或在录入它的电脑上导入"
    else:
        told.outcome = "ambiguous"
        told.reason = f"本机有 {len(found)} 条记录是这个编号；请在清单里加一列“记录编号”写明是哪一条"


def _contradicted(one: _Weighed, rows: Sequence[_Weighed], *, usable: bool) -> None:
    others = "、".join(f"第{other.row.number}行" for other in rows if other is not one)
    one.told.outcome = "same" if usable else "refused"
    one.told.reason = f"以{others}较晚的结果为准" if usable else f"与{others}说法不同，没有采用；请向平台核实"


def _mark(row: FeedbackRow, record_id: str, revision: int) -> str:
    """The same for a row that says the same of the same revision, in whatever file."""
    said = ["feedback", record_id, revision, row.verdict, row.reason, row.time, row.receipt_no]
    return sha256(canonical_json(said).encode()).hexdigest()


def _problem(library: FormLibrary, form_id: str, reason: str) -> Problem:
    """The platform's reason, at the field it names if it names one."""
    try:
        fields = _named_field(library.get(form_id), reason)
    except KeyError:
        fields = ()
    return Problem("platform-list", KINDS["08"], "hard", fields, reason, help=_HELP)


def _named_field(form: Form, reason: str) -> tuple[str, ...]:
    said = heading_key(reason)
    named = [f for f in form if heading_key(f.title) in said]
    return (max(named, key=lambda f: len(f.title)).name,) if named else ()


def _keep(store: Store, records: Iterable[Sequence[_Weighed]], path: Path, now: datetime) -> None:
    receipts, refusals = [], []
    for rows in records:
        first = rows[0]
        if first.told.outcome == "accepted":
            receipts.append(_receipt(first, path, now))
        elif first.accepted_before:
            _send_back(store, rows, now)
        else:
            problems = [one.problem for one in rows]
            refusals.append(
                Result(first.told.record_id, first.revision.revision, "rejected", problems=problems)
            )
        for one in rows:
            store.imports.add(one.mark, one.told.record_id, path.name, one.row.number)
    store.outbox.take_receipts(receipts, "")
    store.outbox.take_refusals(refusals)


def _receipt(one: _Weighed, path: Path, now: datetime) -> Result:
    number = one.row.receipt_no or f"反馈清单 {path.stem[:40]} 第{one.row.number}行"
    moment = one.row.moment(now.tzinfo) or now
    return Result(
        one.told.record_id, one.revision.revision, "accepted", number,
        moment.isoformat(timespec="seconds"), one.revision.sha256,
    )  # fmt: skip


def _send_back(store: Store, rows: Sequence[_Weighed], now: datetime) -> None:
    """A record that was accepted is returned; its receipt stays valid, as when that comes online."""
    one = rows[0]
    [*_, receipt] = [
        r for r in store.outbox.receipts(one.told.record_id) if r.revision == one.revision.revision
    ]
    moment = (one.row.moment(now.tzinfo) or now).isoformat(timespec="seconds")
    content = Returned(
        one.revision.revision, one.revision.form, one.revision.sha256, receipt.receipt_no,
        tuple(one.problem for one in rows), moment,
    ).to_json()  # fmt: skip
    change = Change(RETURNED, one.told.record_id, False, moment, content_hash(content), "", content)
    store.changes.keep(change, load=OUTSIDE, content=True)
