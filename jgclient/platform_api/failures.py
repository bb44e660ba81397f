"""Exchanges that ended without an answer: what happened, what follows, who can mend it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from jgclient.contract import TransportError
from jgclient.platform_api.addresses import proxy_fault
from jgclient.platform_api.trust import Security

#: ``verify_code`` of OpenSSL (x509_vfy.h) and of the Windows store (winerror.h, CERT_E_*).
_WRONG_NAME = {62, 64, 0x800B010F}
_OUT_OF_DATE = {9, 10, 0x800B0101}
_NOBODY_VOUCHES = {2, 18, 19, 20, 21, 0x800B0109, 0x800B010A}
#: What OpenSSL says when the other side does not speak TLS at all, or none that we do.
_NO_TLS = {
    "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE",
}  # fmt: skip
#: Alerts with which the other side refuses our certificate, or that we have shown none (RFC 8446 §6.2).
_WHO_ARE_YOU = re.compile("ALERT_(.*CERTIFICATE.*|BAD_CERT.*|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED)$")
_SAFE = "记录都在本机。"


def failure(error: Exception, base_url: str, security: Security, proxy: str) -> TransportError:
    """The error for an exchange that ended without an answer.

    Args:
        error: What the HTTP library raised.
        base_url: Address of the platform.
        security: Certificates that were used.
        proxy: Address of the proxy on the way, empty without one.
    """
    match error:
        case requests.exceptions.ProxyError():
            return _proxy_failed(error, base_url, proxy)
        case requests.exceptions.InvalidSchema() | requests.exceptions.InvalidURL() if proxy:
            return bad_proxy(proxy)
        case requests.exceptions.InvalidURL():
            return TransportError("stop", f"上报平台地址“{base_url}”不能用：请在设置里重新填写。")
        case requests.exceptions.ConnectTimeout():
            return _not_reached(base_url)
        case requests.exceptions.ConnectionError() if _never_connected(error):
            return _not_reached(base_url)
    insecure = next((_insecure(found, base_url, security) for found in _causes(error)), None)
    return insecure or _cut(base_url, security)


def bad_proxy(proxy: str) -> TransportError:
    """The error of a proxy address that cannot be used."""
    return TransportError(
        "stop",
        f"网络代理地址“{_shown(proxy)}”不能用：{proxy_fault(proxy) or '写法不对'}。"
        "请在设置“代理与证书 · 代理”里更正；那里没有填的，请网络管理员更正系统的代理设置。",
    )


# -- TLS ---------------------------------------------------------------------------------------------------


def _causes(error: BaseException) -> Iterator[ssl.SSLError]:
    """The TLS library's own words, at the bottom of what the HTTP library made of them."""
    seen: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in seen:
        seen.append(found)
        if isinstance(found, ssl.SSLError):
            yield found
        found = found.__cause__ or found.__context__


def _insecure(error: ssl.SSLError, base_url: str, security: Security) -> TransportError | None:
    """Why a secure connection was not made; None when one was made and then cut."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = _distrust(error.verify_code & 0xFFFFFFFF, base_url, security)
    elif error.reason in _NO_TLS:
        why = "那里答的不是 https：请核对设置里的平台地址和端口，或请平台管理员检查平台的加密设置。"
    elif _WHO_ARE_YOU.search(error.reason or ""):
        why = _stranger(security)
    else:
        return None
    return TransportError("stop", f"与上报平台 {base_url} 的安全连接没有通过验证。{why}{_SAFE}")


def _distrust(code: int, base_url: str, security: Security) -> str:
    if code in _WRONG_NAME:
        host = urlsplit(base_url).hostname
        return f"平台证书不是发给 {host} 的：请核对设置里的平台地址；地址没错的，请平台管理员换发证书。"
    if code in _OUT_OF_DATE:
        return "平台证书已过期或还没有生效：请先核对本机日期；日期没错的，请平台管理员换发证书。"
    if code in _NOBODY_VOUCHES and security.ca_file:
        return (
            f"平台证书不是设置里的根证书 {security.ca_file} 签发的：请向平台管理员核对这个文件，"
            "文件没错的，可能有设备截取了连接，请告诉网络管理员。"
        )
    if code in _NOBODY_VOUCHES:
        return (
            "平台证书的签发机构本机不信任：平台用自建证书的，请在设置“代理与证书 · 平台证书”里填管理员给的"
            "根证书文件；否则可能有设备截取了连接，请告诉网络管理员。"
        )
    return "请检查本机日期，或请管理员检查平台证书、在设置里指定本单位根证书。"


def _stranger(security: Security) -> str:
    if security.certificate:
        return (
            f"平台不认可本机的客户端证书 {security.certificate}（可能已过期，或不是平台指定的机构签发的）："
            "请向平台管理员核对、换发，再在设置“代理与证书 · 客户端证书”里更换。"
        )
    return "平台要求客户端证书：请在设置“代理与证书 · 客户端证书”里填平台管理员发的证书和私钥。"


# -- proxies, cuts -----------------------------------------------------------------------------------------


def _proxy_failed(error: Exception, base_url: str, proxy: str) -> TransportError:
    named = f"网络代理 {_shown(proxy)} "
    refusal = re.search(r"Tunnel connection failed: ([0-9]{3})", str(error))
    status = int(refusal[1]) if refusal else 0
    if status == 407:
        why = "要求登录：请本单位网络管理员放行本机到上报平台的访问，或给出代理的用户名和密码。"
    elif status >= 500:  # nothing was sent: the proxy itself did not get there
        return TransportError(
            "retry", f"{named}连不上上报平台 {base_url}（HTTP {status}）：请检查网络，稍后会再试。{_SAFE}"
        )
    elif status:
        why = f"不放行到上报平台 {base_url} 的连接（HTTP {status}）：请本单位网络管理员放行。"
    else:
        why = "连不上：请检查网络，或请本单位网络管理员检查系统代理和设置里的代理地址。"
    return TransportError("stop", f"{named}{why}{_SAFE}")


def _shown(proxy: str) -> str:
    """The address without the password that may be in it."""
    before, at, place = proxy.rpartition("@")
    return f"{before.partition('://')[0]}://{place}" if at and "://" in before else place


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _not_reached(base_url: str) -> TransportError:
    return TransportError(
        "retry",
        f"连不上上报平台 {base_url}：请检查网络，或请管理员确认平台已启动。"
        "记录都在本机，网络恢复后会自动续报。",
    )


def _cut(base_url: str, security: Security) -> TransportError:
    hint = ""
    if base_url.startswith("https:"):  # TLS 1.3 refuses after the handshake, some servers without a word
        which = "认可本机的客户端证书" if security.certificate else "要求客户端证书"
        hint = f"总是这样的，请问平台管理员是否{which}。"
    return TransportError(
        "unknown", f"上报平台 {base_url} 没有答完：将先查询回执，不会重复上报。{_SAFE}{hint}"
    )
