"""Batches and items for the gateway's tests: valid by default, anything can be changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from jgclient.contract import Batch, Item

UNIT, OTHER_UNIT, CITY = "11410100000000019W", "11410200000000023G", "91410100MA0000015B"
#: Noon of a Monday in Beijing.
NOON = datetime(2026, 9, 7, 12, 0, tzinfo=timezone(timedelta(hours=8)))
PASSWORD = "loopback-only-1"
DEVICE = "device-1"
#: Users of the tests' gateway: name → unit and role.
USERS = {
    "clerk": (UNIT, "clerk"), "colleague": (UNIT, "clerk"), "head": (UNIT, "department"),
    "stranger": (OTHER_UNIT, "clerk"), "city": (CITY, "region"),
}  # fmt: skip


def item(record_id: str = "r1", *, content: dict[str, Any] | None = None, **changes: Any) -> Item:
    """A right item of the form ``visit``; its hash fits unless given."""
    filled = {"number": f"N-{record_id}", "object": "甲公司", "day": "2026-09-01", "people": 2}
    plain = Item(
        id=record_id, form="visit", form_version=1, revision=1, base_revision=0, operation="i",
        author="李某", content=filled | (content or {}), sha256="",
    )  # fmt: skip
    made = replace(plain, **changes)
    return made if made.sha256 else replace(made, sha256=made.true_hash())


def edited(record_id: str = "r1", *, to: int = 2, base: int = 1, **changes: Any) -> Item:
    """A right edit of an accepted record."""
    return item(record_id, **{"revision": to, "base_revision": base, "operation": "u", **changes})


def batch(*items: Item, batch_id: str = "b1", **changes: Any) -> Batch:
    """A batch of the clerk's unit."""
    return replace(Batch(batch_id, DEVICE, UNIT, "commit", list(items)), **changes)


def outcomes(answer: dict[str, Any]) -> list[str]:
    """The outcomes of an answer, in order."""
    return [result["outcome"] for result in answer["results"]]


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what another thread or process does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
