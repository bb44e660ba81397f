"""The background work of the import page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jgclient import feedback, importing, mending
from jgclient.exchange.errors import UnknownTableError, WorkbookError
from jgclient.exchange.kept_reading import KeptReading
from jgclient.feedback import FeedbackReport
from jgclient.forms.library import FormLibrary
from jgclient.importing import ImportReport, Proposal
from jgclient.mending import Mended, Mistake
from jgclient.store import Store
from jgclient.ui.background import Progress
from jgclient.ui.import_lines import ShownReport

_UNKNOWN = "表头认不出来：请在下面逐列选定对应的栏目，再按“按此重新检查”。选好的下次自动照用。"


@dataclass(frozen=True, slots=True)
class Look:
    """What a workbook is.

    Attributes:
        shown: What an import would do; None for a feedback list, and while the columns do not fit.
        proposal: What the columns may be; None for a feedback list, and while the form is not known.
        feedback: What a feedback list would do.
        failure: Why there is no report although there is a table.
    """

    shown: ShownReport | None = None
    proposal: Proposal | None = None
    feedback: FeedbackReport | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A workbook and what the clerk decided of it so far.

    Attributes:
        form_id: Kind of form, None to find it out.
        columns: Heading → field name, None to find it out.
        keep_refused: Rows with hard problems become drafts; else they are left out.
    """

    path: Path
    form_id: str | None = None
    columns: Mapping[str, str] | None = None
    keep_refused: bool = True


def look(
    store: Store,
    library: FormLibrary,
    decided: Decided,
    progress: Progress,
    *,
    now: datetime,
    read: KeptReading,
) -> Look:
    """Say what a workbook is, without keeping anything of it; it is read once."""
    if decided.form_id is None and feedback.is_feedback(library, decided.path, read=read):
        listed = take_list(store, library, decided.path, progress, dry_run=True, now=now, read=read)
        return Look(feedback=listed)
    try:
        shown = take(store, library, decided, progress, dry_run=True, now=now, read=read)
    except WorkbookError as error:
        if decided.form_id is None and isinstance(error, UnknownTableError):
            return Look(failure=str(error))
        if decided.form_id is None:
            raise
        failure = str(error) if decided.columns else _UNKNOWN
        return Look(proposal=_proposal(store, library, decided, now, read), failure=failure)
    return Look(shown, None if shown.report.cancelled else _proposal(store, library, decided, now, read))


def _proposal(
    store: Store, library: FormLibrary, decided: Decided, now: datetime, read: KeptReading
) -> Proposal:
    return importing.propose(
        store, library, decided.path, form_id=decided.form_id, columns=decided.columns, now=now, read=read
    )


def take(
    store: Store,
    library: FormLibrary,
    decided: Decided,
    progress: Progress,
    *,
    dry_run: bool,
    now: datetime,
    read: KeptReading,
) -> ShownReport:
    """Import, or only check."""
    report = importing.import_workbook(
        store, library, decided.path, form_id=decided.form_id, columns=decided.columns,
        keep_refused=decided.keep_refused, dry_run=dry_run, now=now, read=read,
        on_progress=progress.report, is_cancelled=progress.is_cancelled,
    )  # fmt: skip
    return ShownReport.of(report)


def take_list(
    store: Store,
    library: FormLibrary,
    path: Path,
    progress: Progress,
    *,
    dry_run: bool,
    now: datetime,
    read: KeptReading,
) -> FeedbackReport:
    """Take in a feedback list, or only look at it."""
    return feedback.take_feedback(
        store, library, path, dry_run=dry_run, now=now, read=read, on_progress=progress.report,
        is_cancelled=progress.is_cancelled,
    )  # fmt: skip


def mark(store: Store, library: FormLibrary, path: Path, report: ImportReport, out: Path) -> str:
    """Write the problems into a copy of the workbook; says so."""
    from jgclient.importing.marking import mark_problems  # noqa: PLC0415 - openpyxl loads slowly

    marked = mark_problems(store, library, path, report, out)
    formats = "" if marked.formats_kept else "原格式写不进去，已另建一份内容相同的表。"
    return f"已把 {marked.problems} 处问题标回 {out.name}。{formats}改好后直接再导入那一份即可。"


def mistakes(store: Store, library: FormLibrary, report: ImportReport) -> tuple[list[Mistake], int]:
    """Equal mistakes in what was kept, and how many records the last mending changed."""
    kept = [row.record_id for row in report.rows if row.record_id and row.outcome == "draft"]
    found = mending.mistakes(store, library, record_ids=kept)
    return found, mending.last(store)[2]


def mend(
    store: Store, library: FormLibrary, mistake: Mistake, text: str, progress: Progress, *, now: datetime
) -> Mended:
    """Put one text into all drafts with a mistake."""
    return mending.mend(
        store, library, mistake, text, now=now, on_progress=progress.report,
        is_cancelled=progress.is_cancelled,
    )  # fmt: skip


def undo(store: Store, library: FormLibrary, *, now: datetime) -> int:
    """Take the last mending back; gives the number of records put back."""
    return mending.undo(store, library, now=now)
