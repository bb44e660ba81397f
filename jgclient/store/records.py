"""Records: drafts while typing, finished revisions, the list of them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from jgclient.forms.problems import Problem
from jgclient.records import Revision, State, canonical_json
from jgclient.store import findable, index, listing
from jgclient.store.checking import Watch, portions, unwatched
from jgclient.store.codec import (
    day_text,
    draft_of,
    problems_text,
    revision_columns,
    revision_of,
    summary_text,
)
from jgclient.store.connection import Connection
from jgclient.store.errors import StoreError
from jgclient.store.rows import DraftRow, ListQuery, NextRevision, RecordRow, Summary
from jgclient.store.trash import Trash

Problems = list[Problem]  # inside the class, `list` is a method
Ids = list[str]
_DRAFT = "SELECT draft.*, record.id FROM draft JOIN record ON record.key = draft.record WHERE record.id = ?"
#: What the next revision follows from. ``theirs``: the platform's newest one, once a person has seen that it
#: differs from ours.
_STANDING = """
SELECT last.revision, last.chain,
    EXISTS (SELECT 1 FROM outbox WHERE outbox.record = record.key AND state = 'sent') AS sent,
    coalesce((SELECT max(revision) FROM outbox
        WHERE outbox.record = record.key AND outcome IN ('accepted', 'duplicate')), 0) AS accepted,
    coalesce((SELECT revision FROM counterpart WHERE id = :id AND decided_at != ''), 0) AS theirs
FROM (SELECT :id AS id) AS wanted
LEFT JOIN record ON record.id = wanted.id
LEFT JOIN revision AS last ON last.record = record.key
    AND last.revision = (SELECT max(revision) FROM revision WHERE record = record.key)
