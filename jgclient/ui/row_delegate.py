"""How a cell of a table is painted: ground, words or chip, box, the mark of the current row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QTableView

from jgclient.ui import theme
from jgclient.ui.theme import ToneName

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

    from jgclient.ui.tables import RowsModel

Index = QModelIndex | QPersistentModelIndex
#: Pixels left and right of the words, and the side of a box.
PAD, CHECK = 10, 15


class RowDelegate(QStyledItemDelegate):
    """Paints a cell: ground, words or chip, thin line below, mark of the current row."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell by the column it belongs to."""
        model = cast("RowsModel[Any]", index.model())  # only these tables use it
        column, row = model.columns[index.column()], model.row(index.row())
        painter.save()
        _paint_ground(painter, option, index, self._table)
        words = column.text(row)
        tone = column.tone(row) if column.tone else None
        if column.check:
            _paint_check(painter, option)
        elif column.chip and words:
            _paint_chip(painter, option.rect, words, tone or "draft")
        else:
            _paint_words(painter, option.rect, words, _ink(option, tone, muted=column.muted))
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, index: Index, table: QTableView) -> None:
    from PySide6.QtWidgets import QStyle  # noqa: PLC0415 - its 500 constants are not needed to start

    scheme = theme.roles()
    rect: QRect = option.rect
    state: QStyle.StateFlag = option.state
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, QColor(scheme.accent_tint))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(scheme.band))
    painter.setPen(QColor(scheme.rule))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    if table.hasFocus() and table.currentIndex().row() == index.row():
        painter.setPen(QPen(QColor(scheme.accent), 2))
        painter.drawLine(rect.left(), rect.top() + 1, rect.right(), rect.top() + 1)
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        if index.column() == 0:
            painter.drawLine(rect.left() + 1, rect.top() + 1, rect.left() + 1, rect.bottom())


def _paint_words(painter: QPainter, rect: QRect, words: str, ink: QColor) -> None:
    room = rect.adjusted(PAD, 0, -PAD, -1)
    painter.setPen(ink)
    short = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)


def _paint_check(painter: QPainter, option: QStyleOptionViewItem) -> None:
    from PySide6.QtWidgets import QStyle  # noqa: PLC0415 - see above

    scheme, rect = theme.roles(), option.rect
    state: QStyle.StateFlag = option.state
    ticked = bool(state & QStyle.StateFlag.State_Selected)
    top = rect.top() + (rect.height() - CHECK) / 2
    box = QRectF(rect.left() + PAD + 0.5, top + 0.5, CHECK - 1, CHECK - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(scheme.accent if ticked else scheme.edge_strong), 1))
    painter.setBrush(QColor(scheme.accent if ticked else scheme.card))
    painter.drawRoundedRect(box, 3, 3)
    if ticked:
        painter.setPen(QPen(QColor(scheme.on_accent), 2))
        points = ((3.5, 7.5), (6.5, 10.5), (11.5, 4.5))
        painter.drawPolyline([QPointF(box.left() + x, box.top() + y) for x, y in points])


def _paint_chip(painter: QPainter, rect: QRect, words: str, name: ToneName) -> None:
    tone = theme.roles().tones[name]
    painter.setFont(theme.text_font(theme.SMALL))
    metrics = painter.fontMetrics()
    width = min(metrics.horizontalAdvance(words) + 16, rect.width() - 2 * PAD + 8)
    height = metrics.height() + 4
    box = QRect(rect.left() + PAD, rect.top() + (rect.height() - height) // 2, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tone.line), 1))
    painter.setBrush(QColor(tone.fill))
    painter.drawRoundedRect(box.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(QColor(tone.text))
    short = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width - 10)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, short)


def _ink(option: QStyleOptionViewItem, tone: ToneName | None, *, muted: bool) -> QColor:
    scheme = theme.roles()
    if tone is not None:
        return QColor(scheme.tones[tone].text)
    if not muted:
        return QColor(scheme.text)
    from PySide6.QtWidgets import QStyle  # noqa: PLC0415 - see above

    state: QStyle.StateFlag = option.state
    selected = bool(state & QStyle.StateFlag.State_Selected)  # its ground takes contrast from quiet words
    return QColor(scheme.tones["draft"].text if selected else scheme.muted)
