"""Which platform a profile reports to, and as whom."""

from __future__ import annotations

import pytest
from faulty_server import FaultyServer
from sync_profile import Profile

from jgclient.contract import TransportError
from jgclient.sync import connect, device_id, log_in


def test_without_an_address(profile: Profile) -> None:
    with pytest.raises(TransportError, match="还没有设置上报平台地址"):
        connect(profile.store)


def test_without_a_user(profile: Profile, server: FaultyServer) -> None:
    profile.store.settings.set("gateway_url", server.url)
    with (
        connect(profile.store) as platform,
        pytest.raises(TransportError, match="还没有填写平台用户名") as found,
    ):
        log_in(profile.store, platform, "right")
    assert found.value.reaction == "login"
    assert server.seen == []


def test_token_serves_later_runs(profile: Profile, server: FaultyServer) -> None:
    profile.store.settings.set("gateway_url", server.url)
    profile.store.settings.set("gateway_user", "clerk")
    with connect(profile.store) as platform:
        log_in(profile.store, platform, "right")
    profile.finish("r1")
    with connect(profile.store) as later:
        assert profile.sync(later).accepted == 1


def test_token_is_shown_to_the_platform_that_gave_it_only(profile: Profile, server: FaultyServer) -> None:
    profile.store.settings.set("gateway_url", server.url)
    profile.store.settings.set("gateway_user", "clerk")
    with connect(profile.store) as platform:
        log_in(profile.store, platform, "right")
    profile.store.settings.set("gateway_url", "https://other.example")
    assert connect(profile.store).token == ""


def test_failed_log_in_keeps_what_was_known(profile: Profile, server: FaultyServer) -> None:
    profile.store.settings.set("gateway_url", server.url)
    profile.store.settings.set("gateway_user", "clerk")
    with connect(profile.store) as platform:
        log_in(profile.store, platform, "right")
        with pytest.raises(TransportError):
            log_in(profile.store, platform, "wrong")
    assert connect(profile.store).token == "token-of-clerk"


def test_device_id_is_made_once(profile: Profile) -> None:
    first = device_id(profile.store)
    assert len(first) == 36
    assert device_id(profile.store) == first
