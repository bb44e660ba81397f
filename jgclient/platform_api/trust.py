"""Whom the client trusts on the network, and as whom it shows itself there."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from jgclient.contract import TransportError
from jgclient.platform_api.certificates import CertificateError, show_certificate, trust_roots


@dataclass(frozen=True, slots=True)
class Security:
    """How a unit's administrator wants connections secured.

    Attributes:
        ca_file: PEM file with the unit's own root certificates; trusted instead of the system's store.
        certificate: PEM file with the client certificate, empty when the platform asks for none.
        key: PEM file with its private key, empty when it is in ``certificate``.
        proxy: ``http://host:port`` of a proxy to be used whatever the system says; empty for the system's.
    """

    ca_file: str = ""
    certificate: str = ""
    key: str = ""
    proxy: str = ""

    def context(self) -> ssl.SSLContext:
        """What connections are verified with.

        Raises:
            TransportError: *stop*: a file cannot be read or is none of the kind.
        """
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca_file:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            with _named("平台证书（根证书）", self.ca_file):
                trust_roots(context, self.ca_file)
        if self.certificate:
            with _named("客户端证书", "、".join(filter(None, (self.certificate, self.key)))):
                show_certificate(context, self.certificate, self.key)
        return context


@contextmanager
def _named(what: str, files: str) -> Iterator[None]:
    try:
        yield
    except CertificateError as error:
        raise TransportError(
            "stop", f"设置里的{what} {files} 不能用：{error}，再在设置里更正。记录都在本机。"
        ) from error


class TrustAdapter(HTTPAdapter):
    """Connections verified with a context of our own, never with the certificates requests brings along."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in the base class
        """Make direct connections with our context."""
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as in the base class
        """Make connections through a proxy with our context."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Keep requests from adding its bundled certificates to those of the context."""


class BearerAuth(AuthBase):
    """Sends a token; set explicitly, or requests would prefer a ``.netrc`` entry."""

    def __init__(self) -> None:
        self.token = ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token, if there is one."""
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request
