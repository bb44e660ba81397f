"""Files of a record: added, looked at, saved elsewhere and taken away in the entry window."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from shiboken6 import delete
from ui_seeing import clipped
from ui_stories import NOW

from jgclient import entering
from jgclient.contract import Item, KeptRecord, Result
from jgclient.forms.library import load_library, resources_folder
from jgclient.forms.problems import Problem
from jgclient.history import history
from jgclient.store import ListQuery, Store, open_store
from jgclient.ui.attachment_field import AttachmentField
from jgclient.ui.background import Background
from jgclient.ui.desk import Desk, Reference
from jgclient.ui.entry_page import EntryPage
from jgclient.ui.frame import MainWindow
from jgclient.ui.printing import record_paper

_FORM = """
id = "evidence"
title = "现场取证"
version = 1
valid_from = 2026-01-01
title_field = "name"
[[section]]
title = "取证"
[[section.field]]
name = "name"
title = "名称"
type = "text"
required = true
[[section.field]]
name = "files"
title = "照片和文书"
type = "attachments"
required = true
"""


@pytest.fixture
def page(qtbot: Any, store: Store, reference: Reference, tmp_path: Path) -> Any:
    """The entry page of a form that asks for files."""
    resources = tmp_path / "resources"
    shutil.copytree(resources_folder() / "codes", resources / "codes")
    (resources / "forms").mkdir()
    (resources / "forms" / "evidence.toml").write_text(_FORM, encoding="utf-8")
    library = load_library(resources)
    assert library.broken == []
    jobs = Background(lambda: open_store(store.folder, clock=lambda: NOW))
    desk = Desk(store, lambda: NOW, jobs, lambda: Reference(library, reference.calendar))
    desk.load()
    window = MainWindow(desk)
    window.resize(1366, 728)
    window.show()
    window.activateWindow()
    window.show_page("entry", form="evidence")
    made = window.page("entry")
    assert isinstance(made, EntryPage)
    yield made
    window.close()
    jobs.close()
    delete(window)


def field_of(page: EntryPage) -> AttachmentField:
    assert page.view is not None
    found = page.view.rows["files"].input
    assert isinstance(found, AttachmentField)
    return found


def photo(path: Path) -> Path:
    picture = QImage(1200, 900, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    assert picture.save(str(path))
    return path


def settle(page: EntryPage, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not page.desk.jobs.busy, timeout=20_000)


def links(field: AttachmentField) -> dict[str, Any]:
    """The links of the last file."""
    line: Any = field._lines.itemAt(field._lines.count() - 1).widget()
    return {button.accessibleName(): button for button in line.findChildren(type(field.add_button))}


def test_files_are_added_looked_at_saved_and_taken_away(
    page: EntryPage, store: Store, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    field = field_of(page)
    answers.file = photo(tmp_path / "现场.jpg")
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field.add_button, Qt.Key.Key_Space)
    settle(page, qtbot)
    [file] = field.files()
    assert (file.name, file.size) == ("现场.jpg", answers.file.stat().st_size)
    assert b"".join(store.attachments.read(file.sha256)) == answers.file.read_bytes()
    assert field.note.text() == "已添加 现场.jpg"
    qtbot.waitUntil(lambda: clipped(page.window()) == [])
    links(field)["查看"].click()
    settle(page, qtbot)
    assert (field.preview.pixmap().width(), field.preview.pixmap().height()) == (360, 270)
    source, answers.file = answers.file, tmp_path / "取出.jpg"
    links(field)["另存……"].click()
    settle(page, qtbot)
    assert answers.file.read_bytes() == source.read_bytes()
    answers.file = source
    field.add()
    settle(page, qtbot)
    assert "内容相同，没有重复添加" in field.note.text()
    qtbot.waitUntil(lambda: store.records.count(ListQuery()) == 1)
    [row] = store.records.list(ListQuery())
    draft = store.records.draft(row.id)
    assert draft is not None
    assert json.loads(draft.texts["files"])[0]["sha256"] == file.sha256
    qtbot.keyClick(field.add_button, Qt.Key.Key_Delete)
    assert (field.files(), field.raw()) == ([], "")


def test_enter_goes_on_without_asking_for_a_file(page: EntryPage, answers: Any, qtbot: Any) -> None:
    assert page.view is not None
    name = page.view.rows["name"].input
    name.setFocus()
    qtbot.waitUntil(name.hasFocus)
    qtbot.keyClick(name, Qt.Key.Key_Return)
    field = field_of(page)
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field.add_button, Qt.Key.Key_Return)
    assert answers.asked == []
    qtbot.keyClick(field.add_button, Qt.Key.Key_Backtab)
    qtbot.waitUntil(name.hasFocus)


def test_what_cannot_be_attached_is_said(page: EntryPage, answers: Any, tmp_path: Path, qtbot: Any) -> None:
    field = field_of(page)
    answers.file = tmp_path / "空.pdf"
    answers.file.touch()
    field.add()
    settle(page, qtbot)
    assert "空.pdf 是空文件" in field.note.text()
    field.put(json.dumps([{"sha256": "0" * 64, "name": "别处.jpg", "size": 7}]))
    links(field)["查看"].click()
    settle(page, qtbot)
    assert "不在本机" in field.note.text()


def test_versions_paper_and_both_sides_name_files_in_words(page: EntryPage, store: Store, qtbot: Any) -> None:
    desk = page.desk
    files = [
        {"sha256": "3f2a91bc" + "0" * 56, "name": "现场.jpg", "size": 1_300_000},
        {"sha256": "77aa0012" + "0" * 56, "name": "笔录.pdf", "size": 20_480},
    ]
    words = "现场.jpg（1.2 MB，校验值 3f2a91bc）；笔录.pdf（20 KB，校验值 77aa0012）"
    opened = entering.open_new(store, desk.library, "evidence", now=NOW)
    texts = {"name": "后厨", "files": json.dumps(files)}
    entering.finish(store, desk.library, desk.calendar, opened, texts, {}, now=NOW)
    record_id = opened.record_id
    [version] = history(store, desk.library, record_id)
    assert [d.after for d in version.differences] == ["后厨", words]
    paper = record_paper(store, desk.library, record_id, unit="某局", now=NOW).html
    assert f"<td>{words}</td>" in paper
    assert "sha256" not in paper
    revision = store.records.last_revision(record_id)
    assert revision is not None
    theirs = replace(Item.of(revision), content={"name": "后厨", "files": files[:1]})
    theirs = replace(theirs, sha256=theirs.true_hash())
    store.counterparts.put(KeptRecord(theirs, NOW.isoformat(), "HN1"))
    window: Any = page.window()
    window.show_page("conflict", record_id=record_id)
    shown = window.page("conflict").lines
    assert [(line.ours, line.theirs) for line in shown] == [(words, words.partition("；")[0])]
    qtbot.waitUntil(lambda: clipped(window) == [])


def test_a_return_about_files_names_them_in_words(page: EntryPage, store: Store, qtbot: Any) -> None:
    desk = page.desk
    files = [{"sha256": "3f2a91bc" + "0" * 56, "name": "现场.jpg", "size": 1_300_000}]
    words = "现场.jpg（1.2 MB，校验值 3f2a91bc）"
    blurred = Problem("PIC-1", "08数据关联性检查", "hard", ("name", "files"), "照片看不清", help="请重新拍照")
    alone = replace(blurred, code="PIC-2", fields=("files",), message="照片与名称不符")
    nowhere = replace(blurred, code="PIC-3", fields=(), message="材料不全")
    opened = entering.open_new(store, desk.library, "evidence", now=NOW)
    texts = {"name": "后厨", "files": json.dumps(files)}
    entering.finish(store, desk.library, desk.calendar, opened, texts, {}, now=NOW)
    store.outbox.store_batch("batch-1", b"{}", [(opened.record_id, 1)])
    answer = Result(opened.record_id, 1, "rejected", problems=[blurred, alone, nowhere])
    store.outbox.apply_answer("batch-1", [answer], NOW.isoformat())
    window: Any = page.window()
    window.show_page("returns")
    returns = window.page("returns")
    settle(page, qtbot)
    now_stands = returns.table.rows_model.columns[-1].text
    stands = [f"后厨；{words}", words, "（没有指明栏目）"]
    assert [now_stands(row) for row in returns.table.rows_model.rows()] == stands
    [offer] = returns.survey.offers
    assert returns._value_text(offer) == words

    def told() -> list[str]:
        return [each.text() for each in returns.findChildren(QLabel) if each.isVisible()]

    def says(hint: str) -> bool:
        return f"{hint}：请按“逐条打开”，在记录里改正。" in told()

    for place, hint in ((2, "平台没有指明栏目"), (1, "附件各条不同")):
        returns.table.choose(place)
        qtbot.waitUntil(partial(says, hint))
        assert not returns.mend_button.isEnabled()
    returns.table.choose(0)
    qtbot.waitUntil(lambda: words in told() and clipped(window) == [])
    assert list(returns.boxes) == ["name"]
    returns.mend()
    assert returns.notice.words.text().startswith("栏目还没有改动")
    returns.boxes["name"].setText("前厅")
    returns.mend()
    settle(page, qtbot)
    draft = store.records.last_revision(opened.record_id)
    assert draft is not None
    assert draft.content == {"name": "前厅", "files": files}
