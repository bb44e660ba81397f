"""Packages both ways, against the real receiving end: whole, once, and only for whom they are meant."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from faulty_server import FaultyServer
from sync_gateway import PASSWORD, Gateway
from sync_profile import NOW, UNIT, Profile

from jgclient.attaching import add
from jgclient.exchange.errors import WorkbookError
from jgclient.packages import Keys, PackageError
from jgclient.packaging import PackagingError, Packed, pack, packing, take_back, unpack
from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.store import StoreError
from jgclient.sync import connect, device_id, log_in
from jgclient.sync.devices import PLATFORM_KEY, device_keys
from jggateway import devices
from jggateway.receiving import Receiving


@pytest.fixture
def introduced(profile: Profile, gateway: Gateway) -> Profile:
    """A client that knows the platform's key and is registered there, without ever having been online."""
    store, state = profile.store, gateway.app.state
    store.settings.set(PLATFORM_KEY, str(state.keys.public))
    with state.storage.writing() as connection:
        key = str(device_keys(store).public)
        devices.register(connection, UNIT, device_id(store), key, NOW, actor="test")
    return profile


@pytest.fixture
def receive(gateway: Gateway, tmp_path: Path) -> Callable[..., Path]:
    """What the receiving end makes of a package: its answer."""
    state = gateway.app.state
    receiving = Receiving(state.storage, state.intake, state.files, state.keys, lambda: NOW)

    def take(packed: Packed, *, again: bool = False) -> Path:
        with ExitStack() as files:
            volumes = [files.enter_context(path.open("rb")) for path in packed.files]
            envelope, replies = receiving.receive(volumes, again=again)
        answer = tmp_path / f"answer-{envelope.package_id}.jgr"
        receiving.answer(envelope, replies, lambda: answer.open("wb"))
        return answer

    return take


def packed_to(profile: Profile, out: Path, **changes: object) -> Packed:
    return pack(profile.store, out, unit_code=UNIT, unit_name="郑州市XX局", now=lambda: NOW, **changes)


def test_there_and_back(
    introduced: Profile, gateway: Gateway, receive: Callable[..., Path], tmp_path: Path
) -> None:
    introduced.finish_many(250)
    introduced.finish("too-long", name="长" * 41)
    packed = packed_to(introduced, tmp_path / "out.jgp")
    assert (packed.records, packed.attachments, packed.left_out) == (251, 0, [])
    assert packed.files == [tmp_path / "out.jgp"]
    cover = packed.cover.read_text("utf-8")
    assert all(word in cover for word in ("郑州市XX局", packed.package_id, "251 条", "out.jgp"))
    assert "记录 r0001" not in cover
    assert introduced.states() == {State.SENDING: 251}
    report = unpack(introduced.store, [receive(packed)])
    assert report.outcomes == {"accepted": 250, "rejected": 1}
    assert introduced.states() == {State.ACCEPTED: 250, State.RETURNED: 1}
    kept = [r for i in introduced.ids(State.ACCEPTED) for r in introduced.store.outbox.receipts(i)]
    assert [(r.record_id, r.revision, r.receipt_no) for r in kept] == gateway.receipts()
    [row] = introduced.store.packages.list()
    assert (row.file, row.volumes, row.answered_at) == ("out.jgp", 1, NOW)


def test_files_of_records_travel_along(
    introduced: Profile, gateway: Gateway, receive: Callable[..., Path], tmp_path: Path
) -> None:
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(bytes(range(256)) * 9000)
    file = add(introduced.store, photo).attachment
    introduced.finish("r1", attachments=[file], photos=[file.to_json()])
    introduced.finish("r2", attachments=[file], photos=[file.to_json()])
    packed = packed_to(introduced, tmp_path / "out.jgp")
    assert (packed.records, packed.attachments) == (2, 1)
    assert unpack(introduced.store, [receive(packed)]).outcomes == {"accepted": 2}
    state = gateway.app.state.files.state(UNIT, file.sha256)
    assert (state.confirmed, state.size) == (True, file.size)


def test_a_record_whose_file_is_gone_stays_behind(
    introduced: Profile, receive: Callable[..., Path], tmp_path: Path
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"photo")
    lost = add(introduced.store, photo).attachment.__class__("0" * 64, "丢失.jpg", 7)
    introduced.finish("r1", attachments=[lost])
    introduced.finish("r2")
    packed = packed_to(introduced, tmp_path / "out.jgp")
    assert (packed.records, [record_id for record_id, _ in packed.left_out]) == (1, ["r1"])
    assert introduced.states() == {State.PARKED: 1, State.SENDING: 1}


