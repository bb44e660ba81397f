"""A platform behind HTTP: every call of the sync contract."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from types import TracebackType

from jgclient.contract import (
    TUS_MEDIA_TYPE,
    TUS_VERSION,
    AttachmentState,
    BatchAnswer,
    Capabilities,
    ChangesPage,
    ContractError,
    CursorExpired,
    KeptRecord,
    Reconciliation,
    Result,
    TransportError,
    receipts_from_json,
    records_from_json,
    token_from_json,
)
from jgclient.platform_api.answers import Answer
from jgclient.platform_api.reactions import PROVEN_STATUSES, unknown
from jgclient.platform_api.trust import Security
from jgclient.platform_api.wire import Ask, Wire
from jgclient.records import Json

#: Smaller bodies are not worth compressing.
_LEAST_COMPRESSED = 1024
#: A quarter of the time of the usual level, for a tenth more bytes.
_GZIP_LEVEL = 1
_JSON = {"Content-Type": "application/json"}
_TUS = {"Tus-Resumable": TUS_VERSION}


class HttpPlatform:
    """A platform behind HTTP; fulfils :class:`jgclient.contract.Platform`.

    One object is used by one thread at a time. Nothing is sent before the first call.

    Args:
        base_url: Address of the platform, ``https://host[:port][/path]``; plain ``http`` only for this
            computer itself, because passwords and personal data must not travel readable.
        token: Bearer token of an earlier session, empty when there is none.
        security: Own root certificates, client certificate, proxy.
        timeout: Seconds to connect and seconds without a single byte (stall, not total).

    Attributes:
        token: The bearer token in use; :meth:`log_in` replaces it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str = "",
        security: Security | None = None,
        timeout: tuple[float, float] = (5, 30),
    ) -> None:
        self.base_url = unicodedata.normalize("NFKC", base_url).strip().rstrip("/")
        self.token = token
        self._wire = Wire(self.base_url, security or Security(), timeout)
        self._compresses = False

    def __enter__(self) -> HttpPlatform:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._wire.close()

    # -- records up, receipts down ---------------------------------------------------------------------

    def capabilities(self) -> Capabilities:
        """What the platform can do (``GET /v1/capabilities``)."""
        with self._understood():
            found = Capabilities.from_json(self._get("/v1/capabilities"))
        self._compresses = "gzip" in found.encodings
        return found

    def log_in(self, user: str, password: str, device_id: str) -> str:
        """Open a session (``POST /v1/sessions``); the token is used from now on and returned."""
        self.token = ""
        with self._understood():
            wanted = {"user": user, "password": password, "device_id": device_id}
            self.token = token_from_json(self._post("/v1/sessions", wanted))
        return self.token

    def send_batch(self, batch_id: str, body: bytes) -> BatchAnswer:
        """Send the stored bytes of a batch (``POST /v1/batches``), its id as idempotency key."""
        key = {**_JSON, "Idempotency-Key": f'"{batch_id}"'}
        with self._understood():
            return BatchAnswer.from_json(self._send(Ask("POST", "/v1/batches", body=body, headers=key)))

    def receipts(self, ids: Sequence[str]) -> list[Result]:
        """What the platform holds for these record ids (``GET /v1/receipts?ids=a,b``)."""
        with self._understood():
            return receipts_from_json(self._get("/v1/receipts", ids=",".join(ids)))

    # -- both sides compared, changes down -------------------------------------------------------------

    def records(self, ids: Sequence[str]) -> list[KeptRecord]:
        """The newest accepted revisions in full (``GET /v1/records?ids=a,b``)."""
        with self._understood():
            return records_from_json(self._get("/v1/records", ids=",".join(ids)))

    def reconciliation(
        self, unit: str, form: str, first: date | None, last: date | None, *, detail: bool = False
    ) -> Reconciliation:
        """What the platform holds a day (``GET /v1/reconciliation``)."""
        asked = {
            "unit": unit, "form": form, "from": first.isoformat() if first else "",
            "to": last.isoformat() if last else "", "detail": "1" if detail else "",
        }  # fmt: skip
        with self._understood():
            return Reconciliation.from_json(self._get("/v1/reconciliation", **asked))

    def changes(self, cursor: str = "", kinds: Sequence[str] = ()) -> ChangesPage:
        """One page of the delta feed (``GET /v1/changes``).

        Raises:
            CursorExpired: 410: begin again with an empty cursor.
        """
        try:
            with self._understood():
                return ChangesPage.from_json(self._get("/v1/changes", cursor=cursor, kinds=",".join(kinds)))
        except TransportError as error:
            if error.status != 410:
                raise
            raise CursorExpired("park", error.message, status=410) from error

    def register_device(self, device_id: str, public_key: str) -> None:
        """Make the platform accept packages of this device (``POST /v1/devices``)."""
        with self._understood():
            self._post("/v1/devices", {"device_id": device_id, "public_key": public_key})

    # -- attachments (tus 1.0) -------------------------------------------------------------------------

    def attachment(self, sha256: str) -> AttachmentState | None:
        """How much of a file has arrived (``HEAD``); None when the platform knows nothing of it."""
        with self._understood():
            answer = self._exchange(Ask("HEAD", f"/v1/attachments/{sha256}", headers=_TUS))
            if answer.status == 404:
                return None
            return _state(answer, {200, 204})

    def create_attachment(self, sha256: str, size: int) -> AttachmentState:
        """Announce a file (``POST`` with ``Upload-Length``); announcing it again does no harm."""
        headers = {**_TUS, "Upload-Length": str(size)}
        with self._understood():
            answer = self._exchange(Ask("POST", f"/v1/attachments/{sha256}", headers=headers))
            return _state(answer, {200, 201, 204}, offset=0, size=size)

    def send_attachment(self, sha256: str, offset: int, chunk: bytes) -> AttachmentState:
        """Send the bytes from ``offset`` (``PATCH``); see :class:`jgclient.contract.Platform`."""
        digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        headers = {
            **_TUS, "Content-Type": TUS_MEDIA_TYPE, "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {digest}",
        }  # fmt: skip
        with self._understood():
            answer = self._exchange(Ask("PATCH", f"/v1/attachments/{sha256}", body=chunk, headers=headers))
            return _state(answer, {200, 204}, size=0)

    # -- inside ----------------------------------------------------------------------------------------

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Turn a malformed answer into *unknown*; after any trouble drop the connections.

        After a 1xx, a cut or an unreadable answer the next bytes on a connection can belong to the
        request before; only a new connection is safe.
        """
        try:
            yield
        except ContractError as error:
            self.close()
            raise unknown(f"内容不合接口约定：{error}") from error
        except TransportError:
            self.close()
            raise

    def _get(self, path: str, **params: str) -> Json:
        given = {name: text for name, text in params.items() if text}
        return _proven(self._exchange(Ask("GET", path, params=given)))

    def _post(self, path: str, data: Mapping[str, Json]) -> Json:
        return _proven(self._exchange(Ask("POST", path, body=json.dumps(data).encode(), headers=_JSON)))

    def _send(self, ask: Ask) -> Json:
        """Send a batch, compressed when the platform takes that; something between may still refuse it."""
        body = ask.body or b""
        if self._compresses and len(body) >= _LEAST_COMPRESSED:
            packed = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers = {**ask.headers, "Content-Encoding": "gzip"}
            answer = self._exchange(Ask(ask.method, ask.path, body=packed, headers=headers))
            if answer.status != 415:
                return _proven(answer)
            self._compresses = False
        return _proven(self._exchange(ask))

    def _exchange(self, ask: Ask) -> Answer:
        return self._wire.exchange(ask, self.token)


def _proven(answer: Answer) -> Json:
    if answer.status not in PROVEN_STATUSES:
        raise answer.refusal()
    return answer.json()


def _state(
    answer: Answer, good: set[int], *, offset: int | None = None, size: int | None = None
) -> AttachmentState:
    """How much has arrived, as the headers of a tus answer tell it."""
    if answer.status not in good:
        raise answer.refusal()
    return AttachmentState(
        answer.upload_header("Upload-Offset", offset), answer.upload_header("Upload-Length", size)
    )
