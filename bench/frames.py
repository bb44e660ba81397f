"""The window never freezes: longest turn of its event loop while the worker imports and reports; memory.

Turns are measured by a timer of the GUI thread that should come every few milliseconds: what is missing
between two of its beats is how long the window could not have reacted. The window shows the records page,
which lists anew whenever data change.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QTimer, Slot

from jgclient import app, entering, practice
from jgclient.importing import import_workbook
from jgclient.store import ListQuery, Store
from jgclient.ui.background import Progress

ROWS, SENT, TYPED, WAITING = 50_000, 10_000, 200, 100_000
#: How long a run goes on before it is stopped.
RUN_SECONDS = 5.0
#: Milliseconds a turn may take, and megabytes the process may grow by.
FRAME_MS, GROWTH_MB = 50.0, 20.0
_BEAT_MS = 2


class Watchdog(QObject):
    """Remembers the longest time between two beats, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now


class Sink(QObject):
    """Takes what a job has to say."""

    def __init__(self, client: app.Client) -> None:
        super().__init__()
        self._client = client
        self.failure = ""

    @Slot(object)
    def done(self, _outcome: object) -> None:
        """The window lists anew."""
        self._client.desk.data_changed.emit()

    @Slot(str)
    def failed(self, sentence: str) -> None:
        """Kept to be raised."""
        self.failure = sentence


def importing(rows: int = ROWS) -> tuple[float, float]:
    """Longest turn in ms while a ledger of ``rows`` rows is imported, and the limit."""
    from bench import ledger  # noqa: PLC0415 - the memory bench needs no workbook

    def prepare(folder: Path, client: app.Client) -> Callable[[Store, Progress], Any]:
        book = ledger.write(folder / "ledger.xlsx", rows)
        library = client.desk.library

        def task(store: Store, progress: Progress) -> object:
            return import_workbook(store, library, book, now=app.now(), on_progress=progress.report)

        return task

    return _longest(prepare), FRAME_MS


def sending(count: int = SENT) -> tuple[float, float]:
    """Longest turn in ms while ``count`` records are reported, and the limit."""
    from bench import ledger  # noqa: PLC0415 - see above

    def prepare(folder: Path, client: app.Client) -> Callable[[Store, Progress], Any]:
        desk = client.desk
        import_workbook(desk.store, desk.library, ledger.write(folder / "l.xlsx", count), now=app.now())
        ids = [row.id for row in desk.store.records.list(ListQuery(limit=count))]
        entering.submit(desk.store, desk.library, desk.calendar, ids, now=app.now())

        def task(store: Store, _progress: Progress) -> object:
            return practice.report(store, now=app.now)

        return task

    return _longest(prepare), FRAME_MS


def waiting(count: int = WAITING) -> tuple[float, float]:
    """Longest turn in ms on the queue page with ``count`` records waiting, and the limit.

    It is opened, scrolled through, and a run begins there, tells how it goes and is stopped.
    """
    from bench import full_store  # noqa: PLC0415 - see above

    full = Path(".run") / f"waiting-{count}"
    full.mkdir(parents=True, exist_ok=True)
    full_store.fill(full, count, full_store.ALL_WAITING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        shutil.copytree(full, folder)
        client = _client(Path(name))
        client.desk.store.settings.set(practice.PRACTICE, True)
        for page in ("workbench", "queue"):  # what is loaded once is not its speed
            client.window.show_page(page)
            _turns(0.1)
        while client.desk.jobs.busy:  # the limits of a store that was filled past the program
            _turn()
        _turns(0.5)
        watchdog = Watchdog()
        _walk_queue(client)
        longest = watchdog.longest
        client.close()
    return longest, FRAME_MS


def _walk_queue(client: app.Client) -> None:
    page: Any = client.window.page("queue")
    for _ in range(3):
        client.window.show_page("workbench")
        _turns(0.1)
        client.desk.data_changed.emit()
        client.window.show_page("queue")
        _turns(0.1)
    bar = page.queue.verticalScrollBar()
    for _ in range(20):
        bar.setValue(bar.maximum())
        _turns(0.02)
    page.start()
    _turns(RUN_SECONDS)
    page.pause()
    while client.desk.jobs.busy:
        _turn()
    _turns(0.2)


def _turns(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        _turn()


def memory(records: int = TYPED) -> tuple[float, float]:
    """Megabytes grown while ``records`` records are opened and typed one after another, and the limit."""
    with tempfile.TemporaryDirectory() as folder:
        client = _client(Path(folder))
        texts = dict(
            zip(("administrative_cp", "check_date"), ("郑州某某有限公司", "2026-11-20"), strict=True)
        )
        _type(client, texts, 10)  # what is loaded once is not growth
        before = _resident()
        _type(client, texts, records)
        grown = _resident() - before
        client.close()
    return max(grown, 0.01), GROWTH_MB


def _type(client: app.Client, texts: dict[str, str], count: int) -> None:
    for number in range(count):
        client.window.show_page("entry", form="check")
        page: Any = client.window.page("entry")
        for name, text in texts.items():
            page.session.type(name, text if name == "check_date" else f"{text}{number}")
        page.session.keep()
        _turn()


def _longest(prepare: Callable[[Path, app.Client], Callable[[Store, Progress], Any]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        client = _client(Path(folder))
        task = prepare(Path(folder), client)
        client.window.show_page("records")
        for _ in range(20):
            _turn()
        sink, watchdog = Sink(client), Watchdog()
        client.desk.jobs.run(task, done=sink.done, failed=sink.failed)
        while client.desk.jobs.busy:
            _turn()
        longest, failure = watchdog.longest, sink.failure
        client.close()
        if failure:
            raise RuntimeError(failure)
    return longest


def _client(folder: Path) -> app.Client:
    app.make_application()
    client = app.build(folder / "data")
    for name, value in {
        "unit_name": "郑州市XX局", "unit_code": "11410100000000019W", "unit_region": "410100",
        "user_name": "李某",
    }.items():  # fmt: skip
        client.desk.store.settings.set(name, value)
    client.desk.load()
    client.window.show()
    return client


def _turn() -> None:
    loop = QEventLoop()  # processEvents with a time does not wait, and would take the worker's time
    QTimer.singleShot(20, loop.quit)
    loop.exec()
    # Only a running loop does deferred deletions by itself.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
