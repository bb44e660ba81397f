"""The gateway's tables. Portable SQL types only: SQLite, or PostgreSQL where a city runs several workers.

Times are ISO 8601 texts with the platform's offset, exactly as they were answered; moments that are only
compared (expiry, failed log-ins) are whole seconds since 1970.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

#: Raised with every change of a table, together with a step in :mod:`jggateway.migrations`.
SCHEMA_VERSION = 2

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("unit", String(18), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("disabled_at", String(40), nullable=False, server_default=""),  # empty while the user may log in
)

#: Only the SHA-256 of a token is kept: a stolen database opens no session.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user", String(64), nullable=False, index=True),
    Column("device", String(128), nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("who", String(64), nullable=False, index=True),
    Column("at", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,
)

#: One row an answered batch. ``answer`` is empty only inside the transaction that computes it.
batches = Table(
    "batches",
    metadata,
    Column("unit", String(18), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("idempotency_key", String(255), nullable=False),
    Column("device", String(128), nullable=False),
    Column("user", String(64), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("received_at", String(40), nullable=False),
    UniqueConstraint("unit", "idempotency_key"),
)

#: One row a record: its newest accepted revision and the columns that rules and look-ups ask for.
#: Its primary key and the counted UPDATE from base to new revision decide every race between two senders.
records = Table(
    "records",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("unit", String(18), nullable=False),
    Column("form", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("operation", String(1), nullable=False),
    Column("number", Text, nullable=False),
    Column("party_code", Text, nullable=False),
    Column("act_date", Text, nullable=False),
    Index("records_by_number", "unit", "form", "number"),
    Index("records_by_party", "unit", "form", "party_code"),
    Index("records_by_date", "unit", "form", "act_date"),
)

#: Every accepted revision, for ever; rows are only ever added.
records_kept = Table(
    "records_kept",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("base_revision", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("form_version", Integer, nullable=False),
    Column("operation", String(1), nullable=False),
    Column("unit", String(18), nullable=False),
    Column("author", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("receipt_no", String(32), nullable=False, unique=True),
    Column("received_at", String(40), nullable=False),
    Column("batch_id", String(64), nullable=False),
    ForeignKeyConstraint(["id"], ["records.id"]),
    ForeignKeyConstraint(["unit", "batch_id"], ["batches.unit", "batches.id"]),
    Index("records_kept_by_time", "unit", "received_at"),
)

#: Running numbers of receipts. A table of its own, because an autoincrement key is the one counter that
#: SQLite and PostgreSQL both hand out without two writers waiting for each other.
receipt_numbers = Table(
    "receipt_numbers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("day", String(8), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

#: Running numbers that are drawn under a lock, so that who draws later also commits later.
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: What is told downwards: one row an entry, its newest state. ``unit`` is empty for what everybody gets.
#: ``position`` grows with every change of an entry; a cursor is a position.
entries = Table(
    "entries",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("unit", String(18), primary_key=True),
    Column("id", String(1024), primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("deleted", Integer, nullable=False),
    Column("leading", String(255), nullable=False),  # first part of a register row's key
    Column("content", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("changed_at", String(40), nullable=False),
    Index("entries_by_leading", "kind", "leading"),
)

#: Files that have been announced; their bytes lie in the data folder (:mod:`jggateway.files`).
attachments = Table(
    "attachments",
    metadata,
    Column("unit", String(18), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("announced_at", String(40), nullable=False),
    Column("confirmed_at", String(40), nullable=False),  # empty until all bytes are there and verified
)

#: Devices whose packages are taken.
devices = Table(
    "devices",
    metadata,
    Column("unit", String(18), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("public_key", String(128), nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", String(40), nullable=False),
)

#: Packages that were received, with what they were answered.
packages = Table(
    "packages",
    metadata,
    Column("unit", String(18), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("device", String(128), nullable=False),
    Column("envelope_sha256", String(64), nullable=False),
    Column("replies", Text, nullable=False),
    Column("received_at", String(40), nullable=False),
)

#: Who did what; rows are only ever added.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("unit", String(18), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
