"""All records: filter by state and kind, search while typing, mend, submit, export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget

from jgclient import entering
from jgclient.entering import SubmitReport
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow, Store
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import (
    Card,
    Choice,
    EmptyState,
    PageBase,
    Pill,
    SearchBox,
    button,
    new_entry_button,
    page_column,
)
from jgclient.ui.record_panel import RecordPanel
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import STATE_TONES, ToneName
from jgclient.ui.words import iso_day
from jgclient.ui.workbar import WorkBar

#: States that always have their filter; the others get theirs when there are records in them.
_ALWAYS = (State.DRAFT, State.INVALID, State.QUEUED, State.RETURNED, State.ACCEPTED)
_ORDER = (
    State.DRAFT, State.INVALID, State.QUEUED, State.SENDING, State.RETURNED, State.PARKED, State.CONFLICT,
    State.ACCEPTED, State.WITHDRAWN,
)  # fmt: skip
_SUBMITTABLE = frozenset({State.DRAFT, State.INVALID, State.RETURNED})
_ALL = "all"


class RecordsPage(PageBase):
    """Filters, table, and what is the matter with the record under the cursor."""

    title = "记录"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.states: frozenset[State] = frozenset()
        self.search: SearchBox = SearchBox()
        self.form_choice = Choice("类别")
        self.form_choice.addItem("全部类别", "")
        for form in desk.record_forms():
            self.form_choice.addItem(form.title, form.id)
        self.pills = {_ALL: Pill("全部", _ALL)} | {s.value: Pill(s.title, s.value) for s in _ORDER}
        self.mend_button = button("改正", "Enter", bind=False, on_click=self._mend)
        self.submit_button = button("提交上报", "Ctrl+Enter", bind=False, on_click=self.submit)
        self.export_button = button("导出", on_click=self._export)
        self.model = RowsModel(self._columns(), self._load, Order("updated_at", descending=True))
        self.table = RowTable("记录", self.model, lambda row: row.id)
        self.panel = RecordPanel(desk)
        self.work = WorkBar()
        self._lay_out()
        self._connect()

    # -- what the frame asks ---------------------------------------------------------------------

    def head_note(self) -> str:
        """How many are selected, or how many there are."""
        chosen = len(self.table.selected())
        if chosen > 1:
            return f"选中 {chosen} 条"
        return f"共 {self.desk.store.records.count(self._query()):,} 条"

    def head_left(self) -> list[QWidget]:
        """What can be done with the selection."""
        return [self.mend_button, self.submit_button, self.export_button]

    def head_buttons(self) -> list[QWidget]:
        """Search, new record."""
        return [self.search, new_entry_button(self.desk)]

    def shown(self, **args: str) -> None:
        """Filter as the door that led here says: ``states`` (values with commas), ``form``, ``text``."""
        if args:
            self.states = frozenset(State(value) for value in args.get("states", "").split(",") if value)
            self.form_choice.setCurrentIndex(max(0, self.form_choice.findData(args.get("form", ""))))
            self.search.setText(args.get("text", ""))
            self.refresh()
        self.table.setFocus()

    def refresh(self) -> None:
        """Count and list again; the selection stays."""
        self._show_pills()
        self.table.reload()
        if self.table.current() is None:
            self.table.choose(0)
        self._show_empty()
        self._show_choice()

    # -- what she does ---------------------------------------------------------------------------

    def submit(self) -> None:
        """Finish and queue the selected drafts in the background."""
        ids = [row.id for row in self.table.selected() if row.state in _SUBMITTABLE]
        if not ids:
            self.desk.say("选中的记录都不用再提交：草稿、有错和被退回的才需要。", "warning")
            return
        library, calendar, clock = self.desk.library, self.desk.calendar, self.desk.clock

        def task(store: Store, progress: Progress) -> SubmitReport:
            return entering.submit(
                store, library, calendar, ids, now=clock(),
                on_progress=progress.report, is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        job = self.desk.jobs.run(task, done=self._submitted, failed=self._failed)
        self.work.follow(job, f"正在检查并提交 {len(ids):,} 条")
        self.submit_button.setEnabled(False)

    @Slot(object)
    def _submitted(self, report: SubmitReport) -> None:
        words = f"已放入上报队列 {report.queued:,} 条，按 F9 上报。" if report.queued else ""
        if report.refused:
            words += f"{len(report.refused):,} 条还要改正，原因在各行和下方。"
        self.desk.data_changed.emit()
        self.desk.say(words, "warning" if report.refused else "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._show_choice()
        self.desk.say(sentence, "danger")

    def _mend(self) -> None:
        row = self.table.current()
        if row is not None:
            self.desk.go("entry", record_id=row.id)

    def _open(self, row: RecordRow) -> None:
        self.desk.go("entry", record_id=row.id)

    def _export(self) -> None:
        forms = {row.form for row in self.table.selected()}
        form = self.form_choice.currentData() or (forms.pop() if len(forms) == 1 else "")
        if not form:
            self.desk.say("一个文件只放一个类别：请先在右上角选择类别，再导出。", "warning")
            self.form_choice.setFocus()
            return
        suggested = Path.home() / f"{self.desk.form_title(form)} {self.desk.today():%Y%m%d}.xlsx"
        path = messages.gate.save_file(self, "导出到", suggested=suggested)
        if path is not None:
            self._export_to(form, path)

    def _export_to(self, form: str, path: Path) -> None:
        library = self.desk.library

        def task(store: Store, progress: Progress) -> str:
            from jgclient.exporting import export  # noqa: PLC0415 - workbook libraries load slowly

            written = export(
                store, library, form, path, on_progress=progress.report, is_cancelled=progress.is_cancelled
            )
            return f"已导出 {written:,} 条到 {path}"

        job = self.desk.jobs.run(task, done=self._exported, failed=self._failed)
        self.work.follow(job, "正在导出")

    @Slot(object)
    def _exported(self, words: str) -> None:
        self.desk.say(words, "accepted")

    # -- filters ---------------------------------------------------------------------------------

    def _filter(self, key: str) -> None:
        self.states = frozenset() if key == _ALL else frozenset({State(key)})
        self.refresh()

    def _query(self, limit: int = 1, offset: int = 0, order: Order = Order("updated_at", True)) -> ListQuery:  # noqa: B008 - frozen
        return ListQuery(
            form=self.form_choice.currentData() or "", states=self.states, text=self.search.text(),
            sort=order.by, descending=order.descending, limit=limit, offset=offset,
        )  # fmt: skip

    def _load(self, limit: int, offset: int, order: Order) -> list[RecordRow]:
        return self.desk.store.records.list(self._query(limit, offset, order))

    # -- showing ---------------------------------------------------------------------------------

    def _columns(self) -> list[Column[RecordRow]]:
        return [
            Column("状态", lambda r: r.state.title, 4, tone=_tone, chip=True, sort="state"),
            Column("类别", lambda r: self.desk.form_short(r.form), 6, sort="form"),
            Column("名称 / 文号", lambda r: r.title or r.number or "（未填名称）", share=5, sort="title"),
            Column("行政相对人", lambda r: r.party or "—", share=4, sort="party"),
            Column("代码", lambda r: r.party_code or "—", 12, sort="party_code"),
            Column("日期", lambda r: iso_day(r.act_date, self.desk.today()) or "—", 6, sort="act_date"),
            Column("回执号 / 原因", _outcome_words, share=5, tone=_outcome_tone, muted=True),
            Column("录入人", lambda r: r.author, 4, sort="author"),
        ]

    def _lay_out(self) -> None:
        column = page_column(self)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for pill in self.pills.values():
            bar.addWidget(pill)
        bar.addStretch(1)
        bar.addWidget(self.form_choice)
        column.addLayout(bar)
        column.addWidget(self.work)
        card = Card(flush=True)
        card.body.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyState("没有记录", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        card.body.addWidget(self.stack)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(12)
        splitter.addWidget(card)
        splitter.addWidget(self.panel)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([1000, 160])
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        for key, pill in self.pills.items():
            pill.clicked.connect(lambda _checked, key=key: self._filter(key))
        self.form_choice.currentIndexChanged.connect(lambda _index: self.refresh())
        self.search.settled.connect(lambda _text: self.refresh())
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._show_choice)
        keys = QShortcut(QKeySequence("Ctrl+Return"), self)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.submit)

    def _show_pills(self) -> None:
        counts = self.desk.store.records.counts_by_state(self.form_choice.currentData() or "")
        self.pills[_ALL].set_count(sum(counts.values()))
        self.pills[_ALL].setChecked(not self.states)
        for state in _ORDER:
            pill = self.pills[state.value]
            pill.set_count(counts.get(state, 0))
            pill.setChecked(state in self.states)
            pill.setVisible(state in _ALWAYS or bool(counts.get(state)) or state in self.states)

    def _show_choice(self) -> None:
        chosen, row = self.table.selected(), self.table.current()
        self.mend_button.setEnabled(row is not None)
        self.submit_button.setEnabled(any(r.state in _SUBMITTABLE for r in chosen))
        self.export_button.setEnabled(self.model.rowCount() > 0)
        if row is not None:
            self.panel.show_row(row)
        self.panel.setVisible(row is not None)
        self.head_changed.emit()

    def _show_empty(self) -> None:
        self.stack.setCurrentIndex(0 if self.model.rowCount() else 1)
        if self.search.text():
            self.empty.say("没有符合的记录", "换个词试试，或在搜索框里按 Esc 清空。")
        elif self.states or self.form_choice.currentData():
            self.empty.say("这里没有记录", "点“全部”看所有状态，右上角可以换类别。")
        else:
            self.empty.say("还没有记录", "按 Ctrl+N 录入第一条，或在“导入导出”里导入科室台账。")


def _tone(row: RecordRow) -> ToneName:
    return STATE_TONES[row.state]


def _outcome_words(row: RecordRow) -> str:
    if row.state in (State.ACCEPTED, State.WITHDRAWN):
        return row.receipt_no or "—"
    if row.hard_problems > 1:
        return f"{row.hard_problems} 处必改：{row.reason}"
    return row.reason or "—"


def _outcome_tone(row: RecordRow) -> ToneName | None:
    return "danger" if row.state in (State.RETURNED, State.CONFLICT, State.INVALID) else None
