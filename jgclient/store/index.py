"""List columns and search text of a record: derived from the facts, in the transaction of every change."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from jgclient.forms.problems import Problem
from jgclient.records import Facts, derive_state
from jgclient.store import findable
from jgclient.store.codec import FAR, problems_of
from jgclient.store.connection import Connection, Row

_FACTS = """
SELECT record.key, record.id, record.touched,
    draft.record IS NOT NULL AS has_draft, draft.form AS draft_form, draft.author AS draft_author,
    draft.saved_at, draft.offered, draft.hard_problems, draft.problems AS draft_problems,
    draft.summary AS draft_summary, draft.texts,
    last.revision, last.form, last.operation, last.author, last.made_at, last.summary, last.content,
    coalesce(outbox.urgent_by, last.urgent_by) AS urgent_by,
    outbox.state AS outbox, outbox.outcome, outbox.problems, outbox.reason,
    back.content AS returned,
    (SELECT receipt_no FROM receipt WHERE receipt.record = record.key
        ORDER BY receipt.revision DESC, receipt.kept_at DESC LIMIT 1) AS receipt_no
FROM record
LEFT JOIN draft ON draft.record = record.key
LEFT JOIN revision AS last ON last.record = record.key
    AND last.revision = (SELECT max(revision) FROM revision WHERE record = record.key)
LEFT JOIN outbox ON outbox.record = record.key AND outbox.revision = last.revision
LEFT JOIN change AS back ON back.kind = 'returned' AND back.id = record.id AND outbox.state = 'done'
    AND json_extract(back.content, '$.revision') = last.revision
WHERE record.key = ?
"""


#: The same for a record whose line may not be there yet.
_FACTS_OF_ONE = _FACTS.replace(
    "FROM record\n", "FROM (SELECT :key AS key, :id AS id, 0 AS touched) AS record\n"
)
_FACTS_OF_ONE = _FACTS_OF_ONE.replace("WHERE record.key = ?", "")
#: What the outbox decides of a record's line; without the texts, which are long and do not change with it.
_STANDING = """
SELECT record.key, record.state AS shown_state, record.reason AS shown_reason,
    record.hard_problems AS shown_hard_problems, record.receipt_no AS shown_receipt_no,
    draft.record IS NOT NULL AS has_draft, draft.offered, draft.hard_problems,
    draft.problems AS draft_problems, last.revision, last.operation,
    outbox.state AS outbox, outbox.outcome, outbox.problems, outbox.reason,
    back.content AS returned,
    (SELECT receipt_no FROM receipt WHERE receipt.record = record.key
        ORDER BY receipt.revision DESC, receipt.kept_at DESC LIMIT 1) AS receipt_no
FROM json_each(?) AS wanted
JOIN record ON record.key = wanted.value
LEFT JOIN draft ON draft.record = record.key
LEFT JOIN revision AS last ON last.record = record.key
    AND last.revision = (SELECT max(revision) FROM revision WHERE record = record.key)
LEFT JOIN outbox ON outbox.record = record.key AND outbox.revision = last.revision
LEFT JOIN change AS back ON back.kind = 'returned' AND back.id = record.id AND outbox.state = 'done'
    AND json_extract(back.content, '$.revision') = last.revision
