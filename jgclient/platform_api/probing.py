"""Whether a platform can be reached at all; asked before a run that nobody started by hand."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from jgclient.platform_api.addresses import address_fault

_PORTS = {"http": 80, "https": 443}


def reachable(base_url: str, *, timeout: float = 2.0) -> bool:
    """Whether something listens at the address; no request is made and nothing is sent.

    Behind a proxy a platform may be reachable although this says no: then runs are started by hand or at
    the set hours.

    Args:
        base_url: Address of the platform.
        timeout: Seconds to wait for a connection.
    """
    if address_fault(base_url):
        return False
    parts = urlsplit(base_url)
    place = (parts.hostname or "", parts.port or _PORTS[parts.scheme])
    try:
        with socket.create_connection(place, timeout=timeout):
            return True
    except OSError:
        return False
