"""All records: filter, search while typing, mend, submit, change, withdraw, export and print many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from jgclient import changing, entering
from jgclient.changing import Changed, Withdrawal
from jgclient.entering import SubmitReport
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow, Store
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.change_panel import ChangePanel
from jgclient.ui.desk import Desk
from jgclient.ui.notice import NoticeBar
from jgclient.ui.parts import (
    Card,
    EmptyState,
    PageBase,
    SearchBox,
    button,
    menu_button,
    new_entry_button,
    page_column,
)
from jgclient.ui.record_panel import RecordPanel
from jgclient.ui.records_columns import EXPORTED, ColumnMenu, ListedAs, columns
from jgclient.ui.records_filter import FilterBar, Named
from jgclient.ui.records_paper import PaperDesk
from jgclient.ui.search_keeper import WAITS
from jgclient.ui.tables import Order, RowsModel, RowTable
from jgclient.ui.withdraw_panel import WithdrawPanel
from jgclient.ui.workbar import WorkBar

_SUBMITTABLE = frozenset({State.DRAFT, State.INVALID, State.RETURNED})
#: Height of the panel below the table before anybody moves the edge.
_PANEL = 124
#: Height of the page below which there is no panel beside the table.
_ROOMY = 480


class RecordsPage(PageBase):
    """Filters, table, and below it what is the matter with the record under the cursor."""

    title = "记录"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search: SearchBox = SearchBox()
        self.filters = FilterBar(desk, self.search)
        self.mend_button = button("改正", "Enter", bind=False, on_click=self._mend)
        self.submit_button = button("提交上报", "Ctrl+Enter", bind=False, on_click=self.submit)
        self.withdraw_button = button("撤回", on_click=self.withdraw)
        self.more_menu = QMenu(self)
        self.more_button = menu_button("更多", self.more_menu)
        order = Order("updated_at", descending=True)
        self.model = RowsModel(columns(desk), self._load, order)
        self.table = RowTable("记录", self.model, lambda row: row.id)
        self.column_menu = ColumnMenu(desk, self.table)
        self.panel = RecordPanel(desk)
        self.change_panel = ChangePanel(desk)
        self.withdraw_panel = WithdrawPanel(desk)
        self.work = WorkBar()
        self.notice = NoticeBar()
        self.paper = PaperDesk(self, self.work)
        self._lay_out()
        self._fill_more()
        self._connect()

    # -- what the frame asks ---------------------------------------------------------------------

    def head_note(self) -> str:
        """How many are selected, or how many there are."""
        chosen = self.table.selected_count()
        if chosen > 1:
            return f"选中 {chosen:,} 条"
        if self._search_waits():
            return WAITS
        return f"共 {self.desk.store.records.count(self.filters.query()):,} 条"

    def head_left(self) -> list[QWidget]:
        """What can be done with the selection."""
        return [self.mend_button, self.submit_button, self.withdraw_button, self.more_button]

    def head_buttons(self) -> list[QWidget]:
        """Search, new record."""
        return [self.search, new_entry_button(self.desk)]

    def shown(self, **args: str) -> None:
        """Filter as the door that led here says: ``states`` (with commas), ``form``, ``period``, ``text``."""
        if args:
            words = {name: args.get(name, "") for name in ("states", "form", "period", "text")}
            self.filters.set(Named("", **words))
        self.table.setFocus()

    def refresh(self) -> None:
        """Count and list again; the selection stays."""
        self.filters.refresh()
        self.table.reload()
        self.table.choose_first()
        self._show_empty()
        if not self.model.rowCount():
            self._show_choice()  # else the table has told of its choice

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

    def begin_like(self) -> None:
        """A new record that says what the current one says, of another object."""
        row = self.table.current()
        if row is not None:
            self.desk.go("entry", form=row.form, like=row.id)

    def change(self) -> None:
        """Ask below the table what to change in the selected records."""
        if self.change_panel.begin(self.table.selected()):
            self._below(self.change_panel)
        else:
            self.desk.say("一次只能修改一个类别：请先在上面选好类别，再选中记录。", "warning")

    def withdraw(self) -> None:
        """Ask below the table why the selected records are withdrawn."""
        if self.withdraw_panel.begin(self.table.selected()):
            self._below(self.withdraw_panel)
        else:
            self.desk.say("选中的记录都已经撤回过。", "warning")

    def export(self, *, chosen: bool) -> None:
        """Write the selected records, or all of a kind, in the exchange layout."""
        rows = self.table.selected() if chosen else []
        forms = {row.form for row in self.table.selected()}
        form = self.filters.form or (forms.pop() if len(forms) == 1 else "")
        if not form:
            self.desk.say("一个文件只放一个类别：请先在右上角选择类别，再导出。", "warning")
            self.filters.form_choice.setFocus()
            return
        suggested = Path.home() / f"{self.desk.form_title(form)} {self.desk.today():%Y%m%d}.xlsx"
        path = messages.gate.save_file(self, "导出到", suggested=suggested)
        if path is not None:
            self._export_to(form, path, [row.id for row in rows] if chosen else None)

    def export_list(self) -> None:
        """Write what the list shows: this filter, this order, these columns."""
        if not self.filters.form:
            self.desk.say("一个文件只放一个类别：请先在右上角选择类别，再导出。", "warning")
            self.filters.form_choice.setFocus()
            return
        form = self.filters.form
        suggested = Path.home() / f"{self.desk.form_title(form)}清单 {self.desk.today():%Y%m%d}.xlsx"
        path = messages.gate.save_file(self, "导出到", suggested=suggested)
        if path is not None:
            shown = [name for title in self.column_menu.chosen() for name in EXPORTED.get(title, ())]
            self._export_to(form, path, None, ListedAs(shown, self.query()))

    def _export_to(
        self, form: str, path: Path, ids: Sequence[str] | None, how: ListedAs | None = None
    ) -> None:
        library, clock = self.desk.library, self.desk.clock

        def task(store: Store, progress: Progress) -> str:
            from jgclient.exporting import export  # noqa: PLC0415 - workbook libraries load slowly

            written = export(
                store, library, form, path, record_ids=ids, now=clock(), on_progress=progress.report,
                is_cancelled=progress.is_cancelled, layout="list" if how else "exchange",
                columns=how.columns if how else None, query=how.query if how else None,
            )  # fmt: skip
            return f"已导出 {written:,} 条到 {path}"

        self.work.follow(self.desk.jobs.run(task, done=self.tell, failed=self._failed), "正在导出")

    def _mend(self) -> None:
        row = self.table.current()
        if row is not None:
            self.desk.go("entry", record_id=row.id)

    def _open(self, row: RecordRow) -> None:
        self.desk.go("entry", record_id=row.id)

    def _of_the_panel(self, what: str) -> None:
        row = self.table.current()
        if row is not None:
            self.paper.record(row, to_file=what == "pdf")

    # -- what became of it -----------------------------------------------------------------------

    @Slot(object)
    def _submitted(self, report: SubmitReport) -> None:
        words = f"已放入上报队列 {report.queued:,} 条，按 F9 上报。" if report.queued else ""
        if report.refused:
            words += f"{len(report.refused):,} 条还要改正，原因在各行和下方。"
        self.desk.data_changed.emit()
        self.desk.say(words, "warning" if report.refused else "accepted")

    @Slot(object)
    def _changed(self, done: list[Changed]) -> None:
        self._below(self.panel)
        self.desk.data_changed.emit()
        words = f"已修改 {len(done):,} 条，都存为草稿：核对后按 Ctrl+Enter 提交上报。"
        self.notice.say(words, "accepted", partial(self._undo_change, done))

    def _undo_change(self, done: list[Changed]) -> None:
        def task(store: Store, _progress: Progress) -> str:
            back = changing.undo_change(store, done)
            left = len(done) - back
            kept = f"{left:,} 条后来又改过，保留现在的样子。" if left else ""
            return f"已恢复 {back:,} 条。{kept}"

        self.work.follow(self.desk.jobs.run(task, done=self._undone, failed=self._failed), "正在恢复")

    @Slot(object)
    def _withdrawn(self, report: Withdrawal) -> None:
        self._below(self.panel)
        self.desk.data_changed.emit()
        words = []
        if report.dropped:
            words.append(f"{len(report.dropped):,} 条草稿已放入回收站。")
        if report.withdrawn:
            words.append(f"{len(report.withdrawn):,} 条已撤回，按 F9 报送。")
        if report.refused:
            words.append(f"{len(report.refused):,} 条没有撤回：{report.refused[0][1]}")
        done = report.dropped or report.withdrawn
        undo = partial(self._undo_withdrawal, report) if done else None
        self.notice.say("".join(words), "accepted" if done else "warning", undo)

    def _undo_withdrawal(self, done: Withdrawal) -> None:
        library, calendar, clock = self.desk.library, self.desk.calendar, self.desk.clock

        def task(store: Store, _progress: Progress) -> str:
            return f"已恢复 {changing.undo_withdrawal(store, library, calendar, done, now=clock()):,} 条。"

        self.work.follow(self.desk.jobs.run(task, done=self._undone, failed=self._failed), "正在恢复")

    @Slot(object)
    def _undone(self, words: str) -> None:
        self.desk.data_changed.emit()
        self.desk.say(words, "accepted")

    @Slot(object)
    def tell(self, words: str) -> None:
        """Something ended well."""
        self.desk.say(words, "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._show_choice()
        self.desk.say(sentence, "danger")

    def query(self) -> ListQuery:
        """What the filter lets through, in the order of the table."""
        order = self.model.order
        return replace(self.filters.query(), sort=order.by, descending=order.descending)

    # -- showing ---------------------------------------------------------------------------------

    def _load(self, limit: int, offset: int, order: Order) -> list[RecordRow]:
        query: ListQuery = replace(
            self.filters.query(), sort=order.by, descending=order.descending, limit=limit, offset=offset
        )
        return [] if self._search_waits() else self.desk.store.records.list(query)

    def _search_waits(self) -> bool:
        """Whether there is a word to search for and much that cannot be found yet."""
        return bool(self.filters.query().text.strip()) and self.desk.searching.behind

    def _lay_out(self) -> None:
        column = page_column(self)
        self.filters.row.addWidget(menu_button("列", self.column_menu))
        for widget in (self.filters, self.work, self.notice):
            column.addWidget(widget)
        card = Card(flush=True)
        card.body.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyState("没有记录", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        card.body.addWidget(self.stack)
        self.below = QStackedWidget()
        for panel in (self.panel, self.change_panel, self.withdraw_panel):
            self.below.addWidget(panel)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(12)
        self.splitter.addWidget(card)
        self.splitter.addWidget(self.below)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([10_000, _PANEL])
        column.addWidget(self.splitter, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a small screen the table needs all the height."""
        super().resizeEvent(event)
        self._fit_below()

    def _fit_below(self) -> None:
        roomy = self.height() >= _ROOMY or self.below.currentWidget() is not self.panel
        self.below.setVisible(roomy and self.table.current() is not None)

    def _below(self, panel: QWidget) -> None:
        """Show a panel below the table, with the room it needs."""
        self.below.setCurrentWidget(panel)
        self._fit_below()
        whole = sum(self.splitter.sizes())
        wanted = whole // 2 if panel is self.change_panel else _PANEL
        self.splitter.setSizes([whole - wanted, wanted])

    def _fill_more(self) -> None:
        entries: tuple[tuple[str, str, Callable[[], object]] | None, ...] = (
            ("像这条一样新增", "Ctrl+D", self.begin_like),
            None,
            ("批量修改……", "", self.change),
            ("全部选中", "Ctrl+A", self.table.selectAll),
            None,
            ("导出清单（眼前的筛选和列）", "", self.export_list),
            ("导出选中的", "", partial(self.export, chosen=True)),
            ("导出这一类别的全部记录", "", partial(self.export, chosen=False)),
            None,
            ("列表存为 PDF", "", partial(self.paper.rows, to_file=True)),
            ("打印列表", "Ctrl+P", partial(self.paper.rows, to_file=False)),
        )
        for entry in entries:
            if entry is None:
                self.more_menu.addSeparator()
                continue
            words, keys, act = entry
            action = self.more_menu.addAction(words)
            action.triggered.connect(lambda _checked, act=act: act())
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._show_choice)
        self.panel.wanted.connect(self._of_the_panel)
        self.change_panel.changed.connect(self._changed)
        self.withdraw_panel.withdrawn.connect(self._withdrawn)
        for panel in (self.change_panel, self.withdraw_panel):
            panel.closed.connect(partial(self._below, self.panel))
        for sequence, act in (
            ("Ctrl+Return", self.submit), ("Ctrl+P", partial(self.paper.rows, to_file=False)),
            ("Ctrl+D", self.begin_like),
        ):  # fmt: skip
            keys = QShortcut(QKeySequence(sequence), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(act)

    def _show_choice(self) -> None:
        chosen, row = self.table.selected(), self.table.current()
        self.mend_button.setEnabled(row is not None)
        self.submit_button.setEnabled(any(r.state in _SUBMITTABLE for r in chosen))
        self.withdraw_button.setEnabled(any(r.state is not State.WITHDRAWN for r in chosen))
        self.more_button.setEnabled(self.model.rowCount() > 0)
        if row is not None:
            self.panel.show_row(row)
        if self.below.currentWidget() is not self.panel and not self.change_panel.work.isVisible():
            self.below.setCurrentWidget(self.panel)  # the selection is another one now
        self._fit_below()
        self.head_changed.emit()

    def _show_empty(self) -> None:
        self.stack.setCurrentIndex(0 if self.model.rowCount() else 1)
        if self._search_waits():
            self.empty.say(WAITS, "几秒钟后自动列出结果，不用重新搜索。")
        elif self.search.text():
            self.empty.say("没有符合的记录", "换个词试试，或在搜索框里按 Esc 清空。")
        elif not self.filters.is_open:
            self.empty.say("这里没有记录", "点“全部”看所有状态，右上角可以换类别和日期。")
        else:
            self.empty.say("还没有记录", "按 Ctrl+N 录入第一条，或在“导入导出”里导入科室台账。")
