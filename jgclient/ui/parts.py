"""The few building blocks all pages are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jgclient.ui import theme
from jgclient.ui.desk import Desk
from jgclient.ui.theme import ToneName

#: Milliseconds after the last key before a search begins.
_SETTLE_MS = 200
#: Room of a link beside its words.
_LINK_PAD = 12


class Button(QPushButton):
    """A push button that prints its shortcut as a key cap.

    The style sheet keeps room for the key cap (property ``keycap``: its width), the button paints it there.

    Args:
        text: What it does.
        shortcut: Key sequence to print, e.g. ``Ctrl+Enter``.
        bind: Whether the button itself reacts to the sequence while it is shown.
    """

    def __init__(self, text: str, shortcut: str = "", *, bind: bool = True) -> None:
        super().__init__(text)
        self._shortcut = shortcut
        self._keycap = ""
        self.show_keycap(True)
        if shortcut and bind:
            self.setShortcut(shortcut.replace("Enter", "Return"))
        self.setToolTip(f"{text}（{shortcut}）" if shortcut else "")
        self.setAccessibleName(text)
        self.setAccessibleDescription(f"快捷键 {shortcut}" if shortcut else "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the focused button, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def show_keycap(self, shown: bool) -> None:
        """Print the shortcut, or leave it to the tool tip where there is little room."""
        self._keycap = self._shortcut if shown else ""
        theme.restyle(self, "keycap", theme.keycap_room(self._keycap) if self._keycap else None)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Words and key cap are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The styled button, its key cap, and the ring of a focused primary button."""
        super().paintEvent(event)
        ringed = self.hasFocus() and self.property("kind") == "primary"
        if not self._keycap and not ringed:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._keycap:
            self._paint_keycap(painter)
        if ringed:
            painter.setPen(QPen(QColor(theme.roles().on_accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(3, 3, -3, -3), 2, 2)

    def _paint_keycap(self, painter: QPainter) -> None:
        primary = self.property("kind") == "primary" and self.isEnabled()
        ink = QColor(theme.roles().on_accent if primary else theme.roles().muted)
        outline = QColor(ink)
        outline.setAlpha(150 if primary else 110)
        font = theme.text_font(theme.SMALL)
        width, height = int(self.property("keycap")), QFontMetrics(font).height() + 2
        left = self.width() - theme.BUTTON_PAD - width
        box = QRect(left, (self.height() - height) // 2, width - 1, height - 1)
        painter.setPen(QPen(outline, 1))
        painter.drawRoundedRect(box.toRectF().translated(0.5, 0.5), 3, 3)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._keycap)


def button(
    text: str, shortcut: str = "", *, on_click: Callable[[], Any] | None = None, bind: bool = True
) -> Button:
    """A plain button; ``on_click`` is called without arguments in the GUI thread."""
    made = Button(text, shortcut, bind=bind)
    if on_click is not None:
        made.clicked.connect(lambda _checked: on_click())
    return made


def primary_button(
    text: str, shortcut: str = "", *, on_click: Callable[[], Any] | None = None, bind: bool = True
) -> Button:
    """The one button of a page that does what she most likely wants."""
    made = button(text, shortcut, on_click=on_click, bind=bind)
    made.setProperty("kind", "primary")
    return made


def new_entry_button(desk: Desk) -> Button:
    """The way to a new record; its key is bound by the window."""
    return primary_button("新录入", "Ctrl+N", on_click=desk.new_entry, bind=False)


def link(text: str, *, on_click: Callable[[], Any] | None = None) -> Button:
    """A button that looks like words: a door to another place."""
    made = button(text, on_click=on_click)
    made.setProperty("kind", "link")
    return made


def menu_button(text: str, menu: QMenu) -> Button:
    """A button that opens a menu below itself; the mark at its end is painted."""
    made = Button(text)
    made.setProperty("kind", "menu")
    made.setMenu(menu)
    made.setAccessibleDescription("打开菜单")
    return made


class ShortLink(Button):
    """A link in words of any length, shortened where the room ends; the tool tip holds all of them."""

    def __init__(self, words: str, *, on_click: Callable[[], Any]) -> None:
        super().__init__(words)
        self._words = words
        self.setProperty("kind", "link")
        self.setToolTip(words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked: on_click())

    def sizeHint(self) -> QSize:
        """Room for all words."""
        wanted = self.fontMetrics().horizontalAdvance(self._words) + _LINK_PAD
        return QSize(wanted, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few words."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), self.fontMetrics().horizontalAdvance("汉") * 6), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the words."""
        super().resizeEvent(event)
        room = self.width() - _LINK_PAD
        self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room))


class Pill(QPushButton):
    """A filter that is on or off and shows how many it would leave."""

    def __init__(self, words: str, key: str) -> None:
        super().__init__(words)
        self.words = words
        self.key = key
        self.setProperty("kind", "pill")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_count(self, count: int) -> None:
        """Show the number behind the words."""
        self.setText(f"{self.words} {count:,}")
        self.setAccessibleDescription(f"{count} 条")


class Choice(QComboBox):
    """A drop-down list that only changes when it is opened or has the focus and a key is pressed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turning the wheel scrolls the page and never changes a value."""
        event.ignore()


class Chip(QLabel):
    """A word on its colour: state is never told by colour alone."""

    def __init__(self, text: str = "", tone: ToneName = "draft") -> None:
        super().__init__(text)
        self.setProperty("chip", tone)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, text: str, tone: ToneName) -> None:
        """Change word and colour together."""
        self.setText(text)
        theme.restyle(self, "chip", tone)


