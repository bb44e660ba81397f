"""One window a data folder: a lock file decides, a local server only says “show yourself”."""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QThread, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from jgclient.ui.tray import bring_to_front

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

log = logging.getLogger(__name__)
#: How an attempt to come in ended.
Met = Literal["in", "answered", "silence"]
_LOCK_FILE = "window.lock"
#: Milliseconds another window has to open the door: it may be starting itself, or be busy.
PATIENCE_MS = 15_000
#: Milliseconds between two knocks, and for one who has come in to say what is wanted.
_PAUSE_MS, _HEAR_MS = 100, 1000
_LONGEST_NAME = 32_768
_ANY_PROCESS = -1  # ASFW_ANY of winuser.h


class Door(QObject):
    """The entrance of a data folder.

    Two local servers can listen on one name on Windows, so only the lock counts (it dies with its process).
    ``asked`` carries the name of a file that the one outside wants opened.
    """

    asked = Signal(str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._lock = QLockFile(str(folder / _LOCK_FILE))
        self._lock.setStaleLockTime(0)
        digest = hashlib.sha256(f"{getpass.getuser()}\n{folder.resolve()}".encode()).hexdigest()
        self._name = f"jgclient-{digest[:16]}"
        self._server: QLocalServer | None = None
        self._window: QMainWindow | None = None

    def enter(self) -> bool:
        """Whether this is the only window of the folder; it stays so until :meth:`close`."""
        return self._lock.tryLock(0)

    def enter_or_knock(self, file: str = "") -> Met:
        """Come in, or ask the window inside to show itself and open a file.

        That one may be starting still, busy, or about to end: it is given :data:`PATIENCE_MS`.
        """
        patience = QDeadlineTimer(PATIENCE_MS)
        while not self.enter():
            if self.knock(file):
                return "answered"
            if patience.hasExpired():
                return "silence"
            QThread.msleep(_PAUSE_MS)
        return "in"

    def knock(self, file: str = "") -> bool:
        """Ask the other window to show itself and open a file; False when nobody answers."""
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - not needed to start

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(PATIENCE_MS):
            return False
        if sys.platform == "win32":  # else Windows lets the other window blink in the task bar only
            ctypes.windll.user32.AllowSetForegroundWindow(_ANY_PROCESS)
        socket.write(f"{file}\n".encode())
        return socket.waitForBytesWritten(PATIENCE_MS)

    def answer_for(self, window: QMainWindow) -> None:
        """Bring ``window`` to the front whenever somebody knocks."""
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - the window is up before it

        self._window = window
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._show_window)
        QLocalServer.removeServer(self._name)
        if not self._server.listen(self._name):
            log.warning("no local server: %s", self._server.errorString())

    def close(self) -> None:
        """Let another window in."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    @Slot()
    def _show_window(self) -> None:
        if self._server is None or self._window is None:
            return
        while (connection := self._server.nextPendingConnection()) is not None:
            if not connection.canReadLine():
                connection.waitForReadyRead(_HEAR_MS)
            file = bytes(connection.readLine(_LONGEST_NAME).data()).decode("utf-8", "replace").strip()
            connection.close()
            if file:
                self.asked.emit(file)
        bring_to_front(self._window)
