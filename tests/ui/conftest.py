"""A real window on a real store, offscreen; nothing modal can hang, no thread can be left behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtGui import QPagedPaintDevice
from PySide6.QtWidgets import QApplication
from shiboken6 import delete
from ui_gateway import Gateway
from ui_seeing import all_told
from ui_stories import NOW, Story

from jgclient.forms.library import FormLibrary
from jgclient.limits import Basis
from jgclient.store import Store, open_store
from jgclient.ui import messages, theme
from jgclient.ui.background import Background
from jgclient.ui.desk import Desk, Reference, shipped
from jgclient.ui.frame import MainWindow


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application of the tests wears the program's looks."""

    class Dressed(QApplication):
        def __init__(self, arguments: list[str]) -> None:
            super().__init__([*arguments[:1], "-style", "fusion"])
            theme.apply(self)

    return Dressed


@pytest.fixture(autouse=True)
def no_thread_left(qapp: QApplication) -> Iterator[None]:
    """A running QThread at the end of a test would abort the whole run; here it is a named failure."""
    yield
    threads = [found for found in gc.get_objects() if isinstance(found, QThread)]
    running = [thread for thread in threads if thread.isRunning() and thread != qapp.thread()]
    for thread in running:
        thread.wait(5000)
    assert not running, "a background thread is still running; close the desk's jobs"


class Answers(messages.Messages):
    """Stands in the gate: gives prepared answers and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.yes = True
        self.file: Path | None = None
        self.paper: QPagedPaintDevice | None = None

    def ask(self, parent: object, question: str, *, yes: str, no: str = "取消", detail: str = "") -> bool:
        self.asked.append(question)
        return self.yes

    def fatal(self, sentence: str) -> None:
        self.asked.append(sentence)

    def open_file(self, parent: object, title: str, *, folder: Path, kinds: str = "") -> Path | None:
        self.asked.append(title)
        return self.file

    def save_file(self, parent: object, title: str, *, suggested: Path, kinds: str = "") -> Path | None:
        self.asked.append(title)
        return self.file

    def folder(self, parent: object, title: str, *, start: Path) -> Path | None:
        self.asked.append(title)
        return self.file

    def printer(self, parent: object) -> QPagedPaintDevice | None:
        self.asked.append("打印")
        return self.paper


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Nothing modal in tests."""
    prepared = Answers()
    monkeypatch.setattr(messages, "gate", prepared)
    return prepared


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The program's own forms and calendar, loaded once."""
    return shipped()


@pytest.fixture(scope="session")
def library(reference: Reference) -> FormLibrary:
    """The program's own forms."""
    return reference.library


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of a unit that is set up."""
    with open_store(tmp_path / "data", clock=lambda: NOW) as opened:
        opened.settings.set("unit_name", "郑州市某某局")
        opened.settings.set("unit_code", "11410100000000019W")
        opened.settings.set("unit_region", "410102")
        opened.settings.set("user_name", "李某")
        yield opened


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A platform on loopback; no password is kept on this computer."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    running = Gateway(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def story(store: Store, reference: Reference) -> Story:
    """Puts records in every state into the store, whose limits need not be derived anew."""
    basis = Basis(reference.library, reference.calendar)
    made_with = {"duties": basis.duties_hash, "calendar": basis.calendar_hash}
    store.settings.set("limits_made_with", made_with)
    return Story(store)


@pytest.fixture
def desk(qapp: QApplication, store: Store, reference: Reference) -> Iterator[Desk]:
    """A desk without a window."""
    jobs = Background(lambda: open_store(store.folder, clock=lambda: NOW))
    made = Desk(store, lambda: NOW, jobs, lambda: reference)
    made.load()
    yield made
    jobs.close()
    delete(made)


@pytest.fixture
def window(qtbot: object, desk: Desk) -> Iterator[MainWindow]:
    """The whole window at the size of the smallest screen, shown and active."""
    made = MainWindow(desk)
    made.refresh()
    made.show_page("workbench")
    made.resize(1366, 728)
    made.show()
    made.activateWindow()
    all_told(made)
    yield made
    made.close()
    delete(made)  # with its timers; nothing must tick for a store that is closed
