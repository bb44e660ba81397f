"""What is told downwards: entries with positions, tombstones, cursors (:mod:`jgclient.contract.changes`).

Positions are drawn from a counter row that stays locked until commit. Whoever draws later therefore commits
later, and a reader can never pass over a position that appears afterwards.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, tuple_, update

from jgclient.contract import FILE_KINDS, REGISTER_KINDS, Change, ChangesPage, content_hash
from jgclient.records import Content, canonical_json
from jggateway.tables import about, counters, entries

#: Most entries of a page, and bytes of contents after which a page ends.
PAGE_ENTRIES, PAGE_BYTES = 500, 1024 * 1024
#: Tombstones are kept this long; a client that was away longer loads everything anew (410).
TOMBSTONES_KEPT = timedelta(days=400)
#: Kinds that change how records are checked.
REFERENCE_KINDS = ("form", "codes", *REGISTER_KINDS)

_POSITION, _REFERENCE, _FILES = "feed", "reference", "files"
_EPOCH, _HORIZON = "feed_epoch", "feed_horizon"
_CHUNK = 500


class Expired(Exception):  # noqa: N818  # an event of the domain, not a fault
    """A cursor is too old, or was not given by this database: everything has to be loaded anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to be put.

    Attributes:
        unit: Who gets it, as 统一社会信用代码; empty for everybody.
        content: None makes it a tombstone.
        origin: ``shipped`` with this program, ``published`` by a person, or ``record`` for returned ones.
    """

    kind: str
    id: str
    content: Content | None
    unit: str = ""
    origin: str = "published"

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two entries the same."""
        return self.kind, self.unit, self.id


def begin(connection: Connection) -> None:
    """Lay out an empty feed; done once when the database is made."""
    found = connection.scalar(select(func.count()).select_from(counters))
    if not found:
        names = (_POSITION, _REFERENCE, _FILES)
        connection.execute(insert(counters), [{"name": name, "value": 0} for name in names])
        connection.execute(insert(about).values(name=_HORIZON, value="0"))
        connection.execute(insert(about).values(name=_EPOCH, value=_new_epoch()))


def renew(connection: Connection) -> None:
    """Make every cursor expire, as is needed once a backup has been restored."""
    connection.execute(update(about).where(about.c.name == _EPOCH).values(value=_new_epoch()))


def _new_epoch() -> str:
    return secrets.token_hex(4)


# -- putting -----------------------------------------------------------------------------------------------


def put(connection: Connection, new: Iterable[Entry], now: datetime) -> int:
    """Put entries, the last of several with the same key; returns how many were new or different."""
    wanted = {entry.key: entry for entry in new}
    if not wanted:
        return 0
    # Whoever puts next has to see what is put here, or both would add the same entry.
    connection.execute(select(counters.c.value).where(counters.c.name == _POSITION).with_for_update())
    known: dict[tuple[str, str, str], tuple[str, int]] = {}
    keys = list(wanted)
    for start in range(0, len(keys), _CHUNK):
        found = connection.execute(
            select(entries.c.kind, entries.c.unit, entries.c.id, entries.c.sha256, entries.c.deleted).where(
                tuple_(entries.c.kind, entries.c.unit, entries.c.id).in_(keys[start : start + _CHUNK])
            )
        )
        known |= {(row.kind, row.unit, row.id): (row.sha256, row.deleted) for row in found}
    rows = [_row(entry, now) for entry in wanted.values()]
    changed = [row for row, key in zip(rows, keys, strict=True) if _differs(row, known.get(key))]
    if changed:
        _write(connection, changed, known.keys())
    return len(changed)


def _row(entry: Entry, now: datetime) -> dict[str, str | int]:
    content = canonical_json(entry.content) if entry.content is not None else ""
    key = entry.content.get("key") if entry.content is not None and entry.kind in REGISTER_KINDS else None
    return {
        "kind": entry.kind, "unit": entry.unit, "id": entry.id, "deleted": int(entry.content is None),
        "leading": str(key[0])[:255] if key else "", "content": content, "origin": entry.origin,
        "sha256": content_hash(entry.content) if entry.content is not None else "",
        "changed_at": now.isoformat(timespec="seconds"),
    }  # fmt: skip


def _differs(row: Mapping[str, str | int], known: tuple[str, int] | None) -> bool:
    if known is None:
        return not row["deleted"]
    return known != (row["sha256"], row["deleted"])


def _write(
    connection: Connection, rows: list[dict[str, str | int]], known: Iterable[tuple[str, str, str]]
) -> None:
    last = _draw(connection, _POSITION, len(rows))
    for offset, row in enumerate(rows):
        row["position"] = last - len(rows) + 1 + offset
    held = set(known)
    fresh = [row for row in rows if (row["kind"], row["unit"], row["id"]) not in held]
    again = [row for row in rows if (row["kind"], row["unit"], row["id"]) in held]
    for row in again:
        same = (entries.c.kind == row["kind"]) & (entries.c.unit == row["unit"]) & (entries.c.id == row["id"])
        connection.execute(update(entries).where(same).values(row))
    if fresh:
        connection.execute(insert(entries), fresh)
    kinds = {str(row["kind"]) for row in rows}
    for name, concerned in ((_REFERENCE, REFERENCE_KINDS), (_FILES, FILE_KINDS)):
        if not kinds.isdisjoint(concerned):
            connection.execute(update(counters).where(counters.c.name == name).values(value=last))


def _draw(connection: Connection, name: str, count: int) -> int:
    drawn = update(counters).where(counters.c.name == name).values(value=counters.c.value + count)
    return int(connection.scalars(drawn.returning(counters.c.value)).one())


