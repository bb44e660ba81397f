"""Records: drafts while typing, finished revisions, the list of them all, and the 回收站."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from jgclient.forms.problems import Problem
from jgclient.records import Revision, State, canonical_json, chain_hash
from jgclient.store import index, listing
from jgclient.store.codec import (
    day_text,
    draft_of,
    problems_of,
    problems_text,
    revision_columns,
    revision_of,
    summary_text,
)
from jgclient.store.connection import Connection
from jgclient.store.errors import StoreError
from jgclient.store.rows import DraftRow, ListQuery, NextRevision, RecordRow, Summary, TrashRow

_DRAFT = "SELECT draft.*, record.id FROM draft JOIN record ON record.key = draft.record"
_REVISION = "SELECT revision.*, record.id FROM revision JOIN record ON record.key = revision.record"


class Records:
    """Everything about records that needs SQL. Every change is durable when the call returns."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    # -- drafts ----------------------------------------------------------------------------------------

    def save_draft(
        self,
        record_id: str,
        *,
        form: str,
        form_version: int,
        texts: Mapping[str, str],
        author: str,
        base_revision: int = 0,
        offered: bool = False,
        hard_problems: int = 0,
        problems: Sequence[Problem] = (),
        reasons: Mapping[str, str] | None = None,
        summary: Summary | None = None,
    ) -> None:
        """Keep what was typed, replacing the draft before; a new record id makes a new record.

        Raises:
            StoreError: it could not be kept.
        """
        with self._db.atomic():
            key = self._key_or_new(record_id)
            columns = {
                "record": key, "form": form, "form_version": form_version, "texts": canonical_json(dict(texts)),
                "reasons": canonical_json(dict(reasons or {})), "problems": problems_text(list(problems)),
                "hard_problems": hard_problems, "base_revision": base_revision, "offered": int(offered),
                "author": author, "saved_at": self._clock().isoformat(),
                "summary": summary_text(summary or Summary()),
            }  # fmt: skip
            self._db.insert("draft", columns, conflict="OR REPLACE")
            index.refresh(self._db, key, content_changed=True)

    def draft(self, record_id: str) -> DraftRow | None:
        """The draft of a record, None when nothing unfinished is kept."""
        row = self._db.row(f"{_DRAFT} WHERE record.id = ?", [record_id])
        return None if row is None else draft_of(row)

    def drop_draft(self, record_id: str) -> None:
        """Move a draft to the 回收站; finished revisions of the record stay as they are.

        Raises:
            StoreError: the record has no draft.
        """
        row = self._db.row(f"{_DRAFT} WHERE record.id = ?", [record_id])
        if row is None:
            raise StoreError("refused", "这条记录没有草稿，无需删除")
        columns = {name: row[name] for name in row.keys() if name not in ("record", "id")}  # noqa: SIM118
        with self._db.atomic():
            self._db.insert("trash", {
                "record_id": record_id, "form": row["form"], "title": draft_of(row).summary.title,
                "dropped_at": self._clock().isoformat(), "draft": canonical_json(columns),
            })  # fmt: skip
            self._db.run("DELETE FROM draft WHERE record = ?", [row["record"]])
            if self._last_number(row["record"]):
                index.refresh(self._db, row["record"], content_changed=True)
            else:
                index.forget(self._db, row["record"])

    def trash(self) -> list[TrashRow]:
        """Dropped drafts, the last one first."""
        rows = self._db.rows(
            "SELECT trash_id, record_id, form, title, dropped_at FROM trash ORDER BY trash_id DESC"
        )
        return [TrashRow(*row[:4], datetime.fromisoformat(row[4])) for row in map(tuple, rows)]

    def restore_draft(self, trash_id: int) -> str:
        """Take a draft out of the 回收站; returns its record id.

        Raises:
            StoreError: it is no longer there, or the record has a newer draft.
        """
        row = self._db.row("SELECT record_id, draft FROM trash WHERE trash_id = ?", [trash_id])
        if row is None:
            raise StoreError("refused", "回收站里已没有这份草稿，请刷新列表")
        record_id = str(row["record_id"])
        if self.draft(record_id):
            raise StoreError("refused", "这条记录已有新的草稿。请先完成或删除新草稿，再恢复旧的")
        with self._db.atomic():
            key = self._key_or_new(record_id)
            self._db.insert("draft", json.loads(row["draft"]) | {"record": key})
            self._db.run("DELETE FROM trash WHERE trash_id = ?", [trash_id])
            index.refresh(self._db, key, content_changed=True)
        return record_id

    # -- revisions -------------------------------------------------------------------------------------

    def next_operation(self, record_id: str) -> NextRevision:
        """What the next revision must say of itself.

        Raises:
            StoreError: the last revision is on its way; its answer decides what comes next.
        """
        key = self._key(record_id)
        if self._db.value("SELECT 1 FROM outbox WHERE record = ? AND state = 'sent'", [key]):
            raise StoreError(
                "refused", "这条记录正在上报，尚未收到答复。草稿已保存，请在收到回执后再完成修改"
            )
        base = self._db.value(
            "SELECT max(revision) FROM outbox WHERE record = ? AND outcome IN ('accepted', 'duplicate')",
            [key],
        )
        last = self.last_revision(record_id)
        number, chain = (last.revision, last.chain) if last else (0, "")
        return NextRevision("u" if base else "i", base or 0, number + 1, chain)

    def add_revision(self, revision: Revision, summary: Summary, urgent_by: date | None = None) -> None:
        """Keep a finished revision and queue it; the draft it came from is done with. One transaction.

        A revision of the same record that still waits or is parked is superseded: only the newest travels.

        Raises:
            StoreError: its number, chain or operation does not continue what is kept, or the last one is on its way.
        """
        with self._db.atomic():
            self._refuse_misfit(revision)
            key = self._key_or_new(revision.record_id)
            columns = revision_columns(key, revision)
            columns |= {"summary": summary_text(summary), "urgent_by": day_text(urgent_by)}
            self._db.run(
                "UPDATE outbox SET state = 'superseded' WHERE record = ? AND state IN ('waiting', 'parked')",
                [key],
            )
            self._db.insert("revision", columns)
            self._db.insert("outbox", {
                "record": key, "revision": revision.revision, "state": "waiting",
                "urgent_by": day_text(urgent_by), "queued_at": self._clock().isoformat(),
            })  # fmt: skip
            self._db.run("DELETE FROM draft WHERE record = ?", [key])
            index.refresh(self._db, key, content_changed=True)

    def last_revision(self, record_id: str) -> Revision | None:
        """The newest revision, None when the record was never finished."""
        row = self._db.row(
            f"{_REVISION} WHERE record.id = ? ORDER BY revision.revision DESC LIMIT 1", [record_id]
        )
        return None if row is None else revision_of(row)

    def revisions(self, record_id: str) -> list[Revision]:
        """All revisions, the first one first."""
        rows = self._db.rows(f"{_REVISION} WHERE record.id = ? ORDER BY revision.revision", [record_id])
        return [revision_of(row) for row in rows]

    def verify_chain(self) -> list[str]:
        """Ids of records whose revisions do not link or do not have the hashes they say."""
        broken: dict[str, None] = {}
        for (record_id,) in self._db.rows("SELECT id FROM record WHERE revision > 0 ORDER BY key"):
            if not _links(self.revisions(record_id)):
                broken[record_id] = None
        return list(broken)

    # -- lists -----------------------------------------------------------------------------------------

    def row(self, record_id: str) -> RecordRow | None:
        """The list line of one record."""
        return listing.row_of(self._db, record_id)

    def list(self, query: ListQuery) -> list[RecordRow]:
        """One page of the list."""
        return listing.page(self._db, query)

    def count(self, query: ListQuery) -> int:
        """How many records a query finds on all its pages."""
        return listing.count(self._db, query)

    def counts_by_state(self, form: str = "") -> dict[State, int]:
        """Number of records in each state, of one form or of all."""
        return listing.counts_by_state(self._db, form)

    def problems(self, record_id: str) -> list[Problem]:  # type: ignore[valid-type]
        """What is wrong with the record now: the draft's problems, else what the platform answered."""
        draft = self.draft(record_id)
        if draft is not None:
            return draft.problems
        text = self._db.value(
            "SELECT problems FROM outbox WHERE record = ? ORDER BY revision DESC LIMIT 1",
            [self._key(record_id)],
        )
        return problems_of(text or "[]")

    def rebuild_index(self) -> int:
        """Derive all list columns and the search index again; returns how many records had differed."""
        return index.rebuild(self._db)

    # -- inside ----------------------------------------------------------------------------------------

    def _key(self, record_id: str) -> int | None:
        key: int | None = self._db.value("SELECT key FROM record WHERE id = ?", [record_id])
        return key

    def _key_or_new(self, record_id: str) -> int:
        key = self._key(record_id)
        if key is None:
            touched = 1 + (self._db.value("SELECT max(touched) FROM record") or 0)
            self._db.insert("record", {"id": record_id, "touched": touched})
            key = int(self._db.value("SELECT last_insert_rowid()"))
        return key

    def _last_number(self, key: int | None) -> int:
        return self._db.value("SELECT max(revision) FROM revision WHERE record = ?", [key]) or 0

    def _refuse_misfit(self, revision: Revision) -> None:
        expected = self.next_operation(revision.record_id)
        if (revision.revision, revision.previous) != (expected.revision, expected.previous):
            raise StoreError("refused", "这条记录刚在别处完成了新版本。请重新打开这条记录，核对后再完成一次")
        if not _links([revision], previous=revision.previous, number=revision.revision):
            raise StoreError("refused", "这一版的校验值与内容不符，未保存。请重试；再次出现时请联系管理员")


def _links(revisions: Sequence[Revision], previous: str = "", number: int = 1) -> bool:
    """Whether revisions follow one another and each chain hash is what its content makes it."""
    for revision in revisions:
        true_chain = chain_hash(
            previous, record_id=revision.record_id, revision=revision.revision, author=revision.author,
            made_at=revision.made_at, sha256=revision.sha256,
        )  # fmt: skip
        if (revision.revision, revision.previous, revision.chain) != (number, previous, true_chain):
            return False
        previous, number = revision.chain, number + 1
    return True
