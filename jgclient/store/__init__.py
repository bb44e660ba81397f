"""Where everything is kept: one encrypted SQLite file.

Whoever needs the store says ``from jgclient.store import open_store, Store, StoreError``.
"""

from __future__ import annotations

from jgclient.store.backups import Backup, Made
from jgclient.store.beside import Beside
from jgclient.store.bulk import DraftRows, KeptContent, NewDrafts
from jgclient.store.comparing import Comparison
from jgclient.store.errors import StoreError
from jgclient.store.opening import Store, open_store
from jgclient.store.rows import (
    DraftRow,
    ListQuery,
    ReceiptRow,
    RecordRow,
    RegisterRow,
    StoredBatch,
    Summary,
    TrashRow,
)

__all__ = [
    "Backup",
    "Beside",
    "Comparison",
    "DraftRow",
    "DraftRows",
    "KeptContent",
    "ListQuery",
    "Made",
    "NewDrafts",
    "ReceiptRow",
    "RecordRow",
    "RegisterRow",
    "Store",
    "StoreError",
    "StoredBatch",
    "Summary",
    "TrashRow",
    "open_store",
]
