"""The platform's feedback list on the import page: what it would close and return, row by row."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from jgclient.feedback import FeedbackReport, RowTold
from jgclient.feedback.report import OPEN, TITLES
from jgclient.ui.parts import Card, EmptyState, Pill
from jgclient.ui.tables import Column, ListStack, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName

_TONES: dict[str, ToneName] = {
    "accepted": "accepted", "returned": "danger", "unknown": "warning", "ambiguous": "warning",
    "refused": "warning",
}  # fmt: skip
_COLUMNS: tuple[Column[RowTold], ...] = (
    Column("行", lambda told: str(told.row), 2),
    Column(
        "结果", lambda told: TITLES[told.outcome], 5, tone=lambda told: _TONES.get(told.outcome, "draft"),
        chip=True,
    ),
    Column("清单里的编号", lambda told: told.name, 14),
    Column("记录", lambda told: told.title),
    Column("说明", lambda told: told.reason, muted=True),
)  # fmt: skip


class FeedbackCard(Card):
    """Every row of the list."""

    #: (record id): open this one.
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__("平台反馈清单", flush=True)
        self.report: FeedbackReport | None = None
        self.to_look_at = Pill("要看的", "open")
        self.all_rows = Pill("全部", "all")
        for pill in (self.to_look_at, self.all_rows):
            pill.setAutoExclusive(True)
            pill.clicked.connect(self._show_rows)
            self.head.addWidget(pill)
        self.all_rows.setChecked(True)
        self.table = RowTable(
            "反馈清单", RowsModel(_COLUMNS, self._load), lambda told: (told.sheet, told.row)
        )
        self.table.opened.connect(self._open)
        self.stack = ListStack(self.table, EmptyState("", ""))
        self.body.addWidget(self.stack)

    def show_report(self, report: FeedbackReport) -> None:
        """Show a list that was looked at or taken in."""
        self.report = report
        self.note.setText(report.sums())
        self.to_look_at.set_count(report.open)
        self.all_rows.set_count(len(report.rows))
        self._show_rows()

    @Slot()
    def _show_rows(self) -> None:
        if self.report and self.report.rows:
            self.stack.empty.say("没有要看的行", "清单里的每一行都对上了记录，点“全部”可以看每一行。")
        else:
            self.stack.empty.say("清单里没有数据", "表头下面是空的。请从平台重新导出清单，再选择它。")
        self.stack.reload()

    def _load(self, limit: int, offset: int, _order: Order) -> list[RowTold]:
        rows = self.report.rows if self.report else []
        if self.to_look_at.isChecked():
            rows = [told for told in rows if told.outcome in OPEN]
        return rows[offset : offset + limit]

    @Slot(object)
    def _open(self, told: RowTold) -> None:
        if told.record_id:
            self.opened.emit(told.record_id)
