"""Packages at the gateway: taken in like batches online, answered with a package, refused with the reason."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gateway_items import DEVICE, NOON, OTHER_UNIT, UNIT, batch, item
from sqlalchemy import select

from jgclient.contract import BatchAnswer, proven
from jgclient.packages import Keys, PackageContents, PackageError, open_package, write_package
from jggateway import devices
from jggateway.files import Files
from jggateway.intake import Intake
from jggateway.kept import counts
from jggateway.receiving import ReceiveError, Receiving
from jggateway.reference import References
from jggateway.storage import Storage
from jggateway.tables import audit

OFFICE, THIEF = Keys(b"o" * 32), Keys(b"t" * 32)
PHOTO = b"photo" * 1000
NAMED = {"sha256": hashlib.sha256(PHOTO).hexdigest(), "name": "照片.jpg", "size": len(PHOTO)}


@pytest.fixture
def gateway_side(storage: Storage, resources: Path, clock: Any) -> Receiving:
    """A gateway that knows the office's device."""
    with storage.writing() as connection:
        devices.register(connection, UNIT, DEVICE, str(OFFICE.public), NOON, actor="test")
    intake = Intake(storage, References(storage, resources, clock), clock)
    return Receiving(storage, intake, Files(storage), devices.gateway_keys(storage.folder), clock)


@contextmanager
def opened(data: bytes) -> Iterator[io.BytesIO]:
    yield io.BytesIO(data)


def contents(*batches: Any, files: tuple[bytes, ...] = (), **changes: Any) -> PackageContents:
    plain = PackageContents(
        "package", "p1", UNIT, DEVICE, "2026-09-07T11:00:00+08:00",
        [(sent.batch_id, sent.to_bytes()) for sent in batches],
        [(hashlib.sha256(f).hexdigest(), len(f), lambda f=f: opened(f)) for f in files],
    )  # fmt: skip
    return replace(plain, **changes)


def packed(what: PackageContents, storage: Storage, *, keys: Keys = OFFICE) -> io.BytesIO:
    made = io.BytesIO()

    @contextmanager
    def volume(_number: int, _total: int) -> Iterator[io.BytesIO]:
        yield made

    receiver = devices.gateway_keys(storage.folder).public
    write_package(what, keys, receiver, workspace=io.BytesIO(), open_volume=volume)
    return io.BytesIO(made.getvalue())


def answers(side: Receiving, package: io.BytesIO, *, again: bool = False) -> list[Any]:
    """What the device reads in the answer package."""
    envelope, replies = side.receive([package], again=again)
    made = io.BytesIO()

    @contextmanager
    def target() -> Iterator[io.BytesIO]:
        yield made

    side.answer(envelope, replies, target)
    with open_package([io.BytesIO(made.getvalue())], OFFICE, kind="answer", workspace=io.BytesIO()) as read:
        assert read.envelope.package_id == envelope.package_id
        return read.replies()


def test_records_and_files_arrive_as_they_would_online(gateway_side: Receiving, storage: Storage) -> None:
    first = batch(item("r1", attachments=[NAMED]), item("r2", content={"people": 1}))
    second = batch(item("r3"), batch_id="b2")
    replies = answers(gateway_side, packed(contents(first, second, files=(PHOTO,)), storage))
    told = [reply.answer for reply in replies]
    assert all(isinstance(answer, BatchAnswer) for answer in told)
    assert proven(told[0], "b1", [("r1", 1), ("r2", 1)])
    assert [result.outcome for answer in told for result in answer.results] == [
        "accepted",
        "rejected",
        "accepted",
    ]
    assert Files(storage).path(UNIT, NAMED["sha256"]).read_bytes() == PHOTO
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 2
        assert "package" in connection.scalars(select(audit.c.action)).all()


def test_a_record_without_its_file_waits(gateway_side: Receiving, storage: Storage) -> None:
    replies = answers(gateway_side, packed(contents(batch(item(attachments=[NAMED]))), storage))
    assert [result.outcome for result in replies[0].answer.results] == ["deferred"]


def test_the_same_records_by_network_and_package_are_kept_once(
    gateway_side: Receiving, storage: Storage
) -> None:
    answers(gateway_side, packed(contents(batch(item())), storage))
    again = packed(contents(batch(item(), batch_id="b2"), package_id="p2"), storage)
    assert [result.outcome for result in answers(gateway_side, again)[0].answer.results] == ["duplicate"]


