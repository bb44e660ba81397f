"""Whom the client trusts on the network, and as whom it shows itself there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from jgclient.contract import TransportError


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
            try:
                context.load_verify_locations(cafile=self.ca_file)
            except (OSError, ssl.SSLError) as error:
                raise _unusable("单位根证书文件", self.ca_file, error) from error
        if self.certificate:
            try:
                # An empty password, or OpenSSL asks for one on the terminal.
                context.load_cert_chain(self.certificate, self.key or None, password="")
            except (OSError, ssl.SSLError) as error:
                raise _unusable("客户端证书", self.key or self.certificate, error) from error
        return context


def _unusable(what: str, file: str, error: OSError) -> TransportError:
    why = error.strerror if isinstance(error.strerror, str) and not isinstance(error, ssl.SSLError) else ""
    return TransportError(
        "stop",
        f"{what} {file} 不能用（{why or '不是未加密的 PEM 格式，或证书与私钥不配对'}）："
        "请管理员在设置里更正，记录都在本机。",
    )


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
