"""What goes into the next batch: most urgent first, as many as the pace allows, bytes kept beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from jgclient.contract import Batch, Item
from jgclient.records import Revision, new_record_id
from jgclient.store import Store
from jgclient.sync.dialogue import Dialogue
from jgclient.sync.pace import Pace
from jgclient.sync.sending import Sending
from jgclient.sync.uploading import Uploads


class Choosing:
    """Makes batches out of what waits.

    Args:
        sender: Device id and unit code.
        max_bytes: Most bytes of a batch.

    Attributes:
        pace: How many items the next batch has.
        deferred: Records the platform put off in this run.
    """

    def __init__(
        self,
        store: Store,
        talk: Dialogue,
        uploads: Uploads,
        now: Callable[[], datetime],
        *,
        sender: tuple[str, str],
        pace: Pace,
        max_bytes: int,
    ) -> None:
        self._store = store
        self._talk = talk
        self._uploads = uploads
        self._now = now
        self._sender = sender
        self._max_bytes = max_bytes
        self.pace = pace
        self.deferred: set[str] = set()

    def next(self) -> Sending | None:
        """The next batch, its bytes stored; None when nothing is left. Files are brought over before.

        Raises:
            Ended: a file could not be brought over and nothing else can go on.
        """
        while True:
            with self._store.atomic():
                revisions = self._revisions()
                lacking = [r for r in revisions if not self._uploads.ready(r)]
                if not lacking:
                    return self._stored(revisions)
            self._uploads.bring(lacking)

    def next_meanwhile(self) -> Sending | None:
        """The next batch, if it can be made ready while the platform is busy with another one."""
        with self._store.atomic():
            revisions = self._revisions()
            return self._stored(revisions) if all(map(self._uploads.ready, revisions)) else None

    def _revisions(self) -> list[Revision]:
        held_back = self.deferred | self._uploads.held_back
        waiting = self._store.outbox.waiting(self.pace.size + len(held_back))
        return [r for r in waiting if r.record_id not in held_back][: self.pace.size]

    def _stored(self, revisions: Sequence[Revision]) -> Sending | None:
        """Keep the exact bytes of a batch, in the transaction that chose it.

        An edit in another window comes before or after it, never between.
        """
        while revisions:
            sending = self._packed(revisions)
            if len(sending.body) > self._max_bytes and len(revisions) > 1:
                self.pace.halve(len(revisions))
                revisions = revisions[: self.pace.size]
                continue
            self._store.outbox.store_batch(sending.batch_id, sending.body, sending.items)
            if len(sending.body) <= self._max_bytes:
                return sending
            self._park(sending)
            revisions = [r for r in self._revisions() if self._uploads.ready(r)]
        return None

    def _packed(self, revisions: Sequence[Revision]) -> Sending:
        items = [Item.of(revision) for revision in revisions]
        batch = Batch(new_record_id(self._now()), *self._sender, "commit", items)
        return Sending.of(batch, batch.to_bytes())

    def _park(self, sending: Sending) -> None:
        size, most = len(sending.body) // 1024 + 1, self._max_bytes // 1024
        reason = f"这条记录有 {size} KB，超过平台每批上限 {most} KB：请精简长文本后重报"
        self._store.outbox.park(sending.batch_id, reason)
        self._talk.count(parked=len(sending.items))
