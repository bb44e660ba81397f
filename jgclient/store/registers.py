"""Registers: catalogue items, implementation lists … and what earlier records say: what checks ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from jgclient.records import Json, canonical_json
from jgclient.store import search
from jgclient.store.codec import all_texts
from jgclient.store.connection import Connection, Row
from jgclient.store.coverage import Coverage, coverage
from jgclient.store.rows import RegisterRow

Rows = list[RegisterRow]
Contents = list[Mapping[str, Json]]  # inside the class, `list` is a method
#: Texts longer than this are no names; their initials are not indexed.
_LONGEST_NAME = 60
#: So many candidates are looked at for each row a look-up wants.
_CANDIDATES_EACH = 8
_ROW = "SELECT key, content, valid_from, valid_to FROM register"


class Registers:
    """Reference data. Fulfils the protocol that checks ask (``jgclient.forms.registers.Registers``)."""

    def __init__(
        self,
        connection: Connection,
        clock: Callable[[], datetime],
        without: str = "",
        listed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._db = connection
        self._clock = clock
        self._without = without
        self._listed = listed

    def without(self, record_id: str, listed: Mapping[str, str] = MappingProxyType({})) -> Registers:
        """The same registers, seen by the check of one record: that record does not count as another.

        Args:
            record_id: The record.
            listed: Column of the list → field of the record's form that it shows letter for letter; other
                records are found quicker by these.
        """
        return Registers(self._db, self._clock, record_id, listed)

    # -- rows ------------------------------------------------------------------------------------------

    def upsert(self, register: str, rows: Sequence[RegisterRow], source: str) -> int:
        """Add rows or replace those with the same key; returns how many were new or different."""
        with self._db.atomic():
            return sum(self._put(register, row, source) for row in rows)

    def drop(self, register: str, key: Sequence[str]) -> None:
        """Take a row away, if it is there."""
        which = [register, canonical_json([*key])]
        with self._db.atomic():
            row = self._db.row("SELECT id FROM register WHERE register = ? AND key = ?", which)
            if row is not None:
                self._db.run("DELETE FROM register_text WHERE rowid = ?", [row["id"]])
                self._db.run("DELETE FROM register WHERE id = ?", [row["id"]])

    def list(self, register: str, text: str = "", limit: int = 200, offset: int = 0) -> list[RegisterRow]:
        """One page of a register by key; with ``text`` only rows in which all its words occur."""
        match = search.match_expression(text)
        if text.strip() and not match:
            return []
        condition = (
            " AND id IN (SELECT rowid FROM register_text WHERE register_text MATCH :match)" if match else ""
        )
        parameters = {"register": register, "match": match, "limit": limit, "offset": offset}
        sql = f"{_ROW} WHERE register = :register{condition} ORDER BY key LIMIT :limit OFFSET :offset"
        return [_register_row(row) for row in self._db.rows(sql, parameters)]

    def find(self, register: str, text: str, limit: int) -> Rows:
        """The first rows a look-up means: by code, any part of the words, pinyin or its initials."""
        if not text.strip():
            return self.list(register, limit=limit)
        match = search.spelt_expression(text)
        hit = "SELECT rowid FROM register_text WHERE register_text MATCH ?"
        sql = f"{_ROW} WHERE register = ? AND id IN ({hit}) ORDER BY key LIMIT ?"
        rows = self._db.rows(sql, [register, match, limit * _CANDIDATES_EACH]) if match else []
        found = map(_register_row, rows)
        meant = (row for row in found if search.is_meant(text, [*row.key, *all_texts(row.content)]))
        return [*islice(meant, limit)]

    def with_keys(self, register: str, leading: Sequence[str]) -> Rows:
        """The rows that begin with one of these keys, in the order of the keys."""
        sql = (
            "SELECT register.key, content, valid_from, valid_to FROM json_each(?) AS wanted "
            "JOIN register ON register.register = ? AND register.leading = wanted.value "
            "ORDER BY wanted.key, register.key"
        )
        rows = self._db.rows(sql, [canonical_json([*leading]), register])
        return [_register_row(row) for row in rows]

    def count(self, register: str) -> int:
        """Number of rows of a register."""
        return int(self._db.value("SELECT count(*) FROM register WHERE register = ?", [register]))

    def coverage(self, form: str, first: str, last: str, today: str) -> Coverage:
        """Items in force by whether ``form`` has a finished record of them between two ISO days."""
        return coverage(self._db, form, first, last, today)

    # -- what checks ask -------------------------------------------------------------------------------

    def rows(self, register: str, key: str) -> Contents:
        """Contents of the rows whose key begins with ``key`` (several when versions follow one another)."""
        found = self._db.rows(
            "SELECT content FROM register WHERE register = ? AND leading = ?", [register, key]
        )
        return [json.loads(row["content"]) for row in found]

    def has_any(self, register: str) -> bool:
        """Whether the register holds a row with a code; if not, nothing can be verified against it yet.

        Catalogue rows in the annex layout have no code: they name items but cannot prove one unknown.
        """
        coded = "SELECT 1 FROM register WHERE register = ? AND leading != '' LIMIT 1"
        return bool(self._db.value(coded, [register]))

    def record_exists(self, form: str, number: str) -> bool | None:
        """Whether another record of the form has this number; None when none of the form is kept here."""
        other = "SELECT 1 FROM record WHERE form = ? AND id != ?"
        same = f"{other} AND number = ? AND state != 'withdrawn' LIMIT 1"
        if self._db.value(same, [form, self._without, number]):
            return True
        return False if self._db.value(f"{other} LIMIT 1", [form, self._without]) else None

    def same_acts(
        self, form: str, fields: Mapping[str, Json], *, within: tuple[str, str] | None = None
    ) -> int:
        """Number of other records of the form that agree in all these fields; withdrawn ones do not count.

        What is empty agrees with nothing. At least one field must hold a text. ``within`` limits the count to
        records whose day of the act lies between two ISO days, both included.
        """
        if any(value in (None, "", []) for value in fields.values()):
            return 0
        match = search.whole_expression(value for value in fields.values() if isinstance(value, str))
        if not match:
            return 0
        first, last = within or ("", "9999")
        asked = {"form": form, "without": self._without, "first": first, "last": last}
        column = next((column for column in _TELLING if self._listed.get(column) in fields), None)
        if column:
            rows = self._db.rows(_TELLING[column], asked | {"text": fields[self._listed[column]]})
        else:
            rows = self._db.rows(_FOUND, asked | {"match": match})
        return sum(_agrees(row, fields) for row in rows)

    # -- inside ----------------------------------------------------------------------------------------

    def _put(self, register: str, row: RegisterRow, source: str) -> bool:
        columns = {
            "register": register, "key": canonical_json(list(row.key)), "leading": row.key[0],
            "content": canonical_json(row.content), "valid_from": row.valid_from, "valid_to": row.valid_to,
            "source": source, "changed_at": self._clock().isoformat(),
        }  # fmt: skip
        old = self._db.row("SELECT * FROM register WHERE register = :register AND key = :key", columns)
        if old is not None:
            if all(old[name] == columns[name] for name in ("content", "valid_from", "valid_to")):
                return False
            columns["id"] = old["id"]
            self._db.run("DELETE FROM register_text WHERE rowid = ?", [old["id"]])
        self._db.insert("register", columns, conflict="OR REPLACE")
        rowid = old["id"] if old is not None else self._db.value("SELECT last_insert_rowid()")
        texts = [*row.key, *all_texts(row.content)]
        cut = search.index_text(texts, dict.fromkeys(one for one in texts if len(one) <= _LONGEST_NAME))
        self._db.insert("register_text", {"rowid": rowid, **asdict(cut)})
        return True


_CANDIDATES = """
SELECT draft.texts, last.content FROM {source}
LEFT JOIN draft ON draft.record = record.key
LEFT JOIN revision AS last ON last.record = record.key AND last.revision = record.revision
WHERE {test} AND record.form = :form AND record.id != :without
    AND record.state != 'withdrawn' AND record.act_date BETWEEN :first AND :last
"""
_FOUND = _CANDIDATES.format(
    source="record_text CROSS JOIN record ON record.touched = record_text.rowid",
    test="record_text MATCH :match",
)
#: Columns in which few records are equal; each has an index.
_TELLING = {
    column: _CANDIDATES.format(source="record", test=f"record.{column} = :text")
    for column in ("number", "party_code", "party")
}


def _agrees(row: Row, fields: Mapping[str, Json]) -> bool:
    """Whether a record agrees in all fields; a draft holds texts, so there the texts are compared."""
    if row["texts"] is not None:
        texts = json.loads(row["texts"])
        return all(texts.get(name) == "、".join(all_texts(value)) for name, value in fields.items())
    content = json.loads(row["content"])
    return all(content.get(name) == value for name, value in fields.items())


def _register_row(row: Row) -> RegisterRow:
    return RegisterRow(
        tuple(json.loads(row["key"])), json.loads(row["content"]), row["valid_from"], row["valid_to"]
    )
