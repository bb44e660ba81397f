"""The inputs of the entry window: plain text inputs that read generously and never eat a character.

No validator, no input mask, no spin box: they swallow full-width digits and unfinished words of an input
method. Texts are changed by the program only while the clerk is elsewhere.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QStyle, QStyleOptionFrame

from jgclient.forms.definition import Field
from jgclient.ui import theme
from jgclient.ui.entry_dress import Dress

_ARROW = 12
_LONGEST = 12  # lines a long text grows to before it scrolls


class ChoicePopup(Protocol):
    """The list of choices under a field, as the field sees it."""

    def is_open_for(self, line: InputField) -> bool:
        """Whether the list is shown under this field."""

    def press(self, key: Qt.Key) -> bool:
        """Let the list have a key; True when it used it."""


class LineField(QLineEdit):
    """One line. Shows the dressed text while the focus is elsewhere.

    Signals:
        typed: The clerk changed the text.
        entered, left: The focus came or went.
        stepped: Go on to the next (1) or back to the previous field (-1).
        asked: Alt+↓ or a click on the arrow: apply a candidate or show the choices.
    """

    typed = Signal(str)
    entered = Signal()
    left = Signal()
    stepped = Signal(int)
    asked = Signal()

    def __init__(self, field: Field, *, arrow: bool) -> None:
        super().__init__()
        self.field = field
        self.popup: ChoicePopup | None = None
        self._raw = ""
        self._dress = Dress("")
        self._arrow = QIcon(str(theme.icon_file("down"))) if arrow else None
        self._undress = field.type in ("money", "integer")
        self.setAccessibleName(field.title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if arrow:
            self.setTextMargins(0, 0, _ARROW + 8, 0)
        self.textEdited.connect(self._edited)

    def show_text(self, raw: str, dress: Dress) -> None:
        """Show a value; must not be called while the clerk is typing here."""
        self._raw, self._dress = raw, dress
        shown = raw if self._undress and self.hasFocus() else dress.text
        if self.text() != shown:
            self.setText(shown)
        if not self.hasFocus():
            self.setCursorPosition(0)
        self.update()

    def raw(self) -> str:
        """The text that counts: as typed, or as the form engine put it in order."""
        return self._raw

    def put(self, text: str) -> None:
        """Replace the text on behalf of the clerk: a candidate or a choice from the list."""
        self._dress = Dress(text)
        self.setText(text)
        self._edited(text)

    def insert_words(self, text: str) -> None:
        """Put words where the cursor is, on behalf of the clerk."""
        self.insert(text)
        self._edited(self.text())

    def event(self, event: QEvent) -> bool:
        """Keep Tab for the form, and leave the form's shortcuts to the form."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape and self._list_is_open():
                event.accept()
                return True
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_D:
                event.ignore()  # X11 takes Ctrl+D for “delete”
                return False
            if self._has_no(event):
                event.ignore()  # the form goes on where this line's own steps end
                return False
        return super().event(event)

    def _has_no(self, event: QKeyEvent) -> bool:
        """Whether the key asks this line for a step back or forth that it does not have."""
        undo, redo = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
        return (event.matches(undo) and not self.isUndoAvailable()) or (
            event.matches(redo) and not self.isRedoAvailable()
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Alt+↓ asks; an open list has the first word."""
        key = Qt.Key(event.key())
        if self._list_is_open() and not event.modifiers() and self.popup and self.popup.press(key):
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(1)
        elif key == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on like Enter, so that fields which just appeared are not skipped."""
        if forward and self._list_is_open() and self.popup:
            self.popup.press(Qt.Key.Key_Tab)
        self.stepped.emit(1 if forward else -1)
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show an amount as digits, ready to be typed over."""
        super().focusInEvent(event)
        if self._undress and self.text() != self._raw:
            self.setText(self._raw)
            self.selectAll()
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving is what counts, not losing the window to another program."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the arrow asks for the choices."""
        super().mousePressEvent(event)
        if self._arrow is not None and event.position().x() > self.width() - _ARROW - 14:
            self.asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The input, then the muted suffix behind the text and the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        if self._arrow is not None:
            top = (self.height() - _ARROW) // 2
            self._arrow.paint(painter, QRect(self.width() - _ARROW - 9, top, _ARROW, _ARROW))
        if self._dress.suffix and not self.hasFocus() and self.text() == self._dress.text:
            self._paint_suffix(painter)

    def _paint_suffix(self, painter: QPainter) -> None:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        start = inside.left() + self.fontMetrics().horizontalAdvance(self.text()) + 18
        room = QRect(start, 0, self.width() - start - 8, self.height())
        if self.fontMetrics().horizontalAdvance(self._dress.suffix) <= room.width():
            painter.setPen(QColor(theme.roles().muted))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._dress.suffix)

    def _list_is_open(self) -> bool:
        return self.popup is not None and self.popup.is_open_for(self)

    def _edited(self, text: str) -> None:
        self._raw = text
        self._dress = Dress(text)
        self.typed.emit(text)


class LongField(QPlainTextEdit):
    """A text of several lines that grows with what is written. Enter goes on, Shift+Enter breaks the line."""

    typed = Signal(str)
    entered = Signal()
    left = Signal()
    stepped = Signal(int)
    asked = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.popup: ChoicePopup | None = None
        self._raw = ""
        self._showing = False
        self.setAccessibleName(field.title)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._edited)
        self._grow()

    def show_text(self, raw: str, dress: Dress) -> None:  # noqa: ARG002 - same call for every field
        """Show a value; must not be called while the clerk is typing here."""
        self._raw = raw
        if self.toPlainText() != raw:
            self._showing = True
            self.setPlainText(raw)
            self._showing = False
        self._grow()

    def raw(self) -> str:
        """The text that counts."""
        return self._raw

    def put(self, text: str) -> None:
        """Replace the text on behalf of the clerk."""
        self.setPlainText(text)

    def insert_words(self, text: str) -> None:
        """Put words where the cursor is, on behalf of the clerk."""
        self.insertPlainText(text)

    def event(self, event: QEvent) -> bool:
        """An open list closes with Esc, not the form; Ctrl+D is the form's."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape and self._list_is_open():
                event.accept()
                return True
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_D:
                event.ignore()  # X11 takes Ctrl+D for “delete”
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on; Shift+Enter begins a line; an open list has the first word."""
        key = Qt.Key(event.key())
        if self._list_is_open() and not event.modifiers() and self.popup and self.popup.press(key):
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")
        elif enter:
            self.stepped.emit(1)
        elif event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on like Enter."""
        self.stepped.emit(1 if forward else -1)
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the page."""
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving is what counts, not losing the window to another program."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.left.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the form, unless the text itself is longer than the field may grow."""
        if self.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            event.ignore()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks the lines elsewhere."""
        super().resizeEvent(event)
        self._grow()

    def _list_is_open(self) -> bool:
        return self.popup is not None and self.popup.is_open_for(self)

    def _edited(self) -> None:
        self._grow()
        if not self._showing and self.toPlainText() != self._raw:
            self._raw = self.toPlainText()
            self.typed.emit(self._raw)

    def _grow(self) -> None:
        lines = int(self.document().size().height())
        height = self.fontMetrics().lineSpacing()
        fits = lines <= _LONGEST
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)
        self.setFixedHeight(max(2, min(lines, _LONGEST)) * height + 16)


InputField = LineField | LongField


def commit_typing() -> None:
    """Make an input method hand over what it still holds back; before every reading of the fields."""
    QGuiApplication.inputMethod().commit()
