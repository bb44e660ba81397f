"""Packages that were written: which batches went into them, and whether their answer came back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jgclient.store.connection import Connection, Row

_PACKAGE = """
SELECT package_id, made_at, file, volumes, answered_at, EXISTS (
    SELECT 1 FROM package_batch JOIN batch USING (batch_id)
    WHERE package_batch.package_id = package.package_id AND batch.state = 'open'
) AS awaited FROM package
"""


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package.

    Attributes:
        file: Name of its first volume, without folder.
        batches: Ids of the batches in it, in order.
        answered_at: When its answer was read, None while none was.
        awaited: The fate of records in it is unknown; not when it was taken back or they went by network.
    """

    package_id: str
    made_at: datetime
    file: str
    volumes: int
    batches: tuple[str, ...]
    answered_at: datetime | None
    awaited: bool


class Packages:
    """Every method that changes something is one transaction and durable on return."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def add(self, package_id: str, batches: Sequence[str]) -> None:
        """Remember a package before its file is written; its batches are stored already."""
        with self._db.atomic():
            now = self._clock().isoformat()
            self._db.insert(
                "package",
                {"package_id": package_id, "made_at": now, "file": "", "volumes": 0, "answered_at": ""},
            )
            rows = [(package_id, batch_id) for batch_id in batches]
            self._db.run_many("INSERT INTO package_batch (package_id, batch_id) VALUES (?, ?)", rows)

    def written(self, package_id: str, file: str, volumes: int) -> None:
        """Remember that the file of a package is complete."""
        sql = "UPDATE package SET file = ?, volumes = ? WHERE package_id = ?"
        self._db.run(sql, [file, volumes, package_id])

    def answered(self, package_id: str) -> None:
        """Remember that the answer to a package was read."""
        sql = "UPDATE package SET answered_at = ? WHERE package_id = ?"
        self._db.run(sql, [self._clock().isoformat(), package_id])

    def get(self, package_id: str) -> PackageRow | None:
        """One package, None when this profile never wrote it."""
        row = self._db.row(f"{_PACKAGE} WHERE package_id = ?", [package_id])
        return None if row is None else self._row(row)

    def list(self) -> list[PackageRow]:
        """All packages, the newest first."""
        return [self._row(row) for row in self._db.rows(f"{_PACKAGE} ORDER BY made_at DESC, rowid DESC")]

    def _row(self, row: Row) -> PackageRow:
        of_package = "SELECT batch_id FROM package_batch WHERE package_id = ? ORDER BY rowid"
        batches = tuple(batch for (batch,) in self._db.rows(of_package, [row["package_id"]]))
        answered = row["answered_at"]
        return PackageRow(
            row["package_id"], datetime.fromisoformat(row["made_at"]), row["file"], row["volumes"], batches,
            datetime.fromisoformat(answered) if answered else None, bool(row["awaited"]),
        )  # fmt: skip
