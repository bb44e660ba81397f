"""The window locked: covered until somebody signs in with name and PIN."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QMainWindow, QVBoxLayout, QWidget

from jgclient import accounts
from jgclient.accounts import AccountError
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Choice, label, line_edit, primary_button

_WORK = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel})
_CARD_WIDTH = 340


class LockScreen(QWidget):
    """Covers a window; names to choose from, a box for the PIN."""

    signed_in = Signal()

    def __init__(self, desk: Desk, window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._window = desk, window
        self._last = desk.clock()
        self._asleep: list[QShortcut] = []
        self.names = Choice("姓名")
        self.pin = line_edit("PIN", "4 到 12 位数字")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.wrong = label("", "note", tone="danger", wraps=True)
        self._lay_out()
        self.pin.returnPressed.connect(self._try)
        window.installEventFilter(self)
        application = QApplication.instance()
        assert application is not None  # noqa: S101 - there is a window
        self._watch = _Watch(self)
        application.installEventFilter(self._watch)
        self.hide()

    @property
    def locked(self) -> bool:
        """Whether the window is covered."""
        return not self.isHidden()

    def lock(self) -> None:
        """Cover the window; without accounts there is nobody to sign in."""
        people = [account.name for account in self._desk.store.accounts.list() if account.enabled]
        if not people or self.locked:
            return
        self.names.clear()
        self.names.addItems(people)
        self.names.setCurrentText(self._desk.setting("user_name"))
        self.pin.clear()
        self.wrong.hide()
        self._asleep = [key for key in self._window.findChildren(QShortcut) if key.isEnabled()]
        self._let_work(wanted=False)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.pin.setFocus()

    def note_work(self) -> None:
        """A key or click: somebody is here."""
        self._last = self._desk.clock()

    def look(self, now: datetime) -> None:
        """A minute passed: lock when nobody has been here for as long as was set."""
        minutes = int(self._desk.store.settings.get(accounts.LOCK_AFTER, 10) or 0)
        if minutes and now - self._last >= timedelta(minutes=minutes):
            self.lock()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window changed its size."""
        if watched is self._window and isinstance(event, QResizeEvent):
            self.setGeometry(self._window.rect())
        return False

    def _try(self) -> None:
        try:
            accounts.sign_in(
                self._desk.store, self.names.currentText(), self.pin.text(), now=self._desk.clock()
            )
        except AccountError as error:
            self.wrong.setText(str(error))
            self.wrong.show()
            self.pin.selectAll()
            self.pin.setFocus()
            return
        self.hide()
        self._let_work(wanted=True)
        self.note_work()
        self._desk.data_changed.emit()
        self.signed_in.emit()

    def _let_work(self, *, wanted: bool) -> None:
        inside = self._window.centralWidget()
        if inside is not None:
            inside.setEnabled(wanted)
        for key in self._asleep:
            key.setEnabled(wanted)

    def _lay_out(self) -> None:
        card = Card("请登录")
        card.setFixedWidth(_CARD_WIDTH)
        for words, widget in (("姓名", self.names), ("PIN", self.pin)):
            name = label(words)
            name.setBuddy(widget)
            card.body.addWidget(name)
            card.body.addWidget(widget)
        card.body.addWidget(self.wrong)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(primary_button("登录", "Enter", bind=False, on_click=self._try))
        card.body.addLayout(row)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        note = label("记录记在登录人名下。草稿已自动保存，锁定不会丢失。", "muted")
        column.addWidget(note, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)


class _Watch(QObject):
    """Sees every key and click of the application."""

    def __init__(self, screen: LockScreen) -> None:
        super().__init__(screen)
        self._screen = screen

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Note work, let everything pass."""
        if event.type() in _WORK and not self._screen.locked:
            self._screen.note_work()
        return False
