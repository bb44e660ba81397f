"""Certificate files an administrator gives: what is wrong with one, and how it is loaded."""

from __future__ import annotations

import ssl
from pathlib import Path

#: More than any certificate file; a wrong file is not read to its end.
_MOST_BYTES = 4 * 1024 * 1024
_ASK_FOR_PEM = "请向管理员要 PEM 格式的文件（用记事本打开，能看到 BEGIN {}）"


class CertificateError(ValueError):
    """A file cannot be used; the text says why, in Chinese, without the file's name."""


def trust_roots(context: ssl.SSLContext, file: str) -> None:
    """Trust the root certificates of a file, PEM or DER, and no others.

    Raises:
        CertificateError: it cannot be read or holds no certificate.
    """
    data = _read(file)
    try:
        if b"-----BEGIN" in data:
            context.load_verify_locations(cafile=file)
        else:
            context.load_verify_locations(cadata=data)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; no data at all a ValueError
        ask = _ASK_FOR_PEM.format("CERTIFICATE")
        raise CertificateError(f"文件里没有可用的证书，{ask}") from error


def show_certificate(context: ssl.SSLContext, certificate: str, key: str = "") -> None:
    """Show a client certificate wherever one is asked for.

    Args:
        context: The connections' context.
        certificate: PEM file with the certificate.
        key: PEM file with its private key, empty when it is in ``certificate``.

    Raises:
        CertificateError: a file cannot be read, is of another kind or encrypted, or they do not fit.
    """
    if fault := certificate_fault(certificate) or key_fault(key or certificate):
        raise CertificateError(fault)
    try:
        # An empty password, or OpenSSL asks for one on the terminal.
        context.load_cert_chain(certificate, key or None, password="")
    except (OSError, ValueError) as error:
        raise CertificateError("证书与私钥不配对，或内容残缺，请向管理员核对这两个文件") from error


def certificate_fault(file: str) -> str:
    """Why a file cannot be used as a client certificate whatever its key, empty when it looks like one."""
    try:
        data = _read(file)
    except CertificateError as error:
        return str(error)
    if b"-----BEGIN CERTIFICATE" not in data:
        return f"文件里没有 PEM 格式的证书，{_ASK_FOR_PEM.format('CERTIFICATE')}"
    return ""


def key_fault(file: str) -> str:
    """Why a file cannot be used as a private key, empty when it looks like one."""
    try:
        data = _read(file)
    except CertificateError as error:
        return str(error)
    if b"PRIVATE KEY-----" not in data:
        return f"文件里没有 PEM 格式的私钥，{_ASK_FOR_PEM.format('PRIVATE KEY')}"
    if b"ENCRYPTED" in data:
        return "私钥加了密码，本程序打不开，请管理员导出不加密的私钥，并收好文件"
    return ""


def roots_fault(file: str) -> str:
    """Why a file cannot be used as root certificates, empty when it can."""
    try:
        trust_roots(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), file)
    except CertificateError as error:
        return str(error)
    return ""


def client_fault(certificate: str, key: str = "") -> str:
    """Why files cannot be used as a client certificate, empty when they can."""
    try:
        show_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, key)
    except CertificateError as error:
        return str(error)
    return ""


def _read(file: str) -> bytes:
    try:
        with Path(file).open("rb") as source:
            return source.read(_MOST_BYTES)
    except FileNotFoundError:
        raise CertificateError(f"没有 {Path(file).name} 这个文件，请核对位置") from None
    except IsADirectoryError:
        raise CertificateError("这是文件夹，请选择其中的证书文件") from None
    except (OSError, ValueError) as error:  # a text with a null character is a ValueError
        why = "这是文件夹" if _is_folder(file) else "读不出来，请核对位置和读取权限"
        raise CertificateError(why) from error


def _is_folder(file: str) -> bool:
    """Windows answers “permission denied” for a folder."""
    try:
        return Path(file).is_dir()
    except (OSError, ValueError):
        return False
