"""The 回收站: drafts that were dropped and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from jgclient.records import canonical_json
from jgclient.store import index
from jgclient.store.connection import Connection, Row
from jgclient.store.errors import StoreError
from jgclient.store.rows import TrashRow

_NOT_KEPT = ("record", "id")


class Trash:
    """Dropped drafts with the time they were dropped. Nothing leaves it by itself."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def put(self, draft: Row, title: str) -> None:
        """Keep a draft row (with its record's ``id``); the caller removes it from the drafts."""
        columns = {name: value for name, value in dict(draft).items() if name not in _NOT_KEPT}
        self._db.insert("trash", {
            "record_id": draft["id"], "form": draft["form"], "title": title,
            "dropped_at": self._clock().isoformat(), "draft": canonical_json(columns),
        })  # fmt: skip

    def list(self) -> list[TrashRow]:
        """Dropped drafts, the last one first."""
        rows = self._db.rows(
            "SELECT trash_id, record_id, form, title, dropped_at FROM trash ORDER BY trash_id DESC"
        )
        return [TrashRow(n, id_, form, title, datetime.fromisoformat(at)) for n, id_, form, title, at in rows]

    def restore(self, trash_id: int) -> str:
        """Make a dropped draft a draft again; returns its record id.

        Raises:
            StoreError: it is no longer there, or the record has a newer draft.
        """
        with self._db.atomic():
            row = self._db.row("SELECT record_id, draft FROM trash WHERE trash_id = ?", [trash_id])
            if row is None:
                raise StoreError("refused", "回收站里已没有这份草稿。请刷新回收站列表")
            key = index.key_or_new(self._db, row["record_id"])
            if self._db.value("SELECT 1 FROM draft WHERE record = ?", [key]):
                raise StoreError("refused", "这条记录已有新的草稿。请先完成或删除新草稿，再恢复旧的")
            self._db.insert("draft", json.loads(row["draft"]) | {"record": key})
            self._db.run("DELETE FROM trash WHERE trash_id = ?", [trash_id])
            index.refresh(self._db, key, row["record_id"])
            return str(row["record_id"])
