"""Restore: scratch first, checked, compared, swapped; afterwards nothing is sent before reconciliation."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from store_parts import answer, send

from jgclient.store import ListQuery, StoreError, keyed, open_store
from jgclient.store.restoring import RECONCILE, restore

FILE = "jgclient.db"


@pytest.fixture
def yesterday(folder, clock, draft, finish):
    """A store with a backup, in which work went on afterwards; closed. Returns backup, code, record ids."""
    with open_store(folder, clock=clock) as store:
        kept = finish(store).record_id
        draft(store, "typed", texts={"n": "早"})
        backup = store.backups.make("hand").backup.path
        clock.now += timedelta(hours=1)
        send(store, "b1")
        answer(store, "b1", "accepted")
        finish(store, "late")
        draft(store, "typed", texts={"n": "晚"})
        code = store.recovery_code()
    return backup, code, kept


def damage(path, at=0.5):
    content = bytearray(path.read_bytes())
    place = int(len(content) * at)
    content[place : place + 64] = bytes(64)
    path.write_bytes(content)


def test_a_restore_brings_back_the_backup_and_says_what_it_takes_away(folder, clock, yesterday):
    backup, _, kept = yesterday
    done = restore(folder, backup, clock=clock)
    assert (done.comparison.newer_revisions, done.comparison.newer_receipts) == (1, 1)
    assert done.comparison.newer_drafts == 1
    assert done.comparison.alien == 0
    assert "1 份回执" in done.comparison.loss()
    with open_store(folder, clock=clock) as store:
        assert {row.id for row in store.records.list(ListQuery())} == {kept, "typed"}
        assert store.records.draft("typed").texts == {"n": "早"}
        assert store.settings.get(RECONCILE) is True
        assert store.damages() == []
        assert store.contradictions() == []


def test_the_way_back_from_a_restore_is_kept(folder, clock, yesterday):
    backup, _, _ = yesterday
    before = restore(folder, backup, clock=clock).before
    restore(folder, before, clock=clock)
    with open_store(folder, clock=clock) as store:
        assert store.records.draft("typed").texts == {"n": "晚"}
        assert store.records.row("late")
        assert store.settings.get(RECONCILE) is True


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_changed(folder, clock, yesterday, at):
    backup, _, _ = yesterday
    damage(backup, at)
    before = (folder / FILE).read_bytes()
    with pytest.raises(StoreError) as caught:
        restore(folder, backup, clock=clock)
    assert caught.value.kind == "bad_backup"
    assert (folder / FILE).read_bytes() == before
    assert not list(folder.glob("restoring*"))


def test_a_restore_waits_for_no_one_and_changes_nothing_while_the_file_is_open(folder, clock, yesterday):
    backup, _, _ = yesterday
    with open_store(folder, clock=clock) as store:
        assert store.records.row("late")
        with pytest.raises(StoreError) as caught:
            restore(folder, backup, clock=clock)
        assert caught.value.kind == "locked"
        assert store.records.row("late")
    with open_store(folder, clock=clock) as store:
        assert store.records.row("late")
        assert store.settings.get(RECONCILE) is None


def test_a_damaged_file_is_set_aside_as_it_is(folder, clock, yesterday):
    backup, _, _ = yesterday
    damage(folder / FILE, 0.0)
    damaged = (folder / FILE).read_bytes()
    with pytest.raises(StoreError):
        open_store(folder, clock=clock)
    done = restore(folder, backup, clock=clock)
    assert done.comparison is None
    assert done.before.read_bytes() == damaged
    with open_store(folder, clock=clock) as store:
        assert store.records.draft("typed").texts == {"n": "早"}


def test_damage_makes_the_store_read_only_until_it_is_restored(folder, clock, yesterday, draft):
    backup, _, kept = yesterday
    damage(folder / FILE, 0.97)
    with open_store(folder, clock=clock) as store:
        assert store.damages()
        assert store.is_read_only
        with pytest.raises(StoreError) as caught:
            draft(store)
        assert caught.value.kind == "damaged"
    with open_store(folder, clock=clock) as store:
        assert store.is_read_only
        with pytest.raises(StoreError, match="损坏"):
            store.settings.set("x", 1)
    restore(folder, backup, clock=clock)
    with open_store(folder, clock=clock) as store:
        assert not store.is_read_only
        draft(store)
        assert store.records.row(kept)


def test_a_false_alarm_is_taken_back(folder, clock, yesterday):
    keyed.mark_damaged(folder, "x")
    with open_store(folder, clock=clock) as store:
        assert store.is_read_only
        assert store.damages() == []
    with open_store(folder, clock=clock) as store:
        assert not store.is_read_only


def test_a_new_computer_needs_the_code_and_gets_everything(folder, clock, tmp_path, yesterday):
    backup, code, kept = yesterday
    shutil.copy(backup, tmp_path / "stick.db")
    new = tmp_path / "new"
    with pytest.raises(StoreError, match="恢复码"):
        restore(new, tmp_path / "stick.db", clock=clock)
    restore(new, tmp_path / "stick.db", clock=clock, recovery_code=code)
    with open_store(new, clock=clock) as store:
        assert store.records.row(kept)
    assert restore(folder, backup, clock=clock, recovery_code=code).before


def test_a_code_of_another_file_changes_nothing(folder, clock, tmp_path, yesterday):
    with open_store(tmp_path / "other", clock=clock) as other:
        code = other.recovery_code()
    with pytest.raises(StoreError, match="新的空文件夹"):
        restore(folder, yesterday[0], clock=clock, recovery_code=code)
    with pytest.raises(StoreError) as caught:
        restore(tmp_path / "new", yesterday[0], clock=clock, recovery_code=code)
    assert caught.value.kind == "bad_backup"
    assert not (tmp_path / "new" / "store.key").exists()


def test_a_file_that_is_gone_is_not_replaced_by_an_empty_one(folder, clock, yesterday):
    (folder / FILE).unlink()
    with pytest.raises(StoreError) as caught:
        open_store(folder, clock=clock)
    assert caught.value.kind == "gone"
    restore(folder, yesterday[0], clock=clock)
    with open_store(folder, clock=clock) as store:
        assert store.records.row("typed")


def test_a_backup_that_is_not_there_is_said(folder, clock, yesterday, tmp_path):
    with pytest.raises(StoreError, match="找不到备份文件"):
        restore(folder, tmp_path / "none.db", clock=clock)


def test_a_rehearsal_finds_what_the_present_has_lost(folder, clock, yesterday):
    backup, _, _ = yesterday
    with open_store(folder, clock=clock) as store:
        assert store.rehearse(backup).alien == 0
        for trigger in ("revision_no_delete", "receipt_no_delete"):
            store._db.run(f"DROP TRIGGER {trigger}")
        store._db.run("DELETE FROM receipt")
        store._db.run("DELETE FROM revision WHERE record = 1")
        assert store.rehearse(backup).alien == 1
    assert not list(folder.glob("restoring*"))
