"""Withdraw records: says first what becomes of each kind, asks for the reason in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from jgclient import changing
from jgclient.changing import Withdrawal
from jgclient.records import State
from jgclient.store import RecordRow, Store
from jgclient.ui import theme
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, button, label, line_edit, primary_button
from jgclient.ui.workbar import WorkBar


class WithdrawPanel(Card):
    """What will happen, the reason, the button."""

    closed = Signal()
    #: A :class:`jgclient.changing.Withdrawal`.
    withdrawn = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("撤回")
        self._desk = desk
        self._ids: list[str] = []
        self._finished = 0
        self.what = label("", wraps=True)
        self.box = line_edit("撤回理由", "例如：重复录入")
        self.under = label("", "note")
        self.apply_button = primary_button("撤回", on_click=self.apply)
        self.head.addWidget(button("取消", on_click=self.closed.emit))
        self.head.addWidget(self.apply_button)
        self.work = WorkBar()
        self.body.addWidget(self.what)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.name = label("理由")
        self.name.setBuddy(self.box)
        line.addWidget(self.name)
        line.addWidget(self.box, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.under)
        self.body.addWidget(self.work)
        self.body.addStretch(1)
        self.box.returnPressed.connect(self.apply)
        self.box.textChanged.connect(lambda _text: self._say_missing(""))

    def begin(self, rows: Sequence[RecordRow]) -> bool:
        """Ask for these records; False when all of them were withdrawn already."""
        open_rows = [row for row in rows if row.state is not State.WITHDRAWN]
        self._ids = [row.id for row in open_rows]
        self._finished = sum(row.revision > 0 for row in open_rows)
        drafts = len(open_rows) - self._finished
        self.title.setText(f"撤回 {len(open_rows):,} 条")
        parts = []
        if drafts:
            parts.append(f"{drafts:,} 条还没有完成过，放入回收站，可以恢复。")
        if self._finished:
            parts.append(
                f"{self._finished:,} 条已完成，会向平台报送撤回，理由随撤回一起报送；记录和回执留存。"
            )
        self.what.setText("".join(parts))
        for widget in (self.name, self.box):
            widget.setVisible(bool(self._finished))
        self.apply_button.setText(f"撤回 {len(open_rows):,} 条")
        self.apply_button.setEnabled(True)
        self.box.clear()
        self._say_missing("")
        (self.box if self._finished else self.apply_button).setFocus()
        return bool(open_rows)

    def apply(self) -> None:
        """Withdraw, unless the reason is missing."""
        reason = self.box.text().strip()
        if self._finished and not reason:
            self._say_missing("请先写理由：撤回已完成的记录要说明原因，会一起报送。")
            self.box.setFocus()
            return
        desk, ids = self._desk, self._ids

        def task(store: Store, progress: Progress) -> Withdrawal:
            return changing.withdraw(
                store, desk.library, desk.calendar, ids, reason, now=desk.clock(),
                on_progress=progress.report, is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        self.apply_button.setEnabled(False)
        self.work.follow(desk.jobs.run(task, done=self._done, failed=self._failed), "正在撤回")

    @Slot(object)
    def _done(self, report: Withdrawal) -> None:
        self.withdrawn.emit(report)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.apply_button.setEnabled(True)
        self._desk.say(sentence, "danger")

    def _say_missing(self, words: str) -> None:
        self.under.setText(words)
        self.under.setVisible(bool(words))
        theme.restyle(self.under, "tone", "danger" if words else "")
        theme.restyle(self.box, "problem", "hard" if words else "")
