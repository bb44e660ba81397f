"""One HTTP exchange: request out, whole answer or a :class:`TransportError` back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from urllib3.exceptions import HTTPError

from jgclient import __version__
from jgclient.contract import TransportError
from jgclient.platform_api.addresses import address_fault, is_loopback, proxy_fault
from jgclient.platform_api.answers import Answer
from jgclient.platform_api.failures import bad_proxy, failure
from jgclient.platform_api.reactions import log_in_needed, unknown
from jgclient.platform_api.trust import BearerAuth, Security, TrustAdapter

#: Largest answer that is read, in bytes after decompression; far above any honest one.
MAX_ANSWER_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: method, path below the platform's address, query, body, headers."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire:
    """The connections to one platform. Nothing is sent before the first exchange.

    Args:
        base_url: Address of the platform, already cleaned.
        security: Certificates and proxy.
        timeout: Seconds to connect and seconds without a single byte (stall, not total).
    """

    def __init__(self, base_url: str, security: Security, timeout: tuple[float, float]) -> None:
        self.base_url = base_url
        self._security = security
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"jgclient/{__version__}"
        self._session.headers["Accept"] = "application/json, application/problem+json"
        self._session.auth = self._auth = BearerAuth()
        self._ready = False

    def close(self) -> None:
        """Close the connections; a later exchange opens new ones."""
        self._session.close()

    def exchange(self, ask: Ask, token: str) -> Answer:
        """Ask and read the whole answer.

        Raises:
            TransportError: there is no whole answer, or the settings do not allow to ask.
        """
        self._prepare(token)
        request = requests.Request(
            ask.method, self.base_url + ask.path, params=ask.params, data=ask.body, headers=dict(ask.headers)
        )
        proxy = ""
        try:
            prepared = self._session.prepare_request(request)
            settings = self._session.merge_environment_settings(
                prepared.url, self._proxies(), True, None, None
            )
            proxy = select_proxy(self.base_url, settings["proxies"]) or ""
            with self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **settings
            ) as response:
                return Answer(response.status_code, response.headers, _read_limited(response))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise failure(error, self.base_url, self._security, proxy) from error

    def _prepare(self, token: str) -> None:
        reason = address_fault(self.base_url)
        if reason:
            raise TransportError("stop", f"上报平台地址“{self.base_url}”不能用：{reason}")
        if proxy_fault(self._security.proxy):
            raise bad_proxy(self._security.proxy)
        if not (token.isascii() and token.isprintable()):
            raise log_in_needed()
        self._auth.token = token
        # A proxy or a .netrc entry of this computer has no business between it and itself.
        self._session.trust_env = not self._is_here()
        if not self._ready and self.base_url.startswith("https:"):
            self._session.mount("https://", TrustAdapter(self._security.context()))
        self._ready = True

    def _proxies(self) -> dict[str, str]:
        proxy = "" if self._is_here() else self._security.proxy
        return {"http": proxy, "https": proxy} if proxy else {}

    def _is_here(self) -> bool:
        return is_loopback(urlsplit(self.base_url).hostname or "")


def _read_limited(response: requests.Response) -> bytes:
    parts = bytearray()
    for chunk in response.iter_content(65_536):
        parts += chunk
        if len(parts) > MAX_ANSWER_BYTES:
            raise unknown(f"超过 {MAX_ANSWER_BYTES // 2**20} MB", status=response.status_code)
    return bytes(parts)
