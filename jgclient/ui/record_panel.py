"""What is the matter with one record: every problem with its remedy and a door, or its receipts."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jgclient.contract import parse_time
from jgclient.forms.problems import Problem
from jgclient.history import history
from jgclient.records import State
from jgclient.store import RecordRow
from jgclient.ui.desk import Desk
from jgclient.ui.flow import FlowRow
from jgclient.ui.parts import Card, Chip, button, label, link
from jgclient.ui.record_history import HistoryView
from jgclient.ui.theme import STATE_TONES
from jgclient.ui.words import long_day, moment_words

_NEXT = {
    State.DRAFT: "还没有录完，按 Enter 接着录。",
    State.INVALID: "改正下面各处后再提交。",
    State.QUEUED: "已放入上报队列，联网后按 F9 上报。",
    State.SENDING: "已发出，等待平台回执。没有回执会自动查询，不会重复上报。",
    State.PARKED: "已搁置，不影响其他记录上报。按原因处理后重新提交。",
    State.ACCEPTED: "平台已接收。",
    State.RETURNED: "平台退回，按下面的原因改正后重报。",
    State.CONFLICT: "平台上的版本与本机不同，请打开核对后重新提交。",
    State.WITHDRAWN: "已撤回，平台已确认。",
}


class RecordPanel(Card):
    """The record under the cursor of a list: its facts and problems, or its history."""

    #: A button was pressed: ``pdf`` or ``print``.
    wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__("记录", flush=True)
        self._desk = desk
        self._row: RecordRow | None = None
        self._state = Chip()
        self.head.insertWidget(0, self._state)
        self.history_button = button("历史", "Ctrl+H", on_click=self.refresh)
        self.history_button.setCheckable(True)
        self.head.addWidget(self.history_button)
        for what, words in (("pdf", "存为 PDF"), ("print", "打印")):
            self.head.addWidget(button(words, on_click=partial(self.wanted.emit, what)))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area)
        self.setMinimumHeight(112)

    def show_row(self, row: RecordRow) -> None:
        """Show what is known of a record."""
        self._row = row
        self._state.show_state(row.state.title, STATE_TONES[row.state])
        self.title.setText(row.title or row.number or "（未填名称）")
        self.note.setText(_next_words(row))
        self.refresh()

    def refresh(self) -> None:
        """Show facts and problems, or the history."""
        if self._row is None:
            return
        if self.history_button.isChecked():
            versions = history(self._desk.store, self._desk.library, self._row.id)
            self._area.setWidget(HistoryView(self._desk, versions))
        else:
            self._area.setWidget(self._matter(self._row))

    def _matter(self, row: RecordRow) -> QWidget:
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 2, 12, 10)
        column.setSpacing(6)
        for problem in self._desk.store.records.problems(row.id):
            column.addLayout(self._problem_line(row, problem))
        for words in self._receipt_lines(row):
            column.addWidget(label(words))
        column.addLayout(self._facts(row))
        column.addStretch(1)
        return inside

    def _facts(self, row: RecordRow) -> FlowRow:
        day = _long_day(row.act_date)
        latest = long_day(row.urgent_by) if row.urgent_by else ""
        facts = (
            ("类别", self._desk.form_title(row.form)), ("编号", row.number), ("相对人", row.party),
            ("代码", row.party_code), ("监管事项", row.item), ("行为日期", day), ("最迟上报", latest),
            ("录入人", row.author),
        )  # fmt: skip
        flow = FlowRow(gap=16, line_gap=4)
        for title, words in facts:
            if words:
                flow.addWidget(_fact(title, words))
        return flow

    def _problem_line(self, row: RecordRow, problem: Problem) -> QHBoxLayout:
        hard = problem.strength == "hard"
        field = problem.fields[0] if problem.fields else ""
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(self._placed(row, problem), wraps=True))
        if remedy := _remedy(problem):
            words.addWidget(label(remedy, "note", wraps=True))
        line = QHBoxLayout()
        line.setSpacing(8)
        chip = Chip("必改" if hard else "提醒", "danger" if hard else "warning")
        line.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        line.addWidget(link("去改正", on_click=lambda: self._desk.go("entry", record_id=row.id, field=field)))
        return line

    def _placed(self, row: RecordRow, problem: Problem) -> str:
        place = self._place(row, problem)
        return problem.message if not place or place in problem.message else f"{place}：{problem.message}"

    def _place(self, row: RecordRow, problem: Problem) -> str:
        try:
            form = self._desk.library.get(row.form)
        except KeyError:
            return ""
        titles = [form.by_name[name].title for name in problem.fields if name in form.by_name]
        return "、".join(titles)

    def _receipt_lines(self, row: RecordRow) -> list[str]:
        now = self._desk.clock()
        lines = []
        for receipt in self._desk.store.outbox.receipts(row.id):
            moment = parse_time(receipt.received_at)
            when = f"　{moment_words(moment, now)} 接收" if moment else ""
            lines.append(f"第 {receipt.revision} 版　回执号 {receipt.receipt_no}{when}")
        return lines


def _fact(title: str, words: str) -> QWidget:
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(label(title, "muted"))
    row.addWidget(label(words))
    return pair


def _long_day(text: str) -> str:
    try:
        return long_day(date.fromisoformat(text))
    except ValueError:
        return text


def _next_words(row: RecordRow) -> str:
    if row.state is State.PARKED and row.reason:
        return f"{row.reason}　{_NEXT[row.state]}"
    if row.urgent_by is not None and row.state in (State.QUEUED, State.RETURNED, State.INVALID):
        return f"{_NEXT[row.state]}最迟 {long_day(row.urgent_by)}。"
    return _NEXT[row.state]


def _remedy(problem: Problem) -> str:
    remedy = problem.help
    if problem.candidates:
        remedy = f"是不是 {'、'.join(problem.candidates[:3])}？{remedy}"
    return f"{remedy}（{problem.basis}）" if problem.basis else remedy
