from __future__ import annotations

import pytest
from store_parts import answer, send

from jgclient.store import ListQuery, StoreError, checking, open_store
from jgclient.store.connection import Connection, connect


@pytest.fixture
def worked(store, draft, finish):
    """A store in which a bit of everything has happened."""
    with store.atomic():
        draft(store)
        for outcome in ("accepted", "rejected", "conflict", "deferred"):
            finish(store, content={"n": outcome})
            send(store, outcome)
            answer(store, outcome, outcome)
        finish(store)
        send(store, "open", limit=1)
        finish(store)
    return store


def test_a_sound_store_has_nothing_to_report(worked):
    assert worked.damages() == []
    assert worked.contradictions() == []
    assert worked.stale_rows() == []
    assert worked.wrong_counts() == []
    assert worked.records.verify_chain() == []


def test_a_page_half_moved_from_the_log_is_no_damage(worked, folder, draft):
    """A kill or a full disk ended the move of the log in the middle of a page; the log still has it."""
    file, log = folder / "jgclient.db", folder / "jgclient.db-wal"
    worked._db.row("PRAGMA wal_checkpoint(TRUNCATE)")
    size = int(worked._db.value("PRAGMA page_size"))
    draft(worked)
    with log.open("rb") as frames:
        frames.seek(32)  # the log's own head; then each page behind 24 bytes that begin with its number
        number = int.from_bytes(frames.read(4), "big")
    with file.open("r+b") as pages:
        pages.seek((number - 1) * size + size // 2)
        pages.write(bytes(size // 2))
    assert checking._told(worked._db, "cipher_integrity_check"), "the page in the file is broken"
    assert worked.damages() == []
    assert not worked.is_read_only
    assert checking._told(worked._db, "cipher_integrity_check") == []


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("DELETE FROM outbox WHERE state = 'waiting'", "有版本却不在待报队列"),
        ("INSERT INTO outbox (record, revision, state, urgent_by, queued_at) VALUES (1, 9, 'done', '', '')",
         "待报队列中有版本不存在"),
        ("UPDATE outbox SET outcome = 'accepted' WHERE outcome = 'rejected'", "标为已接收却没有回执"),
        ("UPDATE outbox SET outcome = 'rejected' WHERE outcome = 'accepted'", "有回执却没有标为已接收"),
        ("UPDATE batch SET state = 'closed' WHERE batch_id = 'open'", "上报中却没有对应的批次"),
        ("DELETE FROM draft", "既无草稿也无版本"),
        ("INSERT INTO receipt VALUES (2, 1, 'X', 'wrong', '', '', '', '', '')", "回执与版本内容不符"),
    ],
)  # fmt: skip
def test_facts_that_cannot_stand_together_are_found(worked, fault, what):
    assert worked._db.run(fault) > 0
    found = worked.contradictions()
    assert {contradiction.what for contradiction in found} == {what}
    assert all(worked._db.value("SELECT 1 FROM record WHERE id = ?", [c.record_id]) for c in found)


def test_a_list_line_that_differs_from_the_facts_is_found_and_left_for_the_person(worked):
    worked._db.run("UPDATE record SET state = 'accepted' WHERE state = 'conflict'")
    [stale] = worked.stale_rows()
    assert worked.stale_rows() == [stale]
    assert worked.records.rebuild_index() == 1
    assert worked.stale_rows() == []


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE record_count SET records = records + 1 WHERE form = 'penalty'",
        "DELETE FROM record_count WHERE form = 'penalty'",
        "INSERT INTO record_count VALUES ('penalty', 'conflict', 7)",
    ],
)
def test_counts_that_are_off_are_found_and_mended(worked, draft, fault):
    draft(worked, form="penalty")
    worked._db.run(fault)
    assert worked.wrong_counts() == ["penalty"]
    worked.records.rebuild_index()
    assert worked.wrong_counts() == []
    assert worked.records.count(ListQuery(form="penalty")) == 1


@pytest.mark.parametrize("what", ["waiting", "receipts"])
def test_tallies_that_are_off_are_found_and_mended(worked, what):
    true = (worked.outbox.count(), worked.outbox.receipt_count())
    worked._db.run("UPDATE tally SET number = number + 1 WHERE what = ?", [what])
    assert worked.wrong_counts() == [what]
    worked.records.rebuild_index()
    assert worked.wrong_counts() == []
    assert (worked.outbox.count(), worked.outbox.receipt_count()) == true


def test_a_backup_is_whole_encrypted_and_opens_with_the_same_code(worked, tmp_path, folder, clock):
    to = tmp_path / "usb" / "backup.db"
    worked.backup(to)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "jgclient.db").write_bytes(to.read_bytes())
    with open_store(tmp_path / "other", clock=clock, recovery_code=worked.recovery_code()) as copy:
        assert copy.records.counts_by_state() == worked.records.counts_by_state()
        assert copy.outbox.receipt_count() == worked.outbox.receipt_count()
        assert copy.contradictions() == []
        assert copy.stale_rows() == []
    assert list(to.parent.iterdir()) == [to]


def test_a_backup_holds_what_was_kept_before_it_and_replaces_an_older_one(store, tmp_path, draft):
    to = tmp_path / "backup.db"
    for number in (1, 2):
        draft(store)
        store.backup(to)
        copy = Connection(connect(to, store._key))
        assert copy.value("SELECT count(*) FROM draft") == number
        copy.close()


def test_a_backup_that_cannot_be_written_leaves_the_older_one(store, tmp_path, draft, monkeypatch):
    to = tmp_path / "backup.db"
    store.backup(to)
    before = to.read_bytes()
    draft(store)
    monkeypatch.setattr("jgclient.store.checking.forgeries", lambda _: ["page 7"])
    with pytest.raises(StoreError, match="读不回来"):
        store.backup(to)
    assert to.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="换一个"):
        store.backup(tmp_path / "file" / "backup.db")
