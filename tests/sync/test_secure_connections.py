"""Certificates and proxies on the way to a platform: what is wrong with one is told in words."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from faulty_server import FaultyServer, says
from sync_model import Answer, ModelPlatform

from jgclient.contract import Batch, TransportError
from jgclient.platform_api import HttpPlatform, Security, client_fault, roots_fault

BODY = Batch("b1", "device-1", "unit", "commit", []).to_bytes()


def failure(platform: HttpPlatform) -> TransportError:
    """The error that sending a batch ends in."""
    with pytest.raises(TransportError) as found:
        platform.send_batch("b1", BODY)
    return found.value


@pytest.fixture
def _no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)


_PEM, _PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


class Certificate:
    """A certificate for an address, usually 127.0.0.1, that vouches for itself."""

    def __init__(self, folder: Path, *, address: str = "127.0.0.1", days: int = 1) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
        loopback = x509.IPAddress(ipaddress.ip_address(address))
        now = dt.datetime.now(dt.UTC)  # the TLS library checks against the real clock
        made = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=9)).not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        folder.mkdir(exist_ok=True)
        self.path = folder / "certificate.pem"
        self.public, self.der = (made.public_bytes(e) for e in (_PEM, serialization.Encoding.DER))
        self.key = key.private_bytes(_PEM, _PKCS8, serialization.NoEncryption())
        self.locked = key.private_bytes(_PEM, _PKCS8, serialization.BestAvailableEncryption(b"1"))
        self.path.write_bytes(self.public + self.key)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(tmp_path)


@contextmanager
def secured(
    model: ModelPlatform,
    certificate: Certificate,
    client: Certificate | None = None,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> Iterator[str]:
    """A platform behind TLS; with ``client`` it asks for that certificate."""
    server = FaultyServer(model)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path)
    context.maximum_version = newest
    if client is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client.path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    try:
        yield server.url.replace("http:", "https:")
    finally:
        server.stop()


@pytest.fixture
def secure_url(certificate: Certificate, model: ModelPlatform) -> Iterator[str]:
    with secured(model, certificate) as url:
        yield url


def test_certificate_nobody_vouches_for_stops(secure_url: str) -> None:
    error = failure(HttpPlatform(secure_url))
    assert error.reaction == "stop"
    assert "安全连接没有通过验证" in error.message
    assert "根证书" in error.message


@pytest.mark.skipif("sys.platform == 'win32'", reason="the Windows store is not set by a variable")
def test_certificate_of_the_systems_store_is_trusted(
    secure_url: str, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with HttpPlatform(secure_url) as platform:
        assert platform.capabilities().max_items == 200


def test_the_units_own_root_certificate_is_trusted_instead(
    secure_url: str, certificate: Certificate, tmp_path: Path
) -> None:
    with HttpPlatform(secure_url, security=Security(ca_file=str(certificate.path))) as platform:
        assert platform.capabilities().max_items == 200
    another = Certificate(tmp_path / "another")
    assert failure(HttpPlatform(secure_url, security=Security(ca_file=str(another.path)))).reaction == "stop"


@pytest.mark.parametrize("member", ["ca_file", "certificate", "key"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_certificate_files_that_cannot_be_used_are_named(
    certificate: Certificate, tmp_path: Path, member: str, content: bytes | None
) -> None:
    file = tmp_path / "wrong.pem"
    if content is not None:
        file.write_bytes(content)
    chosen = {"certificate": str(certificate.path), member: str(file)}
    error = failure(HttpPlatform("https://127.0.0.1:9", security=Security(**chosen)))
    assert (error.reaction, str(file) in error.message) == ("stop", True)


def test_a_certificate_for_another_name_or_another_time_is_told_as_such(
    model: ModelPlatform, tmp_path: Path
) -> None:
    for made, why in (
        (Certificate(tmp_path / "name", address="127.0.0.9"), "不是发给 127.0.0.1 的"),
        (Certificate(tmp_path / "old", days=-1), "请先核对本机日期"),
    ):
        with secured(model, made) as url:
            error = failure(HttpPlatform(url, security=Security(ca_file=str(made.path))))
        assert (error.reaction, why in error.message) == ("stop", True), error.message


def test_a_port_without_tls_is_told_as_such(server: FaultyServer) -> None:
    error = failure(HttpPlatform(server.url.replace("http:", "https:")))
    assert (error.reaction, "答的不是 https" in error.message) == ("stop", True)


@pytest.mark.parametrize("fault", ["reset", "cut"])
def test_a_secure_connection_that_is_cut_is_no_certificates_fault(
    model: ModelPlatform, certificate: Certificate, fault: str
) -> None:
    """What was sent may have arrived: it has to be asked for."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path)

    def serve() -> None:
        with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
            connection.recv(65_536)
            if fault == "cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    thread = threading.Thread(target=serve)
    thread.start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    error = failure(HttpPlatform(url, security=Security(ca_file=str(certificate.path))))
    thread.join()
    listener.close()
    assert (error.reaction, "将先查询回执" in error.message) == ("unknown", True), error.message
    assert "客户端证书" in error.message


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_platform_that_asks_for_a_client_certificate_gets_it(
    model: ModelPlatform, certificate: Certificate, tmp_path: Path, newest: ssl.TLSVersion
) -> None:
    """TLS 1.3 refuses after the handshake: there it may look like a cut, and is told as a possible reason."""
    mine = Certificate(tmp_path / "client")
    with secured(model, certificate, mine, newest) as url:
        trusting = Security(ca_file=str(certificate.path))
        other = Certificate(tmp_path / "other")
        with_other = replace(trusting, certificate=str(other.path))
        for stranger, why in ((trusting, "要求客户端证书"), (with_other, "认可本机的客户端证书")):
            error = failure(HttpPlatform(url, security=stranger))
            assert why in error.message
            assert error.reaction == "stop" or newest is ssl.TLSVersion.TLSv1_3
        known = replace(trusting, certificate=str(mine.path))
        with HttpPlatform(url, security=known) as platform:
            assert platform.capabilities().max_items == 200


