"""This profile towards platforms: its id, and the keys it signs packages with."""

from __future__ import annotations

import uuid

from jgclient.contract import Capabilities, Platform, TransportError
from jgclient.packages import Keys
from jgclient.store import Store
from jgclient.sync.dialogue import Dialogue

#: Setting with the platform's public key, as its capabilities told it or an administrator typed it.
PLATFORM_KEY = "platform_key"
#: Setting with the platform address and public key that this device is registered with.
REGISTERED = "device_registered"
#: Setting with the platform's words when it refused this device's key.
REFUSED = "device_refused"


def device_id(store: Store) -> str:
    """The id of this profile towards platforms, made at first use and kept."""
    known = str(store.settings.get("device_id") or "")
    if not known:
        known = str(uuid.uuid4())
        store.settings.set("device_id", known)
    return known


def device_keys(store: Store) -> Keys:
    """The keys of this profile, made at first use; the seed is kept where the token is."""
    seed = str(store.settings.get("device_seed") or "")
    if not seed:
        keys = Keys.generate()
        store.settings.set("device_seed", keys.seed.hex())
        return keys
    return Keys(bytes.fromhex(seed))


def introduce(store: Store, platform: Platform, talk: Dialogue, found: Capabilities, device: str) -> None:
    """Make packages possible before they are needed: keep the platform's key, tell it this device's.

    One request with each platform, once. A platform that refuses the device is not asked again; its words
    are shown when somebody makes a package.
    """
    if not found.public_key:
        return
    if store.settings.get(PLATFORM_KEY) != found.public_key:
        store.settings.set(PLATFORM_KEY, found.public_key)
    mine = str(device_keys(store).public)
    introduced = [found.public_key, device, mine]
    if store.settings.get(REGISTERED) == introduced:
        return
    refusal = ""
    try:
        talk.ask_for(lambda: platform.register_device(device, mine))
    except TransportError as error:
        refusal = error.message
    with store.atomic():
        store.settings.set(REGISTERED, introduced)
        store.settings.set(REFUSED, refusal)