def test_volumes_are_cut_and_all_are_needed(
    introduced: Profile, receive: Callable[..., Path], tmp_path: Path
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"".join(Keys.generate().seed for _ in range(90_000)))
    file = add(introduced.store, photo).attachment
    introduced.finish("r1", attachments=[file], photos=[file.to_json()])
    packed = packed_to(introduced, tmp_path / "out.jgp", volume_bytes=1024 * 1024)
    assert [path.name for path in packed.files] == [f"out-{n:03d}of003.jgp" for n in (1, 2, 3)]
    assert all(path.stat().st_size <= 1024 * 1024 for path in packed.files)
    packed.files = packed.files[:2]
    with pytest.raises(PackageError, match="缺第 3 卷"):
        receive(packed)
    packed.files = [tmp_path / f"out-{n:03d}of003.jgp" for n in (3, 1, 2)]
    assert unpack(introduced.store, [receive(packed)]).outcomes == {"accepted": 1}


def test_package_and_network_together_keep_everything_once(
    introduced: Profile, gateway: Gateway, receive: Callable[..., Path], tmp_path: Path
) -> None:
    introduced.finish_many(30)
    packed = packed_to(introduced, tmp_path / "out.jgp")
    network = FaultyServer(gateway)
    try:
        introduced.store.settings.set("gateway_url", network.url)
        introduced.store.settings.set("gateway_user", "clerk")
        with connect(introduced.store) as platform:
            log_in(introduced.store, platform, PASSWORD)
            report = introduced.sync(platform, device_id=device_id(introduced.store))
        assert (report.accepted, report.stopped) == (30, "")
        answer = receive(packed)
        report = unpack(introduced.store, [answer])
        assert (report.outcomes, report.unanswered) == ({"duplicate": 30}, 0)
    finally:
        network.stop()
    assert introduced.states() == {State.ACCEPTED: 30}
    assert len(gateway.receipts()) == introduced.store.outbox.receipt_count() == 30
    assert introduced.store.contradictions() == []


def test_an_answer_counts_once(introduced: Profile, receive: Callable[..., Path], tmp_path: Path) -> None:
    introduced.finish("r1")
    packed = packed_to(introduced, tmp_path / "out.jgp")
    answer = receive(packed)
    unpack(introduced.store, [answer])
    with pytest.raises(PackagingError, match="已经导入过"):
        unpack(introduced.store, [answer])
    with pytest.raises(PackagingError, match="已经导入过"):
        unpack(introduced.store, [receive(packed, again=True)])
    assert introduced.store.outbox.receipt_count() == 1


def test_an_answer_of_somebody_else_is_refused(
    introduced: Profile, receive: Callable[..., Path], tmp_path: Path
) -> None:
    introduced.finish("r1")
    answer = receive(packed_to(introduced, tmp_path / "out.jgp"))
    introduced.store.settings.set(PLATFORM_KEY, str(Keys.generate().public))
    with pytest.raises(PackagingError, match="不是本单位的上报平台签发的"):
        unpack(introduced.store, [answer])
    assert introduced.states() == {State.SENDING: 1}


