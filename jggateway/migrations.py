"""Brings an older database of the gateway to the present schema, step by step.

A step is plain SQL and never changes once it has been released: it must not depend on what
:mod:`jggateway.tables` says today. The schema version stands in the table ``about``.
"""

from __future__ import annotations

from sqlalchemy import Connection

#: Version a step leads to → its statements. Version 1 knew only SQLite.
_STEPS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE users ADD COLUMN disabled_at VARCHAR(40) NOT NULL DEFAULT ''",
        "ALTER TABLE receipt_numbers ADD COLUMN day VARCHAR(8) NOT NULL DEFAULT ''",
        "CREATE TABLE counters (name VARCHAR(32) NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
        """CREATE TABLE entries (
            kind VARCHAR(32) NOT NULL, unit VARCHAR(18) NOT NULL, id VARCHAR(1024) NOT NULL,
            position BIGINT NOT NULL UNIQUE, deleted INTEGER NOT NULL, leading VARCHAR(255) NOT NULL,
            content TEXT NOT NULL, sha256 VARCHAR(64) NOT NULL, origin VARCHAR(16) NOT NULL,
            changed_at VARCHAR(40) NOT NULL, PRIMARY KEY (kind, unit, id))""",
        "CREATE INDEX entries_by_leading ON entries (kind, leading)",
        """CREATE TABLE attachments (
            unit VARCHAR(18) NOT NULL, sha256 VARCHAR(64) NOT NULL, size BIGINT NOT NULL,
            announced_at VARCHAR(40) NOT NULL, confirmed_at VARCHAR(40) NOT NULL,
            PRIMARY KEY (unit, sha256))""",
        """CREATE TABLE devices (
            unit VARCHAR(18) NOT NULL, id VARCHAR(128) NOT NULL, public_key VARCHAR(128) NOT NULL,
            added_by VARCHAR(64) NOT NULL, added_at VARCHAR(40) NOT NULL, PRIMARY KEY (unit, id))""",
        """CREATE TABLE packages (
            unit VARCHAR(18) NOT NULL, id VARCHAR(128) NOT NULL, device VARCHAR(128) NOT NULL,
            envelope_sha256 VARCHAR(64) NOT NULL, replies TEXT NOT NULL, received_at VARCHAR(40) NOT NULL,
            PRIMARY KEY (unit, id))""",
        """CREATE TABLE audit (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at VARCHAR(40) NOT NULL,
            actor VARCHAR(64) NOT NULL, unit VARCHAR(18) NOT NULL, action VARCHAR(32) NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL)""",
        "CREATE INDEX ix_audit_unit ON audit (unit)",
    ),
}


def migrate(connection: Connection, found: int, wanted: int) -> None:
    """Carry out the steps from version ``found`` to ``wanted``, in the caller's transaction."""
    for version in range(found + 1, wanted + 1):
        for statement in _STEPS[version]:
            connection.exec_driver_sql(statement)