"""
_REVISION = """
SELECT revision.*, record.id FROM revision JOIN record ON record.key = revision.record WHERE record.id = ?
ORDER BY revision.revision
"""
_REVISIONS_OF = """
SELECT revision.*, record.id FROM revision JOIN record ON record.key = revision.record
WHERE record.key BETWEEN ? AND ? ORDER BY record.key, revision.revision
"""


class Records:
    """Everything about records that needs SQL. Every change is durable when the call returns."""

    def __init__(self, connection: Connection, trash: Trash, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._trash = trash
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

        A draft that is kept already, word for word, is left alone.

        Raises:
            StoreError: it could not be kept.
        """
        columns = {
            "form": form, "form_version": form_version, "texts": canonical_json(dict(texts)),
            "reasons": canonical_json(dict(reasons or {})), "problems": problems_text(list(problems)),
            "hard_problems": hard_problems, "base_revision": base_revision, "offered": int(offered),
            "author": author, "summary": summary_text(summary or Summary()),
        }  # fmt: skip
        with self._db.atomic():
            key = index.key_or_new(self._db, record_id)
            if not self._has_draft(key, columns):
                columns |= {"record": key, "saved_at": self._clock().isoformat()}
                self._db.insert("draft", columns, conflict="OR REPLACE")
                index.refresh(self._db, key, record_id)

    def put_draft(self, draft: DraftRow) -> None:
        """Keep a draft as it was read, e.g. what was kept before a change that is taken back.

        Raises:
            StoreError: it could not be kept.
        """
        kept = {field.name: getattr(draft, field.name) for field in fields(draft)}
        kept.pop("saved_at")  # it is kept now
        self.save_draft(kept.pop("record_id"), **kept)

    def draft(self, record_id: str) -> DraftRow | None:
        """The draft of a record, None when nothing unfinished is kept."""
        row = self._db.row(_DRAFT, [record_id])
        return None if row is None else draft_of(row)

    def drop_draft(self, record_id: str) -> None:
        """Move a draft to the 回收站; finished revisions of the record stay as they are.

        Raises:
            StoreError: the record has no draft.
        """
        with self._db.atomic():
            row = self._db.row(_DRAFT, [record_id])
            if row is None:
                raise StoreError("refused", "这条记录没有草稿，不用删除。请刷新列表")
            self._trash.put(row, draft_of(row).summary.title)
            self._db.run("DELETE FROM draft WHERE record = ?", [row["record"]])
            if self.last_revision(record_id):
                index.refresh(self._db, row["record"], record_id)
            else:
                index.forget(self._db, row["record"])

    # -- revisions -------------------------------------------------------------------------------------

    def next_operation(self, record_id: str) -> NextRevision:
        """What the next revision must say of itself.

        Raises:
            StoreError: the last revision is on its way; its answer decides what comes next.
        """
        row = self._db.row(_STANDING, {"id": record_id})
        if row["sent"]:
            raise StoreError("refused", "这条记录正在上报，还没有答复。草稿已存好，收到回执后再完成修改")
        base = max(row["accepted"], row["theirs"])
        number = max(row["revision"] or 0, row["theirs"]) + 1
        return NextRevision("u" if base else "i", base, number, row["chain"] or "")

    def add_revision(
        self, revision: Revision, summary: Summary, urgent_by: date | None = None, *, stays_here: bool = False
    ) -> None:
        """Keep a finished revision and queue it; the draft it came from is done with. One transaction.

        A revision of the same record that still waits or is parked is superseded: only the newest travels.

        Args:
            revision: What was finished.
            summary: Its columns in lists.
            urgent_by: When it must have arrived.
            stays_here: It withdraws what the platform never accepted, so the platform is not told.

        Raises:
            StoreError: it does not continue what is kept, its hashes are not its own, or the last one is on
                its way.
        """
        with self._db.atomic():
            self._refuse_misfit(revision)
            key = index.key_or_new(self._db, revision.record_id)
            deadline = day_text(urgent_by)
            self._db.run(
                "UPDATE outbox SET state = 'superseded' WHERE record = ? AND state IN ('waiting', 'parked') "
                "AND again = 0",
                [key],
            )
            shown = {"summary": summary_text(summary), "urgent_by": deadline}
            self._db.insert("revision", revision_columns(key, revision) | shown)
            self._db.insert("outbox", {
                "record": key, "revision": revision.revision, "state": "done" if stays_here else "waiting",
                "outcome": "withdrawn" if stays_here else "", "urgent_by": deadline,
                "queued_at": self._clock().isoformat(),
            })  # fmt: skip
            self._db.run("DELETE FROM draft WHERE record = ?", [key])
            index.refresh(self._db, key, revision.record_id)

    def last_revision(self, record_id: str) -> Revision | None:
        """The newest revision, None when the record was never finished."""
        row = self._db.row(f"{_REVISION} DESC LIMIT 1", [record_id])
        return None if row is None else revision_of(row)

    def revisions(self, record_id: str) -> list[Revision]:
        """All revisions, the first one first."""
        return [revision_of(row) for row in self._db.rows(_REVISION, [record_id])]

    def verify_chain(self, watch: Watch = unwatched) -> list[str]:
        """Ids of records whose revisions do not link, or whose content has not the hash it says."""
        return [
            record_id
            for portion in portions(self._db, watch)
            for record_id, rows in groupby(self._db.rows(_REVISIONS_OF, portion), key=itemgetter("id"))
            if not _links([revision_of(row) for row in rows])
        ]

    # -- lists -----------------------------------------------------------------------------------------

    def row(self, record_id: str) -> RecordRow | None:
        """The list line of one record."""
        return listing.row_of(self._db, record_id)

    def list(self, query: ListQuery) -> list[RecordRow]:
        """One page of the list; see :class:`ListQuery`."""
        return listing.page(self._db, query)

    def ids(self, query: ListQuery) -> Ids:
        """The ids of one page of the list."""
        return listing.ids(self._db, query)

    def count(self, query: ListQuery) -> int:
        """How many records a query finds on all its pages."""
        return listing.count(self._db, query)

    def holding(self, texts: Sequence[str]) -> Ids:
        """Ids of records in which one of these texts stands whole; now and then one more, so compare."""
        return listing.holding(self._db, texts)

    def counts_by_state(self, form: str = "") -> dict[State, int]:
        """Number of records in each state, of one form or of all; states without records are absent."""
        return listing.counts_by_state(self._db, form)

    def problems(self, record_id: str) -> Problems:
        """What is wrong with the record now: the draft's problems, else what the platform answered."""
        draft = self.draft(record_id)
        if draft is not None:
            return draft.problems
        return self.platform_problems(record_id)

    def platform_problems(self, record_id: str) -> Problems:
        """What the platform found wrong with the last revision, whether a draft is kept over it or not."""
        return index.platform_problems(self._db, index.key_of(self._db, record_id))

    def search_is_behind(self) -> bool:
        """Whether a search would first have to make the text of more records than one can do unnoticed."""
        return findable.is_behind(self._db)

    def make_findable(
        self,
        on_progress: Callable[[int, int], None] = lambda _done, _total: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Make the search text that imports have left for later; a search does so by itself."""
        findable.catch_up(self._db, on_progress, is_cancelled)

    def rebuild_index(self) -> int:
        """Derive all list columns and the search index again; returns how many records had differed."""
        return index.rebuild(self._db)

    # -- inside ----------------------------------------------------------------------------------------

    def _has_draft(self, key: int, columns: Mapping[str, Any]) -> bool:
        kept = self._db.row("SELECT * FROM draft WHERE record = ?", [key])
        return kept is not None and all(kept[name] == value for name, value in columns.items())

    def _refuse_misfit(self, revision: Revision) -> None:
        expected = self.next_operation(revision.record_id)
        if (revision.revision, revision.previous) != (expected.revision, expected.previous):
            raise StoreError("refused", "这条记录刚在别处完成了新的一版。请重新打开它，核对后再完成一次")
        if not _links([revision], previous=revision.previous):
            raise StoreError("refused", "这一版的校验值与内容不符，没有保存。请重试；再次出现请联系管理员")


def _links(revisions: Sequence[Revision], previous: str = "") -> bool:
    """Whether revisions follow one another and every hash is what the content makes it.

    Numbers only have to grow: revisions of another computer that were overtaken before they were fetched are
    missing here. Each hash includes the one before, so a revision taken away shows all the same.
    """
    number = 0
    for revision in revisions:
        expected = (previous, revision.true_hash(), revision.true_chain())
        if revision.revision <= number or (revision.previous, revision.sha256, revision.chain) != expected:
            return False
        previous, number = revision.chain, revision.revision
    return True
