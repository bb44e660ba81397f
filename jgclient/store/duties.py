"""Open duties: an index for speed, derived from the records and rebuilt from them whenever they change.

Triggers mark a record as stale whenever its content or standing changes, whoever changed it; whoever knows
forms and calendar (``jgclient.limits``) derives its rows again. ``duty_count`` holds the numbers by person
and day, so that cards and calendars need not read a hundred thousand rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from jgclient.records import State
from jgclient.store.codec import FAR, day_of, day_text
from jgclient.store.connection import Connection, Row
from jgclient.store.duty_rows import DutyGroup, DutyLine, DutyQuery, DutyRow, PersonCount, StaleRecord

_STALE = """
SELECT record.key, record.state, record.author, draft.record IS NOT NULL AS has_draft,
    draft.form AS draft_form, draft.form_version AS draft_version, draft.texts,
    last.form, last.form_version, last.operation, last.content,
    EXISTS (SELECT 1 FROM receipt WHERE receipt.record = record.key) AS accepted
FROM duty_stale
JOIN record ON record.key = duty_stale.record
LEFT JOIN draft ON draft.record = record.key
LEFT JOIN revision AS last ON last.record = record.key
    AND last.revision = (SELECT max(revision) FROM revision WHERE record = record.key)
ORDER BY duty_stale.record LIMIT ?
"""
_INSERT = """
INSERT INTO duty (record, place, title, author, due, latest, moment, reporting, provisional, suspended,
    extended, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LINES = """
SELECT duty.*, record.id, record.form, record.state, record.title AS record_title, record.party,
    record.number, record.hard_problems, record.updated_at, snooze.until, snooze.reason
FROM duty CROSS JOIN record ON record.key = duty.record
LEFT JOIN snooze ON snooze.record_id = record.id AND snooze.title = duty.title
"""
_RECOUNT = """
INSERT INTO duty_count SELECT author, due, latest, count(*) FROM duty GROUP BY author, due, latest
"""
_URGENT = """
SELECT outbox.record, outbox.revision, min(duty.due) AS due, outbox.urgent_by
FROM outbox JOIN duty ON duty.record = outbox.record AND duty.reporting AND duty.facts != ''
WHERE outbox.state IN ('waiting', 'parked') GROUP BY outbox.record, outbox.revision HAVING due != urgent_by
"""


class Duties:
    """Everything about open duties that needs SQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # -- keeping the index right -----------------------------------------------------------------------

    def stale_count(self) -> int:
        """Number of records whose duties have to be derived again."""
        return int(self._db.value("SELECT count(*) FROM duty_stale"))

    def few_are_stale(self, few: int) -> bool:
        """Whether ``few`` records at most have duties to be derived again; quick also with a million."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM duty_stale LIMIT ?)"
        return int(self._db.value(sql, [few + 1])) <= few

    def stale(self, limit: int) -> list[StaleRecord]:
        """Some of these records, with what their duties follow from."""
        return [_stale(row) for row in self._db.rows(_STALE, [limit])]

    def put(self, derived: Sequence[tuple[StaleRecord, Sequence[DutyRow]]]) -> int:
        """Keep what was derived for records, in one transaction; returns for how many it differed."""
        with self._db.atomic():
            kept = self._kept([record.key for record, _ in derived])
            made = {record.key: _columns(record, rows) for record, rows in derived}
            changed = [key for key, rows in made.items() if rows != kept.get(key, [])]
            self._db.run_many("DELETE FROM duty WHERE record = ?", [[key] for key in changed if key in kept])
            self._db.run_many(_INSERT, [row for key in changed for row in made[key]])
            self._db.run_many("DELETE FROM duty_stale WHERE record = ?", [[r.key] for r, _ in derived])
        return len(changed)

    def mark_all_stale(self) -> None:
        """Have every record's duties derived again: forms or terms have changed."""
        self._db.run("INSERT OR IGNORE INTO duty_stale SELECT key FROM record")

    def groups(self) -> list[DutyGroup]:
        """All facts that days were counted from, each once, with the days that came of them."""
        sql = """SELECT facts, due, latest, provisional, count(*) AS duties FROM duty WHERE facts != ''
            GROUP BY facts, due, latest, provisional"""
        return [
            DutyGroup(
                row["facts"],
                day_of(row["due"]),
                day_of(row["latest"]),
                bool(row["provisional"]),
                row["duties"],
            )
            for row in self._db.rows(sql)
        ]

    def move(self, groups: Sequence[DutyGroup]) -> None:
        """Give duties the days that a changed calendar gives them; the outbox's order follows."""
        with self._db.atomic():
            self._db.run_many(
                "UPDATE duty SET due = ?, latest = ?, provisional = ? WHERE facts = ?",
                [(day_text(g.due), day_text(g.latest), int(g.provisional), g.facts) for g in groups],
            )
            self._db.run("DELETE FROM duty_count")
            self._db.run(_RECOUNT)
            urgent = [(row["due"], row["record"], row["revision"]) for row in self._db.rows(_URGENT)]
            self._db.run_many("UPDATE outbox SET urgent_by = ? WHERE record = ? AND revision = ?", urgent)
            self._db.run_many("UPDATE record SET urgent_by = ? WHERE key = ?", [row[:2] for row in urgent])

    def records_of(self, facts: Iterable[str], limit: int) -> list[str]:
        """Titles of some records with duties counted from these facts."""
        sql = """SELECT DISTINCT record.title FROM duty JOIN record ON record.key = duty.record
            WHERE facts IN (SELECT value FROM json_each(?)) LIMIT ?"""
        return [row[0] for row in self._db.rows(sql, [json.dumps(list(facts)), limit])]

    # -- lists and numbers -----------------------------------------------------------------------------

    def page(self, query: DutyQuery) -> list[DutyLine]:
        """One page of open duties, the most urgent first; those without a day come last."""
        tests, values = _tests(query)
        sql = f"{_LINES} {tests} ORDER BY duty.due, duty.record, duty.place LIMIT :limit OFFSET :offset"
        return [
            _line(row) for row in self._db.rows(sql, values | {"limit": query.limit, "offset": query.offset})
        ]

    def of_record(self, record_id: str) -> list[DutyLine]:
        """The open duties of one record, in the order of its form."""
        return [
            _line(row) for row in self._db.rows(f"{_LINES} WHERE record.id = ? ORDER BY place", [record_id])
        ]

    def count(self, query: DutyQuery) -> int:
        """How many open duties a query finds on all its pages."""
        tests, values = _tests(query)
        if query.title:
            return int(self._db.value(f"SELECT count(*) FROM duty {tests}", values))
        sql = f"SELECT coalesce(sum(duties), 0) FROM duty_count AS duty {tests}"
        return int(self._db.value(sql, values))

    def passed_count(self, now: datetime, author: str | None = None) -> int:
        """How many limits in hours ended today before ``now`` (local time)."""
        sql = """SELECT count(*) FROM duty WHERE moment != '' AND moment < ? AND latest = ?
            AND (? IS NULL OR author = ?)"""
        day = now.date().isoformat()
        return int(self._db.value(sql, [now.isoformat(timespec="minutes"), day, author, author]))

    def moments(self, after: datetime, until: datetime) -> list[datetime]:
        """When limits in hours end between two local times, the earliest first."""
        sql = "SELECT moment FROM duty WHERE moment != '' AND moment >= ? AND moment <= ? ORDER BY moment"
        ends = [moment.isoformat(timespec="minutes") for moment in (after, until)]
        return [datetime.fromisoformat(moment) for (moment,) in self._db.rows(sql, ends)]

    def days(self, first: date, last: date, author: str | None = None) -> dict[date, int]:
        """How many open duties end on each day from ``first`` to ``last``."""
        tests, values = _tests(DutyQuery(first=first, last=last, author=author))
        sql = f"SELECT due, sum(duties) FROM duty_count AS duty {tests} GROUP BY due"
        return {date.fromisoformat(day): number for day, number in self._db.rows(sql, values)}

    def persons(self, today: date) -> list[PersonCount]:
        """What everybody has open, the busiest first."""
        sql = """SELECT author, sum(duties), sum(duties * (latest < :today)), sum(duties * (due = :today))
            FROM duty_count WHERE duties > 0 GROUP BY author ORDER BY 2 DESC, 1"""
        return [PersonCount(*row) for row in self._db.rows(sql, {"today": today.isoformat()})]

    def titles(self) -> list[str]:
        """Every kind of duty that is open; the index is leapt through, not read."""
        sql = """WITH RECURSIVE kind(title) AS (
                SELECT min(title) FROM duty
                UNION ALL SELECT (SELECT min(title) FROM duty WHERE title > kind.title) FROM kind
                WHERE kind.title IS NOT NULL
            ) SELECT title FROM kind WHERE title IS NOT NULL"""
        return [title for (title,) in self._db.rows(sql)]

    # -- inside ----------------------------------------------------------------------------------------

    def _kept(self, keys: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
        """The rows that records have now, by their keys."""
        sql = """SELECT record, place, title, author, due, latest, moment, reporting, provisional, suspended,
            extended, facts FROM duty
            WHERE record IN (SELECT value FROM json_each(?)) ORDER BY record, place"""
        kept = defaultdict[int, list[tuple[Any, ...]]](list)
        for row in self._db.rows(sql, [json.dumps(list(keys))]):
            kept[row["record"]].append(tuple(row))
        return kept


def _columns(record: StaleRecord, rows: Sequence[DutyRow]) -> list[tuple[Any, ...]]:
    return [
        (
            record.key, row.place, row.title, record.author, day_text(row.due), day_text(row.latest),
            row.moment.isoformat(timespec="minutes") if row.moment else "", int(row.reporting),
            int(row.provisional), int(row.suspended), row.extended, row.facts,
        )
        for row in rows
    ]  # fmt: skip


def _stale(row: Row) -> StaleRecord:
    drafted = bool(row["has_draft"])
    state = State(row["state"])
    return StaleRecord(
        key=row["key"],
        form=row["draft_form"] if drafted else row["form"] or "",
        form_version=row["draft_version"] if drafted else row["form_version"] or 0,
        author=row["author"],
        texts=json.loads(row["texts"]) if drafted else None,
        content=json.loads(row["content"]) if row["content"] else {},
        accepted=bool(row["accepted"]),
        at_rest=state in (State.ACCEPTED, State.WITHDRAWN),
        withdrawn=state is State.WITHDRAWN or (not drafted and row["operation"] == "d"),
    )


def _line(row: Row) -> DutyLine:
    duty = DutyRow(
        row["place"], row["title"], day_of(row["due"]), day_of(row["latest"]),
        datetime.fromisoformat(row["moment"]) if row["moment"] else None, bool(row["reporting"]),
        bool(row["provisional"]), bool(row["suspended"]), row["extended"], row["facts"],
    )  # fmt: skip
    return DutyLine(
        row["id"], row["form"], State(row["state"]), row["record_title"], row["party"], row["number"],
        row["author"], row["hard_problems"], datetime.fromisoformat(row["updated_at"]), duty,
        date.fromisoformat(row["until"]) if row["until"] else None, row["reason"] or "",
    )  # fmt: skip


def _tests(query: DutyQuery) -> tuple[str, dict[str, Any]]:
    """The WHERE part of a query and its parameters."""
    dated = query.first is not None or query.last is not None
    chosen = [
        ("duty.due >= :first", "first", query.first and query.first.isoformat()),
        ("duty.due <= :last", "last", query.last and query.last.isoformat()),
        ("duty.due < :far", "far", FAR if dated else None),
        # the first test walks the index; a day to work towards is never after the last lawful one
        (
            "duty.due < :late AND duty.latest < :late",
            "late",
            query.overdue_on and query.overdue_on.isoformat(),
        ),
        ("duty.author = :author", "author", query.author),
        ("duty.title = :title", "title", query.title or None),
    ]
    tests = [test for test, _, value in chosen if value is not None]
    values = {name: value for _, name, value in chosen if value is not None}
    return ("WHERE " + " AND ".join(tests) if tests else ""), values
