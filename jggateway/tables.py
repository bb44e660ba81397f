"""The gateway's tables. Portable SQL types only: SQLite today, PostgreSQL where a city runs several workers.

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

#: Raised with every change of a table; a file of a newer schema is refused (:mod:`jggateway.storage`).
SCHEMA_VERSION = 1

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
    sqlite_autoincrement=True,
)
