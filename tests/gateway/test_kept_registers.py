"""What the gateway knows of a unit's earlier records while it checks the next one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gateway_items import NOON, OTHER_UNIT, UNIT, batch, edited, item, outcomes
from sqlalchemy import Connection

from jgclient.contract import Item
from jgclient.forms.library import FormLibrary
from jggateway.incoming import read_batch
from jggateway.intake import Intake
from jggateway.neighbours import Neighbours
from jggateway.reference import References
from jggateway.registers import KeptRegisters, Surroundings
from jggateway.storage import Storage

Send = Callable[..., list[str]]


@pytest.fixture
def send(storage: Storage, resources: Path, clock: Any) -> Send:
    """Send items in one batch of their own; returns the outcomes."""
    intake = Intake(storage, References(storage, resources, clock), clock)
    numbers = iter(range(1000))

    def run(*items: Item, unit: str = UNIT) -> list[str]:
        body = batch(*items, batch_id=f"b{next(numbers)}", unit_code=unit).to_bytes()
        read = read_batch(json.loads(body))
        return outcomes(json.loads(intake.receive(read, user="clerk", key="", body_sha256=str(hash(body)))))

    return run


def registers(
    connection: Connection, storage: Storage, resources: Path, library: FormLibrary, *, record_id: str
) -> KeptRegisters:
    """What the gateway knows of the unit while it checks a record that was not prepared for."""
    reference = References(storage, resources, lambda: NOON).current(connection)
    around = Surroundings(connection, reference, Neighbours(connection, UNIT, []), UNIT)
    return KeptRegisters(around, record_id=record_id, form=library.get("visit"))


def numbered(record_id: str, number: str, **changes: Any) -> Item:
    return item(record_id, content={"number": number}, **changes)


def test_business_number_belongs_to_one_record_of_a_unit(send: Send) -> None:
    assert send(numbered("r1", "A1"), numbered("r2", "A1"), numbered("r3", "A2")) == [
        "accepted", "rejected", "accepted",
    ]  # fmt: skip
    assert send(numbered("r4", "A1")) == ["rejected"]
    assert send(numbered("r5", "A1"), unit=OTHER_UNIT) == ["accepted"]


def test_an_edit_is_no_duplicate_of_itself_and_frees_the_old_number(send: Send) -> None:
    assert send(numbered("r1", "A1")) == ["accepted"]
    assert send(edited("r1", content={"number": "A1", "object": "乙公司"})) == ["accepted"]
    assert send(edited("r1", to=3, base=2, content={"number": "A2"})) == ["accepted"]
    assert send(numbered("r2", "A2"), numbered("r3", "A1")) == ["rejected", "accepted"]


def test_a_withdrawn_record_frees_its_number(send: Send) -> None:
    withdrawn = edited("r1", content={"number": "A1"}, operation="d")
    assert send(numbered("r1", "A1"), withdrawn, numbered("r2", "A1")) == ["accepted"] * 3


def test_withdrawal_is_not_checked_by_rules_that_became_stricter(send: Send) -> None:
    assert send(numbered("r1", "A1")) == ["accepted"]
    assert send(edited("r1", content={"people": 1}, operation="d")) == ["accepted"]


def test_same_acts_compares_every_field_it_is_asked_for(
    send: Send, storage: Storage, resources: Path, library: FormLibrary
) -> None:
    send(item("r1"), item("r2", content={"day": "2026-09-02"}), item("r3", content={"people": 3}))
    with storage.reading() as connection:
        known = registers(connection, storage, resources, library, record_id="r1")
        assert known.same_acts("visit", {"object": "甲公司"}) == 2
        assert known.same_acts("visit", {"object": "甲公司", "day": "2026-09-01"}) == 1
        assert known.same_acts("visit", {"day": "2026-09-01", "people": 2}) == 0
        assert known.same_acts("visit", {"object": "甲公司"}, within=("2026-09-01", "2026-09-01")) == 1
        assert known.same_acts("visit", {"object": "甲公司"}, within=("2026-01-01", "2026-12-31")) == 2
        assert known.same_acts("visit", {"object": "甲公司"}, within=("2027-01-01", "2027-12-31")) == 0
        assert known.same_acts("visit", {"day": None}) == 0
        assert known.same_acts("penalty", {"object": "甲公司"}) == 0


def test_record_that_is_not_here_may_still_be_on_its_way(
    send: Send, storage: Storage, resources: Path, library: FormLibrary
) -> None:
    send(numbered("r1", "A1"))
    with storage.reading() as connection:
        known = registers(connection, storage, resources, library, record_id="r9")
        assert known.record_exists("visit", "A1") is True
        assert known.record_exists("visit", "A2") is None
        assert known.record_exists("penalty", "A1") is None
        assert known.has_any("item") is False
