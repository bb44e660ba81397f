"""Settings, registers, the choice of a form; the application's own wiring."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from ui_seeing import all_told, type_text
from ui_stories import NOW, Story

from jgclient import app, cli
from jgclient.store import RegisterRow, Store
from jgclient.ui import door
from jgclient.ui.catalogue_page import CataloguePage
from jgclient.ui.door import Door
from jgclient.ui.frame import MainWindow
from jgclient.ui.new_page import NewPage
from jgclient.ui.settings_page import SettingsPage


def settings_of(window: MainWindow) -> SettingsPage:
    window.show_page("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def test_a_setting_is_kept_when_its_field_is_left(window: MainWindow, qtbot: Any, store: Store) -> None:
    row = settings_of(window).rows["user_name"]
    row.box.setFocus()
    row.box.clear()
    type_text(row.box, " 王某 ")
    assert store.settings.get("user_name") == "李某"
    qtbot.keyClick(row.box, Qt.Key.Key_Return)
    assert store.settings.get("user_name") == "王某"
    all_told(window)
    assert "王某" in window.foot._who.text()


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("unit_code", "１１４１０１０００００００００１９w", "11410100000000019W"),
        ("unit_region", "410103", "410103"),
        ("gateway_url", " https://jg.example.gov.cn/ ", "https://jg.example.gov.cn"),
    ],
)
def test_what_was_meant_is_kept(
    window: MainWindow, qtbot: Any, store: Store, name: str, text: str, kept: str
) -> None:
    row = settings_of(window).rows[name]
    row.box.setText(text)
    qtbot.keyClick(row.box, Qt.Key.Key_Return)
    assert store.settings.get(name) == kept
    assert row.box.text() == kept


@pytest.mark.parametrize(
    ("name", "text"),
    [("unit_code", "114101000000000190"), ("unit_region", "999999"), ("gateway_url", "平台")],
)
def test_what_is_wrong_is_said_under_the_field_and_not_kept(
    window: MainWindow, qtbot: Any, store: Store, name: str, text: str
) -> None:
    before = store.settings.get(name)
    row = settings_of(window).rows[name]
    window.show_page("settings", field=name)
    row.box.setText(text)
    assert row.under.isVisible()
    assert "没有保存" in row.under.text()
    assert row.box.property("problem") == "hard"
    qtbot.keyClick(row.box, Qt.Key.Key_Return)
    assert store.settings.get(name) == before


def test_leaving_the_page_keeps_the_field_with_the_focus(
    window: MainWindow, qtbot: Any, store: Store
) -> None:
    row = settings_of(window).rows["unit_name"]
    row.box.setFocus()
    qtbot.waitUntil(row.box.hasFocus)
    row.box.setText("开封市某某局")
    window.show_page("records")
    assert store.settings.get("unit_name") == "开封市某某局"


def test_the_recovery_code_is_shown_on_demand(window: MainWindow, store: Store) -> None:
    machine = settings_of(window).machine
    assert store.recovery_code() not in machine.code.text()
    machine._show_code()
    assert machine.code.text() == store.recovery_code()


def test_registers_are_counted_listed_and_searched(window: MainWindow, qtbot: Any, store: Store) -> None:
    rows = [
        RegisterRow((f"4101002020040{n}",), {"matter_name": name})
        for n, name in enumerate(("物业服务收费检查", "餐饮食品安全检查"))
    ]
    store.registers.upsert("item", rows, "test")
    window.desk.data_changed.emit()
    window.show_page("catalogue", register="item")
    page = window.page("catalogue")
    assert isinstance(page, CataloguePage)
    assert page.pills["item"].text().endswith(" 2")
    assert page.listed is not None
    model = page.listed._table.rows_model
    assert [column.title for column in model.columns] == ["监管事项"]  # only what the rows hold
    assert model.rowCount() == 2
    page.search.setText("物业")
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    page.search.setText("没有的")
    qtbot.waitUntil(lambda: page.listed.empty.title.text() == "没有符合的")
    window.show_page("catalogue", register="person")
    assert page.pills["person"].isChecked()
    assert page.listed.empty.title.text() == "还没有执法人员"


def test_a_number_key_begins_a_form(
    window: MainWindow, qtbot: Any, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = story.draft()
    window.desk.data_changed.emit()
    window.desk.new_entry()
    page = window.page("new")
    assert isinstance(page, NewPage)
    assert page.drafts_card.note.text() == "1 条没有录完"
    went: list[dict[str, str]] = []
    monkeypatch.setattr(window, "show_page", lambda name, **args: went.append({"page": name, **args}))
    second = window.desk.record_forms()[1].id
    qtbot.keyClick(page, Qt.Key.Key_2)
    page.drafts.choose(0)
    qtbot.keyClick(page.drafts, Qt.Key.Key_Return)
    assert went == [{"page": "entry", "form": second}, {"page": "entry", "record_id": draft}]


# -- wiring --------------------------------------------------------------------------------------


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Undo what starting the log changes for the whole process."""
    monkeypatch.setattr("sys.excepthook", __import__("sys").excepthook)
    monkeypatch.setattr(app, "qInstallMessageHandler", lambda _handler: None)
    monkeypatch.setattr(app, "now", lambda: NOW)
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in [h for h in root.handlers if h not in before]:
        root.removeHandler(handler)
        handler.close()


