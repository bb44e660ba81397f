"""All network of the client: the sync contract over HTTP.

Every answer, and every missing answer, ends as data or as a :class:`TransportError` whose reaction
follows the table of the sync contract (docs/decisions/001-sync.md).
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, NewConnectionError

from jgclient import __version__
from jgclient.contract import (
    BatchAnswer,
    Capabilities,
    ContractError,
    Reaction,
    Result,
    TransportError,
    receipts_from_json,
    token_from_json,
)
from jgclient.records import Json, canonical_json

#: Only these can prove success (sync contract, principles).
PROVEN_STATUSES = frozenset({200, 201, 202})
#: Largest answer that is read, in bytes after decompression; far above any honest one.
MAX_ANSWER_BYTES = 32 * 2**20
#: Longest wait a server can ask for, in seconds (one day).
MAX_RETRY_AFTER = 86_400.0

_REACTIONS: dict[int, Reaction] = {
    401: "login",
    403: "login",
    407: "stop",
    408: "retry",
    413: "halve",
    425: "retry",
    429: "retry",
    507: "stop",
    511: "stop",
}

_STATUS_TEXTS = {
    401: "没有登录，或登录已失效、用户名密码不对：请重新登录后再上报。",
    403: "当前账号没有上报权限：请换用有权限的账号登录，或请平台管理员授权。",
    407: "网络代理要求登录：请本单位网络管理员放行本机到上报平台的访问，或在系统里设好代理账号。",
    429: "上报平台正忙，要求放慢：稍后会再试，记录都在本机。",
    507: "上报平台存储空间不足：请平台管理员清理后再上报，记录都在本机。",
    511: "本地网络要求先登录：请在浏览器里完成上网认证后再上报。",
}

_REACTION_TEXTS: dict[Reaction, str] = {
    "retry": "上报平台暂时不能受理：稍后会再试，记录都在本机。",
    "halve": "一次上报的数据超过平台上限：将改为小批上报。",
    "park": "上报平台拒收：请把这句话连同平台说明告诉平台管理员，更正后再报。",
    "unknown": "收到的不是上报平台的回答，可能被上网认证页或代理截住：将先查询回执，不会重复上报。",
}


def reaction_of(status: int) -> Reaction:
    """What the client does about an HTTP status that is not in :data:`PROVEN_STATUSES`.

    The table is that of the sync contract; other 4xx refuse the batch as a whole, other 5xx are
    passing trouble, everything else (1xx, 2xx without proof, 3xx) tells nothing.
    """
    if status in _REACTIONS:
        return _REACTIONS[status]
    if 400 <= status < 500:
        return "park"
    return "retry" if 500 <= status < 600 else "unknown"


class HttpPlatform:
    """A platform behind HTTP; fulfils :class:`jgclient.contract.Transport`.

    One object belongs to one thread. Nothing is sent before the first call.

    Args:
        base_url: Address of the platform, ``https://host[:port][/path]``; plain ``http`` only for this
            computer itself, because passwords and personal data must not travel readable.
        token: Bearer token of an earlier session, empty when there is none.
        timeout: Seconds to connect and seconds without a single byte (stall, not total).

    Attributes:
        token: The bearer token in use; :meth:`log_in` replaces it.
    """

    def __init__(self, base_url: str, *, token: str = "", timeout: tuple[float, float] = (5, 30)) -> None:
        self.base_url = unicodedata.normalize("NFKC", base_url).strip().rstrip("/")
        self.token = token
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"jgclient/{__version__}"
        self._session.headers["Accept"] = "application/json, application/problem+json"
        self._session.auth = _BearerAuth(self)
        self._session.mount("https://", _SystemTrustAdapter())

    def __enter__(self) -> HttpPlatform:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._session.close()

    def capabilities(self) -> Capabilities:
        """What the platform can do (``GET /v1/capabilities``)."""
        with self._understood():
            return Capabilities.from_json(self._call("GET", "/v1/capabilities"))

    def log_in(self, user: str, password: str, device_id: str) -> str:
        """Open a session (``POST /v1/sessions``); the token is used from now on and returned."""
        body = json.dumps({"user": user, "password": password, "device_id": device_id}).encode()
        self.token = ""
        with self._understood():
            self.token = token_from_json(self._call("POST", "/v1/sessions", body=body))
        return self.token

    def send_batch(self, batch_id: str, body: bytes) -> BatchAnswer:
        """Send the stored bytes of a batch (``POST /v1/batches``), its id as idempotency key."""
        with self._understood():
            return BatchAnswer.from_json(
                self._call("POST", "/v1/batches", body=body, headers={"Idempotency-Key": f'"{batch_id}"'})
            )

    def receipts(self, ids: Sequence[str]) -> list[Result]:
        """What the platform holds for these record ids (``GET /v1/receipts?ids=a,b``)."""
        with self._understood():
            return receipts_from_json(self._call("GET", "/v1/receipts", params={"ids": ",".join(ids)}))

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
            raise _unknown(f"内容不合接口约定：{error}") from error
        except TransportError:
            self.close()
            raise

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        self._check_settings()
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        url = self.base_url + path
        answer = self._exchange(requests.Request(method, url, params=params, data=body, headers=sent))
        if answer.status not in PROVEN_STATUSES:
            raise answer.refusal()
        return answer.json()

    def _check_settings(self) -> None:
        reason = _address_fault(self.base_url)
        if reason:
            raise TransportError("stop", f"上报平台地址“{self.base_url}”不能用：{reason}")
        if not (self.token.isascii() and self.token.isprintable()):
            raise TransportError("login", _STATUS_TEXTS[401])
        # A proxy or a .netrc entry of this computer has no business between it and itself.
        self._session.trust_env = not _is_loopback(urlsplit(self.base_url).hostname or "")

    def _exchange(self, request: requests.Request) -> _Answer:
        try:
            prepared = self._session.prepare_request(request)
            settings = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
            with self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **settings
            ) as response:
                return _Answer(response.status_code, response.headers, _read_limited(response))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failure(error, self.base_url) from error


@dataclass(frozen=True, slots=True)
class _Answer:
    """Status, headers and whole body of one HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        """The body, when it proves to be JSON of the contract."""
        if self._media_type() != "application/json":
            raise _unknown("可能是上网认证页", status=self.status)
        try:
            data = json.loads(self.body.decode())
            # A lone surrogate is legal JSON and cannot be stored as UTF-8: refuse it here.
            canonical_json(data).encode()
        except (ValueError, RecursionError) as error:
            raise _unknown("内容残缺", status=self.status) from error
        return data

    def refusal(self) -> TransportError:
        """The error that a status outside :data:`PROVEN_STATUSES` stands for."""
        reaction = reaction_of(self.status)
        text = _STATUS_TEXTS.get(self.status) or _REACTION_TEXTS[reaction]
        detail = self._detail()
        said = f"平台说明：{detail}" if detail else ""
        return TransportError(
            reaction, f"{text}（HTTP {self.status}）{said}",
            retry_after=_retry_after(self.headers), status=self.status,
        )  # fmt: skip

    def _media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def _detail(self) -> str:
        """What the platform says in its problem+json (RFC 9457), one printable line."""
        if self._media_type() != "application/problem+json":
            return ""
        try:
            data = json.loads(self.body.decode())
        except (ValueError, RecursionError):
            return ""
        members = data if isinstance(data, dict) else {}
        text = str(members.get("detail") or members.get("title") or "")
        return "".join(c for c in text if c.isprintable())[:200]


