"""Thousands of records at once: the same rows as one after another, put together from remembered parts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from json.encoder import encode_basestring
from typing import Any

from jgclient.forms.problems import Problem
from jgclient.forms.remembering import MOST, Remembered
from jgclient.records import Content, Facts, canonical_json, derive_state
from jgclient.store import findable, search
from jgclient.store.codec import FAR
from jgclient.store.connection import CACHE_KIB, WAL_PAGES, Connection, Row
from jgclient.store.rows import Summary

#: Triggers whose work :class:`Bulk` does in one statement for all rows; any others stay in force.
_COUNTED = "record_count_added"
_MARKED = "duty_typed"
#: A form with more records than this is not read as a whole (about 20 MB for a column).
MOST_VALUES = 200_000
#: Pages kept in memory meanwhile, in KiB: every index of the list grows in many places.
_CACHE_KIB = 128 * 1024
#: Pages in the log before they are moved into the file even in the midst of an import (about 600 MB).
_LOG_PAGES = 150_000
_RECORD = """
INSERT INTO record (key, touched, id, form, state, updated_at, urgent_by, title, number, party, party_code,
    item, act_date, author, reason, hard_problems)
"""
_DRAFT = """
INSERT INTO draft (record, form, form_version, texts, reasons, problems, hard_problems, base_revision,
    offered, author, saved_at, summary)
"""
_COUNT = """
INSERT INTO record_count VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET records = records + excluded.records
"""
_UNTOUCHED = """
SELECT record.key, record.id, record.touched FROM json_each(?) AS wanted
JOIN record ON record.id = wanted.value
JOIN draft ON draft.record = record.key
JOIN imported ON imported.record_id = record.id AND imported.added_at = draft.saved_at
WHERE record.revision = 0
"""
_CONTENTS = """
SELECT record.id, record.form, last.operation, draft.base_revision,
    coalesce(draft.saved_at, last.made_at), draft.record IS NOT NULL, coalesce(draft.texts, last.content)
