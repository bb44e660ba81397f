"""The platform this profile reports to: address, certificates, log-in."""

from __future__ import annotations

from jgclient.contract import Transport, TransportError
from jgclient.platform_api import HttpPlatform, Security
from jgclient.store import Store
from jgclient.sync.devices import device_id

#: Settings of an administrator, by the member of :class:`jgclient.platform_api.Security` they fill.
SECURITY_SETTINGS = {
    "ca_file": "gateway_ca_file",
    "certificate": "gateway_certificate",
    "key": "gateway_certificate_key",
    "proxy": "gateway_proxy",
}


def connect(store: Store) -> HttpPlatform:
    """The platform of the profile's settings, with the token of the last log-in there. Sends nothing yet.

    Raises:
        TransportError: no address is set.
    """
    address = str(store.settings.get("gateway_url") or "")
    if not address:
        raise TransportError("stop", "还没有设置上报平台地址：请在“设置”里填写，命令行请加 --gateway 网址。")
    # A token is a secret between this profile and one platform; another address must not see it.
    known = store.settings.get("token_for") == address
    token = str(store.settings.get("token") or "") if known else ""
    chosen = {member: str(store.settings.get(name) or "") for member, name in SECURITY_SETTINGS.items()}
    return HttpPlatform(address, token=token, security=Security(**chosen))


def log_in(store: Store, platform: Transport, password: str) -> None:
    """Open a session as the profile's user; its token is kept for later runs.

    Raises:
        TransportError: no user name is set, or the platform refuses or does not answer.
    """
    user = str(store.settings.get("gateway_user") or "")
    if not user:
        raise TransportError("login", "还没有填写平台用户名：请在“设置”里填写，命令行请加 --user 用户名。")
    token = platform.log_in(user, password, device_id(store))
    with store.atomic():
        store.settings.set("token", token)
        store.settings.set("token_for", store.settings.get("gateway_url"))
