"""Batches on their way: sent, answered, kept. While one is with the platform, the next is made ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from jgclient.contract import BatchAnswer, Result, Transport, TransportError
from jgclient.store import Store
from jgclient.sync.choosing import Choosing
from jgclient.sync.dialogue import IDS_AT_ONCE, TRIES, Dialogue, Ended, end_of
from jgclient.sync.sending import Sending
from jgclient.sync.uploading import Uploads

#: Single records refused in a row before the run takes it for trouble of the platform, not of the records.
REFUSALS = 20


class Delivery:
    """The sending of one run.

    Args:
        choosing: What the batches are made by.
        uploads: The files that records name.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        talk: Dialogue,
        now: Callable[[], datetime],
        *,
        choosing: Choosing,
        uploads: Uploads,
    ) -> None:
        self._outbox = store.outbox
        self._transport = transport
        self._talk = talk
        self._now = now
        self._choosing = choosing
        self._uploads = uploads
        #: Single items the server choked on, while nothing shows yet that it takes others.
        self._doubtful: list[tuple[Sending, str]] = []
        self._failures = 0
        self._refusals = 0
        #: The batch that is with the platform, the one made ready behind it, and the answer not yet kept.
        self._flying: Sending | None = None
        self._ready: Sending | None = None
        self._answer: tuple[Sending, BatchAnswer] | None = None

    def settle_unanswered(self) -> None:
        """Ask about every batch that an earlier run sent and got no answer to.

        Raises:
            Ended: as :meth:`send_waiting`.
        """
        for stored in self._outbox.unanswered_batches():
            self._talk.stop_if_cancelled()
            self._settle(Sending.stored(stored))

    def send_waiting(self) -> None:
        """Send until nothing waits.

        Raises:
            Ended: the run cannot go on, or cancelled; nothing is left half done.
            StoreError: the store cannot keep what has to be kept; the next run asks what became of it.
        """
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="sending") as line:
                self._send_all(line)
            self._park_doubtful()
        except Ended:
            self._keep_answer()
            self._take_back()
            for sending, _ in self._doubtful:
                self._outbox.release(sending.batch_id)
            raise

    def _send_all(self, line: ThreadPoolExecutor) -> None:
        self._talk.stop_if_cancelled()
        while sending := self._ready or self._next():
            self._ready = None
            while self._again(line, sending):
                continue
            self._talk.stop_if_cancelled()
            if self._ready is None:
                self._keep_answer()

    def _next(self) -> Sending | None:
        self._expect()
        return self._choosing.next()

    def _expect(self) -> None:
        on_the_way = [self._flying, self._answer[0] if self._answer else None]
        items = sum(len(sending.items) for sending in on_the_way if sending)
        self._talk.expect(self._outbox.count() + len(self._doubtful) + items)

    # -- sending ---------------------------------------------------------------------------------------

    def _again(self, line: ThreadPoolExecutor, sending: Sending) -> bool:
        """Send the stored bytes once; True when the same bytes have to be sent again."""
        sending.posted += 1
        self._talk.count(sent=len(sending.items), requests=1)
        self._flying = sending
        posted = line.submit(self._post, sending)
        if self._ready is None:
            self._keep_answer()
            self._expect()
            self._ready = self._choosing.next_meanwhile()
        try:
            answer = self._answered(sending, posted)
        except TransportError as error:
            self._take_back()
            return self._react(sending, error)
        finally:
            self._flying = None
        self._answer = (sending, answer)
        self._failures = self._refusals = 0
        self._park_doubtful()  # it takes others: what it choked on before is the items' own fault
        return False

    def _post(self, sending: Sending) -> tuple[BatchAnswer, float]:
        """In the sending thread: the answer and how many seconds it took."""
        begun = self._now()
        answer = self._transport.send_batch(sending.batch_id, sending.body)
        return answer, (self._now() - begun).total_seconds()

    def _answered(self, sending: Sending, posted: Future[tuple[BatchAnswer, float]]) -> BatchAnswer:
        answer, seconds = posted.result()
        checked = sending.checked(answer)
        self._choosing.pace.answered(seconds)
        return checked

    def _take_back(self) -> None:
        """The batch that was made ready was never sent."""
        if self._ready is not None:
            self._outbox.release(self._ready.batch_id)
            self._ready = None

    # -- trouble ---------------------------------------------------------------------------------------

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
            self._choosing.pace.halve(len(sending.items))
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
            self._choosing.pace.halve(len(sending.items))
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

    # -- what became of it -----------------------------------------------------------------------------

    def _keep_answer(self) -> None:
        if self._answer is not None:
            sending, answer = self._answer
            self._answer = None
            self._keep(sending, answer.results, answer.server_time)

    def _settle(self, sending: Sending) -> bool:
        """Keep the receipts a batch has; the rest waits again. True when there was a rest."""
        rest = self._ask_about(sending)
        self._outbox.release(sending.batch_id)
        return rest

    def _ask_about(self, sending: Sending) -> bool:
        """Ask what became of a batch and keep the receipts found. True when some items have none."""
        ids = [record_id for record_id, _ in sending.items]
        receipts: list[Result] = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            receipts += self._receipts(ids[start : start + IDS_AT_ONCE])
        found = sending.found(receipts)
        if found:
            self._keep(sending, found, "")
        return len(found) < len(sending.items)

    def _receipts(self, ids: Sequence[str]) -> list[Result]:
        return self._talk.ask(lambda: self._transport.receipts(ids))

    def _keep(self, sending: Sending, results: list[Result], server_time: str) -> None:
        self._outbox.apply_answer(sending.batch_id, results, server_time)
        sent_again = self._uploads.missed(results)  # in this run, with the file the platform lost
        told = [result for result in results if result.outcome != "deferred" or result.id not in sent_again]
        self._choosing.deferred |= {result.id for result in told if result.outcome == "deferred"}
        counts = Counter[str](result.outcome for result in told)
        self._talk.count(**counts, receipts=counts["accepted"] + counts["duplicate"])
