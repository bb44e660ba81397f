"""How the file came to look as it does: every step from an empty file, in order.

A step imports nothing from the program and is never changed once it was released; each has a with-data test
in ``tests/store/test_migrations.py``. Importing this module costs 150 ms (sqlite-utils), so it is done only
for a file that lacks one of :data:`jgclient.store.schema.STEPS`.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("jgclient")

_FAR = "9999-12-31"


@migrations()
def m001_the_first_file(db: Database) -> None:
    """Everything the main job needs: records, drafts, revisions, outbox, receipts, registers, imports."""
    _settings(db)
    _records(db)
    _counts(db)
    _drafts(db)
    _revisions(db)
    _outbox(db)
    _registers(db)
    _search(db)


def _settings(db: Database) -> None:
    db.table("setting").create({"name": str, "value": str}, pk="name", not_null=["value"], strict=True)
    db.table("imported").create(
        {"fingerprint": str, "record_id": str, "file": str, "row": int, "added_at": str},
        pk="fingerprint", not_null=["record_id", "file", "row", "added_at"], strict=True,
    )  # fmt: skip
    db.table("imported").create_index(["record_id"])


def _records(db: Database) -> None:
    """``record`` is the list: its key, its id, and columns that are derived from the tables below.

    ``touched`` counts changes of content; newest first is ``touched DESC``, also in the search index. Every
    column people sort by has an index that also holds what they filter by: a page is found in it alone.
    """
    texts = ["title", "number", "party", "party_code", "item", "act_date", "author", "receipt_no", "reason"]
    numbers = ["revision", "hard_problems"]
    record = db.table("record")
    record.create(
        {
            "key": int,
            "id": str,
            "touched": int,
            "form": str,
            "state": str,
            "updated_at": str,
            "urgent_by": str,
        }
        | dict.fromkeys(texts, str)
        | dict.fromkeys(numbers, int),
        pk="key",
        not_null=["id", "touched", "form", "state", "updated_at", "urgent_by", *texts, *numbers],
        defaults=dict.fromkeys(["form", "state", "updated_at", *texts], "")
        | dict.fromkeys(numbers, 0)
        | {"urgent_by": _FAR},
        strict=True,
    )
    record.create_index(["id"], unique=True)
    record.create_index(["touched", "form", "state"])
    record.create_index(["state", "touched"])
    record.create_index(["form", "state", "touched"])
    for column in [*texts, *numbers, "urgent_by"]:
        record.create_index([column, "form", "state", "touched"])


def _counts(db: Database) -> None:
    """Number of records by form and state, kept by triggers: counting a million rows takes too long."""
    db.table("record_count").create(
        {"form": str, "state": str, "records": int}, pk=("form", "state"), not_null=["records"], strict=True
    )
    add = (
        "INSERT INTO record_count VALUES (new.form, new.state, 1) "
        "ON CONFLICT DO UPDATE SET records = records + 1;"
    )
    take = "UPDATE record_count SET records = records - 1 WHERE form = old.form AND state = old.state;"
    for name, event, actions in (
        ("added", "INSERT", add),
        ("taken", "DELETE", take),
        ("moved", "UPDATE OF form, state", take + add),
    ):
        db.execute(f"CREATE TRIGGER record_count_{name} AFTER {event} ON record BEGIN {actions} END")


def _drafts(db: Database) -> None:
    db.table("draft").create(
        {
            "record": int, "form": str, "form_version": int, "texts": str, "reasons": str, "problems": str,
            "hard_problems": int, "base_revision": int, "offered": int, "author": str, "saved_at": str,
            "summary": str,
        },
        pk="record", foreign_keys=[("record", "record", "key")],
        not_null=["form", "form_version", "texts", "reasons", "problems", "hard_problems", "base_revision",
                  "offered", "author", "saved_at", "summary"],
        strict=True,
    )  # fmt: skip
    db.table("trash").create(
        {"trash_id": int, "record_id": str, "form": str, "title": str, "dropped_at": str, "draft": str},
        pk="trash_id", not_null=["record_id", "form", "title", "dropped_at", "draft"], strict=True,
    )  # fmt: skip


def _revisions(db: Database) -> None:
    db.table("revision").create(
        {
            "record": int, "revision": int, "form": str, "form_version": int, "operation": str,
            "base_revision": int, "content": str, "reasons": str, "attachments": str, "author": str,
            "made_at": str, "sha256": str, "previous": str, "chain": str, "summary": str, "urgent_by": str,
        },
        pk=("record", "revision"), foreign_keys=[("record", "record", "key")],
        not_null=["form", "form_version", "operation", "base_revision", "content", "reasons", "attachments",
                  "author", "made_at", "sha256", "previous", "chain", "summary", "urgent_by"],
        strict=True,
    )  # fmt: skip
    db.table("receipt").create(
        {
            "record": int, "revision": int, "receipt_no": str, "sha256": str, "received_at": str,
            "server_time": str, "batch_id": str, "author": str, "kept_at": str,
        },
        pk=("record", "revision", "receipt_no"), foreign_keys=[("record", "record", "key")],
        not_null=["sha256", "received_at", "server_time", "batch_id", "author", "kept_at"],
        strict=True,
    )  # fmt: skip
    for table in ("revision", "receipt"):
        for action in ("UPDATE", "DELETE"):
            db.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows are kept for ever'); END"
            )


def _outbox(db: Database) -> None:
    """State of an outbox row: waiting, sent, parked, done, superseded (a newer revision goes instead)."""
    db.table("outbox").create(
        {
            "record": int, "revision": int, "state": str, "urgent_by": str, "queued_at": str,
            "deferrals": int, "batch_id": str, "outcome": str, "problems": str, "reason": str,
        },
        pk=("record", "revision"), foreign_keys=[("record", "record", "key")],
        not_null=["state", "urgent_by", "queued_at", "deferrals", "batch_id", "outcome", "problems",
                  "reason"],
        defaults={"deferrals": 0, "batch_id": "", "outcome": "", "problems": "[]", "reason": ""},
        strict=True,
    )  # fmt: skip
    db.table("outbox").create_index(["state", "deferrals", "urgent_by", "queued_at"])
    db.table("batch").create(
        {"batch_id": str, "body": bytes, "state": str, "made_at": str, "server_time": str},
        pk="batch_id", not_null=["body", "state", "made_at", "server_time"],
        defaults={"server_time": ""}, strict=True,
    )  # fmt: skip
    db.table("batch").create_index(["state"])
    db.table("batch_item").create(
        {"batch_id": str, "place": int, "record": int, "revision": int},
        pk=("batch_id", "place"), not_null=["record", "revision"],
        foreign_keys=[("batch_id", "batch", "batch_id"), ("record", "record", "key")], strict=True,
    )  # fmt: skip


def _registers(db: Database) -> None:
    db.table("register").create(
        {
            "id": int, "register": str, "key": str, "leading": str, "content": str, "valid_from": str,
            "valid_to": str, "source": str, "changed_at": str,
        },
        pk="id", not_null=["register", "key", "leading", "content", "valid_from", "valid_to", "source",
                           "changed_at"],
        strict=True,
    )  # fmt: skip
    db.table("register").create_index(["register", "key"], unique=True)
    db.table("register").create_index(["register", "leading"])


def _search(db: Database) -> None:
    """Search indexes without a copy of the text; the tokens are made by ``jgclient.store.search``.

    ``grams``: one token a Chinese character, overlapping pairs of Latin letters and digits. ``chars``: each
    letter and digit once. ``wholes``: a token for each whole text, to find records that agree in a field.
    The ``ascii`` tokenizer keeps every non-ASCII character, also those newer than SQLite's Unicode tables.
    """
    for table in ("record_text", "register_text"):
        db.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(grams, chars, wholes, "
            "content='', contentless_delete=1, tokenize='ascii')"
        )


@migrations()
def m002_both_sides(db: Database) -> None:
    """What comes down from the platform, what was compared with it, and packages; see each table."""
    _changes(db)
    _counterparts(db)
    _packages(db)
    # 1: sent once more although it was accepted, because the platform says it lacks it.
    db.table("outbox").add_column("again", int, not_null_default=0)


def _changes(db: Database) -> None:
    """``change``: what holds of each entry of the platform's feed.

    ``sha256`` and ``content`` are those of the entry that was applied last (registers and files keep their
    content elsewhere); ``refused`` says why a later one was not. ``load`` counts full loads: an entry that a
    full load did not name is gone. ``warning``: what was learned from returns; it is off until a person
    switches it on.
    """
    db.table("change").create(
        {
            "kind": str, "id": str, "sha256": str, "changed_at": str, "content": str, "refused": str,
            "read_at": str, "load": int,
        },
        pk=("kind", "id"),
        not_null=["sha256", "changed_at", "content", "refused", "read_at", "load"],
        strict=True,
    )  # fmt: skip
    db.table("warning").create(
        {
            "form": str, "code": str, "field": str, "value": str, "message": str, "help": str, "basis": str,
            "enabled": int, "decided_at": str,
        },
        pk=("form", "code", "field", "value"),
        not_null=["message", "help", "basis", "enabled", "decided_at"],
        strict=True,
    )  # fmt: skip


def _counterparts(db: Database) -> None:
    """The platform's version of a record that differs from ours, until a person has decided."""
    db.table("counterpart").create(
        {"id": str, "revision": int, "form": str, "kept": str, "fetched_at": str, "decided_at": str},
        pk="id", not_null=["revision", "form", "kept", "fetched_at", "decided_at"], strict=True,
    )  # fmt: skip


