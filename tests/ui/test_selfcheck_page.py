"""自检与备份: the report, the way back, the 回收站; half-hourly backups; a start on a damaged file."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from ui_stories import NOW, Story

from jgclient.store import Store, StoreError, open_store
from jgclient.store.restoring import RECONCILE
from jgclient.ui import rescue
from jgclient.ui.frame import MainWindow
from jgclient.ui.selfcheck_page import SelfcheckPage


@pytest.fixture
def page(window: MainWindow, story: Story) -> SelfcheckPage:
    story.draft()
    story.queued()
    window.show_page("selfcheck")
    found = window.page("selfcheck")
    assert isinstance(found, SelfcheckPage)
    return found


def texts(page: SelfcheckPage) -> str:
    return "\n".join(each.text() for each in page.findChildren(QLabel))


def links(page: SelfcheckPage, words: str) -> list[QPushButton]:
    return [each for each in page.findChildren(QPushButton) if each.text() == words]


def wait_until_idle(page: SelfcheckPage, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not page.desk.jobs.busy, timeout=20_000)


def test_a_self_check_shows_every_finding_and_saves_the_page(
    page: SelfcheckPage, qtbot: Any, store: Store, answers: Any, tmp_path: Path
) -> None:
    store.backups.make("hand")
    assert page.save_button.isHidden()
    page.check()
    wait_until_idle(page, qtbot)
    assert page.report is not None
    assert all(finding.words in texts(page) for finding in page.report.findings)
    assert not page.save_button.isHidden()
    assert page.mend_button.isHidden()
    answers.file = tmp_path / "report.html"
    page._save_report()
    assert "自检报告" in (tmp_path / "report.html").read_text("utf-8")


def test_lists_that_differ_are_mended_by_a_button(page: SelfcheckPage, qtbot: Any, store: Store) -> None:
    store._db.run("UPDATE record SET title = '别的'")
    page.check()
    wait_until_idle(page, qtbot)
    assert not page.mend_button.isHidden()
    page._mend()
    qtbot.waitUntil(lambda: page.mend_button.isHidden() and not page.desk.jobs.busy, timeout=20_000)
    assert store.stale_rows() == []


def test_a_dropped_draft_comes_back_from_the_trash(
    page: SelfcheckPage, window: MainWindow, store: Store, story: Story
) -> None:
    record = story.draft("郑州某某物业")
    store.records.drop_draft(record)
    page.refresh()
    [back] = links(page, "恢复草稿")
    back.click()
    assert store.records.draft(record) is not None
    assert window.front == "entry"


def test_going_back_asks_with_what_would_be_lost_and_closes_the_window(
    page: SelfcheckPage, window: MainWindow, qtbot: Any, store: Store, story: Story, answers: Any
) -> None:
    backup = store.backups.make("hand").backup
    story.draft("后来的")
    page.refresh()
    answers.yes = False
    links(page, "恢复到这时")[0].click()
    wait_until_idle(page, qtbot)
    assert backup.title in answers.asked[-1]
    assert page.desk.restore_from is None
    assert window.isVisible()
    answers.yes = True
    page.restore(backup)
    wait_until_idle(page, qtbot)
    assert page.desk.restore_from == backup.path
    assert not window.isVisible()


def test_half_an_hour_of_work_is_backed_up_and_a_missing_stick_said_once(
    window: MainWindow, qtbot: Any, store: Store, story: Story
) -> None:
    story.draft()
    store.settings.set("backup_place", str(store.folder.parent / "stick"))
    said: list[str] = []
    window.desk.said.connect(lambda words, _role: said.append(words))
    window.backup_keeper.look()
    qtbot.waitUntil(lambda: not window.desk.jobs.busy)
    assert [backup.reason for backup in store.backups.list()] == ["work"]
    assert sum("插好" in words for words in said) == 1
    window.backup_keeper.look()
    assert not window.desk.jobs.busy, "nothing is due yet"


def test_a_file_that_cannot_be_opened_is_replaced_by_the_newest_whole_backup(
    tmp_path: Path, answers: Any
) -> None:
    folder = tmp_path / "data"
    with open_store(folder, clock=lambda: NOW) as store:
        Story(store).draft()
        store.backups.make("hand")
    (folder / "jgclient.db").write_bytes(b"rubbish" * 5000)
    with pytest.raises(StoreError) as caught:
        open_store(folder, clock=lambda: NOW)
    answers.yes = False
    assert not rescue.offer(folder, caught.value, lambda: NOW)
    answers.yes = True
    assert rescue.offer(folder, caught.value, lambda: NOW)
    with open_store(folder, clock=lambda: NOW) as store:
        assert store.settings.get(RECONCILE) is True
        assert sum(store.records.counts_by_state().values()) == 1


def test_a_file_of_a_newer_program_goes_back_to_the_copy_before_its_migration(
    tmp_path: Path, answers: Any
) -> None:
    folder = tmp_path / "data"
    with open_store(folder, clock=lambda: NOW) as store:
        Story(store).draft()
        store.backup(folder / "before-m998_next.db")
        Story(store).draft()
        store.backup(folder / "before-m999_after_that.db")
        store._db.run(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('jgclient', 'm998_next', ''), ('jgclient', 'm999_after_that', '')"
        )
    with pytest.raises(StoreError) as caught:
        open_store(folder, clock=lambda: NOW)
    assert caught.value.kind == "newer"
    answers.yes = False
    assert not rescue.offer(folder, caught.value, lambda: NOW)
    answers.yes = True
    assert rescue.offer(folder, caught.value, lambda: NOW)
    assert "before-" in answers.asked[-1]
    with open_store(folder, clock=lambda: NOW) as store:
        assert sum(store.records.counts_by_state().values()) == 1
        assert store.settings.get(RECONCILE) is True
    assert len(list(folder.glob("newer-*.db"))) == 1


def test_other_faults_are_not_mended_by_a_backup(tmp_path: Path, answers: Any) -> None:
    assert not rescue.offer(tmp_path, StoreError("newer"), lambda: NOW)
    assert not rescue.offer(tmp_path, OSError(), lambda: NOW)
    assert answers.asked == []


def test_the_program_starts_again_as_it_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "jgclient", "--data", "x"])
    rescue.start_again()
    [command] = started
    assert command[1:] == ["-m", "jgclient", "--data", "x"]
