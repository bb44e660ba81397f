"""One run: finish what was left unanswered, then send what waits, most urgent first."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from jgclient.contract import Batch, Item, Result, Transport, TransportError
from jgclient.records import Revision, new_record_id
from jgclient.store import Store
from jgclient.sync.dialogue import TRIES, Dialogue, Ended, Surroundings, end_of
from jgclient.sync.lock import only_run
from jgclient.sync.pace import Pace
from jgclient.sync.report import SyncReport
from jgclient.sync.sending import Sending
from jgclient.sync.terms import check_terms

#: Single records refused in a row before the run takes it for trouble of the platform, not of the records.
REFUSALS = 20
#: Ids of one receipts request: keeps its address under the 2 000 characters that every proxy takes.
RECEIPT_IDS = 40


def run(
    store: Store,
    transport: Transport,
    *,
    device_id: str,
    unit_code: str,
    now: Callable[[], datetime],
    pause: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
    on_progress: Callable[[int, int, SyncReport], None] = lambda _done, _total, _report: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> SyncReport:
    """Report what waits in the outbox and bring the receipts home.

    Trouble of network and platform never raises: the report says in ``stopped`` what it was and what
    to do, and everything unsent is kept.

    Args:
        store: This thread's store.
        transport: The platform; what it answers is believed only as far as it proves itself.
        device_id: Id of this profile (:func:`jgclient.sync.device_id`).
        unit_code: Credit code of the reporting unit.
        now: The clock; aware.
        pause: Waits so many seconds, never more than :data:`jgclient.sync.dialogue.SLICE`.
        jitter: A chance number 0..1 that spreads the waits of many clients.
        on_progress: Called after each step with items done, items in all and the report so far.
        is_cancelled: Asked between batches and while waiting.

    Raises:
        SyncBusy: another run is going on in this profile.
        StoreError: the store cannot keep what has to be kept (disk full, …).
    """
    around = Surroundings(now, pause, jitter, on_progress, is_cancelled)
    with only_run(store.folder):
        return _Run(store, transport, device_id, unit_code, around).go()


class _Run:
    """State of one run."""

    def __init__(
        self, store: Store, transport: Transport, device_id: str, unit_code: str, around: Surroundings
    ) -> None:
        self._store = store
        self._outbox = store.outbox
        self._transport = transport
        self._sender = (device_id, unit_code)
        self._now = around.now
        self._talk = Dialogue(around)
        self._pace = Pace(1)
        self._max_bytes = 0
        #: Records the platform put off in this run.
        self._deferred: set[str] = set()
        #: Single items the server choked on, while nothing shows yet that it takes others.
        self._doubtful: list[tuple[Sending, str]] = []
        self._failures = 0
        self._refusals = 0

    def go(self) -> SyncReport:
        try:
            self._begin()
            self._finish_unanswered()
            self._send_waiting()
            self._park_doubtful()
        except Ended as end:
            for sending, _ in self._doubtful:
                self._outbox.release(sending.batch_id)
            self._talk.end(end)
        self._recount()
        return self._talk.report

    def _begin(self) -> None:
        self._recount()
        found = self._talk.ask(self._transport.capabilities)
        check_terms(found, self._now())
        self._pace = Pace(found.max_items)
        self._max_bytes = found.max_bytes

    def _recount(self) -> None:
        unanswered = sum(len(batch.items) for batch in self._outbox.unanswered_batches())
        self._talk.expect(self._outbox.count() + unanswered)

    def _finish_unanswered(self) -> None:
        """Ask about every batch that an earlier run sent and got no answer to."""
        for stored in self._outbox.unanswered_batches():
            self._talk.stop_if_cancelled()
            self._settle(Sending.stored(stored))

    def _send_waiting(self) -> None:
        self._talk.stop_if_cancelled()
        while sending := self._next():
            while self._again(sending):
                continue
            self._talk.stop_if_cancelled()

    # -- one batch ---------------------------------------------------------------------------------

    def _next(self) -> Sending | None:
        """Choose the next items and keep their exact bytes; None when nothing is left.

        One transaction: an edit in another window comes before or after it, never between.
        """
        self._talk.expect(self._outbox.count() + len(self._doubtful))
        with self._store.atomic():
            while revisions := self._revisions():
                sending = self._packed(revisions)
                if len(sending.body) > self._max_bytes and len(revisions) > 1:
                    self._pace.halve(len(revisions))
                    continue
                self._outbox.store_batch(sending.batch_id, sending.body, sending.items)
                if len(sending.body) <= self._max_bytes:
                    return sending
                size, most = len(sending.body) // 1024 + 1, self._max_bytes // 1024
                self._park(sending, f"这条记录有 {size} KB，超过平台每批上限 {most} KB：请精简长文本后重报")
        return None

    def _revisions(self) -> list[Revision]:
        waiting = self._outbox.waiting(self._pace.size + len(self._deferred))
        return [r for r in waiting if r.record_id not in self._deferred][: self._pace.size]

    def _packed(self, revisions: Sequence[Revision]) -> Sending:
        items = [Item.of(revision) for revision in revisions]
        batch = Batch(new_record_id(self._now()), *self._sender, "commit", items)
        return Sending.of(batch, batch.to_bytes())

    def _again(self, sending: Sending) -> bool:
        """Send the stored bytes once; True when the same bytes have to be sent again."""
        begun = self._now()
        sending.posted += 1
        self._talk.count(sent=len(sending.items))
        try:
            answer = sending.checked(
                self._talk.once(lambda: self._transport.send_batch(sending.batch_id, sending.body))
            )
        except TransportError as error:
            return self._react(sending, error)
        self._keep(sending, answer.results, answer.server_time)
        self._failures = self._refusals = 0
        self._park_doubtful()  # it takes others: what it choked on before is the items' own fault
        self._pace.answered((self._now() - begun).total_seconds())
        return False

    def _react(self, sending: Sending, error: TransportError) -> bool:
        """The table of the sync contract; True when the same bytes have to be sent again."""
        match error.reaction:
            case "retry":
                return self._retry(sending, error)
            case "unknown":
                if self._settle(sending):
                    self._wait_after(error)
            case "halve" | "park":
                self._refused(sending, error)
            case _:
                if error.status:  # an answer: nothing was taken in, so there is nothing to ask later
                    self._outbox.release(sending.batch_id)
                raise end_of(error)
        return False

    def _retry(self, sending: Sending, error: TransportError) -> bool:
        """Passing trouble: the same bytes under the same key once more, after a wait."""
        sending.server_errors += error.status >= 500
        if sending.server_errors >= 2:
            self._choked(sending, error)
            return False
        try:
            self._wait_after(error)
        except Ended:
            if not sending.server_errors:  # not reached, or expressly not dealt with
                self._outbox.release(sending.batch_id)
            raise
        return True

    def _wait_after(self, error: TransportError) -> None:
        self._failures += 1
        self._talk.wait_after(error, self._failures)

    def _choked(self, sending: Sending, error: TransportError) -> None:
        """5xx twice: perhaps one item is poison. Halve, down to one.

        A single one is parked only when the platform takes others, for otherwise the platform is ill.
        """
        self._failures = 0
        if not self._ask_about(sending):
            return
        if len(sending.items) > 1:
            self._outbox.release(sending.batch_id)
            self._pace.halve(len(sending.items))
            return
        self._doubtful.append((sending, error.message))
        if len(self._doubtful) >= TRIES:
            raise end_of(error)

    def _refused(self, sending: Sending, error: TransportError) -> None:
        """The batch is refused as a whole: halve to find the item it is about, and park that one."""
        if error.status == 422 and sending.posted > 1:
            # Other bytes under a known key are a fault of this program; a new key would only hide it.
            self._park(sending, error.message)
            raise end_of(error)
        if not self._ask_about(sending):
            return
        if len(sending.items) > 1:
            self._outbox.release(sending.batch_id)
            self._pace.halve(len(sending.items))
            return
        self._park(sending, error.message)
        self._refusals += 1
        if self._refusals >= REFUSALS:
            raise end_of(error)

    def _park_doubtful(self) -> None:
        while self._doubtful:
            self._park(*self._doubtful.pop())

    def _park(self, sending: Sending, reason: str) -> None:
        self._outbox.park(sending.batch_id, reason)
        self._talk.count(parked=len(sending.items))

    # -- what became of it -------------------------------------------------------------------------

    def _settle(self, sending: Sending) -> bool:
        """Keep the receipts a batch has; the rest waits again. True when there was a rest."""
        rest = self._ask_about(sending)
        self._outbox.release(sending.batch_id)
        return rest

    def _ask_about(self, sending: Sending) -> bool:
        """Ask what became of a batch and keep the receipts found. True when some items have none."""
        ids = [record_id for record_id, _ in sending.items]
        receipts: list[Result] = []
        for start in range(0, len(ids), RECEIPT_IDS):
            receipts += self._receipts(ids[start : start + RECEIPT_IDS])
        found = sending.found(receipts)
        if found:
            self._keep(sending, found, "")
        return len(found) < len(sending.items)

    def _receipts(self, ids: Sequence[str]) -> list[Result]:
        return self._talk.ask(lambda: self._transport.receipts(ids))

    def _keep(self, sending: Sending, results: list[Result], server_time: str) -> None:
        self._outbox.apply_answer(sending.batch_id, results, server_time)
        self._deferred.update(result.id for result in results if result.outcome == "deferred")
        counts = Counter[str](result.outcome for result in results)
        self._talk.count(**counts, receipts=counts["accepted"] + counts["duplicate"])
