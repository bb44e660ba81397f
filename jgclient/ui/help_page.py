"""The manual inside the program."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from jgclient.forms.resources import resources_folder
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, PageBase, SearchBox, page_column

_FILE = "用户手册.md"
_MISSING = "# 没有找到用户手册\n\n请重新安装程序，或向系统管理员索取“用户手册”。"


class HelpPage(PageBase):
    """Reads ``docs/用户手册.md``; the search box jumps from place to place."""

    title = "用户手册"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search: SearchBox = SearchBox("在手册里查找，Enter 下一处")
        self.browser = QTextBrowser()
        self.browser.setAccessibleName("用户手册")
        self.browser.setOpenExternalLinks(False)
        document = self.browser.document()
        document.setDocumentMargin(16)
        file = manual()
        if file is None:
            document.setMarkdown(_MISSING)
        else:
            document.setBaseUrl(QUrl.fromLocalFile(f"{file.parent}/"))
            document.setMarkdown(file.read_text(encoding="utf-8"))
        card = Card(flush=True)
        card.body.setContentsMargins(1, 1, 1, 1)
        card.body.addWidget(self.browser)
        page_column(self).addWidget(card, 1)
        self.search.settled.connect(self._find)
        self.search.returnPressed.connect(lambda: self._find(self.search.text()))

    def head_buttons(self) -> list[QWidget]:
        """Search."""
        return [self.search]

    def shown(self, **_args: str) -> None:
        """Begin at the top."""
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)
        self.browser.setFocus()

    def _find(self, words: str) -> None:
        if not words.strip():
            return
        if not self.browser.find(words, QTextDocument.FindFlag(0)):
            self.browser.moveCursor(QTextCursor.MoveOperation.Start)
            if not self.browser.find(words, QTextDocument.FindFlag(0)):
                self.desk.say(f"手册里没有“{words}”。换个词试试。", "warning")


def manual() -> Path | None:
    """The manual that came with the program, None when it is not there."""
    file = resources_folder().parent / "docs" / _FILE
    return file if file.is_file() else None