def options(folder: Path) -> argparse.Namespace:
    return cli.parse(["--data", str(folder)])


def test_the_program_opens_works_and_ends(qapp: QApplication, tmp_path: Path, quiet: Any) -> None:
    seen: list[str] = []

    def look() -> None:
        window = next(
            w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()
        )
        if window.front == "workbench":  # a unit that is not set up is taken to the beginning in a moment
            QTimer.singleShot(20, look)
            return
        seen.append(window.front)
        seen.append(str(Door(tmp_path / "data").enter()))
        window.close()

    QTimer.singleShot(0, look)
    assert app.run(options(tmp_path / "data")) == 0
    assert seen == ["start", "False"]
    assert (tmp_path / "data" / "log" / "jgclient.log").exists()
    assert Door(tmp_path / "data").enter()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_a_second_window_asks_the_first_to_show_itself(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    first = Door(tmp_path)
    assert first.enter()
    first.answer_for(window)
    second = Door(tmp_path)
    assert not second.enter()
    window.showMinimized()
    assert second.knock()
    qtbot.waitUntil(lambda: not window.isMinimized())
    first.close()
    assert second.enter()
    second.close()


def test_whoever_comes_while_the_first_is_starting_waits_for_it(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Door(tmp_path), Door(tmp_path)
    assert first.enter()
    pauses: list[int] = []

    def pause(length: int) -> None:
        pauses.append(length)
        if len(pauses) == 2:
            first.answer_for(window)

    monkeypatch.setattr(door.QThread, "msleep", pause)
    assert second.enter_or_knock() == "answered"
    assert len(pauses) == 2
    first.close()


def test_whoever_comes_while_the_first_is_closing_takes_its_place(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Door(tmp_path), Door(tmp_path)
    assert first.enter()
    monkeypatch.setattr(door.QThread, "msleep", lambda _length: first.close())
    assert second.enter_or_knock() == "in"
    second.close()


def test_a_window_that_does_not_answer_is_told_about(
    qapp: QApplication, tmp_path: Path, answers: Any, quiet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PATIENCE_MS", 50)
    holder = Door(tmp_path / "data")
    (tmp_path / "data").mkdir()
    assert holder.enter()
    assert app.run(options(tmp_path / "data")) == 1
    assert "没有回应" in answers.asked[0]
    holder.close()


def test_a_folder_that_cannot_be_used_is_said(
    qapp: QApplication, tmp_path: Path, answers: Any, quiet: Any
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert app.run(options(tmp_path / "file")) == 1
    assert answers.asked


def test_a_damaged_store_is_said(qapp: QApplication, tmp_path: Path, answers: Any, quiet: Any) -> None:
    client = app.build(tmp_path / "data")
    client.close()
    (tmp_path / "data" / "jgclient.db").write_bytes(b"x" * 8192)
    assert app.run(options(tmp_path / "data")) == 1
    assert "打不开" in answers.asked[0]


def test_the_log_makes_room_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_LOG_BYTES", 1000)
    handler = app.RollingLog(tmp_path / "log" / "jgclient.log")
    for number in range(100):
        handler.emit(logging.LogRecord("test", logging.INFO, "", 0, f"{number:03d} " + "x" * 200, None, None))
    handler.close()
    files = sorted((tmp_path / "log").iterdir())
    assert [f.name for f in files] == ["jgclient.log.1", "jgclient.log.2", "jgclient.log.3", "jgclient.log.4"]
    assert all(f.stat().st_size < 1300 for f in files)
    assert files[0].read_text("utf-8").splitlines()[-1].startswith("099")
