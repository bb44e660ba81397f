"""What an import says of a workbook: its rows, its columns, what becomes of wrong ones."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jgclient.ui.import_groups import GroupsCard
from jgclient.ui.import_lines import COLUMNS, Line, ShownReport, columns_words
from jgclient.ui.parts import Card, EmptyState, Pill, button, label
from jgclient.ui.tables import ListStack, Order, RowsModel, RowTable


class ResultView(QWidget):
    """The rows at the left, everything that holds of many of them at the right."""

    #: (line): it was opened in the table.
    opened = Signal(object)
    #: Let her look at the columns.
    columns_asked = Signal()
    #: (keep): whether wrong rows become drafts.
    wrong_decided = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.shown: ShownReport | None = None
        self.lines: list[Line] = []
        self._kept = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._rows_card(), 9)
        row.addWidget(self._side(), 4)

    def _rows_card(self) -> Card:
        self.rows_card = Card("读到的行", flush=True)
        self.only_wrong = Pill("要改的", "wrong")
        self.all_rows = Pill("全部", "all")
        for pill in (self.only_wrong, self.all_rows):
            pill.setAutoExclusive(True)
            pill.clicked.connect(self._show_rows)
            self.rows_card.head.addWidget(pill)
        self.only_wrong.setChecked(True)
        self.table = RowTable("检查结果", RowsModel(COLUMNS, self._load), lambda line: line.key)
        self.table.opened.connect(self.opened)
        self.empty = EmptyState("", "")
        self.stack = ListStack(self.table, self.empty)
        self.rows_card.body.addWidget(self.stack)
        return self.rows_card

    def _side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.columns_card = Card("对上的列")
        self.columns_button = button("核对", on_click=self.columns_asked.emit)
        self.columns_card.head.addWidget(self.columns_button)
        self.columns_text = label("", "", wraps=True)
        self.columns_card.body.addWidget(self.columns_text)
        column.addWidget(self.columns_card)
        column.addWidget(self._wrong_card())
        self.groups = GroupsCard()
        column.addWidget(self.groups, 1)
        return side

    def _wrong_card(self) -> Card:
        """What becomes of wrong rows; decided once for all of them, and kept for the next time."""
        self.wrong_card = Card("有错的行")
        self.as_drafts, self.left_out = Pill("存为草稿", "drafts"), Pill("不导入", "out")
        for pill in (self.as_drafts, self.left_out):
            pill.setAutoExclusive(True)
            pill.clicked.connect(self._decide)
            self.wrong_card.head.addWidget(pill)
        self.as_drafts.setChecked(True)
        self.wrong_words = label("", "muted", wraps=True)
        self.wrong_card.body.addWidget(self.wrong_words)
        return self.wrong_card

    def show_report(self, shown: ShownReport, *, kept: bool, drafts: bool) -> None:
        """Show what an import did or would do.

        Args:
            shown: What it says.
            kept: Something was kept already; what wrong rows have in common is shown by whoever kept them.
            drafts: Wrong rows of this form can be kept as drafts.
        """
        news = shown is not self.shown or kept != self._kept
        self.shown, self._kept = shown, kept
        self.rows_card.title.setText(f"{shown.read} 行可读")
        self.rows_card.note.setText(
            f"{shown.kept} 行通过 · {shown.refused} 行要改 · "
            f"{shown.counts['duplicate']} 行已有 · {shown.counts['note']} 行不是数据"
        )
        self.only_wrong.set_count(shown.refused)
        self.all_rows.set_count(len(shown.report.rows))
        self.columns_text.setText(columns_words(shown.report))
        self.columns_button.setEnabled(not kept)
        self.wrong_card.setVisible(bool(shown.refused) and not kept and drafts)
        self.wrong_words.setText(
            "原因写在旁边，以后逐条或一并改正。" if self.as_drafts.isChecked() else "只保存没有错的行。"
        )
        self._show_rows()
        if news and not kept:
            self.groups.show_kinds(shown.kinds)

    @Slot()
    def _decide(self) -> None:
        self.wrong_decided.emit(self.as_drafts.isChecked())

    @Slot()
    def _show_rows(self) -> None:
        if self.shown is not None:
            self.lines = self.shown.to_mend if self.only_wrong.isChecked() else self.shown.all
            self.empty.say(*_why_empty(self.shown, kept=self._kept))
            self.stack.reload()

    def _load(self, limit: int, offset: int, _order: Order) -> list[Line]:
        return self.lines[offset : offset + limit]


def _why_empty(shown: ShownReport, *, kept: bool) -> tuple[str, str]:
    """What to say and what to do when no row is listed."""
    if not shown.read:
        return "没有可读的行", "表头下面没有数据。请填好内容、保存工作簿，再选择它。"
    if not shown.refused and shown.kept:
        how = "已经保存。" if kept else "按 Ctrl+Enter 保存。"
        return "没有要改的行", f"{shown.kept} 行都通过，{how}点“全部”可以看每一行。"
    if shown.counts["duplicate"] == shown.read:
        return "没有新的行", f"{shown.read} 行都已导入过，不用再保存。点“全部”可以看每一行。"
    return "没有要改的行", "点“全部”可以看每一行。"
