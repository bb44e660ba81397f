"""Records → workbook.

Whoever exports says ``from jgclient.exporting import export, template``.
"""

from __future__ import annotations

from jgclient.exporting.job import export, template
from jgclient.exporting.rows import RECORD_COLUMNS, draft_row, revision_row

__all__ = ["RECORD_COLUMNS", "draft_row", "export", "revision_row", "template"]
