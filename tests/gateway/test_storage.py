"""The gateway's database: older ones brought up to date with their data, copies, wrong addresses."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gateway_items import NOON, PASSWORD, UNIT, batch, edited, item, outcomes
from postgres import WANTED

from jggateway import feed
from jggateway.accounts import Accounts
from jggateway.backup import back_up
from jggateway.files import Files
from jggateway.incoming import read_batch
from jggateway.intake import Intake
from jggateway.keeping import draw_receipt_numbers, pass_over_numbers
from jggateway.kept import Arrival, counts
from jggateway.passwords import hash_password
from jggateway.reference import References
from jggateway.storage import DATABASE_FILE, Storage, StorageError, open_storage

X = hashlib.sha256(b"x").hexdigest()
SCHEMA_V1 = Path(__file__).with_name("schema_v1.sql")
_ROWS = (
    ("INSERT INTO about VALUES ('schema_version', '1')", ()),
    ("INSERT INTO users VALUES (?, ?, 'clerk', ?, '2026-01-01T00:00:00+08:00')", ("clerk", UNIT)),
    ("INSERT INTO batches VALUES (?, 'b0', 'b0', 'd', 'clerk', 'x', '{}', '2026-01-01')", (UNIT,)),
    ("INSERT INTO receipt_numbers DEFAULT VALUES", ()),
)  # fmt: skip


@pytest.fixture
def old(tmp_path: Path, sqlite_only: None) -> Path:
    """A data folder of the first version with one user and one accepted record."""
    folder = tmp_path / "old"
    folder.mkdir()
    sent = item()
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection, connection:
        connection.executescript(SCHEMA_V1.read_text(encoding="utf-8"))
        for sql, values in _ROWS:
            more = (hash_password(PASSWORD),) if "users" in sql else ()
            connection.execute(sql, (*values, *more))
        connection.execute(
            "INSERT INTO records VALUES ('r1', ?, 'visit', 1, 'i', 'N-r1', '', '2026-09-01')", (UNIT,)
        )
        connection.execute(
            "INSERT INTO records_kept VALUES ('r1', 1, 0, 'visit', 1, 'i', ?, '李某', ?, '{}', '[]', ?, "
            "'HN2026010100000001', '2026-01-01T00:00:00+08:00', 'b0')",
            (UNIT, '{"number":"N-r1","object":"甲公司","day":"2026-09-01","people":2}', sent.sha256),
        )
    return folder


def shape(path: Path) -> dict[str, Any]:
    """Columns and keys of every table."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: (
                {row[1:] for row in connection.execute(f"PRAGMA table_info({table})")},
                sorted(
                    tuple(part[2] for part in connection.execute(f"PRAGMA index_info('{index[1]}')"))
                    for index in connection.execute(f"PRAGMA index_list({table})")
                ),
            )
            for table in tables
        }


def test_an_older_database_is_brought_up_to_date_with_its_data(
    old: Path, resources: Path, clock: Any
) -> None:
    storage = open_storage(old)
    try:
        assert Accounts(storage).log_in("clerk", PASSWORD, "d", now=NOON).user.disabled_at == ""
        intake = Intake(storage, References(storage, resources, clock), clock)
        sent = batch(item(), edited(content={"object": "乙公司"}))
        told = intake.receive(read_batch(json.loads(sent.to_bytes())), user="clerk", key="", body_sha256="y")
        assert outcomes(json.loads(told)) == ["duplicate", "accepted"]
        assert json.loads(told)["results"][1]["receipt_no"] == "HN2026090700000002"
        with storage.reading() as connection:
            assert counts(connection)["accepted"] == 2
    finally:
        storage.close()
    with closing(sqlite3.connect(old / f"{DATABASE_FILE}.v1")) as copy:
        assert copy.execute("SELECT value FROM about").fetchall() == [("1",)]
        assert copy.execute("SELECT count(*) FROM records_kept").fetchone() == (1,)


def test_an_older_database_ends_in_the_shape_of_a_new_one(old: Path, tmp_path: Path) -> None:
    open_storage(old).close()
    open_storage(tmp_path / "new").close()
    assert shape(old / DATABASE_FILE) == shape(tmp_path / "new" / DATABASE_FILE)


def test_a_step_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape(old / DATABASE_FILE)
    steps = {2: ("CREATE TABLE entries (id INTEGER)", "THIS IS NO SQL")}
    monkeypatch.setattr("jggateway.migrations._STEPS", steps)
    with pytest.raises(StorageError):
        open_storage(old)
    assert shape(old / DATABASE_FILE) == before


def test_processes_that_open_a_new_database_at_once_agree(tmp_path: Path, database: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            open_storage(tmp_path / "data", database).close()
        except BaseException as error:  # a thread must not swallow it
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_processes_that_start_at_once_ship_their_files_once(storage: Storage, resources: Path) -> None:
    with ThreadPoolExecutor(6) as starting:
        found = list(starting.map(lambda _: References(storage, resources, lambda: NOON), range(6)))
    assert {len(references.library.forms) for references in found} == {1}
    with storage.reading() as connection:
        assert feed.position(connection) == 1


def test_a_backup_can_be_served_as_it_is(
    sqlite_only: None, storage: Storage, resources: Path, clock: Any, tmp_path: Path
) -> None:
    files = Files(storage)
    files.take(UNIT, X, 1, [b"x"], NOON)
    intake = Intake(storage, References(storage, resources, clock), clock)
    intake.receive(read_batch(json.loads(batch(item()).to_bytes())), user="clerk", key="", body_sha256="y")
    (storage.folder / "gateway.key").write_bytes(b"k" * 32)
    assert "renew-cursors" in back_up(storage, tmp_path / "backup")
    copy = open_storage(tmp_path / "backup", create=False)
    try:
        with copy.reading() as connection:
            assert counts(connection)["accepted"] == 1
        assert Files(copy).path(UNIT, X).exists()
    finally:
        copy.close()
    assert (tmp_path / "backup" / "gateway.key").read_bytes() == b"k" * 32
    with pytest.raises(FileExistsError):
        back_up(storage, tmp_path / "backup")


def test_after_a_restore_no_receipt_number_is_given_again(storage: Storage) -> None:
    arrival = Arrival("b1", "b1", UNIT, "clerk", "d", "x", NOON.isoformat())
    with storage.writing() as connection:
        before = draw_receipt_numbers(connection, arrival, 2)
    with storage.writing() as connection:
        pass_over_numbers(connection)
    with storage.writing() as connection:
        after = draw_receipt_numbers(connection, arrival, 2)
    numbers = [int(number[-8:]) for number in (*before, *after)]
    assert numbers[2] > numbers[1] + 900_000
    assert numbers[3] == numbers[2] + 1


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("nothing", "写法不对"),
        ("mysql://u@h/d", "写法不对"),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", "连不上"),
    ],
)
def test_addresses_that_lead_nowhere_are_told_in_one_sentence(
    tmp_path: Path, address: str, word: str
) -> None:
    with pytest.raises(StorageError, match=word) as caught:
        open_storage(tmp_path, address)
    assert "请" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(not WANTED, reason="only for PostgreSQL")
def test_a_database_that_is_not_there_is_told(tmp_path: Path, database: str) -> None:
    with pytest.raises(StorageError, match="createdb"):
        open_storage(tmp_path, database + "_not")