FROM json_each(?) AS wanted
JOIN record ON record.id = wanted.value
LEFT JOIN draft ON draft.record = record.key
LEFT JOIN revision AS last ON last.record = record.key AND last.revision = record.revision
WHERE draft.record IS NOT NULL OR last.record IS NOT NULL
"""
_SUMMARY = sorted(field.name for field in fields(Summary))
_IMPORTED = """
INSERT OR REPLACE INTO imported (fingerprint, record_id, file, row, added_at)
"""


@dataclass(frozen=True, slots=True)
class NewDrafts:
    """Offered drafts of new records of one form, column by column.

    Attributes:
        record_ids: New ids; quickest when they ascend.
        texts: Field name → text of each draft, empty where it has none.
        problems: What is wrong with each.
        summaries: How each shows in lists.
        fingerprints: Marks of the rows they were read from.
        rows: Numbers of these rows.
        keys: Fields that tell whether a record is there already; only their texts are found at once.
    """

    form: str
    form_version: int
    author: str
    file: str
    record_ids: Sequence[str]
    texts: Mapping[str, Sequence[str]]
    problems: Sequence[Sequence[Problem]]
    summaries: Sequence[Summary]
    fingerprints: Sequence[str]
    rows: Sequence[int]
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DraftRows:
    """The rows that :class:`NewDrafts` become, but for what only the database knows.

    Attributes:
        records: Lines of the list, without key and ``touched``.
        drafts: Drafts, without key.
        imported: Marks of the rows they were read from.
        wholes: What of each is found at once.
        states: How many have each state.
    """

    form: str
    records: list[tuple[Any, ...]]
    drafts: list[tuple[Any, ...]]
    imported: list[tuple[Any, ...]]
    wholes: list[str]
    states: Counter[str]

    @property
    def record_ids(self) -> list[str]:
        """Ids of the records."""
        return [row[0] for row in self.records]


@dataclass(frozen=True, slots=True)
class KeptContent:
    """What a record says now: its draft if there is one, else its last revision.

    Attributes:
        operation: Of the last revision; empty when it was never finished.
        accepted: There is a draft that changes an accepted revision.
        day: When it was kept.
        texts: Texts of the draft, None when there is none.
        content: Content of the revision when there is no draft.
    """

    record_id: str
    form: str
    operation: str
    accepted: bool
    day: date
    texts: dict[str, str] | None
    content: Content


class Bulk:
    """Writes and takes back many drafts, each call one transaction."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock
        self._members: dict[str, Remembered[str, str]] = {}
        self._problem_texts: dict[int, tuple[Problem, str]] = {}

    def rows(self, block: NewDrafts) -> DraftRows:
        """The rows of new drafts; needs no database, so it can be done while others are written."""
        now = self._clock().isoformat()
        hard = [[p for p in problems if p.strength == "hard"] for problems in block.problems]
        right, wrong = _state(0), _state(1)
        states = [wrong if problems else right for problems in hard]
        size = len(block.record_ids)
        texts = self._objects(block.texts, size)
        whole = [block.texts[name] for name in block.keys if name in block.texts]
        return DraftRows(
            form=block.form,
            records=[
                (block.record_ids[i], block.form, states[i], now, FAR, s.title, s.number, s.party,
                 s.party_code, s.item, s.act_date, block.author, hard[i][0].message if hard[i] else "",
                 len(hard[i]))
                for i, s in enumerate(block.summaries)
            ],
            drafts=[
                (block.form, block.form_version, texts[i], "{}", self._problems(block.problems[i]),
                 len(hard[i]), 0, 1, block.author, now, _summary(block.summaries[i]))
                for i in range(size)
            ],
            imported=[
                (block.fingerprints[i], block.record_ids[i], block.file, block.rows[i], now)
                for i in range(size)
            ],
            wholes=[search.wholes(some) for some in (zip(*whole, strict=True) if whole else [()] * size)],
            states=Counter(states),
        )  # fmt: skip

    def add(self, blocks: Sequence[DraftRows]) -> None:
        """Keep drafts of new records; they become the newest of the list, the last one newest.

        Raises:
            StoreError: they could not be kept; then none is.
        """
        with self._roomy(), self._db.atomic(), self._without_triggers():
            key = self._db.value("SELECT max(key) FROM record") or 0
            touched = self._db.value("SELECT max(touched) FROM record") or 0
            records = [row for block in blocks for row in block.records]
            drafts = [row for block in blocks for row in block.drafts]
            wholes = [whole for block in blocks for whole in block.wholes]
            self._db.insert_rows(
                _RECORD, [(key + n, touched + n, *row) for n, row in enumerate(records, start=1)]
            )
            self._db.insert_rows(_DRAFT, [(key + n, *row) for n, row in enumerate(drafts, start=1)])
            self._db.insert_rows(_IMPORTED, [row for block in blocks for row in block.imported])
            self._count(blocks)
            self._db.run("INSERT OR IGNORE INTO duty_stale SELECT key FROM record WHERE key > ?", [key])
            findable.postpone(self._db, key, list(enumerate(wholes, start=touched + 1)))

    def _count(self, blocks: Sequence[DraftRows]) -> None:
        for block in blocks:
            for state, number in block.states.items():
                self._db.run(_COUNT, [block.form, state, number])

    def settle(self) -> None:
        """After the last :meth:`add`: move what was written to its place, so that no later save has to."""
        self._db.move_log()

    def take_back(self, record_ids: Sequence[str]) -> int:
        """Take imported drafts out again as if they had never been there, but for those changed since.

        Returns:
            How many were taken out.

        Raises:
            StoreError: they could not be taken out; then none is.
        """
        with self._db.atomic():
            rows = self._db.rows(_UNTOUCHED, [canonical_json(list(record_ids))])
            for sql, column in (
                ("DELETE FROM record_text WHERE rowid = ?", "touched"),
                ("DELETE FROM imported WHERE record_id = ?", "id"),
                ("DELETE FROM draft WHERE record = ?", "key"),
                ("DELETE FROM record WHERE key = ?", "key"),
            ):
                self._db.run_many(sql, [[row[column]] for row in rows])
        return len(rows)

    def values(self, form: str, columns: Sequence[str]) -> dict[str, frozenset[str]]:
        """All that stands in some columns of the list for records of a form; nothing when it is too much.

        Args:
            form: Id of the form.
            columns: Names of :class:`~jgclient.store.rows.Summary` attributes.
        """
        number = self._db.value("SELECT sum(records) FROM record_count WHERE form = ?", [form]) or 0
        if number > MOST_VALUES:
            return {}
        return {
            column: frozenset(
                row[0] for row in self._db.rows(f"SELECT {column} FROM record WHERE form = ?", [form])
            )
            for column in columns
        }

    def contents(self, record_ids: Sequence[str]) -> list[KeptContent]:
        """What records say now, in the order asked for; ids of which nothing is kept are left out."""
        rows = self._db.rows(_CONTENTS, [canonical_json(list(record_ids))])
        # Read as one text: the names of fields are made once for all of them.
        bodies = json.loads(f"[{','.join([row[-1] for row in rows])}]")
        found = {row[0]: _kept_content(row, body) for row, body in zip(rows, bodies, strict=True)}
        return [found[record_id] for record_id in record_ids if record_id in found]

    # -- inside ----------------------------------------------------------------------------------------

    @contextmanager
    def _roomy(self) -> Iterator[None]:
        """More memory, and a longer log: pages that change with every portion are moved once at the end."""
        self._db.run(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.run(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        try:
            yield
        finally:
            self._db.run(f"PRAGMA cache_size = -{CACHE_KIB}")
            self._db.run(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")

    @contextmanager
    def _without_triggers(self) -> Iterator[None]:
        """Leave out, within the transaction, the triggers that would run once a row: they double its time."""
        wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN (?, ?)"
        triggers = self._db.rows(wanted, [_COUNTED, _MARKED])
        for name, _ in triggers:
            self._db.run(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            self._db.run(sql)

    def _objects(self, texts: Mapping[str, Sequence[str]], size: int) -> list[str]:
        """The texts of each draft as canonical JSON."""
        columns = [self._column(name).of(texts[name]) for name in sorted(texts)]
        rows = zip(*columns, strict=True) if columns else [()] * size
        return ["{" + ",".join(filter(None, row)) + "}" for row in rows]

    def _column(self, name: str) -> Remembered[str, str]:
        if name not in self._members:
            head = f"{encode_basestring(name)}:"
            self._members[name] = Remembered(lambda text: head + encode_basestring(text) if text else "")
        return self._members[name]

    def _problems(self, problems: Sequence[Problem]) -> str:
        return "[" + ",".join([self._problem(problem) for problem in problems]) + "]"

    def _problem(self, problem: Problem) -> str:
        kept, text = self._problem_texts.get(id(problem), (None, ""))
        if kept is not problem:
            if len(self._problem_texts) >= MOST:
                self._problem_texts.clear()
            text = canonical_json(problem.to_json())
            self._problem_texts[id(problem)] = (problem, text)
        return text


def _kept_content(row: Row, body: dict[str, Any]) -> KeptContent:
    record_id, form, operation, base, at, is_draft, _ = row
    return KeptContent(
        record_id, form, operation or "", accepted=bool(base), day=date.fromisoformat(at[:10]),
        texts=body if is_draft else None, content={} if is_draft else body,
    )  # fmt: skip


def _state(hard: int) -> str:
    return derive_state(Facts(has_draft=True, offered=True, hard_problems=hard)).value


def _summary(summary: Summary) -> str:
    """The summary as canonical JSON."""
    members = [f'"{name}":{encode_basestring(getattr(summary, name))}' for name in _SUMMARY]
    return "{" + ",".join(members) + "}"