def _packages(db: Database) -> None:
    """Packages that were written; ``answered_at`` is empty while no answer was read."""
    db.table("package").create(
        {"package_id": str, "made_at": str, "file": str, "volumes": int, "answered_at": str},
        pk="package_id", not_null=["made_at", "file", "volumes", "answered_at"], strict=True,
    )  # fmt: skip
    db.table("package_batch").create(
        {"package_id": str, "batch_id": str},
        pk=("package_id", "batch_id"),
        foreign_keys=[("package_id", "package", "package_id"), ("batch_id", "batch", "batch_id")],
        strict=True,
    )  # fmt: skip
    db.table("package_batch").create_index(["batch_id"])


@migrations()
def m003_open_duties(db: Database) -> None:
    """The index of open duties, and what was told about them."""
    _duties(db)
    _duty_triggers(db)
    _reminders(db)
    db.execute("INSERT INTO duty_stale SELECT key FROM record")


def _duties(db: Database) -> None:
    """``duty``: one row an open duty; ``facts`` decide its days. ``duty_count``: numbers by person and days.

    ``duty_stale``: records whose rows have to be derived again.
    """
    db.table("duty").create(
        {
            "record": int, "place": int, "title": str, "author": str, "due": str, "latest": str,
            "moment": str, "reporting": int, "provisional": int, "suspended": int, "extended": int,
            "facts": str,
        },
        pk=("record", "place"), foreign_keys=[("record", "record", "key")],
        not_null=["title", "author", "due", "latest", "moment", "reporting", "provisional", "suspended",
                  "extended", "facts"],
        strict=True,
    )  # fmt: skip
    for columns in (["due"], ["author", "due"], ["title", "due"]):
        db.table("duty").create_index([*columns, "record", "place"])
    db.table("duty").create_index(["facts", "due", "latest", "provisional"])
    db.execute("CREATE INDEX duty_moment ON duty (moment) WHERE moment != ''")
    db.table("duty_count").create(
        {"author": str, "due": str, "latest": str, "duties": int},
        pk=("author", "due", "latest"), not_null=["duties"], strict=True,
    )  # fmt: skip
    db.table("duty_stale").create({"record": int}, pk="record", strict=True)