"""


#: What the table ``tally`` has to say.
TRUE_TALLIES = """
SELECT 'waiting', count(*) FROM outbox WHERE state = 'waiting'
UNION ALL SELECT 'receipts', count(*) FROM receipt
"""
_WITH_FACTS = """
SELECT key FROM record WHERE key IN (SELECT record FROM draft UNION SELECT record FROM revision)
ORDER BY touched
"""


def key_of(connection: Connection, record_id: str) -> int | None:
    """The key of a record, None when there is no such record."""
    key: int | None = connection.value("SELECT key FROM record WHERE id = ?", [record_id])
    return key


def key_or_new(connection: Connection, record_id: str) -> int:
    """The key of a record, a new one when there is none; :func:`refresh` then makes its line.

    The line comes last, whole and once: every column has an index, and a line that was first made empty would
    change twice as many pages. Until the transaction ends, the facts may therefore be there without it.
    """
    key = key_of(connection, record_id)
    if key is None:
        connection.run("PRAGMA defer_foreign_keys = ON")
        key = 1 + (connection.value("SELECT max(key) FROM record") or 0)
    return key


def refresh(connection: Connection, key: int, record_id: str) -> None:
    """Derive a record's line and search text again after its content changed; it becomes the newest.

    To be called inside the transaction of the change.
    """
    row = connection.row(_FACTS_OF_ONE, {"key": key, "id": record_id})
    touched = 1 + (connection.value("SELECT max(touched) FROM record") or 0)
    before = connection.value("SELECT touched FROM record WHERE key = ?", [key])
    columns = derived_columns(row) | {"touched": touched}
    if before is None:
        connection.insert("record", {"key": key, "id": record_id} | columns)
    else:
        connection.run("DELETE FROM record_text WHERE rowid = ?", [before])
        connection.run("DELETE FROM text_stale WHERE record = ?", [key])
        _write_columns(connection, key, columns)
    _write_text(connection, row, columns)


def restate(connection: Connection, keys: Iterable[int]) -> None:
    """Derive again what the outbox decides of many records' lines: state, reason, receipt, problems.

    For changes that leave the content alone; one query and few statements, whatever the number of records.
    """
    changes = defaultdict[tuple[str, ...], list[list[Any]]](list)
    for row in connection.rows(_STANDING, [json.dumps(list(keys))]):
        changed = {name: value for name, value in _standing(row).items() if row[f"shown_{name}"] != value}
        if changed:
            changes[tuple(changed)].append([row["key"], *changed.values()])
    for names, rows in changes.items():
        columns = ", ".join(f"{name} = value ->> {place}" for place, name in enumerate(names, 1))
        connection.run_set(
            f"UPDATE record SET {columns} FROM json_each(?) WHERE record.key = value ->> 0", rows
        )


def forget(connection: Connection, key: int) -> None:
    """Take a record that has neither draft nor revision out of the lists."""
    touched = connection.value("SELECT touched FROM record WHERE key = ?", [key])
    connection.run("DELETE FROM record_text WHERE rowid = ?", [touched])
    connection.run("DELETE FROM record WHERE key = ?", [key])


def rebuild(connection: Connection) -> int:
    """Derive everything from the facts again; returns how many records had differed."""
    different = 0
    with connection.atomic():
        connection.run("INSERT INTO record_text(record_text) VALUES ('delete-all')")
        connection.run("DELETE FROM text_stale")
        for (key,) in connection.rows(_WITH_FACTS):
            row = connection.row(_FACTS, [key])
            columns = derived_columns(row)
            different += _write_columns(connection, key, columns)
            _write_text(connection, row, columns | {"touched": row["touched"]})
        connection.run("DELETE FROM record_count")
        connection.run(
            "INSERT INTO record_count SELECT form, state, count(*) FROM record GROUP BY form, state"
        )
        connection.run(f"INSERT OR REPLACE INTO tally {TRUE_TALLIES}")
    return different


def derived_columns(row: Row) -> dict[str, Any]:
    """The columns that lists show, from one row of facts."""
    drafted = bool(row["has_draft"])
    shown: dict[str, Any] = json.loads(row["draft_summary"] if drafted else row["summary"])
    return shown | {
        "form": row["draft_form"] if drafted else row["form"],
        "author": row["draft_author"] if drafted else row["author"],
        "updated_at": row["saved_at"] if drafted else row["made_at"],
        "revision": row["revision"] or 0,
        "urgent_by": row["urgent_by"] or FAR,
        **_standing(row),
    }


def _standing(row: Row) -> dict[str, Any]:
    """Where the record stands: the columns that also change without its content."""
    drafted = bool(row["has_draft"])
    problems = problems_of(row["draft_problems"]) if drafted else _platform_problems(row)
    hard = [problem for problem in problems if problem.strength == "hard"]
    return {
        "state": derive_state(_facts(row)).value,
        "reason": hard[0].message if hard else _platform_reason(row),
        "hard_problems": row["hard_problems"] if drafted else len(hard),
        "receipt_no": row["receipt_no"] or "",
    }


def platform_problems(connection: Connection, key: int | None) -> list[Problem]:
    """What the platform found wrong with the last revision; it may say so long after a receipt."""
    rows = connection.rows(_STANDING, [json.dumps([key])])
    return _platform_problems(rows[0]) if rows else []


def _platform_problems(row: Row) -> list[Problem]:
    if row["returned"]:
        return [Problem.from_json(problem) for problem in json.loads(row["returned"])["problems"]]
    return problems_of(row["problems"] or "[]")


def _platform_reason(row: Row) -> str:
    """Why the last revision does not go on: why it was parked, or the platform's words."""
    if row["outbox"] == "parked":
        return str(row["reason"])
    if row["outcome"] not in ("rejected", "conflict") and not row["returned"]:
        return ""
    problems = _platform_problems(row)
    return problems[0].message if problems else row["reason"] or "平台没有说明原因。请向平台管理员询问"


def _facts(row: Row) -> Facts:
    return Facts(
        has_draft=bool(row["has_draft"]),
        offered=bool(row["offered"]),
        hard_problems=row["hard_problems"] or 0,
        revision=row["revision"] or 0,
        operation=row["operation"] or "",
        outbox=row["outbox"] or "",
        outcome="returned" if row["returned"] else row["outcome"] or "",
    )


def differs(connection: Connection, key: int) -> bool:
    """Whether a record's list columns are not what follows from the facts; nothing is changed."""
    return bool(_changed(connection, key, derived_columns(connection.row(_FACTS, [key]))))


def _changed(connection: Connection, key: int, columns: dict[str, Any]) -> dict[str, Any]:
    stored = connection.row("SELECT * FROM record WHERE key = ?", [key])
    return {name: value for name, value in columns.items() if stored[name] != value}


def _write_columns(connection: Connection, key: int, columns: dict[str, Any]) -> bool:
    """Write what differs; returns whether anything did. SQLite rewrites the index of every column named."""
    changed = _changed(connection, key, columns)
    if not changed:
        return False
    changes = ", ".join(f"{name} = :{name}" for name in changed)
    connection.run(f"UPDATE record SET {changes} WHERE key = :key", changed | {"key": key})
    return True


def _write_text(connection: Connection, row: Row, columns: dict[str, Any]) -> None:
    source = row["texts"] if row["has_draft"] else row["content"]
    findable.write(connection, [findable.index_row(columns, source)])
