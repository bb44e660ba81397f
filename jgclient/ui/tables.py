"""Tables that stay fast: a model that fetches pages, one delegate that paints cells, fixed row height."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStackedWidget,
    QStyledItemDelegate,
    QTableView,
)

from jgclient.ui import theme
from jgclient.ui.parts import EmptyState
from jgclient.ui.theme import ToneName

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
#: Rows of one page; what is scrolled to is fetched, nothing else.
PAGE = 200
#: Rows that are fetched again at once when the data changed; more would hold the window up.
KEPT = 400
_PAD = 10
_CHECK = 15
#: Narrowest column without a width of its own, and the one that still can be read.
_LEAST, _READABLE = 80, 130
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column of a table of rows R.

    Attributes:
        width: Width in Chinese characters; 0 shares what is left.
        share: Part of what is left that a column without width gets.
        tone: Colour of a cell's words, None for plain.
        chip: Paint the words as a chip in that tone.
        muted: Side information in a quieter colour.
        sort: What the loader is told when the heading is clicked; empty means not sortable.
        spare: Left out where the window is too narrow for all columns, the last one first.
        check: A box that shows whether the row is selected; a click on it takes the row in or out.
    """

    title: str
    text: Callable[[R], str]
    width: int = 0
    share: int = 1
    tone: Callable[[R], ToneName | None] | None = None
    chip: bool = False
    muted: bool = False
    sort: str = ""
    spare: bool = False
    check: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """How a table is sorted: a name the loader understands."""

    by: str = ""
    descending: bool = False


Loader = Callable[[int, int, Order], Sequence[R]]


class RowsModel(QAbstractTableModel, Generic[R]):
    """Rows fetched page by page.

    Args:
        columns: What to show.
        load: ``load(limit, offset, order)`` gives the next rows; sorting and filtering happen behind it.
        order: The order to begin with.
    """

    def __init__(self, columns: Sequence[Column[R]], load: Loader[R], order: Order = Order()) -> None:
        super().__init__()
        self.columns = list(columns)
        self.order = order
        self._load = load
        self._rows: list[R] = []
        self._more = False

    def reload(self, least: int = 0) -> None:
        """Forget the rows and fetch again as many as were there: :data:`KEPT` at most, ``least`` at least."""
        wanted = max(PAGE, min(len(self._rows), KEPT), least)
        self.beginResetModel()
        self._rows = list(self._load(wanted, 0, self.order))
        self._more = len(self._rows) == wanted
        self.endResetModel()

    def fetch_all(self) -> None:
        """Fetch every row there is; for what concerns all of them."""
        while self._more:
            self.fetchMore(QModelIndex())

    def row(self, index: int) -> R:
        """The row at ``index``, which must have been fetched."""
        return self._rows[index]

    def rows(self) -> Sequence[R]:
        """All rows fetched so far."""
        return self._rows

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Rows fetched so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the last page was full."""
        return self._more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        """Fetch the next page."""
        if parent.isValid():
            return
        rows = self._load(PAGE, len(self._rows), self.order)
        self._more = len(rows) == PAGE
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's type
        """The words of a cell; the same as tool tip and for screen readers."""
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        return self.columns[index.column()].text(self._rows[index.row()])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's type
        """Headings, left-aligned as their cells."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Let the loader sort by a column; a heading without sort name changes nothing."""
        if 0 <= column < len(self.columns) and self.columns[column].sort:
            self.order = Order(self.columns[column].sort, order == Qt.SortOrder.DescendingOrder)
            self._rows = []
            self.reload()


class RowDelegate(QStyledItemDelegate):
    """Paints a cell: ground, words or chip, thin line below, mark of the current row."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell by the column it belongs to."""
        model = index.model()
        assert isinstance(model, RowsModel)  # noqa: S101 - only tables of this module use it
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


