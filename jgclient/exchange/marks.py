"""What a marked workbook says of a row: which record it is, and how that record stood when it was marked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from jgclient.records import canonical_json

#: Heading of the hidden column.
ROW_MARK = "jgclient_row"
#: Name of the sheet that lists all problems.
OVERVIEW = "问题一览"
_LENGTH = 12


class RowMark(NamedTuple):
    """The content of one cell of the hidden column.

    Attributes:
        standing: :func:`standing` of the record's draft when the workbook was marked.
    """

    record_id: str
    standing: str

    def __str__(self) -> str:
        return f"{self.record_id}:{self.standing}"

    @classmethod
    def read(cls, text: str) -> RowMark | None:
        """The mark in a cell, None when there is none."""
        record_id, colon, stood = text.partition(":")
        return cls(record_id, stood) if colon and record_id and len(stood) == _LENGTH else None


def standing(texts: Mapping[str, str]) -> str:
    """A short hash of what a draft says, to see whether it was changed since."""
    return hashlib.sha256(canonical_json(dict(texts)).encode()).hexdigest()[:_LENGTH]
