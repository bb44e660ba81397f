"""Records on paper, from the records page: to a PDF file in the background, or to a printer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from jgclient.store import RecordRow, Store
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.workbar import WorkBar

if TYPE_CHECKING:
    from jgclient.ui.printing import Paper
    from jgclient.ui.records_page import RecordsPage

#: Rows of a printed list; more belong into a workbook.
_MOST = 5000
_TOO_MANY = f"只列前 {_MOST:,} 条，更多请导出 Excel"
_PDF = "PDF 文件 (*.pdf)"


class PaperDesk(QObject):
    """Makes and hands out papers for a records page."""

    def __init__(self, page: RecordsPage, work: WorkBar) -> None:
        super().__init__(page)
        self._page, self._work = page, work

    def record(self, row: RecordRow, *, to_file: bool) -> None:
        """One record with everything known of it."""
        desk = self._page.desk
        unit, now = desk.setting("unit_name"), desk.clock()

        def make(store: Store) -> Paper:
            from jgclient.ui.printing import record_paper  # noqa: PLC0415 - only for paper

            return record_paper(store, desk.library, row.id, unit=unit, now=now)

        if to_file:
            self._to_file(row.number or row.title or "记录", make)
        else:
            self._to_printer(make(desk.store))

    def rows(self, *, to_file: bool) -> None:
        """The selected records if there are several, else all that the filter lets through, as a table."""
        page, desk = self._page, self._page.desk
        chosen = page.table.selected()
        query = replace(page.query(), limit=_MOST + 1)
        unit, now = desk.setting("unit_name"), desk.clock()
        titles = page.column_menu.chosen()
        columns = [column for column in page.model.columns if column.title in titles]

        def make(store: Store) -> Paper:
            from jgclient.ui.printing import list_paper  # noqa: PLC0415 - only for paper

            rows = chosen if len(chosen) > 1 else store.records.list(query)
            cells = [[column.text(row) for column in columns] for row in rows[:_MOST]]
            note = _TOO_MANY if len(rows) > _MOST else ""
            return list_paper("记录清单", [c.title for c in columns], cells, unit=unit, now=now, note=note)

        if to_file:
            self._to_file(f"记录清单 {desk.today():%Y%m%d}", make)
        else:
            self._to_printer(make(desk.store))

    def _to_file(self, name: str, make: Callable[[Store], Paper]) -> None:
        safe = "".join("_" if letter in '\\/:*?"<>|' else letter for letter in name)[:80]
        path = messages.gate.save_file(
            self._page, "存为 PDF", suggested=Path.home() / f"{safe}.pdf", kinds=_PDF
        )
        if path is None:
            return

        def task(store: Store, _progress: Progress) -> str:
            from jgclient.ui.printing import write_pdf  # noqa: PLC0415 - only for paper

            write_pdf(make(store), path)
            return f"已存为 {path}"

        desk = self._page.desk
        self._work.follow(desk.jobs.run(task, done=self._page.tell, failed=self._failed), "正在生成 PDF")

    def _to_printer(self, paper: Paper) -> None:
        from jgclient.ui.printing import put_on  # noqa: PLC0415 - only for paper

        printer = messages.gate.printer(self._page)
        if printer is not None:
            put_on(paper, printer)
            self._page.tell("已送到打印机")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._page.desk.say(sentence, "danger")