class RowTable(QTableView, Generic[R]):
    """A table of rows: whole rows are selected, Enter or double click opens one.

    Args:
        name: What the table lists, for screen readers.
        key: What makes a row the same after a reload; selection follows it.
    """

    opened = Signal(object)
    chosen = Signal()

    def __init__(self, name: str, model: RowsModel[R], key: Callable[[R], object]) -> None:
        super().__init__()
        self.rows_model = model
        self._key = key
        self._left_out: set[int] = set()
        self.setAccessibleName(name)
        self.setItemDelegate(RowDelegate(self))
        self._set_up_look()
        self._set_up_headers(model)
        self.setModel(model)
        self.doubleClicked.connect(self._open)
        self._reloading = False
        self.selectionModel().selectionChanged.connect(self._tell_choice)

    def reload(self) -> None:
        """Fetch again and keep what was selected and current; ``chosen`` comes once, when all is in place."""
        kept = {self._key(row) for row in self.selected()}
        current = self.current()
        current_key = self._key(current) if current is not None else None
        self._reloading = True
        chosen = self.selectionModel().selectedRows()
        self.rows_model.reload(least=max((index.row() + 1 for index in chosen), default=0))
        self._select_keys(kept, current_key)
        self._reloading = False
        if kept:
            self.chosen.emit()

    def selected(self) -> list[R]:
        """The selected rows, top down."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.rows_model.row(row) for row in rows]

    def current(self) -> R | None:
        """The row the keyboard is on."""
        index = self.currentIndex()
        return self.rows_model.row(index.row()) if index.isValid() else None

    def choose(self, number: int) -> None:
        """Make one row current and selected."""
        if number < self.rows_model.rowCount():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.rows_model.index(number, 0), flags)

    def selectionCommand(
        self, index: Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """A click on the box of a row takes it in or out and leaves the others selected."""
        pressed = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress
        if (
            index.isValid()
            and self.rows_model.columns[index.column()].check
            and isinstance(event, QMouseEvent)
        ):
            toggle = QItemSelectionModel.SelectionFlag.Toggle | QItemSelectionModel.SelectionFlag.Rows
            return toggle if pressed else QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    def show_columns(self, titles: Collection[str]) -> None:
        """Show only the columns with these titles, and those without a title."""
        columns = enumerate(self.rows_model.columns)
        self._left_out = {n for n, column in columns if column.title and column.title not in titles}
        self._share_width(self.viewport().width())

    def selectAll(self) -> None:
        """Select every row there is, not only those fetched so far."""
        self.rows_model.fetch_all()
        super().selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns without a width of their own."""
        super().resizeEvent(event)
        self._share_width(event.size().width())
        self._corner.setFixedHeight(self.horizontalHeader().height())

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.rows_model.row(index.row()))

    def _tell_choice(self) -> None:
        if not self._reloading:
            self.chosen.emit()

    def _select_keys(self, keys: set[object], current: object) -> None:
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        selection = self.selectionModel()
        for number, row in enumerate(self.rows_model.rows()):
            key = self._key(row)
            if key in keys:
                selection.select(self.rows_model.index(number, 0), flags)
            if key == current:
                index = self.rows_model.index(number, 0)
                selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _set_up_look(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _set_up_headers(self, model: RowsModel[R]) -> None:
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.ROW)
        rows.hide()
        heads = self.horizontalHeader()
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heads.setHighlightSections(False)
        heads.setMinimumSectionSize(24)
        self._corner = QFrame()  # goes on with the heading above the scroll bar
        self._corner.setProperty("corner", True)
        self.addScrollBarWidget(self._corner, Qt.AlignmentFlag.AlignTop)
        names = [column.sort for column in model.columns]
        if any(names):
            down = model.order.descending
            by = names.index(model.order.by) if model.order.by in names else -1
            heads.setSortIndicator(by, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)

    def _share_width(self, room: int) -> None:
        shown = self._fitting(room)
        for number in range(len(self.rows_model.columns)):
            self.setColumnHidden(number, number not in shown)
        fixed = {n: width for n, width in self._widths().items() if n in shown}
        shares = sum(c.share for n, c in shown.items() if n not in fixed)
        left = room - sum(fixed.values())
        for number, column in shown.items():
            self.setColumnWidth(number, fixed.get(number) or max(_LEAST, left * column.share // shares))

    def _fitting(self, room: int) -> dict[int, Column[R]]:
        """The columns to show; spare ones go while the others would be too narrow to read."""
        shown = {n: c for n, c in enumerate(self.rows_model.columns) if n not in self._left_out}
        widths = self._widths()
        for number in [n for n, column in shown.items() if column.spare][::-1]:
            if sum(widths.get(n, _READABLE) for n in shown) <= room:
                break
            del shown[number]
        return shown

    def _widths(self) -> dict[int, int]:
        """Widths in pixels of the columns that have one of their own."""
        letter = QFontMetrics(theme.text_font()).horizontalAdvance("汉")
        columns = enumerate(self.rows_model.columns)
        return {
            n: _CHECK + 2 * _PAD if c.check else letter * c.width + 2 * _PAD + (12 if c.chip else 0)
            for n, c in columns
            if c.width or c.check
        }


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
    room = rect.adjusted(_PAD, 0, -_PAD, -1)
    painter.setPen(ink)
    short = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)


def _paint_check(painter: QPainter, option: QStyleOptionViewItem) -> None:
    from PySide6.QtWidgets import QStyle  # noqa: PLC0415

    scheme, rect = theme.roles(), option.rect
    state: QStyle.StateFlag = option.state
    ticked = bool(state & QStyle.StateFlag.State_Selected)
    top = rect.top() + (rect.height() - _CHECK) / 2
    box = QRectF(rect.left() + _PAD + 0.5, top + 0.5, _CHECK - 1, _CHECK - 1)
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
    width = min(metrics.horizontalAdvance(words) + 16, rect.width() - 2 * _PAD + 8)
    height = metrics.height() + 4
    box = QRect(rect.left() + _PAD, rect.top() + (rect.height() - height) // 2, width, height)
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
    from PySide6.QtWidgets import QStyle  # noqa: PLC0415

    state: QStyle.StateFlag = option.state
    selected = bool(state & QStyle.StateFlag.State_Selected)  # its ground takes contrast from quiet words
    return QColor(scheme.tones["draft"].text if selected else scheme.muted)


class ListStack(QStackedWidget):
    """A table, or what to do while it is empty."""

    def __init__(self, table: RowTable[Any], empty: EmptyState) -> None:
        super().__init__()
        self._table = table
        self.empty = empty
        self.addWidget(table)
        self.addWidget(empty)

    def reload(self) -> None:
        """Fetch the table's rows again."""
        self._table.reload()
        self.setCurrentIndex(0 if self._table.rows_model.rowCount() else 1)