class _BearerAuth(AuthBase):
    """Sends the platform's token; set explicitly, or requests would prefer a .netrc entry."""

    def __init__(self, platform: HttpPlatform) -> None:
        self._platform = platform

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._platform.token:
            request.headers["Authorization"] = f"Bearer {self._platform.token}"
        return request


class _SystemTrustAdapter(HTTPAdapter):
    """TLS verified against the certificate store of the operating system, not a bundled list."""

    def __init__(self) -> None:
        self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in the base class
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as in the base class
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Keep requests from adding its bundled certificates to those of the system."""


def _read_limited(response: requests.Response) -> bytes:
    parts = bytearray()
    for chunk in response.iter_content(65_536):
        parts += chunk
        if len(parts) > MAX_ANSWER_BYTES:
            raise _unknown(f"超过 {MAX_ANSWER_BYTES // 2**20} MB", status=response.status_code)
    return bytes(parts)


def _unknown(why: str, *, status: int = 0) -> TransportError:
    seen = f"HTTP {status}，{why}" if status else why
    return TransportError("unknown", f"{_REACTION_TEXTS['unknown']}（{seen}）", status=status)


def _failure(error: Exception, base_url: str) -> TransportError:
    """The error for an exchange that ended without an answer."""
    match error:
        case requests.exceptions.SSLError():
            return TransportError(
                "stop",
                f"与上报平台 {base_url} 的安全连接没有通过验证：请检查本机日期，"
                "或请管理员检查平台证书、把本单位根证书装入系统。",
            )
        case requests.exceptions.ProxyError() | requests.exceptions.InvalidProxyURL():
            return TransportError("stop", "网络代理不通或要求登录：请本单位网络管理员检查系统代理设置。")
        case requests.exceptions.ConnectTimeout():
            return _not_reached(base_url)
        case requests.exceptions.ConnectionError() if _never_connected(error):
            return _not_reached(base_url)
        case requests.exceptions.InvalidURL():
            return TransportError("stop", f"上报平台地址“{base_url}”不能用：请在设置里重新填写。")
    return TransportError(
        "unknown", f"上报平台 {base_url} 没有答完：将先查询回执，不会重复上报。记录都在本机。"
    )


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _not_reached(base_url: str) -> TransportError:
    return TransportError(
        "retry",
        f"连不上上报平台 {base_url}：请检查网络，或请管理员确认平台已启动。"
        "记录都在本机，网络恢复后会自动续报。",
    )


def _retry_after(headers: Mapping[str, str]) -> float:
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


def _address_fault(address: str) -> str:
    """What an administrator has to mend in the address, empty when it can be used."""
    example = "请填写形如 https://平台域名:端口 的地址"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port, host.encode("idna")
    except ValueError:
        return f"主机或端口写法不对，{example}"
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in address):
        return example
    if parts.username is not None or parts.query or parts.fragment:
        return f"地址里不要带用户名、密码、? 或 #，{example}"
    if parts.scheme == "http" and not _is_loopback(host):
        return "请改用 https:// 开头的地址。记录和密码不得明文传输（个人信息保护法 第五十一条）"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