def test_the_entrance_that_answers_strangers_in_words_is_understood(server: FaultyServer) -> None:
    page = b"<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    server.script(
        "/v1/batches", lambda handler: handler.answer(Answer(400, page, {"Content-Type": "text/html"}))
    )
    error = failure(HttpPlatform(server.url))
    assert (error.reaction, "客户端证书" in error.message) == ("stop", True)


def test_certificate_files_are_told_what_is_wrong_with_them(tmp_path: Path) -> None:
    mine, other = Certificate(tmp_path / "1"), Certificate(tmp_path / "2")
    files = {
        "public": mine.public, "key": mine.key, "locked": mine.locked, "other": other.key, "der": mine.der,
        "empty": b"",
    }  # fmt: skip
    at = {name: str(tmp_path / name) for name in (*files, "gone")}
    for name, data in files.items():
        Path(at[name]).write_bytes(data)
    assert roots_fault(at["public"]) == roots_fault(at["der"]) == ""
    for name, why in (("empty", "没有可用的证书"), ("key", "没有可用的证书"), ("gone", "没有 gone 这个文件")):
        assert why in roots_fault(at[name])
    assert "文件夹" in roots_fault(str(tmp_path))
    assert "读不出来" in roots_fault("nul\0l")
    assert client_fault(str(mine.path)) == client_fault(at["public"], at["key"]) == ""
    for name, key, why in (
        ("public", "", "没有 PEM 格式的私钥"), ("public", "locked", "加了密码"),
        ("public", "other", "不配对"), ("public", "gone", "没有 gone 这个文件"),
        ("gone", "key", "没有 gone 这个文件"), ("der", "key", "没有 PEM 格式的证书"),
    ):  # fmt: skip
        assert why in client_fault(at[name], at[key] if key else "")


# -- proxies that do not let through -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reaction", "why"),
    [(407, "stop", "要求登录"), (403, "stop", "不放行"), (502, "retry", "连不上上报平台")],
)
def test_what_a_proxy_refuses_is_told(server: FaultyServer, status: int, reaction: str, why: str) -> None:
    server.script("platform.example", says(status))
    proxy = server.url.replace("http://", "http://user:secret@")
    error = failure(HttpPlatform("https://platform.example", security=Security(proxy=proxy)))
    assert (error.reaction, why in error.message) == (reaction, True), error.message
    assert server.url in error.message
    assert "secret" not in error.message


@pytest.mark.parametrize(
    "address", ["rub bish", "http://[", "http://a:b", "ftp://a", "socks5://a:1", "http://a/b"]
)
def test_a_proxy_address_that_is_none_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = failure(HttpPlatform("https://platform.example", security=Security(proxy=address)))
    assert (error.reaction, f"网络代理地址“{address}”不能用" in error.message) == ("stop", True)


@pytest.mark.usefixtures("_no_exceptions")
@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1", "http://127.0.0.1:b"])
def test_a_proxy_of_the_system_that_is_none_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", address)
    error = failure(HttpPlatform("https://platform.example"))
    assert (error.reaction, "更正系统的代理设置" in error.message) == ("stop", True), error.message