class ShortLabel(QLabel):
    """A text in one line that is shortened where the room ends; the tool tip holds all of it."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show a text; line breaks become spaces."""
        super().setText(" ".join(text.split()))
        self.setToolTip(self.text())

    def minimumSizeHint(self) -> QSize:
        """Room for a few words."""
        hint = super().sizeHint()
        return QSize(min(hint.width(), self.fontMetrics().horizontalAdvance("汉") * 6), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The words that fit."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        fits = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fits)


def label(text: str = "", role: str = "", *, tone: str = "", wraps: bool = False) -> QLabel:
    """A text in one of the roles of the style sheet (title, heading, section, muted, note, number, small)."""
    made = QLabel(text)
    made.setProperty("role", role)
    made.setProperty("tone", tone)
    made.setWordWrap(wraps)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def rule() -> QFrame:
    """A thin horizontal line."""
    made = QFrame()
    made.setProperty("rule", True)
    return made


def line_edit(name: str, placeholder: str = "") -> QLineEdit:
    """A plain input of one line with its name for screen readers.

    It never validates while typing: a validator would swallow full-width digits and input methods.
    """
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(placeholder)
    return made


class SearchBox(QLineEdit):
    """Searches while she types: ``settled`` comes a moment after the last key, Esc empties it."""

    settled = Signal(str)

    def __init__(self, placeholder: str = "搜索　文号、名称、代码、拼音首字母") -> None:
        super().__init__()
        self.setAccessibleName("搜索")
        self.setPlaceholderText(placeholder)
        self.setToolTip("搜索（Ctrl+F）")
        self._usual = self.fontMetrics().horizontalAdvance(placeholder) + 28
        self.set_narrow(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self._settle)
        self._settled = ""
        self.textChanged.connect(lambda _text: self._timer.start())

    def set_narrow(self, narrow: bool) -> None:
        """Room for the whole placeholder, or for a few words where there is little."""
        self.setMinimumWidth(self._usual // 2 if narrow else self._usual)

    def hideEvent(self, event: QHideEvent) -> None:
        """A box out of sight does not search."""
        self._timer.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Back in sight, make up for what was typed last."""
        super().showEvent(event)
        if self.text() != self._settled:
            self._timer.start()

    def _settle(self) -> None:
        self._settled = self.text()
        self.settled.emit(self._settled)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc empties the box."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Card(QFrame):
    """A white surface with an optional heading line.

    Attributes:
        head: Layout of the heading line; add buttons at its end.
        body: Layout for the content.
    """

    def __init__(self, title: str = "", *, flush: bool = False) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        self.title: QLabel = ShortLabel("heading")
        self.title.setText(title)
        self.note: QLabel = ShortLabel("muted")
        self.head = QHBoxLayout()
        self.head.setContentsMargins(12, 4, 8, 4)
        self.head.setSpacing(8)
        if title:
            for widget in (self.title, self.note):
                self.head.addWidget(widget)
            self.head.addStretch(1)
            bar = QWidget()
            bar.setLayout(self.head)
            bar.setMinimumHeight(40)
            outer.addWidget(bar)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        edge = 0 if flush else 12
        self.body.setContentsMargins(edge, 0 if title else edge, edge, edge)
        outer.addLayout(self.body, 1)


class EmptyState(QWidget):
    """What to do when there is nothing to show yet."""

    def __init__(self, title: str, hint: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setObjectName("inside")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(2)
        self.title = label(title, "heading")
        self.hint = label(hint, "muted", wraps=True)
        for words in (self.title, self.hint):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(words)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(12)
        row.addStretch(1)
        for each in buttons:
            row.addWidget(each)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def say(self, title: str, hint: str) -> None:
        """Change the words."""
        self.title.setText(title)
        self.hint.setText(hint)


class PageBase(QWidget):
    """A page of the window.

    The frame shows ``title``, :meth:`head_note` and the head's widgets above it, asks again on
    ``head_changed`` and calls :meth:`refresh` when the page comes to the front or data changed.
    """

    head_changed = Signal()
    title = ""
    #: The box Ctrl+F goes to, None when the page has none.
    search: QLineEdit | None = None

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("page")

    def head_note(self) -> str:
        """The state of the thing at hand, beside the title."""
        return ""

    def head_tone(self) -> ToneName | None:
        """The tone of the note when it is shown as a chip, None for plain words."""
        return None

    def head_left(self) -> list[QWidget]:
        """Actions on what is selected, left after the note."""
        return []

    def head_buttons(self) -> list[QWidget]:
        """Widgets at the right of the head, the primary button last; asked for once."""
        return []

    def refresh(self) -> None:
        """Show what the store holds now."""

    def shown(self, **args: str) -> None:
        """The page came to the front, with the arguments of ``desk.go``; set the focus here."""

    def leave(self) -> bool:
        """Keep everything and let go; False keeps the page in front."""
        return True


class InTurns(QTimer):
    """Work cut into steps, each at a turn of the event loop of its own; begun anew, it begins with the first.

    What takes long only because it is much is not seen to stick then: the window reacts between two steps.

    Args:
        owner: What it belongs to and ends with.
        steps: What to do.
        after: Milliseconds until the first step.
    """

    def __init__(self, owner: QObject, *steps: Callable[[], None], after: int = 0) -> None:
        super().__init__(owner)
        self._steps = steps
        self._after = after
        self._next = 0
        self.setSingleShot(True)
        self.timeout.connect(self._step)

    def begin(self) -> None:
        """Do all steps."""
        self._next = 0
        self.start(self._after)

    @Slot()
    def _step(self) -> None:
        step = self._steps[self._next]
        self._next += 1
        try:
            step()
        finally:
            # Begun only now: a timer that ran on would be due at once, before what else became due meanwhile.
            if self._next < len(self._steps):
                self.start(0)


def page_column(page: QWidget, *, spacing: int = 12) -> QVBoxLayout:
    """The usual column layout of a page: 20 px at the sides, 16 above, 12 below."""
    column = QVBoxLayout(page)
    column.setContentsMargins(20, 16, 20, 12)
    column.setSpacing(spacing)
    return column
