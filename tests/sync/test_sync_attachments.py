"""Files of records: kept encrypted, sent in pieces, and no record without them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from faulty_server import FaultyServer, Handler, cut_answer, reset, reset_after_commit, says
from sync_model import Answer, ModelPlatform
from sync_profile import NOW, Profile

from jgclient.attaching import KEEP_LOCATION, AttachingError, add, save
from jgclient.contract import ATTACHMENT_MISSING, Attachment, Batch, BatchAnswer, Result
from jgclient.forms.problems import Problem
from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.store import attachments as kept_files

PIECE = 64 * 1024


@pytest.fixture(autouse=True)
def _small_pieces(
    profile: Profile, model: ModelPlatform, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile.store.settings.set("gateway_url", server.url)
    monkeypatch.setattr(kept_files, "PIECE", PIECE)
    model.capabilities = replace(model.capabilities, max_attachment_bytes=10 * 2**20)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "现场照片.jpg"
    path.write_bytes(hashlib.shake_256(b"photo").digest(5 * PIECE + 123))
    return path


def finish_with(profile: Profile, record_id: str, *paths: Path) -> list[Attachment]:
    files = [add(profile.store, path).attachment for path in paths]
    profile.finish(record_id, attachments=files)
    return files


def test_a_record_goes_after_its_files(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, photo: Path
) -> None:
    [file] = finish_with(profile, "r1", photo)
    notes: list[str] = []
    report = profile.sync(platform, on_progress=lambda _d, _t, report: notes.append(report.note))
    assert (report.accepted, report.stopped, report.note) == (1, "", "")
    assert bytes(model.files[file.sha256]) == photo.read_bytes()
    paths = [path.split("?")[0] for _, path, _ in server.seen]
    assert paths.index("/v1/batches") > max(i for i, path in enumerate(paths) if "attachments" in path)
    assert "附件 现场照片.jpg 39%" in notes


def test_the_same_file_goes_once_for_many_records(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, photo: Path
) -> None:
    for number in range(3):
        finish_with(profile, f"r{number}", photo)
    assert profile.sync(platform).accepted == 3
    assert sum(method == "PATCH" for method, _, _ in server.seen) == 6
    finish_with(profile, "r9", photo)
    server.seen.clear()
    assert profile.sync(platform).accepted == 1
    assert not any("attachments" in path for _, path, _ in server.seen)


def test_a_file_goes_on_where_an_earlier_run_was_cut_off(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, photo: Path
) -> None:
    [file] = finish_with(profile, "r1", photo)
    cut: list[int] = []

    def third_is_the_last(handler: Handler) -> None:
        cut.append(1)
        handler.answer(handler.forward()) if len(cut) <= 3 else handler.reset()

    server.script("/v1/attachments", *[third_is_the_last] * 30)
    report = profile.sync(platform)
    assert (report.sent, profile.states()) == (0, {State.QUEUED: 1})
    arrived = len(model.files[file.sha256])
    assert 0 < arrived < file.size
    server.calm()
    server.seen.clear()
    assert profile.sync(platform).accepted == 1
    sent = sum(int(headers["Content-Length"]) for method, _, headers in server.seen if method == "PATCH")
    assert sent == file.size - arrived


FAULTS: dict[str, Callable[[Handler], None]] = {
    "reset": reset, "reset_after_commit": reset_after_commit, "cut_answer": cut_answer,
    "409": says(409), "423": says(423), "460": says(460), "500": says(500), "503_after_commit":
    says(503, committed=True), "302": says(302), "page": lambda h: h.answer(Answer(200, b"<html>")),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_any_fault_of_the_way_leaves_a_whole_file(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, photo: Path,
    name: str, place: int,
) -> None:  # fmt: skip
    [file] = finish_with(profile, "r1", photo)
    server.script("/v1/attachments", *[lambda h: h.answer(h.forward())] * place, FAULTS[name])
    profile.sync(platform)
    server.calm()
    report = profile.sync(platform)
    assert (report.stopped, report.waiting) == ("", 0)
    assert profile.states() == {State.ACCEPTED: 1}
    assert bytes(model.files[file.sha256]) == photo.read_bytes()
    assert set(model.copies.values()) <= {1}


def test_bytes_spoiled_on_the_way_begin_anew(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, photo: Path
) -> None:
    [file] = finish_with(profile, "r1", photo)

    def spoil(handler: Handler) -> None:
        handler.body = bytes(len(handler.body))
        handler.answer(handler.forward())

    answer = [lambda h: h.answer(h.forward())]
    server.script("/v1/attachments", *answer * 4, spoil)
    assert profile.sync(platform).accepted == 1
    assert bytes(model.files[file.sha256]) == photo.read_bytes()


def test_a_file_that_is_always_spoiled_is_parked_and_the_rest_goes(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, photo: Path
) -> None:
    [file] = finish_with(profile, "with-photo", photo)
    profile.finish_many(3)
    model.sizes[file.sha256] = file.size

    class Leaky(bytearray):
        def __iadd__(self, more: bytes) -> Leaky:  # type: ignore[override]  # as bytearray takes it
            self.extend(bytes(len(more)))
            return self

    model.files[file.sha256] = Leaky()
    report = profile.sync(platform)
    assert (report.accepted, report.parked) == (3, 1)
    assert "一再传坏" in profile.store.records.row("with-photo").reason


def test_what_is_too_large_for_the_platform_is_parked(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, photo: Path
) -> None:
    finish_with(profile, "r1", photo)
    model.capabilities = replace(model.capabilities, max_attachment_bytes=PIECE)
    assert profile.sync(platform).parked == 1
    assert "上限 0 MB" in profile.store.records.row("r1").reason
    model.capabilities = replace(model.capabilities, max_attachment_bytes=0)
    profile.store.outbox.unpark("r1")
    profile.sync(platform)
    assert "平台不收附件" in profile.store.records.row("r1").reason


def test_a_file_that_is_not_here_parks_its_record(profile: Profile, platform: HttpPlatform) -> None:
    profile.finish("r1", attachments=[Attachment("0" * 64, "丢失.jpg", 7)])
    profile.finish("r2")
    report = profile.sync(platform)
    assert (report.accepted, report.parked) == (1, 1)
    assert "“丢失.jpg”不在本机" in profile.store.records.row("r1").reason


def test_a_platform_that_lost_a_file_gets_it_once_more(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, photo: Path
) -> None:
    [file] = finish_with(profile, "r1", photo)
    profile.sync(platform)
    profile.finish("r2", attachments=[file])
    model.files.clear()

    def lacking(batch: Batch) -> Answer | None:
        if model.files:
            return None
        problem = Problem(ATTACHMENT_MISSING, "08数据关联性检查", "hard", (), "缺附件", value=file.sha256)
        results = [Result(item.id, item.revision, "deferred", problems=[problem]) for item in batch.items]
        told = BatchAnswer(batch.batch_id, NOW.isoformat(), results).to_json()
        return Answer(200, json.dumps(told).encode())

    model.refuse = lacking
    report = profile.sync(platform)
    assert (report.deferred, report.accepted) == (0, 1)
    assert report.line() == "上报 1 / 1"
    assert bytes(model.files[file.sha256]) == photo.read_bytes()


def test_a_lost_log_in_while_a_file_is_sent_pauses_everything(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, photo: Path
) -> None:
    finish_with(profile, "r1", photo)
    server.script("/v1/attachments", says(401))
    report = profile.sync(platform)
    assert (report.note, profile.states()) == ("等待登录", {State.QUEUED: 1})


def test_kept_files_are_encrypted_shared_and_read_back(profile: Profile, photo: Path, tmp_path: Path) -> None:
    first, again = add(profile.store, photo), add(profile.store, photo)
    assert first == again
    assert first.attachment.size == photo.stat().st_size
    profile.store.attachments.close()
    raw = b"".join(path.read_bytes() for path in profile.store.folder.glob("attachments.db*"))
    assert photo.read_bytes()[1000:1064] not in raw
    save(profile.store, first.attachment, tmp_path / "out.jpg")
    assert (tmp_path / "out.jpg").read_bytes() == photo.read_bytes()
    assert (
        b"".join(profile.store.attachments.read(first.attachment.sha256, PIECE + 7))
        == (photo.read_bytes()[PIECE + 7 :])
    )


def test_a_copy_takes_only_what_is_new(profile: Profile, photo: Path, tmp_path: Path) -> None:
    files = profile.store.attachments
    assert files.copy_to(tmp_path / "copy.db") == 0
    kept = add(profile.store, photo).attachment
    assert [files.copy_to(tmp_path / "copy.db") for _ in range(2)] == [1, 0]
    photo.write_bytes(b"another")
    add(profile.store, photo)
    assert files.copy_to(tmp_path / "copy.db") == 1
    profile.store.attachments.close()
    (profile.store.folder / "attachments.db").unlink()
    for left in profile.store.folder.glob("attachments.db-*"):
        left.unlink()
    (tmp_path / "copy.db").replace(profile.store.folder / "attachments.db")
    assert sum(map(len, files.read(kept.sha256))) == kept.size


def test_files_that_cannot_be_attached_say_why(profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    for name, words in (("empty.pdf", "空文件"), ("gone.pdf", "读不到")):
        with pytest.raises(AttachingError, match=words):
            add(profile.store, tmp_path / name)
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as target:
        target.truncate(100 * 2**20 + 1)
    with pytest.raises(AttachingError, match="上限 100 MB"):
        add(profile.store, huge)
    with pytest.raises(AttachingError, match="不在本机"):
        save(profile.store, Attachment("0" * 64, "a.jpg", 1), tmp_path / "a.jpg")


def test_the_setting_decides_about_locations(profile: Profile, tmp_path: Path) -> None:
    picture = tmp_path / "a.heic"
    picture.write_bytes(b"no jpeg")
    assert add(profile.store, picture).location == "unknown"
    assert add(profile.store, picture.rename(tmp_path / "a.pdf")).location == "none"
    profile.store.settings.set(KEEP_LOCATION, True)
    assert add(profile.store, tmp_path / "a.pdf").location == "kept"
