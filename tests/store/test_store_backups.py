"""Backups: made when due, thinned out, encrypted, a second copy, never filling the disk."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.store import StoreError, keyed, open_store, placing
from jgclient.store.retention import kept

USAGE = namedtuple("USAGE", "total used free")


@pytest.fixture
def usb(tmp_path, store):
    """A second place that is plugged in."""
    place = tmp_path / "usb"
    place.mkdir()
    store.settings.set("backup_place", str(place))
    return place


def test_the_first_backup_is_due_and_the_next_after_half_an_hour_of_work(store, clock, draft):
    assert store.backups.is_due()
    draft(store)
    made = store.backups.make("work")
    assert made.is_new
    assert store.backups.list() == [made.backup]
    assert not store.backups.is_due()
    draft(store)
    assert not store.backups.is_due(), "half an hour has not gone by"
    clock.now += timedelta(minutes=30)
    assert store.backups.is_due()


def test_no_backup_is_due_when_nothing_was_done(store, clock, draft):
    draft(store)
    store.backups.make("work")
    clock.now += timedelta(days=3)
    assert not store.backups.is_due()
    again = store.backups.make("hand")
    assert not again.is_new
    assert len(store.backups.list()) == 1


def test_a_clock_that_was_set_back_does_not_stop_the_backups(store, clock, draft):
    draft(store)
    store.backups.make("work")
    draft(store)
    clock.now -= timedelta(days=400)
    assert store.backups.is_due()


def test_a_change_during_a_backup_belongs_to_the_next_one(store, draft, monkeypatch):
    draft(store)
    check = placing.put_in_place

    def meanwhile(scratch, to):
        draft(store)
        check(scratch, to)

    monkeypatch.setattr("jgclient.store.copying.put_in_place", meanwhile)
    store.backups.make("work")
    assert store.backups.make("work").is_new


def test_every_backup_opens_and_says_when_and_why_it_was_made(store, clock, draft):
    draft(store)
    backup = store.backups.make("import").backup
    assert backup.title == f"{backup.made_at:%Y-%m-%d %H:%M:%S} 导入前"
    assert store.rehearse(backup.path).records == 1
    assert backup.made_at == clock.now.replace(microsecond=0)


def test_what_an_interrupted_backup_left_is_removed_by_the_next(store, draft):
    draft(store)
    store.backups.folder.mkdir()
    (store.backups.folder / "jgclient-20260907T090000+0000-work.db.part").write_bytes(b"half")
    (store.backups.folder / "other.txt").write_text("mine")
    made = store.backups.make("work")
    left = {path.name for path in store.backups.folder.iterdir()}
    assert left == {made.backup.path.name, "backup.lock", "other.txt"}


def test_a_file_with_another_name_is_no_backup(store):
    store.backups.folder.mkdir()
    for name in ("jgclient-.db", "jgclient-20261399T000000+0000-work.db", "jgclient-x-y-z.db", "copy.db"):
        (store.backups.folder / name).touch()
    assert store.backups.list() == []


def test_the_second_place_gets_a_copy_of_its_own_profile(store, usb, draft, tmp_path, clock):
    draft(store)
    made = store.backups.make("work")
    assert made.second.read_bytes() == made.backup.path.read_bytes()
    with open_store(tmp_path / "other", clock=clock) as other:
        other.settings.set("backup_place", str(usb))
        assert other.backups.make("work").second.parent != made.second.parent


def test_attachments_get_to_the_second_place_once(store, usb, draft):
    draft(store)
    store.attachments.add([b"scan"])
    own = store.backups.make("work").second.parent
    first = (own / "attachments.db").stat().st_mtime_ns
    draft(store)
    store.backups.make("work")
    assert (own / "attachments.db").stat().st_mtime_ns == first
    assert b"scan" not in (own / "attachments.db").read_bytes()


def test_a_stick_that_is_not_plugged_in_is_said_and_the_backup_made(store, usb, draft):
    usb.rmdir()
    draft(store)
    made = store.backups.make("work")
    assert made.is_new
    assert made.second is None
    assert "插好" in made.second_fault
    usb.mkdir()
    again = store.backups.make("work")
    assert not again.is_new
    assert again.second.exists(), "the copy that was missed is made up for"


def test_a_second_place_inside_the_data_folder_is_refused(store, draft):
    (store.folder / "usb").mkdir()
    store.settings.set("backup_place", str(store.folder / "usb"))
    draft(store)
    assert "起不到保护作用" in store.backups.make("work").second_fault


def test_a_second_copy_that_does_not_read_back_is_not_taken(store, usb, draft, monkeypatch):
    draft(store)
    monkeypatch.setattr(placing, "digest", lambda _path: "other")
    made = store.backups.make("work")
    assert "读不回来" in made.second_fault
    assert not list(usb.rglob("*.db"))


def test_a_backup_never_fills_the_disk_and_old_ones_make_room(store, clock, draft, monkeypatch):
    for _ in range(4):
        draft(store)
        clock.now += timedelta(hours=1)
        store.backups.make("work")
    size = store.backups.list()[0].size
    room = shutil.disk_usage(store.folder).free

    def nearly_full(_folder):
        used = sum(backup.size for backup in store.backups.list())
        return USAGE(room, 0, 4 * size - used + size // 2)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    draft(store)
    assert store.backups.make("work").is_new
    assert len(store.backups.list()) == 3
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: USAGE(room, 0, size))
    draft(store)
    with pytest.raises(StoreError, match="剩余空间") as caught:
        store.backups.make("work")
    assert caught.value.kind == "no_room"
    assert len(store.backups.list()) == 2


def test_a_backup_that_meets_a_damaged_page_stops_all_writing(store, folder, clock, draft):
    for number in range(60):
        draft(store, texts={"n": "物业" * 300, "m": str(number)})
    store.close()
    with open_store(folder, clock=clock) as opened:
        opened.records.row("x")  # the schema is known, the rows are not yet read
        content = bytearray((folder / "jgclient.db").read_bytes())
        for page in range(30, len(content) // 4096):
            content[page * 4096 + 50 : page * 4096 + 90] = bytes(40)
        (folder / "jgclient.db").write_bytes(content)
        with pytest.raises(StoreError, match="损坏"):
            opened.backups.make("work")
        assert opened.is_read_only
        assert opened.backups.list() == []
        with pytest.raises(StoreError, match="损坏"):
            draft(opened)
    assert keyed.is_damaged(folder)


def test_a_file_held_by_a_scanner_is_replaced_a_moment_later(tmp_path, monkeypatch):
    scratch, to = tmp_path / "a", tmp_path / "b"
    scratch.write_bytes(b"new")
    to.write_bytes(b"old")
    replace, tries = os.replace, []

    def held(self, target):
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError(13, "held")
        return replace(self, target)

    monkeypatch.setattr("pathlib.Path.replace", held)
    placing.put_in_place(scratch, to)
    assert to.read_bytes() == b"new"
    monkeypatch.setattr(placing, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "held")))
    with pytest.raises(PermissionError):
        placing.put_in_place(to, scratch)


TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@settings(max_examples=80, deadline=None)
@given(st.sets(TIMES, max_size=60))
def test_thinning_keeps_the_newest_and_is_steady(times):
    left = kept(times)
    assert left <= times
    assert sorted(times)[-3:] == sorted(left)[-3:]
    assert kept(left) == left
    assert len(left) <= 3 + 8 + 7 + 5
    for day in sorted({at.date() for at in times})[-7:]:
        assert max(at for at in times if at.date() == day) in left


def test_a_month_of_half_hours_leaves_hours_days_and_weeks():
    start = datetime(2026, 9, 1, 8, tzinfo=UTC)
    times = [start + timedelta(days=day, minutes=30 * step) for day in range(30) for step in range(20)]
    left = sorted(kept(times))
    assert len({at.date() for at in left}) == 7 + 3, "a week of days, then the last one of older weeks"
    assert sum(at.date() == times[-1].date() for at in left) == 8 + 1
