"""Attachments on their way (tus 1.0): a record is sent only when every file it names is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from jgclient.contract import (
    ATTACHMENT_MISSING,
    Attachment,
    AttachmentState,
    Platform,
    Result,
    TransportError,
)
from jgclient.records import Revision
from jgclient.store import Store
from jgclient.sync.dialogue import PLATFORM_TROUBLE, Dialogue, Ended, end_of

#: Statuses after which tus goes on from where the platform says: other offset, locked, checksum.
_ASK_WHERE = (409, 423, 460)
#: How often a file may begin anew because what arrived had another hash.
_RESTARTS = 2


class Uploads:
    """The attachments of one run.

    Args:
        address: Address of the platform; what another one has confirmed means nothing to this one.
        limit: Most bytes of a file that the platform takes; 0 when it takes no files.

    Attributes:
        held_back: Records whose files could not be brought over in this run.
    """

    def __init__(self, store: Store, platform: Platform, talk: Dialogue, address: str, limit: int) -> None:
        self._store = store
        self._platform = platform
        self._talk = talk
        self._address = address
        self._limit = limit
        self._doubted: set[str] = set()
        self._confirmed_now: set[str] = set()
        self.held_back: set[str] = set()

    def ready(self, revision: Revision) -> bool:
        """Whether a revision can be sent: the platform has confirmed every file it names."""
        return all(self._confirmed(file) for file in files_of(revision))

    def bring(self, revisions: Sequence[Revision]) -> None:
        """Bring over the files of revisions; afterwards each is ready, parked or held back.

        Raises:
            Ended: no network, log-in lost, cancelled …; trouble with one file ends nothing.
        """
        for revision in revisions:
            try:
                for file in files_of(revision):
                    if not self._confirmed(file):
                        self._bring(file)
            except Ended as end:
                if end.note != PLATFORM_TROUBLE:
                    raise
                self.held_back.add(revision.record_id)
            except TransportError as error:
                if error.status in _ASK_WHERE:
                    self.held_back.add(revision.record_id)
                    continue
                if error.reaction not in ("park", "halve"):
                    raise end_of(error) from error
                self._store.outbox.park([(revision.record_id, revision.revision)], error.message)
                self._talk.count(parked=1)

    def missed(self, results: Sequence[Result]) -> set[str]:
        """Records deferred because the platform lacks a file it had confirmed; each is told once a run."""
        lacking = {
            result.id: problem.value
            for result in results
            for problem in result.problems
            if result.outcome == "deferred" and problem.code == ATTACHMENT_MISSING
        }
        for sha256 in lacking.values():
            self._store.attachments.doubt(sha256)
            self._confirmed_now.discard(sha256)
        again = {record_id for record_id in lacking if record_id not in self._doubted}
        self._doubted |= again
        return again

    # -- one file --------------------------------------------------------------------------------------

    def _confirmed(self, file: Attachment) -> bool:
        if file.sha256 not in self._confirmed_now:
            kept = self._store.attachments.get(file.sha256)
            if kept is not None and kept.confirmed_by and kept.confirmed_by == self._address:
                self._confirmed_now.add(file.sha256)
        return file.sha256 in self._confirmed_now

    def _bring(self, file: Attachment) -> None:
        if reason := why_lacking(self._store, file):
            raise TransportError("park", reason)
        if file.size > self._limit:
            most = f"上限 {self._limit // 2**20} MB" if self._limit else "平台不收附件"
            raise TransportError(
                "park", f"附件“{file.name}”有 {file.size / 2**20:.1f} MB，{most}：请换成小一些的文件后重报"
            )
        self._send(file, self._begin(file))
        self._store.attachments.confirm(file.sha256, self._address)
        self._confirmed_now.add(file.sha256)
        self._talk.note("")

    def _begin(self, file: Attachment) -> AttachmentState:
        """Where to go on: the platform may hold a part from an earlier run, or all from another record."""
        held = self._talk.ask_for(lambda: self._platform.attachment(file.sha256))
        return held or self._talk.ask_for(lambda: self._platform.create_attachment(file.sha256, file.size))

    def _send(self, file: Attachment, state: AttachmentState) -> None:
        failures = restarts = 0
        while state.offset < file.size:
            self._talk.stop_if_cancelled()
            self._talk.note(f"附件 {file.name} {100 * state.offset // file.size}%")
            before = state.offset
            try:
                state = self._piece(file, before)
                failures = 0
            except TransportError as error:
                if error.status not in _ASK_WHERE and error.reaction not in ("retry", "unknown"):
                    raise
                failures += 1
                self._talk.wait_after(error, failures)
                state = self._begin(file)
            restarts += state.offset < before
            if restarts > _RESTARTS:
                raise TransportError("park", f"附件“{file.name}”一再传坏：请重新添加这个文件，再上报")

    def _piece(self, file: Attachment, offset: int) -> AttachmentState:
        piece = next(self._store.attachments.read(file.sha256, offset))
        return self._talk.once(lambda: self._platform.send_attachment(file.sha256, offset, piece))


def files_of(revision: Revision) -> list[Attachment]:
    """The files that a revision names."""
    return [Attachment.from_json(entry) for entry in revision.attachments]


def why_lacking(store: Store, file: Attachment) -> str:
    """Why a file cannot be sent from here: a Chinese sentence; empty when it is kept here."""
    kept = store.attachments.get(file.sha256)
    if kept is not None and kept.size == file.size:
        return ""
    return f"附件“{file.name}”不在本机：请打开记录重新添加这个文件，再上报"
