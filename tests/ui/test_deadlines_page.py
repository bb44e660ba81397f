"""期限日历: month and list, persons, putting off, files, calendars, the way of counting."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from ui_stories import NOW, TODAY, Story

from jgclient.store import Store
from jgclient.ui.deadlines_page import DeadlinesPage
from jgclient.ui.frame import MainWindow

DAY = date(2026, 11, 23)


@pytest.fixture
def page(window: MainWindow, story: Story) -> DeadlinesPage:
    for _ in range(2):
        story.draft("甲公司", day=date(2026, 11, 12))
    story.draft("乙公司", day=date(2026, 12, 28))
    window.show_page("deadlines")
    made = window.page("deadlines")
    assert isinstance(made, DeadlinesPage)
    return made


def shown(page: DeadlinesPage) -> list[str]:
    return [item.left for item in page.model.rows()]


def test_the_month_says_how_much_ends_on_each_day(page: DeadlinesPage) -> None:
    assert page.grid.ending == {DAY: (2, "warning")}
    assert page.head_note() == "未办结 3 件 · 2027 年起暂按周末推算"
    assert shown(page) == ["还剩 1 个工作日", "还剩 1 个工作日", "还剩 33 个工作日"]


def test_a_day_is_chosen_by_pointer_and_keys(page: DeadlinesPage, qtbot: Any) -> None:
    box = next(box for day, box in page.grid.boxes() if day == DAY)
    qtbot.mouseClick(
        page.grid, Qt.MouseButton.LeftButton, pos=QPoint(int(box.center().x()), int(box.center().y()))
    )
    assert page.card.title.text() == "11月23日 星期一到期"
    assert len(shown(page)) == 2
    assert page.grid.accessibleName() == "期限日历，11月23日 星期一，2 件到期"
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    assert page.stack.currentWidget() is page.empty
    page.all_button.click()
    assert len(shown(page)) == 3
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    assert page.grid.day == TODAY


def test_a_month_whose_holidays_are_unknown_says_so(page: DeadlinesPage, qtbot: Any) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_PageDown)
    qtbot.keyClick(page.grid, Qt.Key.Key_PageDown)
    assert page.month_card.title.text() == "2027年1月"
    assert page.month_card.note.text() == "节假日安排尚未公布，暂按周末推算"
    assert page.grid.ending == {date(2027, 1, 6): (1, "waiting")}


def test_persons_are_counted_and_filter(page: DeadlinesPage, store: Store) -> None:
    store.records.save_draft(
        "x", form="check", form_version=1, texts={"check_date": "2026-11-02"}, author="王某"
    )
    page.refresh()
    counts = {p.author: (p.open, p.overdue) for p in store.duties.persons(TODAY)}
    assert counts == {"李某": (3, 0), "王某": (1, 1)}
    page.persons._choose("王某")
    assert shown(page) == ["逾期 10 日"]
    assert page.persons.note.text() == "只看 王某"
    page.persons._choose(None)
    assert len(shown(page)) == 4


def test_putting_off_needs_a_reason_and_shows(page: DeadlinesPage, store: Store) -> None:
    page.table.choose(0)
    page.snooze.put_off.click()
    assert "要写明理由" in page.snooze.said.text()
    page.snooze.reason.setText("等待鉴定结果")
    page.desk.data_changed.emit()  # a job beside the window has ended
    assert page.snooze.reason.text() == "等待鉴定结果"
    page.snooze.put_off.click()
    (snooze,) = store.reminders.snoozes()
    assert (snooze.until, snooze.reason) == (DAY, "等待鉴定结果")
    page.table.choose(0)
    assert page._snoozed_words(page.model.rows()[0]) == "11-23 起：等待鉴定结果"
    assert not page.snooze.wake.isHidden()
    page.snooze.wake.click()
    assert store.reminders.snoozes() == []


@pytest.mark.parametrize(("name", "button"), [("期限.xlsx", "_xlsx"), ("期限.ics", "_ics")])
def test_open_limits_are_exported(
    page: DeadlinesPage, answers: Any, tmp_path: Path, qtbot: Any, name: str, button: str
) -> None:
    answers.file = tmp_path / name
    getattr(page, button).click()
    qtbot.waitUntil(lambda: "已导出 3 件期限" in _said(page), timeout=20_000)
    assert (tmp_path / name).stat().st_size > 100


def test_a_new_calendar_is_imported_and_the_clerk_told(
    page: DeadlinesPage, window: MainWindow, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    rest = [
        "01-01",
        "01-02",
        *(f"02-{d:02d}" for d in range(5, 13)),
        "05-01",
        "05-02",
        "05-03",
        "05-04",
        "05-05",
    ]
    rest += [f"10-{d:02d}" for d in range(1, 8)]
    answers.file = tmp_path / "2027.csv"
    answers.file.write_text(
        "date,kind,name\n" + "".join(f"2027-{d},rest,节\n" for d in rest), encoding="utf-8"
    )
    page._import.click()
    qtbot.waitUntil(lambda: "改为 2027-01-07" in _said(page), timeout=20_000)
    assert window.desk.calendar.is_known(2027)
    assert page.head_note() == "未办结 3 件 · 2028 年起暂按周末推算"
    assert page.counting.moved.text().startswith("节假日安排已更新：1 件期限有变动")
    page.counting.seen.click()
    assert page.counting.moved.isHidden()


def test_a_broken_calendar_is_refused_in_words(
    page: DeadlinesPage, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    answers.file = tmp_path / "坏.csv"
    answers.file.write_text("x", encoding="utf-8")
    page._import.click()
    qtbot.waitUntil(lambda: "第一行应是 date,kind,name" in _said(page))
    assert page._import.isEnabled()


def test_the_way_of_counting_is_a_choice_of_the_unit(page: DeadlinesPage, qtbot: Any, store: Store) -> None:
    page.counting.first_day.setCurrentIndex(1)
    page.counting.first_day.activated.emit(1)
    qtbot.waitUntil(lambda: not page.desk.limits.busy, timeout=20_000)
    assert store.settings.get("limit_first_day") == "same"
    assert page.grid.ending == {DAY - timedelta(days=3): (2, "danger")}


def _said(page: DeadlinesPage) -> str:
    frame = page.desk.frame
    assert isinstance(frame, MainWindow)
    return str(frame.foot._said.text())


def test_now_is_the_tests_present(page: DeadlinesPage) -> None:
    assert page.desk.clock() == NOW