def _duty_triggers(db: Database) -> None:
    stale = "INSERT OR IGNORE INTO duty_stale VALUES ({});"
    for name, event, actions in (
        ("typed", "INSERT ON draft", stale.format("new.record")),
        ("dropped", "DELETE ON draft", stale.format("old.record")),
        ("finished", "INSERT ON revision", stale.format("new.record")),
        (
            "settled",
            "UPDATE OF state ON record WHEN new.state = 'accepted'",
            "DELETE FROM duty WHERE record = new.key AND reporting;",
        ),
        (
            "moved",
            "UPDATE OF state ON record WHEN new.state = 'withdrawn' "
            "OR (old.state IN ('accepted', 'withdrawn') AND new.state != old.state)",
            stale.format("new.key"),
        ),
        (
            "added",
            "INSERT ON duty",
            "INSERT INTO duty_count VALUES (new.author, new.due, new.latest, 1) "
            "ON CONFLICT DO UPDATE SET duties = duties + 1;",
        ),
        (
            "taken",
            "DELETE ON duty",
            "UPDATE duty_count SET duties = duties - 1 "
            "WHERE author = old.author AND due = old.due AND latest = old.latest;",
        ),
    ):
        db.execute(f"CREATE TRIGGER duty_{name} AFTER {event} BEGIN {actions} END")
    db.execute(
        "CREATE TRIGGER duty_gone BEFORE DELETE ON record BEGIN "
        "DELETE FROM duty WHERE record = old.key; DELETE FROM duty_stale WHERE record = old.key; END"
    )


