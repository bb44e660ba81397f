"""回执单 and 回执清单 as PDF, and the proof beside a receipt in the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from ui_seeing import all_told
from ui_stories import NOW, Story

from jgclient import __main__ as program
from jgclient.forms.library import FormLibrary
from jgclient.history import history
from jgclient.store import Store
from jgclient.store.receipts import ReceiptQuery
from jgclient.ui.desk import Desk
from jgclient.ui.frame import MainWindow
from jgclient.ui.receipt_paper import receipts_paper, slip_paper, slips_of
from jgclient.ui.record_history import HistoryView


def words_of(html: str) -> str:
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText()


def test_a_slip_says_what_was_received_when_and_that_it_holds(
    qapp: object, store: Store, story: Story, library: FormLibrary
) -> None:
    story.accepted("郑州惠民物业管理有限公司")
    story.accepted("郑州恒通客运有限公司")
    lines = store.receipts.list(ReceiptQuery())
    paper = slip_paper(slips_of(store, library, lines), now=NOW)
    said = words_of(paper.html)
    assert said.count("监管数据上报回执单") == 2
    for line in lines:
        assert line.receipt.receipt_no in said
        assert line.receipt.sha256 in said
    assert said.count("内容与回执一致，历史完整") == 2
    assert "郑州市某某局（11410100000000019W）" in said
    listed = words_of(receipts_paper(library, lines, unit="郑州市某某局", now=NOW).html)
    assert "共 2 条" in listed
    assert "2026-11-21 10:46:00" in listed


def test_the_page_writes_the_chosen_slips_and_the_list(
    window: MainWindow, story: Story, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    story.accepted()
    story.accepted()
    window.show_page("queue")
    page: Any = window.page("queue")
    all_told(window)
    assert not page.slip_button.isVisible()
    page.receipts.selectAll()
    assert page.slip_button.isVisible()
    sizes = []
    for name, act in (("回执单", page.slip_button), ("清单", page.list_button)):
        answers.file = tmp_path / f"{name}.pdf"
        act.click()
        qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)
        assert window.foot._said.text() == f"已存为 {answers.file}"
        data = answers.file.read_bytes()
        sizes.append(data.count(b"/Type /Page\n"))
    assert sizes == [2, 1]


def test_the_history_proves_each_receipt(
    desk: Desk, store: Store, story: Story, library: FormLibrary
) -> None:
    record_id = story.accepted()
    [version] = history(store, library, record_id)
    assert [verdict.holds for verdict in version.verdicts] == [True]
    view = HistoryView(desk, [version])
    assert any("核验：内容与回执一致" in part.text() for part in view.findChildren(QLabel))


def test_the_command_writes_them_without_a_window(
    qapp: object, store: Store, story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_id = story.accepted()
    folder = str(store.folder)
    for words in ([], [record_id]):
        target = tmp_path / "回执.pdf"
        assert program.main(["receipts", *words, "--pdf", str(target), "--data", folder]) == 0
        assert target.read_bytes().startswith(b"%PDF-")
        assert capsys.readouterr().out.strip() == f"已存为 {target}"
        target.unlink()
    assert program.main(["receipts", "nobody", "--pdf", str(target), "--data", folder]) == 1
    assert "没有回执" in capsys.readouterr().err
    assert not target.exists()
