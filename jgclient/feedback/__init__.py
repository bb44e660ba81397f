"""The platform's feedback list closes or returns the records it names.

The way back for places where the platform offers no interface: its template goes in by hand
(:mod:`jgclient.exporting`), its list comes back as a workbook.
"""

from __future__ import annotations

from jgclient.feedback.job import is_feedback, take_feedback
from jgclient.feedback.report import FeedbackReport, RowTold

__all__ = ["FeedbackReport", "RowTold", "is_feedback", "take_feedback"]
