"""Wires everything: paths, log, single instance, store, worker, window. Decides nothing."""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from jgclient import installation
from jgclient.store import Store, StoreError, open_store
from jgclient.ui import looks, messages, theme
from jgclient.ui.arrivals import Arrivals
from jgclient.ui.background import Background
from jgclient.ui.desk import Desk, profile_reference
from jgclient.ui.door import Door, Met
from jgclient.ui.frame import MainWindow
from jgclient.ui.garbage import GarbageKeeper
from jgclient.ui.tray import Tray

log = logging.getLogger(__name__)
#: Milliseconds after the start before limits are spoken of; then once a minute.
_FIRST_LOOK_MS = 3_000
_LOG_BYTES, _LOG_FILES = 1_000_000, 5
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class RollingLog(logging.FileHandler):
    """A log file that makes room when it is full; older ones are ``….log.1`` to ``….log.4``.

    (``logging.handlers`` has one too, with sockets and pickles that cost the start 10 ms.)
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        super().__init__(path, encoding="utf-8")
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, then roll over when the file is full."""
        super().emit(record)
        if self.stream is not None and self.stream.tell() >= _LOG_BYTES:
            self.stream.close()
            self.stream = None  # the next record opens a new one
            self._roll()

    def _roll(self) -> None:
        names = [self._path, *(self._path.with_suffix(f".log.{n}") for n in range(1, _LOG_FILES))]
        for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
            if newer.exists():
                newer.replace(older)


@dataclass
class Client:
    """The running parts; :meth:`close` ends them in order."""

    desk: Desk
    window: MainWindow
    garbage: GarbageKeeper

    def close(self) -> None:
        """End background work, take the window down with all its timers, then close the store."""
        self.desk.jobs.close()
        store = self.desk.store
        for part in (self.window, self.desk):
            _destroy(part)
        self.garbage.close()
        store.close()


def run(options: argparse.Namespace) -> int:
    """Open the window on ``options.data`` (or make the tour through it); returns the exit code."""
    folder: Path = options.data
    chosen = looks.read(folder)
    looks.set_size(chosen)
    make_application(chosen)
    door: Door | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        start_log(folder)
        door = Door(folder)
        met = door.enter_or_knock(options.open if options.command == "gui" else "")
        if met != "in":
            return _already_open(met)
        client = build(folder)
    except (StoreError, OSError) as error:
        log.warning("cannot start: %s", error)
        return _not_started(folder, door, error)
    try:
        return _tour(client, options) if options.command == "tour" else _work(client, door, options)
    finally:
        backup = client.desk.restore_from
        client.close()
        _leave(backup, folder, door)


def make_application(chosen: looks.Looks = looks.USUAL) -> QApplication:
    """The one QApplication with its looks."""
    existing = QApplication.instance()
    application = (
        existing if isinstance(existing, QApplication) else QApplication([*sys.argv[:1], "-style", "fusion"])
    )
    application.setApplicationName("jgclient")
    application.setApplicationDisplayName("监管数据录入")
    application.setDesktopFileName("jgclient")  # the number on the task bar goes by it
    theme.apply(application, theme.scheme_for(application, chosen.scheme))
    return application


def build(folder: Path) -> Client:
    """Store, worker, desk and window on a data folder; the window is not shown yet.

    Raises:
        StoreError: the store cannot be opened.
    """

    def open_here() -> Store:
        return open_store(folder, clock=now)

    store = open_here()
    first_day = store.settings.get("limit_first_day")  # here, because the forms are loaded in another thread
    desk = Desk(store, now, Background(open_here), lambda: profile_reference(folder, first_day))
    window = MainWindow(desk)
    window.refresh()
    window.show_page("reconcile" if store.settings.get("reconcile_before_sending") else "workbench")
    return Client(desk, window, GarbageKeeper(lambda: desk.jobs.busy))


def _destroy(part: QObject) -> None:
    """Now, not at the event loop's next turn: after the window is closed there is none."""
    part.deleteLater()
    QCoreApplication.sendPostedEvents(part, QEvent.Type.DeferredDelete)


def now() -> datetime:
    """The one clock of the window: local time with its zone."""
    return datetime.now().astimezone()


def start_log(folder: Path) -> None:
    """Log to ``<folder>/log/jgclient.log`` (5 × 1 MB), with Qt's messages and what nobody caught."""
    handler = RollingLog(folder / "log" / "jgclient.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    qInstallMessageHandler(_qt_message)
    sys.excepthook = _uncaught


def _work(client: Client, door: Door, options: argparse.Namespace) -> int:
    if options.try_out:
        return _try_out(client)
    tray = Tray(client.window, kept=options.tray)
    client.window.reminders.told.connect(tray.toast)
    client.desk.data_changed.connect(tray.follow)
    tray.follow()
    if not (options.tray and client.window.stays):
        client.window.show()
    QTimer.singleShot(0, lambda: _settle(client, door, options))
    QTimer.singleShot(0, client.desk.preload)  # last, because it holds the interpreter for long moments
    return QApplication.exec()


def _settle(client: Client, door: Door, options: argparse.Namespace) -> None:
    """What can wait until the window is up."""
    log.info("window up")
    if not client.desk.setting("unit_name"):
        client.window.show_page("start")
    QTimer.singleShot(_FIRST_LOOK_MS, client.window, client.window.reminders.look)
    door.answer_for(client.window)
    arrivals = Arrivals(client.desk, installation.home())
    door.asked.connect(arrivals.open)
    arrivals.welcome()
    if options.open:
        arrivals.open(options.open)


def _try_out(client: Client) -> int:
    """Come up with everything a working day needs, and end."""
    client.window.show()
    client.desk.load()
    QApplication.processEvents()
    client.window.close()
    return 0


def _tour(client: Client, options: argparse.Namespace) -> int:
    from jgclient.ui import tour  # noqa: PLC0415 - only the tour needs it

    client.desk.load()
    return tour.run(client.window, options)


def _qt_message(level: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_QT_LEVELS[level], "%s", text)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("uncaught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _not_started(folder: Path, door: Door | None, error: Exception) -> int:
    """The way out when the file cannot be opened: back to a backup, or the reason."""
    from jgclient.ui import rescue  # noqa: PLC0415 - hardly ever needed

    if door is None or not rescue.offer(folder, error, now):
        messages.gate.fatal(str(error))
        return 1
    door.close()
    rescue.start_again()
    return 0


def _leave(backup: Path | None, folder: Path, door: Door) -> None:
    """Let go of the folder; with a backup to go back to, do so and start anew."""
    if backup is None:
        door.close()
        return
    from jgclient.ui import rescue  # noqa: PLC0415 - hardly ever needed

    rescue.go_back(folder, backup, now)
    door.close()
    rescue.start_again()


def _already_open(met: Met) -> int:
    if met == "answered":
        return 0
    messages.gate.fatal(
        "这个数据文件夹正由另一个窗口使用，但它没有回应。请先关闭它，或注销后重新登录再打开。"
    )
    return 1
