"""The platform's side of records: its version beside ours, and versions that only the platform had."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jgclient.records import Revision, canonical_json, chain_hash
from jgclient.store import index
from jgclient.store.codec import FAR, revision_columns, summary_text
from jgclient.store.connection import Connection, Row
from jgclient.store.errors import StoreError
from jgclient.store.rows import Summary

if TYPE_CHECKING:  # a client that starts has nothing to compare yet
    from jgclient.contract import KeptRecord, Mark

#: The platform has not yet taken a revision of ours that follows its own.
_UNSETTLED = """NOT EXISTS (
    SELECT 1 FROM receipt JOIN record ON record.key = receipt.record
    WHERE record.id = counterpart.id AND receipt.revision > counterpart.revision
)"""
_MARKS = """
SELECT record.id, revision.revision, revision.sha256, revision.operation,
    json_extract(revision.content, :day) AS day,
    (SELECT receipt_no FROM receipt WHERE receipt.record = revision.record
        AND receipt.revision = revision.revision ORDER BY kept_at DESC LIMIT 1) AS receipt_no
FROM (SELECT record, max(revision) AS revision FROM receipt GROUP BY record) AS newest
JOIN revision USING (record, revision)
JOIN record ON record.key = revision.record
WHERE revision.form = :form
ORDER BY record.id
"""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The platform's version of a record that differs from ours.

    Attributes:
        decided: A person has seen both and said what holds; the next revision may follow the platform's.
    """

    kept: KeptRecord
    fetched_at: datetime
    decided: bool


class Counterparts:
    """Every method that changes something is one transaction and durable on return."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    # -- both versions ---------------------------------------------------------------------------------

    def put(self, kept: KeptRecord) -> None:
        """Keep the platform's version beside ours; one that is there already and not newer stays decided."""
        newest = "SELECT revision FROM counterpart WHERE id = ?"
        if (self._db.value(newest, [kept.item.id]) or 0) >= kept.item.revision:
            return
        columns = {
            "id": kept.item.id, "revision": kept.item.revision, "form": kept.item.form,
            "kept": canonical_json(kept.to_json()), "fetched_at": self._clock().isoformat(),
            "decided_at": "",
        }  # fmt: skip
        self._db.insert("counterpart", columns, conflict="OR REPLACE")

    def get(self, record_id: str) -> Counterpart | None:
        """The platform's version of a record, None when none was fetched or the difference is settled."""
        from jgclient.contract import KeptRecord  # noqa: PLC0415 - see above

        row = self._db.row(f"SELECT * FROM counterpart WHERE id = ? AND {_UNSETTLED}", [record_id])
        if row is None:
            return None
        fetched_at = datetime.fromisoformat(row["fetched_at"])
        return Counterpart(KeptRecord.from_json(json.loads(row["kept"])), fetched_at, bool(row["decided_at"]))

    def decide(self, record_id: str) -> None:
        """Remember that a person has seen both versions; the next revision follows the platform's.

        Raises:
            StoreError: there is no version of the platform to be followed.
        """
        changed = self._db.run(
            "UPDATE counterpart SET decided_at = ? WHERE id = ?", [self._clock().isoformat(), record_id]
        )
        if not changed:
            raise StoreError("refused", "还没有取回平台上的版本。请先联网上报一次或对账，再选择采用哪一版")

    def missing(self, ids: Iterable[str]) -> list[str]:
        """Those of the records whose platform version is not here, or was followed and may have moved on."""
        wanted = list(ids)
        known = (
            "SELECT id FROM counterpart WHERE id IN (SELECT value FROM json_each(?)) "
            f"AND decided_at = '' AND {_UNSETTLED}"
        )
        here = {record_id for (record_id,) in self._db.rows(known, [json.dumps(wanted)])}
        return [record_id for record_id in wanted if record_id not in here]

    # -- what only the platform had --------------------------------------------------------------------

    def adopt(self, kept: KeptRecord, summary: Summary) -> bool:
        """Take over a revision that only the platform had, with its receipt; False when ours is against it.

        Nothing of ours is replaced: a record with that or a later revision, or with one that is still to be
        sent, stays as it is.
        """
        with self._db.atomic():
            if self.stands_against(kept.item.id, kept.item.revision):
                return False
            key = index.key_or_new(self._db, kept.item.id)
            revision = _revision(kept, self._clock(), self._last_chain(key))
            shown = {"summary": summary_text(summary), "urgent_by": FAR}
            self._db.insert("revision", revision_columns(key, revision) | shown)
            self._db.insert("outbox", {
                "record": key, "revision": revision.revision, "state": "done", "urgent_by": FAR,
                "queued_at": revision.made_at.isoformat(), "outcome": "accepted",
            })  # fmt: skip
            self._db.insert("receipt", {
                "record": key, "revision": revision.revision, "receipt_no": kept.receipt_no,
                "sha256": revision.sha256, "received_at": kept.received_at, "server_time": kept.received_at,
                "batch_id": "", "author": revision.author, "kept_at": self._clock().isoformat(),
            })  # fmt: skip
            self._db.run("DELETE FROM counterpart WHERE id = ?", [kept.item.id])
            index.refresh(self._db, key, kept.item.id)
        return True

    def stands_against(self, record_id: str, revision: int) -> bool:
        """Whether something kept here forbids to take over a revision of the platform unseen."""
        key = index.key_of(self._db, record_id)
        later = "SELECT 1 FROM revision WHERE record = ? AND revision >= ?"
        open_ones = "SELECT 1 FROM outbox WHERE record = ? AND state IN ('waiting', 'sent', 'parked')"
        return bool(self._db.value(later, [key, revision]) or self._db.value(open_ones, [key]))

    def _last_chain(self, key: int) -> str:
        sql = "SELECT chain FROM revision WHERE record = ? ORDER BY revision DESC LIMIT 1"
        return str(self._db.value(sql, [key]) or "")

    # -- comparing -------------------------------------------------------------------------------------

    def marks(self, form: str, date_field: str) -> list[tuple[str, Mark]]:
        """(day, mark) of the newest accepted revision of every record of a form.

        Args:
            form: Form id.
            date_field: Its field with the date of the act, empty when it has none.
        """
        from jgclient.contract import Mark  # noqa: PLC0415 - see above

        names = ("id", "revision", "sha256", "operation", "receipt_no")
        rows = self._db.rows(_MARKS, {"form": form, "day": f'$."{date_field}"'})
        return [(_day(row) if date_field else "", Mark(*(row[name] for name in names))) for row in rows]


def _day(row: Row) -> str:
    return str(row["day"] or "")[:10]


def _revision(kept: KeptRecord, now: datetime, previous: str) -> Revision:
    """The platform's item as a revision that follows ours."""
    item = kept.item
    chain = chain_hash(
        previous, record_id=item.id, revision=item.revision, author=item.author, made_at=now,
        sha256=item.sha256,
    )  # fmt: skip
    return Revision(
        record_id=item.id, revision=item.revision, form=item.form, form_version=item.form_version,
        operation=item.operation, base_revision=item.base_revision, content=item.content,
        reasons=item.reasons, author=item.author, made_at=now, sha256=item.sha256, previous=previous,
        chain=chain, attachments=item.attachments,
    )  # fmt: skip
