"""Files opened from the desktop reach the running window; updates are told about in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ui_gateway import REFUSED, UNIT, Gateway
from ui_stories import NOW, Story

from installer import update_package
from jgclient import __version__, installation
from jgclient.packages import Keys
from jgclient.packaging import pack
from jgclient.records import State
from jgclient.store import Store
from jgclient.sync import device_id
from jgclient.sync.devices import PLATFORM_KEY, device_keys
from jgclient.ui.arrivals import Arrivals
from jgclient.ui.desk import Desk
from jgclient.ui.door import Door
from jgclient.ui.frame import MainWindow
from jgclient.ui.import_page import ImportPage
from jgclient.ui.packages_page import PackagesPage
from jggateway import devices
from jggateway.receiving import Receiving

KEYS = Keys(bytes(range(32)))
NEWER = "999.0.0"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A program's folder whose launcher lets every version come up."""
    folder = tmp_path / "home"
    program = folder / f"app-{__version__}"
    program.mkdir(parents=True)
    (program / "update.pub").write_text(str(KEYS.public), "ascii")
    (folder / "current.txt").write_text(f"{__version__}\n", "ascii")
    launcher = folder / "jgclient-cli.exe"
    launcher.write_text("#!/bin/sh\nexit 0\n", "ascii")
    launcher.chmod(0o755)
    return folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An update package of a newer version."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    program = tmp_path / f"app-{NEWER}"
    program.mkdir()
    (program / "program.txt").write_text("new", "ascii")
    return update_package.make(program, KEYS, None, tmp_path)


@pytest.fixture
def said(desk: Desk) -> list[tuple[str, str]]:
    """Everything the status line was told."""
    words: list[tuple[str, str]] = []
    desk.said.connect(lambda text, role: words.append((text, role)))
    return words


def test_an_update_is_put_in_place_while_work_goes_on(
    desk: Desk, home: Path, package: Path, said: list[tuple[str, str]], qtbot: Any
) -> None:
    Arrivals(desk, home).open(str(package))
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1][1] == "accepted"
    assert NEWER in said[1][0]
    assert installation.waiting(home) == NEWER


def test_a_refused_update_says_why(
    desk: Desk, home: Path, package: Path, said: list[tuple[str, str]], qtbot: Any
) -> None:
    package.write_bytes(b"nothing")
    Arrivals(desk, home).open(str(package))
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1][1] == "danger"
    assert "已损坏" in said[1][0]


@pytest.fixture
def sent(store: Store, package: Path) -> Path:
    """The package as the platform's feed has left it in the data folder."""
    place = store.folder / installation.UPDATES / f"{NEWER}.jgu"
    place.parent.mkdir()
    return package.rename(place)


def test_an_update_from_the_platform_is_put_in_place_after_a_run(
    desk: Desk, home: Path, sent: Path, said: list[tuple[str, str]], qtbot: Any
) -> None:
    arrivals = Arrivals(desk, home)
    desk.reporter.ended.emit(None)
    qtbot.waitUntil(lambda: installation.waiting(home) == NEWER and said != [])
    assert said[-1][1] == "accepted"
    assert not sent.exists()
    arrivals.look()
    assert not desk.jobs.busy


def test_a_bad_update_from_the_platform_is_tried_once(
    desk: Desk, home: Path, sent: Path, said: list[tuple[str, str]], qtbot: Any
) -> None:
    sent.write_bytes(b"nothing")
    Arrivals(desk, home).welcome()
    qtbot.waitUntil(lambda: said != [])
    assert "已损坏" in said[0][0]
    assert not sent.exists()


def test_a_version_that_did_not_come_up_is_not_put_in_place_again(
    desk: Desk, home: Path, sent: Path, said: list[tuple[str, str]]
) -> None:
    (home / "failed.txt").write_text(f"{NEWER}\n", "ascii")
    Arrivals(desk, home).welcome()
    assert not desk.jobs.busy
    assert len(said) == 1


def test_packages_that_are_no_longer_newer_are_removed(desk: Desk, home: Path, sent: Path) -> None:
    old = sent.rename(sent.with_name(f"{__version__}.jgu"))
    Arrivals(desk, home).welcome()
    assert not old.exists()


