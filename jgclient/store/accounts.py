"""The people who work with this profile: names, roles, proofs of their PINs, who approved what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jgclient.store.connection import Connection, Row


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One person.

    Attributes:
        role: ``clerk``, ``checker`` or ``admin``.
        proof: What a typed PIN is compared with; never the PIN itself.
        enabled: Whether the person may sign in; accounts are never deleted, records name them.
        failures: Wrong PINs since the last right one.
        failed_at: Time of the last wrong one, None when there was none.
    """

    name: str
    role: str
    proof: str
    enabled: bool
    made_at: datetime
    failures: int = 0
    failed_at: datetime | None = None


class Accounts:
    """Every change is durable when the call returns."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def list(self) -> list[AccountRow]:
        """Everybody, in the order they were added."""
        return [_account(row) for row in self._db.rows("SELECT * FROM account ORDER BY rowid")]

    def get(self, name: str) -> AccountRow | None:
        """One person, None when there is none of that name."""
        row = self._db.row("SELECT * FROM account WHERE name = ?", [name])
        return None if row is None else _account(row)

    def add(self, name: str, role: str, proof: str) -> None:
        """Add a person.

        Raises:
            StoreError: there is one of that name.
        """
        columns = {"name": name, "role": role, "proof": proof, "made_at": self._clock().isoformat()}
        self._db.insert("account", columns)

    def change(self, name: str, *, role: str, proof: str, enabled: bool) -> None:
        """Change everything that can be changed of a person; wrong PINs are forgiven."""
        self._db.run(
            "UPDATE account SET role = ?, proof = ?, enabled = ?, failures = 0, failed_at = '' "
            "WHERE name = ?",
            [role, proof, int(enabled), name],
        )

    def note_attempt(self, name: str, *, right: bool) -> None:
        """Count a wrong PIN, or forget the wrong ones after a right one."""
        if right:
            self._db.run("UPDATE account SET failures = 0, failed_at = '' WHERE name = ?", [name])
        else:
            self._db.run(
                "UPDATE account SET failures = failures + 1, failed_at = ? WHERE name = ?",
                [self._clock().isoformat(), name],
            )

    def approve(self, record_id: str, revision: int, by: str) -> None:
        """Note who approved a revision; kept for ever."""
        columns = {"record_id": record_id, "revision": revision, "by": by, "at": self._clock().isoformat()}
        self._db.insert("approval", columns, conflict="OR IGNORE")

    def approver(self, record_id: str, revision: int) -> str:
        """Who approved a revision, empty for nobody."""
        found = self._db.value(
            "SELECT by FROM approval WHERE record_id = ? AND revision = ?", [record_id, revision]
        )
        return str(found or "")


def _account(row: Row) -> AccountRow:
    failed = datetime.fromisoformat(row["failed_at"]) if row["failed_at"] else None
    made = datetime.fromisoformat(row["made_at"])
    return AccountRow(
        row["name"], row["role"], row["proof"], bool(row["enabled"]), made, row["failures"], failed
    )