def test_a_replayed_package_is_refused_and_its_answer_can_be_had_again(
    gateway_side: Receiving, storage: Storage
) -> None:
    package = packed(contents(batch(item())), storage)
    first = answers(gateway_side, package)
    with pytest.raises(ReceiveError, match=r"已于 2026-09-07.*--again"):
        gateway_side.receive([package])
    assert answers(gateway_side, package, again=True) == first
    other = packed(contents(batch(item("r2"), batch_id="b2")), storage)
    with pytest.raises(ReceiveError, match="另一份内容"):
        gateway_side.receive([other], again=True)
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 1


def test_strangers_are_told_apart_and_refused(gateway_side: Receiving, storage: Storage) -> None:
    sent = batch(item())
    with pytest.raises(ReceiveError, match=f"没有登记.*{THIEF.public.fingerprint}"):
        gateway_side.receive([packed(contents(sent, device_id="unknown"), storage, keys=THIEF)])
    with pytest.raises(ReceiveError, match="冒充"):
        gateway_side.receive([packed(contents(sent), storage, keys=THIEF)])
    with pytest.raises(ReceiveError, match="没有登记"):
        gateway_side.receive([packed(contents(sent, unit_code=OTHER_UNIT), storage)])
    with storage.reading() as connection:
        assert counts(connection) == {"records": 0, "accepted": 0, "receipts": 0, "batches": 0, "users": 0}


def test_a_package_for_another_gateway_is_refused(gateway_side: Receiving) -> None:
    made = io.BytesIO()

    @contextmanager
    def volume(_number: int, _total: int) -> Iterator[io.BytesIO]:
        yield made

    write_package(contents(), OFFICE, THIEF.public, workspace=io.BytesIO(), open_volume=volume)
    with pytest.raises(PackageError) as caught:
        gateway_side.receive([io.BytesIO(made.getvalue())])
    assert caught.value.code == "foreign"


@pytest.mark.parametrize(
    ("documents", "word"),
    [
        ([("b1", b"{")], "格式"),
        ([("b1", b"\xff")], "格式"),
        ([("b1", b"[]")], "格式"),
        ([("b9", batch(item()).to_bytes())], "清单"),
        ([("b1", batch(item(), unit_code=OTHER_UNIT).to_bytes())], "单位"),
        ([("b1", batch(item(), mode="validate").to_bytes())], "清单"),
        ([("b1", batch(*[item(f"r{n}") for n in range(201)]).to_bytes())], "过大"),
    ],
)
def test_an_odd_batch_is_refused_and_the_others_are_not(
    gateway_side: Receiving, storage: Storage, documents: Any, word: str
) -> None:
    good = batch(item("good"), batch_id="good")
    what = contents(documents=[*documents, ("good", good.to_bytes())])
    bad, fine = answers(gateway_side, packed(what, storage))
    assert bad.answer is None
    assert word in bad.refusal
    assert fine.answer.results[0].outcome == "accepted"


def test_half_a_reception_can_be_repeated(
    gateway_side: Receiving, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_args: object) -> None:
        raise KeyboardInterrupt

    package = packed(contents(batch(item(attachments=[NAMED])), files=(PHOTO,)), storage)
    with monkeypatch.context() as patch:
        patch.setattr(Receiving, "_remember", crash)
        with pytest.raises(KeyboardInterrupt):
            gateway_side.receive([package])
    assert [r.outcome for r in answers(gateway_side, package)[0].answer.results] == ["accepted"]
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 1


def test_devices_are_registered_once_and_over_http(gateway: Any) -> None:
    def register(device: str, key: str, user: str = "clerk") -> Any:
        wanted = {"device_id": device, "public_key": key}
        return gateway.call("POST", "/v1/devices", user=user, json=wanted)

    assert register("d1", str(OFFICE.public)).status_code == 201
    assert register("d1", str(OFFICE.public), "colleague").status_code == 201
    assert register("d1", str(THIEF.public)).status_code == 409
    assert register("d1", str(THIEF.public), "stranger").status_code == 201
    assert register("d2", "JGK1-x").status_code == 409
    assert register("", str(OFFICE.public)).status_code == 422
    told = gateway.call("GET", "/v1/capabilities").json()
    assert told["public_key"] == str(devices.gateway_keys(gateway.data).public)
    assert json.dumps(told).count(OFFICE.public.fingerprint) == 0


def test_the_gateway_keeps_its_keys(tmp_path: Path) -> None:
    first = devices.gateway_keys(tmp_path)
    assert devices.gateway_keys(tmp_path).public == first.public
    assert (tmp_path / devices.KEY_FILE).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [devices.KEY_FILE]
