"""One window a data folder: a lock file decides, a local server only says “show yourself”."""

from __future__ import annotations

import getpass
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Qt, Slot
from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

log = logging.getLogger(__name__)
_LOCK_FILE = "window.lock"
#: Milliseconds another window has to open the door.
_KNOCK_MS = 1000


class Door(QObject):
    """The entrance of a data folder.

    Two local servers can listen on one name on Windows, so only the lock counts (it dies with its process).
    """

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

    def knock(self) -> bool:
        """Ask the other window to show itself; False when nobody answers."""
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - not needed to start

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        return socket.waitForConnected(_KNOCK_MS)

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
            connection.close()
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()