def test_an_answer_to_another_computer_is_refused(
    introduced: Profile, receive: Callable[..., Path], tmp_path: Path
) -> None:
    introduced.finish("r1")
    answer = receive(packed_to(introduced, tmp_path / "out.jgp"))
    other = Profile(tmp_path / "other")
    other.store.settings.set(PLATFORM_KEY, introduced.store.settings.get(PLATFORM_KEY))
    with pytest.raises(PackageError, match="给另一台电脑的"):
        unpack(other.store, [answer])
    other.store.settings.set("device_seed", device_keys(introduced.store).seed.hex())
    with pytest.raises(PackagingError, match="不是本机导出的"):
        unpack(other.store, [answer])
    other.store.close()


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "not a zip", "other kind"])
def test_a_damaged_answer_is_refused_with_the_reason(
    introduced: Profile, receive: Callable[..., Path], tmp_path: Path, damage: str
) -> None:
    introduced.finish("r1")
    packed = packed_to(introduced, tmp_path / "out.jgp")
    answer = receive(packed)
    data = answer.read_bytes()
    if damage == "cut":
        answer.write_bytes(data[: len(data) // 2])
    elif damage == "changed":
        with zipfile.ZipFile(answer) as whole:
            parts = {name: whole.read(name) for name in whole.namelist()}
        parts["part-0001"] = bytes([parts["part-0001"][0] ^ 1]) + parts["part-0001"][1:]
        with zipfile.ZipFile(answer, "w") as forged:
            for name, part in parts.items():
                forged.writestr(name, part)
    elif damage == "other kind":
        answer = packed.files[0]
    else:
        answer.write_bytes(b"" if damage == "empty" else b"hello")
    with pytest.raises(PackageError):
        unpack(introduced.store, [answer])
    assert introduced.states() == {State.SENDING: 1}


def test_a_stick_that_is_full_or_gone_leaves_everything_waiting(
    introduced: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    introduced.finish_many(3)
    with pytest.raises(WorkbookError):
        packed_to(introduced, tmp_path / "no-such-folder" / "out.jgp")
    assert introduced.states() == {State.QUEUED: 3}

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(packing, "write_package", full)
        with pytest.raises(WorkbookError):
            packed_to(introduced, tmp_path / "out.jgp")
    assert introduced.states() == {State.QUEUED: 3}
    assert not list(tmp_path.glob("*.jgp"))
    assert packed_to(introduced, tmp_path / "out.jgp").records == 3


def test_volumes_of_a_package_that_was_not_finished_do_not_stay(
    introduced: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    introduced.finish("r1")

    def no_cover(*_args: object) -> str:
        assert (tmp_path / "out.jgp").exists()
        raise WorkbookError("磁盘空间不足")

    with monkeypatch.context() as patch:
        patch.setattr(packing, "_cover", no_cover)
        with pytest.raises(WorkbookError):
            packed_to(introduced, tmp_path / "out.jgp")
    assert introduced.states() == {State.QUEUED: 1}
    assert packed_to(introduced, tmp_path / "out").files == [tmp_path / "out.jgp"]


def test_a_package_is_never_written_over_another(introduced: Profile, tmp_path: Path) -> None:
    for taken in ("out.jgp", "out.html", "out-002of003.jgp"):
        introduced.finish(f"r-{taken}")
        (tmp_path / taken).write_text("under way")
        with pytest.raises(PackagingError, match=f"已经有“{taken}”"):
            packed_to(introduced, tmp_path / "out.jgp")
        assert (tmp_path / taken).read_text() == "under way"
        (tmp_path / taken).unlink()
    assert packed_to(introduced, tmp_path / "out.jgp").records == 3


def test_what_was_begun_and_never_written_waits_again_at_the_next_package(
    introduced: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    introduced.finish_many(3)

    def killed(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(packing, "write_package", killed)
        with pytest.raises(KeyboardInterrupt):
            packed_to(introduced, tmp_path / "out.jgp")
    assert introduced.states() == {State.SENDING: 3}
    assert packed_to(introduced, tmp_path / "out.jgp").records == 3


def test_a_package_that_never_arrives_is_taken_back(introduced: Profile, tmp_path: Path) -> None:
    introduced.finish_many(3)
    packed = packed_to(introduced, tmp_path / "out.jgp")
    assert take_back(introduced.store, packed.package_id) == 3
    assert introduced.states() == {State.QUEUED: 3}
    with pytest.raises(PackagingError, match="没有导出过"):
        take_back(introduced.store, "another")


def test_nothing_to_pack_or_nobody_to_pack_for(profile: Profile, introduced: Profile, tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match="没有待上报"):
        packed_to(introduced, tmp_path / "out.jgp")
    introduced.finish("r1")
    introduced.store.settings.set("reconcile_before_sending", True)
    with pytest.raises(PackagingError, match="对过账"):
        packed_to(introduced, tmp_path / "out.jgp")
    assert packed_to(introduced, tmp_path / "out.jgp", despite_restore=True).records == 1
    introduced.store.settings.set(PLATFORM_KEY, "")
    with pytest.raises(PackagingError, match="还没有上报平台的公钥"):
        packed_to(introduced, tmp_path / "out.jgp")


def test_packing_excludes_a_run_that_is_going_on(
    introduced: Profile, tmp_path: Path, gateway: Gateway
) -> None:
    introduced.finish("r1")
    network = FaultyServer(gateway)
    introduced.store.settings.set("gateway_user", "clerk")

    def try_to_pack(*_args: object) -> None:
        with pytest.raises(StoreError, match="另一次上报正在进行"):
            packed_to(introduced, tmp_path / "out.jgp")

    with HttpPlatform(network.url) as platform:
        log_in(introduced.store, platform, PASSWORD)
        report = introduced.sync(platform, on_progress=try_to_pack)
    network.stop()
    assert report.accepted == 1


def test_a_run_introduces_the_device_once(profile: Profile, gateway: Gateway) -> None:
    network = FaultyServer(gateway)
    profile.store.settings.set("gateway_user", "clerk")
    with HttpPlatform(network.url) as platform:
        log_in(profile.store, platform, PASSWORD)
        for _ in range(2):
            assert profile.sync(platform, device_id=device_id(profile.store)).stopped == ""
    network.stop()
    assert sum("/v1/devices" in path for _, path, _ in network.seen) == 1
    assert profile.store.settings.get(PLATFORM_KEY) == str(gateway.app.state.keys.public)
    with gateway.app.state.storage.reading() as connection:
        [known] = devices.listed(connection)
    assert (known.id, known.public_key) == (device_id(profile.store), device_keys(profile.store).public)
