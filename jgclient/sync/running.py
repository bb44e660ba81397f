"""One run: finish what was left unanswered, send what waits, bring home what changed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime

from jgclient.contract import Capabilities, Platform
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.records import Json, State
from jgclient.store import ListQuery, Store
from jgclient.sync.choosing import Choosing
from jgclient.sync.comparing import Comparing
from jgclient.sync.delivery import Delivery
from jgclient.sync.devices import introduce
from jgclient.sync.dialogue import Dialogue, Ended, Surroundings
from jgclient.sync.lock import only_run
from jgclient.sync.mending import Mending
from jgclient.sync.pace import Pace
from jgclient.sync.receiving import Receiving
from jgclient.sync.report import SyncReport
from jgclient.sync.terms import check_terms
from jgclient.sync.uploading import Uploads

#: Setting that is true from a restore until both sides were compared; nothing is sent meanwhile.
RECONCILE_FIRST = "reconcile_before_sending"
#: Setting: ``at`` (ISO time), ``line`` and ``stopped`` of the last run, whoever began it.
LAST_RUN = "last_sync"
#: Conflicts whose other version is asked for in one run.
_CONFLICTS = 200


def run(
    store: Store,
    platform: Platform,
    *,
    device_id: str,
    unit_code: str,
    now: Callable[[], datetime],
    library: FormLibrary | None = None,
    pause: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
    on_progress: Callable[[int, int, SyncReport], None] = lambda _done, _total, _report: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> SyncReport:
    """Report what waits in the outbox, bring the receipts home and take in what changed on the platform.

    Trouble of network and platform never raises: the report says in ``stopped`` what it was and what
    to do, and everything unsent is kept.

    Args:
        store: This thread's store.
        platform: The platform; what it answers is believed only as far as it proves itself. It is called from
            another thread while this one waits or prepares, never from two at a time.
        device_id: Id of this profile (:func:`jgclient.sync.device_id`).
        unit_code: Credit code of the reporting unit.
        now: The clock; aware. Asked from both threads.
        library: The forms; loaded when they are needed and not given.
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
        report = _Run(store, platform, (device_id, unit_code), around, library).go()
        told: dict[str, Json] = {"at": now().isoformat(), "line": report.line(), "stopped": report.stopped}
        store.settings.set(LAST_RUN, told)
        return report


class _Run:
    """The steps of one run."""

    def __init__(
        self,
        store: Store,
        platform: Platform,
        sender: tuple[str, str],
        around: Surroundings,
        library: FormLibrary | None,
    ) -> None:
        self._store = store
        self._platform = platform
        self._sender = sender
        self._now = around.now
        self._talk = Dialogue(around)
        self._given = library
        self._address = str(store.settings.get("gateway_url") or "")

    def go(self) -> SyncReport:
        try:
            found = self._begin()
            self._reconcile_first()
            self._deliver(found)
            self._show_conflicts()
            introduce(self._store, self._platform, self._talk, found, self._sender[0])
            Receiving(self._store, self._platform, self._talk, self._address).receive(found.changes)
        except Ended as end:
            self._talk.end(end)
        self._recount()
        return self._talk.report

    def _begin(self) -> Capabilities:
        self._recount()
        found = self._talk.ask(self._platform.capabilities)
        check_terms(found, self._now())
        return found

    def _recount(self) -> None:
        unanswered = sum(len(batch.items) for batch in self._store.outbox.unanswered_batches())
        self._talk.expect(self._store.outbox.count() + unanswered)

    def _deliver(self, found: Capabilities) -> None:
        uploads = Uploads(self._store, self._platform, self._talk, self._address, found.max_attachment_bytes)
        choosing = Choosing(
            self._store, self._talk, uploads, self._now,
            sender=self._sender, pace=Pace(found.max_items), max_bytes=found.max_bytes,
        )  # fmt: skip
        delivery = Delivery(
            self._store, self._platform, self._talk, self._now, choosing=choosing, uploads=uploads
        )
        delivery.settle_unanswered()
        delivery.send_waiting()

    def _reconcile_first(self) -> None:
        """After a restore: this file may know less than the platform, so both sides are compared first.

        Raises:
            Ended: they differ; a person has to look before anything is sent.
        """
        if not self._store.settings.get(RECONCILE_FIRST):
            return
        comparing = Comparing(self._store, self._platform, self._talk, self._library(), self._sender[1])
        left = comparing.compare().open()
        if left:
            raise Ended(
                "等待对账",
                f"数据由备份恢复后，与平台有 {len(left)} 处不一致：请先在“对账”里逐项处理，"
                "然后再上报。处理之前不会上报任何记录，以免覆盖平台上较新的内容。",
            )
        self._store.settings.set(RECONCILE_FIRST, False)

    def _show_conflicts(self) -> None:
        conflicts = ListQuery(states=frozenset({State.CONFLICT}), limit=_CONFLICTS)
        rows = self._store.records.list(conflicts)
        if rows:
            mending = Mending(self._store, self._platform, self._talk, self._library())
            mending.show_conflicts(row.id for row in rows)

    def _library(self) -> FormLibrary:
        if self._given is None:
            self._given = load_library(resources_folder(), self._store.folder)
        return self._given
