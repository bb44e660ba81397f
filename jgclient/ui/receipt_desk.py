"""Makes PDF files of receipts, from the queue page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from jgclient.store import Store
from jgclient.store.receipts import ReceiptLine, ReceiptQuery
from jgclient.ui import messages
from jgclient.ui.background import Progress

if TYPE_CHECKING:
    from jgclient.ui.parts import PageBase
    from jgclient.ui.printing import Paper

#: Receipts of a printed list; more belong into the command ``receipts`` with a span of days.
_MOST = 5000
_PDF = "PDF 文件 (*.pdf)"


class ReceiptDesk(QObject):
    """Asks where to, writes in the background, says where it is."""

    def __init__(self, page: PageBase) -> None:
        super().__init__(page)
        self._page = page

    def slips(self, chosen: Sequence[ReceiptLine]) -> None:
        """A 回执单 of each chosen receipt, one a page."""
        if not chosen:
            return
        desk = self._page.desk
        name = f"回执单 {chosen[0].receipt.receipt_no}" if len(chosen) == 1 else f"回执单 {len(chosen)} 张"

        def make(store: Store) -> Paper:
            from jgclient.ui.receipt_paper import slip_paper, slips_of  # noqa: PLC0415 - only for paper

            return slip_paper(slips_of(store, desk.library, chosen), now=desk.clock())

        self._to_file(name, make)

    def all_receipts(self) -> None:
        """The list of receipts, the newest first."""
        desk = self._page.desk
        unit = desk.setting("unit_name")

        def make(store: Store) -> Paper:
            from jgclient.ui.receipt_paper import receipts_paper  # noqa: PLC0415 - only for paper

            lines = store.receipts.list(ReceiptQuery(limit=_MOST))
            note = f"只列最近 {_MOST:,} 张" if len(lines) == _MOST else ""
            return receipts_paper(desk.library, lines, unit=unit, now=desk.clock(), note=note)

        self._to_file(f"回执清单 {desk.today():%Y%m%d}", make)

    def _to_file(self, name: str, make: Callable[[Store], Paper]) -> None:
        suggested = Path.home() / f"{name}.pdf"
        path = messages.gate.save_file(self._page, "存为 PDF", suggested=suggested, kinds=_PDF)
        if path is None:
            return

        def task(store: Store, _progress: Progress) -> str:
            from jgclient.ui.printing import write_pdf  # noqa: PLC0415 - only for paper

            write_pdf(make(store), path)
            return f"已存为 {path}"

        self._page.desk.say("正在生成 PDF", "waiting")
        self._page.desk.jobs.run(task, done=self._done, failed=self._failed)

    @Slot(object)
    def _done(self, words: str) -> None:
        self._page.desk.say(words, "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._page.desk.say(sentence, "danger")
