"""The icon beside the clock: keeps the program at hand after log-on, shows reminders as the system does."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSystemTrayIcon

from jgclient.ui import theme
from jgclient.ui.frame import MainWindow
from jgclient.ui.reminders import CLOSE_TO_TRAY


def bring_to_front(window: QMainWindow) -> None:
    """Show the window in front of all others, also when it is hidden or minimised."""
    window.show()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


class Tray(QObject):
    """The icon; it is shown from the first reminder on, or from the start when the program stays there.

    Args:
        window: Comes to the front when the icon or a reminder is clicked.
        kept: The program stays beside the clock whatever the setting says (it was begun at log-on).
    """

    def __init__(self, window: MainWindow, *, kept: bool = False) -> None:
        super().__init__(window)
        self._window = window
        self._kept = kept
        self._menu = QMenu()
        self._menu.addAction("打开", self._open)
        self._menu.addAction("退出", self._quit)
        self.icon = QSystemTrayIcon(QIcon(str(theme.icon_file("jgclient"))), self)
        self.icon.setToolTip("监管数据录入")
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self._open)

    @Slot()
    def follow(self) -> None:
        """Keep the program here when its window is closed, or no longer, as the setting says now.

        Where the system has no such place, closing the window ends the program.
        """
        wanted = self._kept or bool(self._window.desk.store.settings.get(CLOSE_TO_TRAY))
        stays = wanted and QSystemTrayIcon.isSystemTrayAvailable()
        if stays != self._window.stays:
            self._window.stays = stays
            QApplication.setQuitOnLastWindowClosed(not stays)
            self.icon.setVisible(stays)

    @Slot(str, str)
    def toast(self, title: str, text: str) -> None:
        """Show a reminder outside the window; the system hides it after a while and keeps it in its list."""
        self.icon.show()
        self.icon.showMessage(title, text, self.icon.icon())

    @Slot()
    def _open(self) -> None:
        bring_to_front(self._window)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self._open()

    @Slot()
    def _quit(self) -> None:
        self._window.stays = False  # closing means closing now
        if self._window.close():
            QApplication.quit()
