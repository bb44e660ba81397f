"""A damaged file → workbooks with everything that can still be read, ready to be imported again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jgclient.entering import unit_of
from jgclient.exchange.writer import write_rows
from jgclient.exporting import RECORD_COLUMNS, draft_row, revision_row
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.store import Store, StoreError


@dataclass(slots=True)
class Salvaged:
    """What was saved.

    Attributes:
        files: The workbooks, one a form that has records.
        records: Records written.
        unreadable: Records on damaged pages.
    """

    files: list[Path] = field(default_factory=list)
    records: int = 0
    unreadable: int = 0

    def line(self) -> str:
        """The outcome as one sentence."""
        lost = f"；{self.unreadable:,} 条读不出来，只能从备份恢复" if self.unreadable else ""
        where = f"，存为 {'、'.join(path.name for path in self.files)}" if self.files else ""
        return f"已导出能读出的 {self.records:,} 条记录{where}{lost}。"


def salvage(
    store: Store,
    library: FormLibrary,
    folder: Path,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Salvaged:
    """Write what can be read to workbooks in the exchange layout, one a form, into ``folder``.

    Raises:
        WorkbookError: a workbook cannot be written.
        StoreError: reading failed for another reason than damage.
    """
    done = Salvaged()
    for form in library.forms:
        if form.kind == "record" and not is_cancelled():
            before = done.records
            path = folder / f"抢救 {form.title}.xlsx"
            heads = [*(each.title for each in form if each.exchanged), *RECORD_COLUMNS]
            done.unreadable = 0  # each form looks at all records anew
            write_rows(path, form.title, heads, _rows(store, library, form, done))
            if done.records > before:
                done.files.append(path)
            else:
                path.unlink()
    return done


def _rows(store: Store, library: FormLibrary, form: Form, done: Salvaged) -> Iterator[list[str]]:
    fields = [each for each in form if each.exchanged]
    unit = _unit(store)
    for left in store.readable():
        if left.draft is not None and left.draft.form == form.id:
            done.records += 1
            yield draft_row(library, form, fields, left.draft, unit)
        elif left.draft is None and left.revision is not None and left.revision.form == form.id:
            done.records += 1
            yield revision_row(library, form, fields, left.revision)
        elif left.draft is None and left.revision is None:
            done.unreadable += 1


def _unit(store: Store) -> dict[str, str]:
    try:
        return unit_of(store)
    except StoreError:
        return {}
