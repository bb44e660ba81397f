"""One HTTP answer, and what it proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from jgclient.contract import TUS_VERSION, TransportError
from jgclient.platform_api.reactions import reaction_of, refusal_text, stranger, unknown
from jgclient.records import Json, canonical_json

#: Longest wait a server can ask for, in seconds (one day).
MAX_RETRY_AFTER = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and whole body of one HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        """The body, when it proves to be JSON of the contract.

        Raises:
            TransportError: *unknown*: it does not.
        """
        if self._media_type() != "application/json":
            raise unknown("可能是上网认证页", status=self.status)
        try:
            data = json.loads(self.body.decode())
            # A lone surrogate is legal JSON and cannot be stored as UTF-8: refuse it here.
            canonical_json(data).encode()
        except (ValueError, RecursionError) as error:
            raise unknown("内容残缺", status=self.status) from error
        return data

    def upload_header(self, name: str, default: int | None = None) -> int:
        """A number that a tus answer tells in a header (tus 1.0: answers name their protocol version).

        Raises:
            TransportError: *unknown*: no tus answer, or the number is missing.
        """
        text = self.headers.get(name, "" if default is None else str(default)).strip()
        if self.headers.get("Tus-Resumable") != TUS_VERSION or not (text.isascii() and text.isdigit()):
            raise unknown("不是附件接口的回答", status=self.status)
        return int(text)

    def refusal(self) -> TransportError:
        """The error that a status which proves nothing stands for."""
        if self.status in (400, 495, 496) and b"SSL certificate" in self.body and not self._is_problem():
            # What nginx says to a client without a certificate, or with one it does not accept.
            return stranger(self.status)
        detail = self._detail()
        said = f"平台说明：{detail}" if detail else ""
        return TransportError(
            reaction_of(self.status), f"{refusal_text(self.status)}（HTTP {self.status}）{said}",
            retry_after=retry_after(self.headers), status=self.status,
        )  # fmt: skip

    def _media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def _is_problem(self) -> bool:
        return self._media_type() == "application/problem+json"

    def _detail(self) -> str:
        """What the platform says in its problem+json (RFC 9457), one printable line."""
        if not self._is_problem():
            return ""
        try:
            data = json.loads(self.body.decode())
        except (ValueError, RecursionError):
            return ""
        members = data if isinstance(data, dict) else {}
        text = str(members.get("detail") or members.get("title") or "")
        return "".join(c for c in text if c.isprintable())[:200]


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of ``Retry-After`` (RFC 9110 §10.2.3), 0 without one.

    A date counts from the answer's own ``Date``, so a wrong clock on this computer does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER)
    try:
        until, since = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
        seconds = (until - since).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)
