"""How much one request may bring or ask."""

from __future__ import annotations

#: Items of a batch, and ids of one question.
MAX_ITEMS = 200
#: Bytes of a batch, after decompression.
MAX_BYTES = 2 * 1024 * 1024
MAX_SESSION_BYTES = 4 * 1024
#: Bytes of what an administrator sends: a code list or a thousand catalogue rows.
MAX_ADMIN_BYTES = 8 * 1024 * 1024
#: Entries of one ``POST /v1/changes``.
MAX_ENTRIES = 1000
#: Records that one reconciliation tells in detail.
MAX_MARKS = 20_000