def test_run_from_source_takes_no_update(desk: Desk, package: Path, said: list[tuple[str, str]]) -> None:
    arrivals = Arrivals(desk, None)
    arrivals.open(str(package))
    assert "不能用更新包" in said[0][0]
    arrivals.welcome()


def test_a_workbook_is_read_for_import(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    Arrivals(window.desk, None).open(str(tmp_path / "absent.xlsx"))
    assert window.front == "import"
    page = window.page("import")
    assert isinstance(page, ImportPage)
    assert page.path == tmp_path / "absent.xlsx"
    qtbot.waitUntil(lambda: page.job is None)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    running = Gateway(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def answer(gateway: Gateway, store: Store, story: Story, tmp_path: Path) -> Path:
    """The platform's answer to a package with one record that is in order and one that is refused."""
    story.queued("郑州安顺物业管理有限公司")
    story.queued(REFUSED)
    state = gateway.app.state
    store.settings.set(PLATFORM_KEY, str(state.keys.public))
    with state.storage.writing() as connection:
        key = str(device_keys(store).public)
        devices.register(connection, UNIT, device_id(store), key, NOW, actor="test")
    out = tmp_path / "上报.jgp"
    packed = pack(store, out, unit_code=UNIT, unit_name="郑州市某某局", now=lambda: NOW)
    assert packed.records == 2
    receiving = Receiving(state.storage, state.intake, state.files, state.keys, lambda: NOW)
    with out.open("rb") as volume:
        envelope, replies = receiving.receive([volume])
    file = tmp_path / "回执.jgr"
    receiving.answer(envelope, replies, lambda: file.open("wb"))
    return file


def told(window: MainWindow) -> str:
    page = window.page("packages")
    assert isinstance(page, PackagesPage)
    return page.notice.words.text()


def test_receipts_opened_from_a_stick_close_their_records(
    window: MainWindow, answer: Path, qtbot: Any
) -> None:
    arrivals = Arrivals(window.desk, None)
    arrivals.open(str(answer))
    assert window.front == "packages"
    qtbot.waitUntil(lambda: "已接收 1 · 被退回 1" in told(window))
    counts = window.desk.store.records.counts_by_state()
    assert (counts[State.ACCEPTED], counts[State.RETURNED]) == (1, 1)
    arrivals.open(str(answer))
    qtbot.waitUntil(lambda: "已经导入过" in told(window))


def test_damaged_receipts_say_why(window: MainWindow, answer: Path, qtbot: Any) -> None:
    answer.write_bytes(answer.read_bytes()[:200])
    Arrivals(window.desk, None).open(str(answer))
    qtbot.waitUntil(lambda: told(window) != "")
    assert window.desk.store.records.counts_by_state()[State.SENDING] == 2


def test_a_package_for_the_platform_is_explained(window: MainWindow, tmp_path: Path) -> None:
    Arrivals(window.desk, None).open(str(tmp_path / "上报.jgp"))
    assert window.front == "packages"
    assert "交给平台管理员" in told(window)


def test_a_version_that_was_given_up_is_told_and_the_running_one_confirmed(
    desk: Desk, home: Path, said: list[tuple[str, str]]
) -> None:
    (home / "failed.txt").write_text(f"{NEWER}\n", "ascii")
    (home / "next.txt").write_text(f"{__version__}\n", "ascii")
    (home / "app-0.0.1").mkdir()
    Arrivals(desk, home).welcome()
    assert said[0][1] == "warning"
    assert NEWER in said[0][0]
    assert installation.waiting(home) == ""
    assert not (home / "app-0.0.1").exists()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_a_file_opened_while_the_window_is_open_reaches_it(
    window: MainWindow, tmp_path: Path, qtbot: Any
) -> None:
    first, second = Door(tmp_path), Door(tmp_path)
    assert first.enter()
    first.answer_for(window)
    assert not second.enter()
    with qtbot.waitSignal(first.asked) as asked:
        assert second.knock("C:\\资料\\收到的.jgr")
    assert asked.args == ["C:\\资料\\收到的.jgr"]
    first.close()
