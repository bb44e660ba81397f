"""Drive the real window as hands would: key events, typed text, clicks, waiting for what must appear."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from jgclient.ui.frame import MainWindow

NO_KEYS = Qt.KeyboardModifier.NoModifier
#: Milliseconds the event loop may sleep while waiting.
_NAP = 20


class StepError(Exception):
    """A step fell short; the text says which and why."""


class Driver:
    """Hands on the window.

    Args:
        window: The window, already shown.
        pictures: Folder for the screenshots.
    """

    def __init__(self, window: MainWindow, pictures: Path) -> None:
        self.window = window
        self.pictures = pictures
        self._taken = 0

    def settle(self) -> None:
        """Let everything that waits be drawn."""
        for _ in range(5):
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, _NAP)

    def wait(self, what: str, until: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is so.

        Raises:
            StepError: it did not come about in time.
        """
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise StepError(f"等了 {seconds:.0f} 秒，没有等到：{what}")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, _NAP)
        self.settle()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press and release a key on whatever has the focus."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            target = QApplication.focusWidget() or self.window
            QCoreApplication.sendEvent(target, QKeyEvent(kind, key, modifiers))
        self.settle()

    def type(self, text: str) -> None:
        """Commit text to the focused field as an input method does."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QCoreApplication.sendEvent(QApplication.focusWidget() or self.window, event)
        self.settle()

    def replace(self, field: QWidget, text: str) -> None:
        """Go to a field and type over what it holds."""
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.wait("光标进入栏目", field.hasFocus, 10)
        self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.type(text)

    def click(self, button: QAbstractButton) -> None:
        """Click a button that can be seen.

        Raises:
            StepError: it is hidden or disabled.
        """
        self.wait(f"按钮“{button.text()}”可用", lambda: button.isVisible() and button.isEnabled(), 10)
        at = QPointF(button.rect().center())
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
            where = QPointF(button.mapToGlobal(QPoint(int(at.x()), int(at.y()))))
            QCoreApplication.sendEvent(button, QMouseEvent(kind, at, where, left, held, NO_KEYS))
        self.settle()

    def picture(self, name: str) -> Path:
        """Take a picture of the window as it is."""
        self.settle()
        self._taken += 1
        path = self.pictures / f"{self._taken:02d}-{name}.png"
        if not self.window.grab().save(str(path)):
            raise StepError(f"图片没有存上：{path}。请检查磁盘空间和权限。")
        return path
