"""Whether a platform can be reached at all; asked before a run that nobody started by hand."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from jgclient.platform_api.addresses import address_fault, is_loopback

_PORTS = {"http": 80, "https": 443}


def reachable(base_url: str, *, proxy: str = "", timeout: float = 2.0) -> bool:
    """Whether something listens at the address, or the proxy before it; no request is made, nothing is sent.

    Args:
        base_url: Address of the platform.
        proxy: Address of a proxy to be used whatever the system says; empty for the system's.
        timeout: Seconds to wait for a connection.
    """
    if address_fault(base_url):
        return False
    parts = urlsplit(base_url)
    before = _proxy(parts.scheme, parts.hostname or "", proxy)
    parts = urlsplit(before) if before else parts
    try:
        place = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80))
        with socket.create_connection(place, timeout=timeout):
            return True
    except (OSError, ValueError):  # a proxy setting may be anything
        return False


def _proxy(scheme: str, host: str, proxy: str) -> str:
    """The proxy on the way to a host, empty when there is none; as ``requests`` finds it."""
    if is_loopback(host):
        return ""
    found = proxy or ("" if proxy_bypass(host) else getproxies().get(scheme, ""))
    return found if not found or "://" in found else f"http://{found}"
