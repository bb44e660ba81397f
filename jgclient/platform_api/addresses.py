"""What an address of a platform must look like, and whether it is this very computer."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def address_fault(address: str) -> str:
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
    if parts.scheme == "http" and not is_loopback(host):
        return "请改用 https:// 开头的地址。记录和密码不得明文传输（个人信息保护法 第五十一条）"
    return ""


def proxy_fault(address: str) -> str:
    """What is wrong with the address of a proxy, empty when it can be used or there is none."""
    if not address:
        return ""
    example = "写成 http://主机:端口，例如 http://10.1.2.3:8080"
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host = parts.hostname or ""
        _ = parts.port, host.encode("idna")
    except ValueError:
        return f"主机或端口写法不对，{example}"
    if parts.scheme.startswith("socks"):
        return f"本程序用不了 SOCKS 代理，请向网络管理员要 HTTP 代理，{example}"
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in address):
        return example
    return example if parts.path.strip("/") or parts.query or parts.fragment else ""


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