def _reminders(db: Database) -> None:
    """``reminded``: each reminder is told once; ``snooze``: duties put off, with the reason."""
    db.table("reminded").create(
        {"record_id": str, "title": str, "due": str, "step": str, "at": str},
        pk=("record_id", "title", "due", "step"), not_null=["at"], strict=True,
    )  # fmt: skip
    db.table("snooze").create(
        {"record_id": str, "title": str, "until": str, "reason": str, "author": str, "at": str},
        pk=("record_id", "title"), not_null=["until", "reason", "author", "at"], strict=True,
    )  # fmt: skip


@migrations()
def m004_accounts(db: Database) -> None:
    """People with PINs, and who approved which revision before it was sent."""
    db.table("account").create(
        {
            "name": str, "role": str, "proof": str, "enabled": int, "made_at": str, "failures": int,
            "failed_at": str,
        },
        pk="name", not_null=["role", "proof", "enabled", "made_at", "failures", "failed_at"],
        defaults={"enabled": 1, "failures": 0, "failed_at": ""}, strict=True,
    )  # fmt: skip
    db.table("approval").create(
        {"record_id": str, "revision": int, "by": str, "at": str},
        pk=("record_id", "revision"), not_null=["by", "at"], strict=True,
    )  # fmt: skip


@migrations()
def m005_text_later(db: Database) -> None:
    """``text_stale``: records whose search text has still to be made; an import leaves it for afterwards.

    The search index merges its parts 64 at a time instead of some with nearly every save.
    """
    db.table("text_stale").create({"record": int}, pk="record", strict=True)
    db.execute(
        "CREATE TRIGGER text_gone BEFORE DELETE ON record BEGIN "
        "DELETE FROM text_stale WHERE record = old.key; END"
    )
    for option, value in (("automerge", 0), ("crisismerge", 64)):
        db.execute("INSERT INTO record_text (record_text, rank) VALUES (?, ?)", [option, value])


@migrations()
def m006_tallies(db: Database) -> None:
    """``tally``: how many revisions wait and how many receipts there are, kept by triggers.

    The window says both after every change; counting 100 000 rows of the outbox took 36 ms there.
    """
    db.table("tally").create({"what": str, "number": int}, pk="what", not_null=["number"], strict=True)
    db.execute("INSERT INTO tally SELECT 'waiting', count(*) FROM outbox WHERE state = 'waiting'")
    db.execute("INSERT INTO tally SELECT 'receipts', count(*) FROM receipt")
    change = "UPDATE tally SET number = number + {} WHERE what = '{}';"
    for name, event, by, what in (
        ("queued", "INSERT ON outbox WHEN new.state = 'waiting'", "1", "waiting"),
        ("dropped", "DELETE ON outbox WHEN old.state = 'waiting'", "-1", "waiting"),
        (
            "moved",
            "UPDATE OF state ON outbox WHEN (old.state = 'waiting') != (new.state = 'waiting')",
            "iif(new.state = 'waiting', 1, -1)",
            "waiting",
        ),
        ("answered", "INSERT ON receipt", "1", "receipts"),
    ):
        db.execute(f"CREATE TRIGGER tally_{name} AFTER {event} BEGIN {change.format(by, what)} END")
