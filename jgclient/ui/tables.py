"""Tables that stay fast: a model that fetches pages, fixed row height, selections of any size."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStackedWidget,
    QTableView,
)

from jgclient.ui import theme
from jgclient.ui.parts import EmptyState
from jgclient.ui.row_delegate import CHECK, PAD, Index, RowDelegate
from jgclient.ui.theme import ToneName

R = TypeVar("R")
#: Rows of one page; what is scrolled to is fetched, nothing else.
PAGE = 100
#: Rows that are fetched again at once when the data changed; more would hold the window up.
KEPT = 300
#: Rows fetched in one turn of the event loop while many are to be selected.
_MANY = 500
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


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is to be selected once ``least`` rows are there: those with these keys, all for None.

    Attributes:
        current: Key of the row the keyboard was on, None for none.
    """

    keys: set[object] | None
    least: int
    current: object


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

    def reload(self, least: int = PAGE) -> None:
        """Forget the rows and fetch the first page again, ``least`` rows at least."""
        wanted = max(PAGE, least)
        self.beginResetModel()
        self._rows = list(self._load(wanted, 0, self.order))
        self._more = len(self._rows) == wanted
        self.endResetModel()

    def fetch(self, count: int) -> None:
        """Fetch the next ``count`` rows, as far as there are so many."""
        rows = self._load(count, len(self._rows), self.order)
        self._more = len(rows) == count
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

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
        if not parent.isValid():
            self.fetch(PAGE)

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
        # Painting a heading asks whether all rows are selected, one by one; a heading here shows none of it.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))
        self.doubleClicked.connect(self._open)
        self._selecting = False
        self._sought: _Sought | None = None
        self._seeking = QTimer(self)
        self._seeking.timeout.connect(self._seek_on)
        self.selectionModel().selectionChanged.connect(self._tell_choice)

    def reload(self) -> None:
        """Fetch again and keep what was selected, current and in sight; ``chosen`` comes once, at the end."""
        sought = self._sought or self._what_is_selected()
        place = self.verticalScrollBar().value()
        seen = max(place // theme.ROW, self.currentIndex().row()) + PAGE
        self._selecting = True
        self.rows_model.reload(least=min(seen, KEPT))
        self._make_current(sought.current)
        self._selecting = False
        self.updateGeometries()  # else the scroll bar does not know of the rows yet
        self.verticalScrollBar().setValue(place)
        self._seek(sought)

    def selected(self) -> list[R]:
        """The selected rows, top down; those that are still being fetched are fetched now."""
        if self._sought is not None:
            if self._lacks_rows(self._sought):
                self.rows_model.fetch(self._sought.least - self.rows_model.rowCount())
            self._select_sought()
        rows = self.rows_model.rows()
        return [row for run in self._selected_runs() for row in rows[run.start : run.stop]]

    def selected_count(self) -> int:
        """How many rows are selected by now."""
        return sum(map(len, self._selected_runs()))

    def current(self) -> R | None:
        """The row the keyboard is on."""
        index = self.currentIndex()
        return self.rows_model.row(index.row()) if index.isValid() else None

    def choose(self, number: int) -> None:
        """Make one row current and selected."""
        if number < self.rows_model.rowCount():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.rows_model.index(number, 0), flags)

    def choose_first(self) -> None:
        """Choose the first row, unless the keyboard is on one or rows are selected, or will be."""
        if self.current() is None and self._sought is None and not self.selected_count():
            self.choose(0)

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
        """Select every row there is, not only those fetched so far; ``chosen`` comes when all are there."""
        self._selecting = True
        super().selectAll()  # what is there looks selected at once
        self._selecting = False
        self._seek(_Sought(None, sys.maxsize, self._current_key()))

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
        if not self._selecting:
            self._stop_seeking()  # the person selected something else
            self.chosen.emit()

    def _selected_runs(self) -> list[range]:
        """Numbers of the selected rows, top down; whole rows are selected, so no run overlaps another."""
        runs = [range(each.top(), each.bottom() + 1) for each in self.selectionModel().selection().toList()]
        return sorted(runs, key=lambda run: run.start)

    def _what_is_selected(self) -> _Sought:
        runs = self._selected_runs()
        keys = {self._key(row) for row in self.selected()}
        return _Sought(keys, runs[-1].stop if runs else 0, self._current_key())

    def _current_key(self) -> object:
        current = self.current()
        return self._key(current) if current is not None else None

    def _make_current(self, key: object) -> None:
        """Put the keyboard on the row with this key, if it is there and on no other."""
        for number, row in enumerate(self.rows_model.rows() if self.current() is None else ()):
            if self._key(row) == key:
                index = self.rows_model.index(number, 0)
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
                return

    def _seek(self, sought: _Sought) -> None:
        """Select these rows: now when they are there, else as soon as they are, fetched in turns."""
        self._sought = sought
        if self._lacks_rows(sought):
            self._seeking.start(0)
        else:
            self._select_sought()

    def _lacks_rows(self, sought: _Sought) -> bool:
        model = self.rows_model
        return model.rowCount() < sought.least and model.canFetchMore(_NOWHERE)

    @Slot()
    def _seek_on(self) -> None:
        self.rows_model.fetch(_MANY)
        if self._sought is None or not self._lacks_rows(self._sought):
            self._select_sought()

    def _select_sought(self) -> None:
        sought = self._stop_seeking()
        if sought is None or sought.keys == set():
            return
        model, chosen = self.rows_model, QItemSelection()
        for run in self._runs(sought.keys):
            chosen.select(model.index(run.start, 0), model.index(run.stop - 1, 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._selecting = True
        self.selectionModel().select(chosen, flags)
        self._make_current(sought.current)
        self._selecting = False
        self.chosen.emit()

    def _runs(self, keys: set[object] | None) -> list[range]:
        """Runs of rows with these keys, of all rows for None."""
        rows = self.rows_model.rows()
        if keys is None:
            return [range(len(rows))] if rows else []
        marks = groupby(self._key(row) in keys for row in rows)
        lengths = [(len(list(run)), found) for found, run in marks]
        ends = accumulate(length for length, _ in lengths)
        return [range(end - length, end) for end, (length, found) in zip(ends, lengths, strict=True) if found]

    def _stop_seeking(self) -> _Sought | None:
        sought, self._sought = self._sought, None
        self._seeking.stop()
        return sought

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
            n: CHECK + 2 * PAD if c.check else letter * c.width + 2 * PAD + (12 if c.chip else 0)
            for n, c in columns
            if c.width or c.check
        }


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
