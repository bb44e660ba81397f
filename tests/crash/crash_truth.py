"""What must hold after a kill: everything promised is there, once, and nothing contradicts anything."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

from sync_model import ModelPlatform

from jgclient.records import canonical_json
from jgclient.store import ListQuery, Store

Acks = list[dict]


def read(path: Path) -> Acks:
    """Everything the killed workers of a folder began and were promised; the last line may be cut off."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


class Truth:
    """Compares a folder's store and platform with what was promised."""

    def __init__(self, store: Store, acks: Acks, platform: ModelPlatform, book_rows: int) -> None:
        self.store, self.acks, self.platform, self.book_rows = store, acks, platform, book_rows
        self.wrong: list[str] = []

    def check(self, *, every_page: bool) -> list[str]:
        """All that is wrong, empty when every promise was kept."""
        for look in (self.drafts, self.revisions, self.imports, self.receipts, self.agreement, self.lists):
            look()
        if every_page:
            self.backups()
        return self.wrong

    def need(self, holds: object, words: str) -> None:
        if not holds:
            self.wrong.append(words)

    def drafts(self) -> None:
        """The last promised text of a draft is there, or one that was begun to be kept after it."""
        promised: dict[str, set[str]] = {}
        for ack in self.acks:
            if ack["what"] == "kept":
                promised[ack["id"]] = {ack["mark"]}
            elif ack["what"] == "keeping":
                promised.setdefault(ack["id"], {"nothing"}).add(ack["mark"])
            elif ack["what"] == "finishing":
                promised[ack["id"]].add("finished")
            elif ack["what"] == "finished":
                promised[ack["id"]] = {"finished"}
        for record_id, marks in promised.items():
            found = self._mark(record_id)
            self.need(found in marks, f"{record_id}: {found} instead of {marks}")

    def _mark(self, record_id: str) -> str:
        draft = self.store.records.draft(record_id)
        if draft is not None:
            return hashlib.sha256(canonical_json(draft.texts).encode()).hexdigest()[:16]
        return "finished" if self.store.records.last_revision(record_id) else "nothing"

    def revisions(self) -> None:
        promised = [(a["id"], a["revision"], a["sha256"]) for a in self.acks if a["what"] == "finished"]
        self.need(len(promised) == len(set(promised)), "a revision was promised twice")
        for record_id in {record_id for record_id, _, _ in promised}:
            kept = Counter((record_id, r.revision, r.sha256) for r in self.store.records.revisions(record_id))
            asked = [one for one in promised if one[0] == record_id]
            self.need(all(kept[one] == 1 for one in asked), f"{record_id}: {kept} instead of {asked}")

    def imports(self) -> None:
        """A workbook is in as a whole, once, or not at all."""
        known = Counter(file for (file,) in self.store._db.rows("SELECT file FROM imported"))
        promised = {ack["file"] for ack in self.acks if ack["what"] == "imported"}
        for file, rows in known.items():
            self.need(rows == self.book_rows, f"{file}: {rows} rows")
        self.need(promised <= known.keys(), f"{promised - known.keys()} imported and gone")
        ids = [row[0] for row in self.store._db.rows("SELECT record_id FROM imported")]
        self.need(len(ids) == len(set(ids)), "two rows of workbooks are one record")
        self.need(all(self.store.records.row(each) for each in ids), "a row of a workbook has no record")

    def receipts(self) -> None:
        """Every receipt is the platform's; the platform took nothing in twice; none is forgotten."""
        self.need(set(self.platform.copies.values()) <= {1}, "the platform has something twice")
        for row in self.store._db.rows(
            "SELECT record.id, receipt.revision, receipt.receipt_no, receipt.sha256 "
            "FROM receipt JOIN record ON record.key = receipt.record"
        ):
            kept = self.platform.kept.get((row["id"], row["revision"]))
            self.need(
                kept == (row["sha256"], row["receipt_no"]), f"{row['id']}: receipt {tuple(row)}, not {kept}"
            )
        promised = [ack["receipts"] for ack in self.acks if ack["what"] == "synced"]
        self.need(self.store.outbox.receipt_count() >= max(promised, default=0), "receipts are missing")

    def agreement(self) -> None:
        self.need(self.store.records.verify_chain() == [], "the chain is broken")
        for found in self.store.contradictions():
            self.wrong.append(f"{found.record_id}: {found.what}")

    def lists(self) -> None:
        self.need(self.store.stale_rows() == [], "list lines differ from the facts")
        self.need(self.store.wrong_counts() == [], "counts are wrong")
        ids = [row.id for row in self.store.records.list(ListQuery(limit=100_000))]
        self.need(
            len(ids) == len(set(ids)) == self.store.records.count(ListQuery()), "a record is listed twice"
        )

    def backups(self) -> None:
        """Every page of the file is sound, and every finished backup restores to a part of the present."""
        self.need(self.store.damages() == [], "the file is damaged")
        promised = [ack["file"] for ack in self.acks if ack["what"] == "backed up"]
        found = self.store.backups.list()
        names = {backup.path.name for backup in found}
        # One made later, whose answer the kill cut off, may have taken its place; names begin with the time.
        newest = max(names, default="")
        self.need(not promised or newest >= promised[-1], f"{promised[-1:]} is gone, newest: {newest}")
        for backup in found[:2]:
            self.need(
                self.store.rehearse(backup.path).alien == 0, f"{backup.path.name} has more than there is"
            )

    def delivered(self) -> list[str]:
        """After a last, undisturbed report: everything that travels has arrived, with one receipt."""
        travels = {
            (row["id"], row["revision"])
            for row in self.store._db.rows(
                "SELECT record.id, outbox.revision FROM outbox JOIN record ON key = record "
                "WHERE outbox.state != 'superseded'"
            )
        }
        self.need(
            set(self.platform.kept) == travels, f"{len(set(self.platform.kept) ^ travels)} not delivered"
        )
        self.need(self.store.outbox.receipt_count() == len(travels), "not one receipt for each")
        self.need(self.store.outbox.unanswered_batches() == [], "a batch is without answer")
        return self.wrong
