"""Every migration with data in the file, interrupted ones, and the schema that comes of them all."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations
from store_parts import answer, send

from jgclient.records import Revision, chain_hash, payload_hash
from jgclient.store import ListQuery, StoreError, Summary, migrations, open_store, schema, upgrading
from jgclient.store.codec import revision_columns, summary_text
from jgclient.store.connection import Connection, connect
from jgclient.store.restoring import restore


def test_the_program_knows_exactly_the_migrations_there_are():
    assert list(schema.STEPS) == [m.name for m in migrations.migrations._migrations]


def test_migrations_import_nothing_of_the_program():
    tree = ast.parse(inspect.getsource(migrations))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert not [module for module in modules if module.startswith("jgclient")]


def test_every_migration_has_a_test_with_data():
    here = Path(__file__).read_text("utf-8")
    for step in schema.STEPS:
        number = step.split("_")[0]
        assert re.search(rf"^def test_{number}_", here, re.MULTILINE), f"no test for {step}"


def test_m001_makes_tables_that_check_types_and_references(store):
    strict = store._db.rows("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict")
    own = {
        row["name"]
        for row in strict
        if not row["name"].startswith(("sqlite_", "_sqlite_", "record_text_", "register_text_"))
    }
    assert own == set()
    assert store._db.value("PRAGMA foreign_keys") == 1
    assert store._db.value("PRAGMA journal_mode") == "wal"
    assert store._db.value("PRAGMA synchronous") == 2
    assert store._db.value("PRAGMA temp_store") == 2


def be_before(monkeypatch, step: str) -> None:
    """Make this the program before a migration."""
    earlier = Migrations("jgclient")
    steps = schema.STEPS[: schema.STEPS.index(step)]
    for migration in migrations.migrations._migrations[: len(steps)]:
        earlier(name=migration.name)(migration.fn)
    monkeypatch.setattr(schema, "STEPS", steps)
    monkeypatch.setattr(upgrading, "migrations", earlier)


def test_m002_lets_what_was_sent_be_sent_again_and_keeps_it(folder, clock, monkeypatch):
    with monkeypatch.context() as old_program:
        be_before(old_program, "m002_both_sides")
        with open_store(folder, clock=clock) as old:
            old._db.run("INSERT INTO record (key, id, touched) VALUES (1, 'r1', 1)")
            content = {"form": "check", "form_version": 1, "operation": "i", "content": {"n": "物业"},
                       "reasons": {}, "attachments": []}  # fmt: skip
            made = {"record_id": "r1", "revision": 1, "author": "甲", "made_at": clock()}
            sha256 = payload_hash(**content)
            revision = Revision(
                **content, **made, base_revision=0, sha256=sha256, previous="",
                chain=chain_hash("", sha256=sha256, **made),
            )  # fmt: skip
            shown = {"summary": summary_text(Summary(title="检查")), "urgent_by": "9999-12-31"}
            old._db.insert("revision", revision_columns(1, revision) | shown)
            old._db.run(
                "INSERT INTO outbox (record, revision, state, urgent_by, queued_at, outcome) "
                "VALUES (1, 1, 'done', '9999-12-31', '2026-09-07', 'accepted')"
            )
            old._db.run(
                "INSERT INTO receipt VALUES (1, 1, 'R1', ?, '', '', '', '甲', '2026-09-07')", [sha256]
            )
    with open_store(folder, clock=clock) as store:
        assert store.records.rebuild_index() == 1
        assert store.records.revisions("r1") == [revision]
        assert (store.contradictions(), store.records.verify_chain()) == ([], [])
        assert store.outbox.requeue([("r1", 1)]) == 1
        assert store.outbox.waiting(9) == [revision]
        assert (store.changes.rows("notice"), store.packages.list()) == ([], [])
    assert (folder / "before-m002_both_sides.db").exists()


def test_m004_begins_without_accounts_and_keeps_who_typed(folder, clock, finish, monkeypatch):
    with monkeypatch.context() as old_program:
        be_before(old_program, "m004_accounts")
        with open_store(folder, clock=clock) as old:
            revision = finish(old, content={"n": "物业"})
    with open_store(folder, clock=clock) as store:
        assert store.accounts.list() == []
        assert store.records.last_revision(revision.record_id) == revision
        store.accounts.add("王某", "admin", "proof")
        store.accounts.approve(revision.record_id, 1, "王某")
        assert store.accounts.get("王某").enabled
        assert store.accounts.approver(revision.record_id, 1) == "王某"


def be_old(monkeypatch) -> None:
    """Make this the program before its next migration."""
    monkeypatch.setattr(schema, "STEPS", schema.STEPS[:-1])
    monkeypatch.setattr(upgrading, "migrations", migrations.migrations)


@pytest.fixture
def two_steps(monkeypatch):
    """The program as it will be after its next migration."""
    later = Migrations("jgclient")
    for migration in migrations.migrations._migrations:
        later(name=migration.name)(migration.fn)

    @later()
    def m999_a_later_step(db: Database) -> None:
        db.table("record").add_column("place", str, not_null_default="")
        db.execute("UPDATE record SET place = title || '@'")
        if broken:
            raise broken[0]

    broken: list[BaseException] = []
    monkeypatch.setattr(upgrading, "migrations", later)
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, "m999_a_later_step"))
    return broken


def test_an_older_file_is_copied_migrated_and_keeps_its_data(folder, clock, finish, two_steps, monkeypatch):
    with monkeypatch.context() as old_program:
        be_old(old_program)
        with open_store(folder, clock=clock) as store:
            revision = finish(store, content={"n": "物业"})
            key = bytes.fromhex((folder / "store.key").read_text())
    with open_store(folder, clock=clock) as store:
        assert store._db.value("SELECT place FROM record") == "检查@"
        assert store.records.last_revision(revision.record_id) == revision
        assert store.records.count(ListQuery(text="物业")) == 1
        assert store.records.verify_chain() == []
    copy = Connection(connect(folder / "before-m999_a_later_step.db", key))
    assert copy.value("SELECT count(*) FROM revision") == 1
    assert not copy.rows("SELECT 1 FROM pragma_table_info('record') WHERE name = 'place'")
    copy.close()


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), RuntimeError("power cut")])
def test_an_interrupted_migration_is_undone_and_done_at_the_next_start(
    folder, clock, finish, two_steps, monkeypatch, fault
):
    with monkeypatch.context() as old_program:
        be_old(old_program)
        with open_store(folder, clock=clock) as store:
            revision = finish(store)
    two_steps.append(fault)
    with pytest.raises(type(fault)):
        open_store(folder, clock=clock)
    with monkeypatch.context() as old_program:
        be_old(old_program)
        with open_store(folder, clock=clock) as store:
            assert not store._db.rows("SELECT 1 FROM pragma_table_info('record') WHERE name = 'place'")
            assert store.records.last_revision(revision.record_id) == revision
    two_steps.clear()
    with open_store(folder, clock=clock) as store:
        assert store._db.value("SELECT place FROM record") == "检查@"


def test_a_new_file_needs_no_copy_before_its_migrations(folder, clock, two_steps):
    open_store(folder, clock=clock).close()
    assert list(folder.glob("before-*")) == []


def test_a_migrated_file_is_refused_by_the_older_program(folder, clock, two_steps, monkeypatch):
    open_store(folder, clock=clock).close()
    be_old(monkeypatch)
    with pytest.raises(StoreError) as caught:
        open_store(folder, clock=clock)
    assert caught.value.kind == "newer"


def test_the_older_program_goes_back_to_the_copy_and_the_newer_one_forward_again(
    folder, clock, finish, two_steps, monkeypatch
):
    with monkeypatch.context() as old_program:
        be_old(old_program)
        with open_store(folder, clock=clock) as store:
            kept = finish(store).record_id
    with open_store(folder, clock=clock) as store:
        later = finish(store).record_id
    with monkeypatch.context() as old_program:
        be_old(old_program)
        copy = schema.copy_for_this_program(folder)
        done = restore(folder, copy, clock=clock)
        with open_store(folder, clock=clock) as store:
            assert [row.id for row in store.records.list(ListQuery())] == [kept]
    assert done.before.name.startswith("newer-")
    assert schema.copy_for_this_program(folder) is None, "all steps are known to the newer program"
    restore(folder, done.before, clock=clock)
    with open_store(folder, clock=clock) as store:
        assert {row.id for row in store.records.list(ListQuery())} == {kept, later}


def test_m003_looks_at_every_record_there_was(folder, clock, finish, draft, monkeypatch):
    with monkeypatch.context() as old_program:
        place = schema.STEPS.index("m003_open_duties")
        old = Migrations("jgclient")
        for migration in migrations.migrations._migrations[:place]:
            old(name=migration.name)(migration.fn)
        old_program.setattr(schema, "STEPS", schema.STEPS[:place])
        old_program.setattr(upgrading, "migrations", old)
        with open_store(folder, clock=clock) as store:
            finish(store)
            draft(store)
    with open_store(folder, clock=clock) as store:
        assert store.duties.stale_count() == 2


def test_m005_leaves_what_is_findable_as_it_is(folder, clock, draft, monkeypatch):
    with monkeypatch.context() as old_program:
        be_before(old_program, "m005_text_later")
        with open_store(folder, clock=clock) as store:
            record_id = draft(store)
    with open_store(folder, clock=clock) as store:
        assert not store._db.value("SELECT count(*) FROM text_stale")
        assert store.stale_rows() == []
        assert store.records.row(record_id) is not None


def test_m006_counts_what_waits_and_the_receipts_there_were(folder, clock, finish, monkeypatch):
    with monkeypatch.context() as old_program:
        be_before(old_program, "m006_tallies")
        with open_store(folder, clock=clock) as store:
            finish(store)
            send(store, "b1")
            answer(store, "b1", "accepted")
            finish(store)
            finish(store)
    with open_store(folder, clock=clock) as store:
        assert (store.outbox.count(), store.outbox.receipt_count()) == (2, 1)
        assert store.wrong_counts() == []