def forget_old_tombstones(connection: Connection, now: datetime) -> None:
    """Drop tombstones that are older than :data:`TOMBSTONES_KEPT`; cursors from before them expire."""
    before = (now - TOMBSTONES_KEPT).isoformat(timespec="seconds")
    old = (entries.c.deleted == 1) & (entries.c.changed_at < before)
    newest = connection.scalar(select(func.max(entries.c.position)).where(old))
    if newest is not None:
        connection.execute(delete(entries).where(old))
        connection.execute(update(about).where(about.c.name == _HORIZON).values(value=str(newest)))


# -- reading -----------------------------------------------------------------------------------------------


def page(
    connection: Connection, *, unit: str, kinds: Sequence[str], cursor: str, server_time: str
) -> ChangesPage:
    """One page of what ``unit`` is told of ``kinds`` behind ``cursor``; the transaction must see one state.

    Raises:
        Expired: see there.
    """
    known = {row.name: row.value for row in connection.execute(select(about.c.name, about.c.value))}
    end = position(connection)
    head = f"{known[_EPOCH]}.{_kinds_tag(kinds)}"
    place = _Place.read(cursor, head, int(known[_HORIZON]), end) if cursor else _Place(head, 0, end)
    rows = connection.execute(_page_query(unit, kinds, place)).all()
    taken = _fitting(rows)
    changes = [_change(row, place) for row in taken]
    more = len(taken) < len(rows)
    return ChangesPage(changes, changes[-1].cursor if more else place.at(end), more, server_time)


def position(connection: Connection) -> int:
    """The position of the newest entry."""
    return _counter(connection, _POSITION)


def reference_position(connection: Connection) -> int:
    """The position of the newest entry that changes how records are checked."""
    return _counter(connection, _REFERENCE)


def files_position(connection: Connection) -> int:
    """The position of the newest form, code list or calendar."""
    return _counter(connection, _FILES)


def _counter(connection: Connection, name: str) -> int:
    return connection.scalar(select(counters.c.value).where(counters.c.name == name)) or 0


@dataclass(frozen=True, slots=True)
class _Place:
    """A cursor: a place in the feed of one database and one choice of kinds.

    Attributes:
        head: Database and kinds.
        place: Everything up to here has been told.
        loaded: Who loads everything reads entries behind ``place`` as they were or became since here, the
            end of the feed when loading began; tombstones from before are nothing to them.
    """

    head: str
    place: int
    loaded: int

    @classmethod
    def read(cls, text: str, head: str, horizon: int, end: int) -> _Place:
        numbers = text.removeprefix(f"{head}.").split(".")
        sound = len(numbers) == 2 and all(n.isascii() and n.isdecimal() and len(n) <= 18 for n in numbers)
        if not sound or not text.startswith(f"{head}."):
            raise Expired
        place, loaded = map(int, numbers)
        if not horizon <= max(place, loaded) <= end:
            raise Expired
        return cls(head, place, loaded)

    def at(self, place: int) -> str:
        return f"{self.head}.{place}.{max(place, self.loaded)}"


def _kinds_tag(kinds: Sequence[str]) -> str:
    if not kinds:
        return "all"
    return hashlib.sha256(",".join(sorted(set(kinds))).encode()).hexdigest()[:8]


def _page_query(unit: str, kinds: Sequence[str], place: _Place) -> Select[Any]:
    query = select(entries).where(
        entries.c.position > place.place,
        entries.c.unit.in_(("", unit)),
        or_(entries.c.deleted == 0, entries.c.position > place.loaded),
    )
    if kinds:
        query = query.where(entries.c.kind.in_(kinds))
    return query.order_by(entries.c.position).limit(PAGE_ENTRIES + 1)


def _fitting(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """As many entries as make a page; at least one."""
    size = 0
    for number, row in enumerate(rows[:PAGE_ENTRIES]):
        size += len(row.content)
        if size > PAGE_BYTES and number:
            return rows[:number]
    return rows[:PAGE_ENTRIES]


def _change(row: Row[Any], place: _Place) -> Change:
    return Change(
        row.kind, row.id, bool(row.deleted), row.changed_at, row.sha256, place.at(row.position),
        json.loads(row.content) if row.content else {},
    )  # fmt: skip


def listed(connection: Connection, kind: str, unit: str | None = None) -> list[tuple[str, str, Content]]:
    """(unit, id, content) of what stands of a kind, oldest first; of one unit only when it is given."""
    query = select(entries.c.unit, entries.c.id, entries.c.content).where(
        entries.c.kind == kind, entries.c.deleted == 0
    )
    if unit is not None:
        query = query.where(entries.c.unit == unit)
    rows = connection.execute(query.order_by(entries.c.position))
    return [(row.unit, row.id, json.loads(row.content)) for row in rows]


def ids(connection: Connection, kind: str) -> list[str]:
    """The ids of what stands of a kind for all units."""
    everybodys = (entries.c.kind == kind) & (entries.c.unit == "") & (entries.c.deleted == 0)
    return list(connection.scalars(select(entries.c.id).where(everybodys)))


def standing(connection: Connection, kind: str, unit: str, ids: Sequence[str]) -> list[str]:
    """Which of these ids stand (are there and no tombstone)."""
    found = connection.scalars(
        select(entries.c.id).where(
            entries.c.kind == kind, entries.c.unit == unit, entries.c.deleted == 0, entries.c.id.in_(ids)
        )
    )
    return list(found)


def origin_of(connection: Connection, entry: Entry) -> str:
    """Where the standing entry with the same key comes from; empty when there is none."""
    kind, unit, entry_id = entry.key
    found = connection.scalar(
        select(entries.c.origin).where(
            entries.c.kind == kind, entries.c.unit == unit, entries.c.id == entry_id, entries.c.deleted == 0
        )
    )
    return found or ""
