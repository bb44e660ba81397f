"""The main window: rail, head, pages made when first needed, status line, shortcuts that hold everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from jgclient.records import State
from jgclient.ui import theme
from jgclient.ui.backup_keeper import BackupKeeper
from jgclient.ui.desk import Desk
from jgclient.ui.foot import Foot
from jgclient.ui.head import Leaf
from jgclient.ui.parts import Button, InTurns, PageBase, SearchBox
from jgclient.ui.rail import Rail
from jgclient.ui.reminders import Reminders

if TYPE_CHECKING:
    from jgclient.ui.lock import LockScreen


@dataclass(frozen=True, slots=True)
class PageSpec:
    """How a page is reached and made.

    Attributes:
        rail: Name of the rail entry that is lit while the page is in front.
        make: Makes the page; imports its module only then, which keeps the start fast.
    """

    rail: str
    make: Callable[[Desk], PageBase]


def _workbench(desk: Desk) -> PageBase:
    from jgclient.ui.workbench import Workbench

    return Workbench(desk)


def _new(desk: Desk) -> PageBase:
    from jgclient.ui.new_page import NewPage

    return NewPage(desk)


def _entry(desk: Desk) -> PageBase:
    from jgclient.ui.entry_page import EntryPage

    return EntryPage(desk)


def _records(desk: Desk) -> PageBase:
    from jgclient.ui.records_page import RecordsPage

    return RecordsPage(desk)


def _queue(desk: Desk) -> PageBase:
    from jgclient.ui.queue_page import QueuePage

    return QueuePage(desk)


def _reconcile(desk: Desk) -> PageBase:
    from jgclient.ui.reconcile_page import ReconcilePage

    return ReconcilePage(desk)


def _conflict(desk: Desk) -> PageBase:
    from jgclient.ui.conflict_page import ConflictPage

    return ConflictPage(desk)


def _returns(desk: Desk) -> PageBase:
    from jgclient.ui.returns_page import ReturnsPage

    return ReturnsPage(desk)


def _inbox(desk: Desk) -> PageBase:
    from jgclient.ui.inbox_page import InboxPage

    return InboxPage(desk)


def _packages(desk: Desk) -> PageBase:
    from jgclient.ui.packages_page import PackagesPage

    return PackagesPage(desk)


def _import(desk: Desk) -> PageBase:
    from jgclient.ui.import_page import ImportPage

    return ImportPage(desk)


def _catalogue(desk: Desk) -> PageBase:
    from jgclient.ui.catalogue_page import CataloguePage

    return CataloguePage(desk)


def _deadlines(desk: Desk) -> PageBase:
    from jgclient.ui.deadlines_page import DeadlinesPage

    return DeadlinesPage(desk)


def _selfcheck(desk: Desk) -> PageBase:
    from jgclient.ui.selfcheck_page import SelfcheckPage

    return SelfcheckPage(desk)


def _settings(desk: Desk) -> PageBase:
    from jgclient.ui.settings_page import SettingsPage

    return SettingsPage(desk)


def _start(desk: Desk) -> PageBase:
    from jgclient.ui.start_page import StartPage

    return StartPage(desk)


def _help(desk: Desk) -> PageBase:
    from jgclient.ui.help_page import HelpPage

    return HelpPage(desk)


PAGES = {
    "workbench": PageSpec("workbench", _workbench),
    "new": PageSpec("new", _new),
    "entry": PageSpec("new", _entry),
    "records": PageSpec("records", _records),
    "queue": PageSpec("queue", _queue),
    "reconcile": PageSpec("queue", _reconcile),
    "conflict": PageSpec("queue", _conflict),
    "packages": PageSpec("queue", _packages),
    "returns": PageSpec("queue", _returns),
    "inbox": PageSpec("queue", _inbox),
    "import": PageSpec("import", _import),
    "deadlines": PageSpec("deadlines", _deadlines),
    "catalogue": PageSpec("catalogue", _catalogue),
    "settings": PageSpec("settings", _settings),
    "selfcheck": PageSpec("settings", _selfcheck),
    "start": PageSpec("settings", _start),
    "help": PageSpec("help", _help),
}
#: (page name, title, icon); one group a block of the rail, Ctrl+1 … in this order.
RAIL = (
    (
        ("workbench", "工作台", "workbench"), ("new", "新录入", "new"), ("records", "记录", "records"),
        ("queue", "上报回执", "queue"), ("import", "导入导出", "exchange"),
        ("deadlines", "期限日历", "calendar"),
    ),
    (
        ("catalogue", "监管事项库", "catalogue"), ("settings", "设置", "settings"),
        ("help", "用户手册", "help"),
    ),
)  # fmt: skip
#: A 1366×768 screen at 150 %, with a task bar and a title line.
_LEAST = QSize(880, 440)
#: Milliseconds until the status line follows the page; by then the page has come to rest and counted.
_FOOT_MS = 250
_ATTENTION = (State.RETURNED, State.CONFLICT)


class MainWindow(QMainWindow):
    """The one window.

    Args:
        desk: What the pages work with; its ``frame`` becomes this window.

    Attributes:
        reminders: Looks at the limits once a minute, also while the window is hidden.
        stays: Closing hides the window; the program goes on beside the clock.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        desk.frame = self
        practising = "（练习，不会上报）" if desk.store.settings.get("practice") else ""
        self.setWindowTitle(f"监管数据录入{practising}")
        self.setMinimumSize(_LEAST)
        self.front = ""
        self._leaves: dict[str, Leaf] = {}
        self._stale: set[str] = set()
        self._narrow = False
        self.reminders = Reminders(desk)
        self.stays = False
        self.backup_keeper = BackupKeeper(desk)
        self.rail = Rail(RAIL)
        self.foot = Foot(desk)
        self._stack = QStackedWidget()
        self._stack.setObjectName("pages")
        self._lay_out()
        self._bind_keys()
        self.lock_screen: LockScreen | None = None
        self.rail.chosen.connect(self._chosen)
        self._day = desk.today()
        self._minute = QTimer(self)  # a minute at a time: long timers stop while the computer sleeps
        self._minute.timeout.connect(self._tick)
        self._minute.start(60_000)
        self._foot_next = InTurns(self, self.foot.refresh, after=_FOOT_MS)
        desk.data_changed.connect(self.refresh)
        self.reminders.counted.connect(self._show_near)
        desk.reporter.closing.connect(self._close_quarter)

    def sizeHint(self) -> QSize:
        """Fits the smallest screen of the offices, 1366×768 with a task bar."""
        return QSize(1366, 728)

    def page(self, name: str) -> PageBase:
        """The page called ``name``, made when first asked for."""
        if name not in self._leaves:
            leaf = Leaf(PAGES[name].make(self.desk))
            self._leaves[name] = leaf
            self._fit(leaf)
            self._stale.add(name)
            self._stack.addWidget(leaf)
        return self._leaves[name].page

    def show_page(self, name: str, **args: str) -> bool:
        """Bring a page to the front, unless the one in front does not let go."""
        _commit_typing()
        if self.front and not self.page(self.front).leave():
            self.rail.select(PAGES[self.front].rail)
            return False
        page = self.page(name)
        if name != self.front:
            self.desk.say("")
        self.front = name
        self.rail.select(PAGES[name].rail)
        self._refresh_if_stale(name)
        self._stack.setCurrentWidget(self._leaves[name])
        page.shown(**args)
        return True

    @Slot()
    def refresh(self) -> None:
        """Data changed: badges and the page in front now, the others when they are shown.

        The status line counts what waits, which takes as long as the page: a turn of its own for it.
        """
        self._stale = set(self._leaves)
        self._foot_next.begin()
        counts = self.desk.store.records.counts_by_state()
        self.rail.set_badge("records", sum(counts.get(s, 0) for s in _ATTENTION), "danger")
        self.rail.set_badge("queue", counts.get(State.QUEUED, 0), "draft")
        if self.front:
            self._refresh_if_stale(self.front)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Little room: icons without words in the rail, buttons without their keys."""
        super().resizeEvent(event)
        narrow = self.width() < theme.NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self.rail.set_narrow(narrow)
            for leaf in self._leaves.values():
                self._fit(leaf)

    def _fit(self, leaf: Leaf) -> None:
        for button in leaf.findChildren(Button):
            button.show_keycap(not self._narrow)
        for box in leaf.findChildren(SearchBox):
            box.set_narrow(self._narrow)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is being typed, then let background work come to its end."""
        _commit_typing()
        if self.front and not self.page(self.front).leave():
            event.ignore()
            return
        if self.stays:
            event.ignore()
            self.hide()
            return
        self._minute.stop()
        self.desk.jobs.close()
        event.accept()

    def sync_now(self) -> None:
        """Report what waits, seen on the queue page."""
        self.show_page("queue", start="now")

    def lock(self) -> None:
        """Keep what is being typed, then cover the window until somebody signs in."""
        _commit_typing()
        if self.desk.store.accounts.list() and (not self.front or self.page(self.front).leave()):
            self._lock_screen().lock()

    def _lock_screen(self) -> LockScreen:
        """Made when there are accounts to sign in with."""
        from jgclient.ui.lock import LockScreen  # it brings what checks records

        self.lock_screen = self.lock_screen or LockScreen(self.desk, self)
        return self.lock_screen

    def showEvent(self, event: QShowEvent) -> None:
        """Where there are accounts, nobody works without signing in."""
        super().showEvent(event)
        if self.lock_screen is None:
            self.lock()

    def search_here(self) -> None:
        """Go to the search box of the page in front, or of the records."""
        if self.front and self.page(self.front).search is None:
            self.show_page("records")
        box = self.page(self.front).search
        if box is not None:
            box.setFocus()
            box.selectAll()

    @Slot()
    def _tick(self) -> None:
        if self.desk.today() != self._day:
            self._day = self.desk.today()
            self.refresh()
        self.reminders.look()
        self.desk.reporter.look()
        if self.desk.store.accounts.list():
            self._lock_screen().look(self.desk.clock())

    @Slot(int)
    def _show_near(self, count: int) -> None:
        self.rail.set_badge("deadlines", count, "danger")

    @Slot()
    def _close_quarter(self) -> None:
        """Nobody is taken away from a record or a list; the workbench makes room."""
        if self.front == "workbench":
            self.show_page("reconcile")
        self.desk.say("本季度即将结束，请与平台对一次账（上报回执 · 对账）。", "warning")

    @Slot(str)
    def _chosen(self, name: str) -> None:
        if name == "new":
            self.desk.new_entry()
        else:
            self.show_page(name)

    def _refresh_if_stale(self, name: str) -> None:
        if name in self._stale:
            self._stale.discard(name)
            self.page(name).refresh()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(self.foot)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self.setCentralWidget(whole)

    def _bind_keys(self) -> None:
        self._bind("Ctrl+N", self.desk.new_entry)
        self._bind("F9", self.sync_now)
        self._bind("Ctrl+F", self.search_here)
        self._bind("Ctrl+L", self.lock)
        for number, button in enumerate(self.rail.buttons.values(), start=1):
            self._bind(f"Ctrl+{number}", button.click)

    def _bind(self, keys: str, act: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(act)


def _commit_typing() -> None:
    # An input method holds back what is not committed; it would be lost when the focus moves.
    QGuiApplication.inputMethod().commit()
