"""All network of the client: the sync contract over HTTP.

Every answer, and every missing answer, ends as data or as a :class:`jgclient.contract.TransportError` whose
reaction follows the table of the sync contract (docs/decisions/001-sync.md).
"""

from __future__ import annotations

from jgclient.platform_api.addresses import address_fault, proxy_fault
from jgclient.platform_api.certificates import certificate_fault, client_fault, key_fault, roots_fault
from jgclient.platform_api.platform import HttpPlatform
from jgclient.platform_api.probing import reachable
from jgclient.platform_api.reactions import PROVEN_STATUSES, reaction_of
from jgclient.platform_api.trust import Security

__all__ = [
    "PROVEN_STATUSES",
    "HttpPlatform",
    "Security",
    "address_fault",
    "certificate_fault",
    "client_fault",
    "key_fault",
    "proxy_fault",
    "reachable",
    "reaction_of",
    "roots_fault",
]
