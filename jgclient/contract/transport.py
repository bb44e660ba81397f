"""The seam to the platform: what can be asked of it, and how a failure is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from jgclient.contract.attachments import AttachmentState
from jgclient.contract.batches import BatchAnswer, Capabilities, Result
from jgclient.contract.changes import ChangesPage
from jgclient.contract.reconciliation import KeptRecord, Reconciliation

Reaction = Literal["retry", "halve", "login", "stop", "park", "unknown"]


class TransportError(Exception):
    """Sending failed. ``reaction`` is what the client must do about it (contract, table of answers).

    Attributes:
        reaction: ``retry`` keep and try later · ``halve`` smaller batches ·
            ``login`` pause and ask the user · ``stop`` systemic, end the run and say so ·
            ``park`` this batch is refused as a whole ·
            ``unknown`` ask for receipts before anything else.
        message: A Chinese sentence with the remedy.
        retry_after: Seconds the server asked to wait, 0 when it did not say.
        status: HTTP status, 0 when there was none.
    """

    def __init__(
        self,
        reaction: Reaction,
        message: str,
        *,
        retry_after: float = 0,
        status: int = 0,
    ) -> None:
        super().__init__(message)
        self.reaction = reaction
        self.message = message
        self.retry_after = retry_after
        self.status = status


class CursorExpired(TransportError):  # noqa: N818  # an event of the domain, not a fault
    """``410`` on ``GET /v1/changes``: begin again with an empty cursor; local work stays as it is."""


class Transport(Protocol):
    """The seam of ``sync``: HTTP and package file carry the same batches and receipts.

    Every method raises :class:`TransportError` when it cannot answer.
    """

    def capabilities(self) -> Capabilities:
        """What the platform can do."""

    def log_in(self, user: str, password: str, device_id: str) -> str:
        """Open a session; returns the bearer token, which the transport keeps for the next calls."""

    def send_batch(self, batch_id: str, body: bytes) -> BatchAnswer:
        """Send the stored bytes of a batch; the answer echoes the batch id."""

    def receipts(self, ids: Sequence[str]) -> list[Result]:
        """What the platform holds for these record ids: one accepted result per kept revision."""


class Platform(Transport, Protocol):
    """A platform that can be talked to: what only a live connection can do, beside batches.

    Every method raises :class:`TransportError` when it cannot answer. What a status means beyond the table
    of :class:`Transport` is said at each method.
    """

    def changes(self, cursor: str = "", kinds: Sequence[str] = ()) -> ChangesPage:
        """One page of the delta feed (``GET /v1/changes?cursor=&kinds=a,b``).

        Args:
            cursor: As the last entry that was applied told it; empty for everything from the beginning.
            kinds: Of :data:`jgclient.contract.CHANGE_KINDS`; empty for all. A cursor belongs to the kinds
                it was asked with.

        Raises:
            CursorExpired: 410.
        """

    def reconciliation(
        self, unit: str, form: str, first: date | None, last: date | None, *, detail: bool = False
    ) -> Reconciliation:
        """What the platform holds a day (``GET /v1/reconciliation?unit=&form=&from=&to=[&detail=1]``).

        Args:
            unit: 统一社会信用代码 of the unit.
            form: Form id, empty for all forms.
            first: First day of the acts, None for no limit.
            last: Last day of the acts, None for no limit.
            detail: Also ids and hashes; ask day by day, 422 when there are too many.
        """

    def records(self, ids: Sequence[str]) -> list[KeptRecord]:
        """The newest accepted revisions in full (``GET /v1/records?ids=a,b``).

        They show both versions of a conflict, and bring back what was lost here. At most as many ids as a
        batch has items; unknown ids are left out.
        """

    def attachment(self, sha256: str) -> AttachmentState | None:
        """How much of a file has arrived (tus ``HEAD /v1/attachments/{sha256}``); None: nothing, 404."""

    def create_attachment(self, sha256: str, size: int) -> AttachmentState:
        """Announce a file (tus ``POST /v1/attachments/{sha256}`` with ``Upload-Length``); may be repeated.

        Raises:
            TransportError: *park* and 413 when the file is larger than the platform takes.
        """

    def send_attachment(self, sha256: str, offset: int, chunk: bytes) -> AttachmentState:
        """Send the bytes from ``offset`` (tus ``PATCH`` with ``Upload-Offset`` and ``Upload-Checksum``).

        The state says where to go on: after 409 (other offset), 423 (another upload of the same file is
        running) and 460 (checksum) ask with :meth:`attachment` and go on from there. A file whose bytes
        do not have the announced hash begins at 0 again.
        """

    def register_device(self, device_id: str, public_key: str) -> None:
        """Make the platform accept packages of this device (``POST /v1/devices``).

        Args:
            device_id: The device, as batches and packages name it.
            public_key: :attr:`jgclient.packages.Keys.public` of the device, as text.

        Raises:
            TransportError: *park* and 409 when the device is known with another key.
        """
