"""Faults of the environment are told in Chinese with the remedy; nothing that was kept is lost by them."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from jgclient.store import ListQuery, StoreError, connection, location, open_store, recovery
from jgclient.store.errors import file_fault

FILE = "jgclient.db"


def refused(folder: Path, clock, **arguments) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_store(folder, clock=clock, **arguments)
    return caught.value


def test_plain_sqlite_sees_nothing_and_no_text_lies_open_in_the_folder(store, folder, draft, finish):
    draft(store, texts={"n": "秘密物业Secretum"})
    finish(store, content={"n": "秘密物业Secretum"})
    store.settings.set("token", "Secretum")
    store.backup(folder / "backup.db")
    plain = sqlite3.connect(folder / FILE)
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM sqlite_master").fetchall()
    plain.close()
    for path in folder.rglob("*"):
        content = path.read_bytes()
        assert b"Secretum" not in content
        assert "秘密".encode() not in content
        assert b"CREATE TABLE" not in content


def test_without_key_the_file_is_refused_with_the_way_to_recover(folder, clock, draft):
    with open_store(folder, clock=clock) as store:
        draft(store)
        code = store.recovery_code()
    (folder / "store.key").unlink()
    error = refused(folder, clock)
    assert error.kind == "no_key"
    assert "恢复码" in str(error)
    assert not (folder / "store.key").exists(), "a new key must never be made for an existing file"
    with open_store(folder, clock=clock, recovery_code=code) as store:
        assert store.records.count(ListQuery()) == 1
    with open_store(folder, clock=clock) as store:
        assert store.recovery_code() == code


def test_the_recovery_code_opens_a_copy_on_another_computer(tmp_path, folder, clock, draft):
    with open_store(folder, clock=clock) as store:
        draft(store)
        code = store.recovery_code()
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    shutil.copy(folder / FILE, elsewhere)
    with open_store(elsewhere, clock=clock, recovery_code=code.lower().replace("-", " ")) as store:
        assert store.records.count(ListQuery()) == 1


def test_a_code_of_another_file_is_refused_and_the_right_key_stays(tmp_path, folder, clock):
    open_store(folder, clock=clock).close()
    other = recovery.encode(bytes(range(32)))
    assert "不属于" in str(refused(folder, clock, recovery_code=other))
    assert "恢复码应有" in str(refused(folder, clock, recovery_code="ABC"))
    open_store(folder, clock=clock).close()
    assert "没有数据文件" in str(refused(tmp_path / "empty", clock, recovery_code=other))


@pytest.mark.parametrize("key", ["0" * 64, "kein Schlüssel"])
def test_a_wrong_key_is_told_as_such(folder, clock, key):
    open_store(folder, clock=clock).close()
    (folder / "store.key").write_text(key, "utf-8")
    assert refused(folder, clock).kind == "wrong_key"


def test_a_file_of_a_newer_program_is_refused_and_not_touched(folder, clock):
    with open_store(folder, clock=clock) as store:
        store._db.run(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('jgclient', 'm999_later', '')"
        )
    before = (folder / FILE).read_bytes()
    error = refused(folder, clock)
    assert error.kind == "newer"
    assert "安装最新版本" in str(error)
    assert (folder / FILE).read_bytes() == before


def test_a_file_in_place_of_the_folder(tmp_path, clock):
    path = tmp_path / "data"
    path.write_text("")
    assert refused(path, clock).kind == "place"
    assert refused(path / "below", clock).kind == "place"


def test_a_folder_in_place_of_the_file(folder, clock):
    open_store(folder, clock=clock).close()
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    assert refused(folder, clock).kind == "place"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_that_cannot_be_written(tmp_path, clock):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    assert refused(folder, clock).kind == "read_only"


def test_a_read_only_file_is_told_when_something_shall_be_kept(store, draft):
    store._db.raw.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError) as caught:
        draft(store)
    assert caught.value.kind == "read_only"


def test_a_full_disk_is_told_and_what_was_kept_before_is_there(store, folder, clock, draft):
    kept = draft(store, texts={"n": "早"})
    pages = store._db.value("PRAGMA page_count")
    store._db.raw.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError) as caught:
        draft(store, kept, texts={"n": "很长" * 50_000})
    assert caught.value.kind == "disk_full"
    assert store.records.draft(kept).texts == {"n": "早"}
    with open_store(folder, clock=clock) as other:
        assert other.records.draft(kept).texts == {"n": "早"}


def test_a_file_held_by_another_program_is_told_after_a_moment(store, folder, clock, draft, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_SECONDS", 0.1)
    with open_store(folder, clock=clock) as second, store.atomic():
        with pytest.raises(StoreError) as caught:
            draft(second)
        assert caught.value.kind == "locked"
        assert second.records.count(ListQuery()) == 0, "reading goes on meanwhile"


def spoil(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 + 100] ^= 0xFF
    path.write_bytes(content)


def test_a_damaged_page_is_told_never_read_as_data(folder, clock, finish):
    with open_store(folder, clock=clock) as store:
        first = finish(store, content={"n": "物业" * 500})
        page = store._db.value("SELECT rootpage FROM sqlite_master WHERE name = 'revision'")
    spoil(folder / FILE, page)
    with open_store(folder, clock=clock) as store:
        with pytest.raises(StoreError) as caught:
            store.records.revisions(first.record_id)
        assert caught.value.kind == "damaged"
        assert "备份" in str(caught.value)
        assert store.damages()


def test_a_damaged_first_page_is_not_opened(folder, clock):
    open_store(folder, clock=clock).close()
    spoil(folder / FILE, 1)
    assert refused(folder, clock).kind == "wrong_key"


def test_bugs_are_not_dressed_up_as_faults_of_the_environment(store):
    with pytest.raises(dbapi2.OperationalError, match="no such table"):
        store._db.rows("SELECT * FROM nowhere")
    with pytest.raises(dbapi2.IntegrityError):
        store._db.run("INSERT INTO draft (record) VALUES (99)")


def test_threads_each_with_their_own_store_write_side_by_side(folder, clock, draft):
    open_store(folder, clock=clock).close()
    failures = []

    def work() -> None:
        try:
            with open_store(folder, clock=clock) as mine:
                for _ in range(10):
                    draft(mine)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with open_store(folder, clock=clock) as store:
        assert store.records.count(ListQuery()) == 40
        assert store.records.rebuild_index() == 0


def test_threads_that_all_open_a_new_folder_at_once_agree_on_one_key(folder, clock):
    codes, failures = set(), []

    def work() -> None:
        try:
            with open_store(folder, clock=clock) as mine:
                codes.add(mine.recovery_code())
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(codes) == 1


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /mnt/share nfs4 rw 0 0
//server/share /mnt/my\\040share cifs rw 0 0
/dev/sdb1 /mnt/share/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "network"),
    [
        ("/home/a", False),
        ("/mnt/share", True),
        ("/mnt/share/a/b", True),
        ("/mnt/my share/x", True),
        ("/mnt/share/local/x", False),
        ("/mnt/sharestuff", False),
        ("\\\\server\\share\\x", True),
        ("//server/share/x", True),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="reads the mounts of Linux")
def test_network_drives_are_recognised(folder, network):
    assert location.is_network(Path(folder), MOUNTS) is network


def test_a_network_drive_is_refused_before_anything_is_written_there(tmp_path, clock, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path / 'share'} nfs rw 0 0\n")
    monkeypatch.setattr(location, "_MOUNTS", mounts)
    error = refused(tmp_path / "share" / "data", clock)
    assert error.kind == "network"
    assert not (tmp_path / "share").exists()


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, "disk_full"), (errno.EROFS, "read_only"), (errno.EIO, "io"), (errno.ENOTDIR, "place")],
)
def test_faults_of_files_and_folders_are_told_apart(number, kind):
    error = file_fault(OSError(number, os.strerror(number)), Path("/x/jgclient.db"))
    assert error.kind == kind
    assert "/x/jgclient.db" in str(error)


HEAVY = {"sqlite_utils", "keyring", "pypinyin", "openpyxl", "requests", "cel_expr_python"}


def test_opening_an_existing_folder_loads_nothing_heavy(folder, clock, draft):
    with open_store(folder, clock=clock) as store:
        draft(store, texts={"n": "物业"})
    program = """if True:
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from jgclient.store import ListQuery, open_store
        with open_store(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as store:
            assert len(store.records.list(ListQuery(text="业"))) == 1
        print(*{name.partition(".")[0] for name in sys.modules})
    """
    done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())
