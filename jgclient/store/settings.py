"""Settings of this profile, and which rows of which files were already imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from jgclient.records import Json, canonical_json
from jgclient.store.connection import Connection
from jgclient.store.credentials import Vault

#: Settings that belong into the operating system's credential store when there is one.
SECRET = frozenset({"token", "device_seed"})


class Settings:
    """Named JSON values; :data:`SECRET` ones go to the system's credential store if there is one."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def get(self, name: str, default: Json = None) -> Json:
        """The value, ``default`` when it was never set."""
        if name in SECRET and self._vault.is_real:
            return self._vault.read(name) or default
        text = self._db.value("SELECT value FROM setting WHERE name = ?", [name])
        return default if text is None else json.loads(text)

    def set(self, name: str, value: Json) -> None:
        """Set a value; durable on return."""
        if name in SECRET and self._vault.is_real:
            self._vault.write(name, str(value or ""))
            return
        self._db.insert("setting", {"name": name, "value": canonical_json(value)}, conflict="OR REPLACE")

    def all(self) -> dict[str, Json]:
        """All settings kept in the file (none of those in the credential store)."""
        return {
            name: json.loads(value)
            for name, value in self._db.rows("SELECT name, value FROM setting ORDER BY name")
        }


_SEEN = """
SELECT imported.fingerprint, imported.record_id FROM json_each(?) AS wanted
JOIN imported ON imported.fingerprint = wanted.value
JOIN record ON record.id = imported.record_id
"""


class Imports:
    """Which rows of which workbooks already became records, by fingerprint of the row."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def seen(self, fingerprints: Sequence[str]) -> dict[str, str]:
        """Record id by fingerprint, for rows whose record still exists (not in the 回收站)."""
        if not self._any():
            return {}
        rows = self._db.rows(_SEEN, [canonical_json(list(fingerprints))])
        return {row["fingerprint"]: row["record_id"] for row in rows}

    def _any(self) -> bool:
        return self._db.value("SELECT 1 FROM imported LIMIT 1") is not None

    def add(self, fingerprint: str, record_id: str, file: str, row: int) -> None:
        """Remember that row ``row`` of ``file`` became this record."""
        columns = {
            "fingerprint": fingerprint, "record_id": record_id, "file": file, "row": row,
            "added_at": self._clock().isoformat(),
        }  # fmt: skip
        self._db.insert("imported", columns, conflict="OR REPLACE")
