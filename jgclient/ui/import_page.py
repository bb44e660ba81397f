"""Import a workbook: choose it, see what is wrong before anything is kept, keep it, mend what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from jgclient.exchange.kept_reading import KeptReading
from jgclient.feedback import FeedbackReport
from jgclient.importing import ImportReport, Proposal
from jgclient.ui import import_work, messages
from jgclient.ui.background import Job, Task
from jgclient.ui.desk import Desk
from jgclient.ui.export_card import ExportCard
from jgclient.ui.import_columns import ColumnsPanel
from jgclient.ui.import_feedback import FeedbackCard
from jgclient.ui.import_lines import WRONG, Line, ShownReport
from jgclient.ui.import_mending import Mending
from jgclient.ui.import_result import ResultView
from jgclient.ui.import_work import Decided, Look
from jgclient.ui.parts import EmptyState, PageBase, button, label, page_column, primary_button

_KEEP_REFUSED = "import_keep_refused"


class ImportPage(PageBase):
    """The import wizard on one page: file → check → keep → mend."""

    title = "导入导出"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setAcceptDrops(True)
        self.decided: Decided | None = None
        self.outcome: ShownReport | None = None
        self.proposal: Proposal | None = None
        self.job: Job | None = None
        self.kept = False
        self.reading = KeptReading()
        self._then: Callable[[Any], None] = self._looked
        self.choose_button = button("选择文件", "Ctrl+O", on_click=self.choose)
        self.errors_button = button("问题标回原表", on_click=self.mark)
        self.cancel_button = button("取消", on_click=self.cancel)
        self.keep_button = primary_button("保存", "Ctrl+Enter", on_click=self.keep)
        self._build()
        self._show_state()

    @property
    def path(self) -> Path | None:
        """The file under way."""
        return self.decided.path if self.decided else None

    @property
    def report(self) -> ImportReport | None:
        """What an import did or would do."""
        return self.outcome.report if self.outcome else None

    # -- what it looks like ----------------------------------------------------------------------

    def _build(self) -> None:
        column = page_column(self)
        self.empty = EmptyState(
            "把台账、模板或清单拖到这里",
            "能认监管事项清单、检查实施清单、执法人员、监管对象，各科室自己的台账、双公示模板和平台的反馈清单"
            "（.xlsx .xls .xlsm .xlsb .et .ods .csv）。先检查给您看，确认以后才保存。",
            primary_button("选择文件", on_click=self.choose),
        )
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("读取进度")
        self.failure = label("", "", tone="danger", wraps=True)
        self.columns_panel = ColumnsPanel()
        self.columns_panel.decided.connect(self._columns_decided)
        self.columns_panel.form_chosen.connect(self._form_chosen)
        self.columns_panel.closed.connect(self._show_report_again)
        self.feedback = FeedbackCard()
        self.feedback.opened.connect(self._open_record)
        self.result = ResultView()
        self.result.opened.connect(self._open_line)
        self.result.columns_asked.connect(self.show_columns)
        self.result.wrong_decided.connect(self._wrong_decided)
        self.result.groups.opened.connect(self._open_field)
        self.result.groups.left.connect(self._to_records)
        self.mending = Mending(self.desk, self.result.groups, self._run_mending, self)
        self.stack = QStackedWidget()
        self.start = QWidget()
        start = QVBoxLayout(self.start)
        start.setContentsMargins(0, 0, 0, 0)
        self.exports = ExportCard(self.desk)
        start.addWidget(self.empty, 1)
        start.addWidget(self.exports)
        for page in (self.start, self.result, self.columns_panel, self.feedback):
            self.stack.addWidget(page)
        column.addWidget(self.failure)
        column.addWidget(self.progress)
        column.addWidget(self.stack, 1)

    # -- what the frame asks ---------------------------------------------------------------------

    def head_note(self) -> str:
        """The file under way."""
        return self.path.name if self.path else ""

    def head_buttons(self) -> list[QWidget]:
        """Choose, mark, cancel, keep."""
        return [self.choose_button, self.errors_button, self.cancel_button, self.keep_button]

    def shown(self, **args: str) -> None:
        """Start reading at once when a file came along (``path``)."""
        self.exports.refresh()
        if path := args.get("path"):
            self.read(Path(path))
        self._focus_what_is_next()

    def _focus_what_is_next(self) -> None:
        (self.keep_button if self.keep_button.isEnabled() else self.choose_button).setFocus()

    # -- what she does ---------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask for a file and read it."""
        start = Path(self.desk.setting("import_folder") or Path.home())
        path = messages.gate.open_file(self, "选择要导入的文件", folder=start, kinds=messages.IMPORTABLE)
        if path is not None:
            self.desk.store.settings.set("import_folder", str(path.parent))
            self.read(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one local file."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read the file that was dropped."""
        self.read(Path(event.mimeData().urls()[0].toLocalFile()))

    def read(self, path: Path) -> None:
        """Check a file without keeping anything."""
        if self.job is not None:
            self.desk.say("上一个文件还没有处理完，请等它做完或按“取消”，再选新的文件。", "warning")
            return
        keep_refused = self.desk.store.settings.get(_KEEP_REFUSED, True)
        (self.result.as_drafts if keep_refused else self.result.left_out).setChecked(True)
        self.reading.drop()
        self._look(Decided(path, keep_refused=keep_refused))

    def show_columns(self) -> None:
        """Let her look at the columns and correct them."""
        self.columns_panel.show_proposal(self.proposal)
        form_id = self.proposal.form.id if self.proposal else ""
        self.columns_panel.offer_forms(self.desk.library.forms, form_id)
        self.stack.setCurrentWidget(self.columns_panel)
        self.keep_button.setEnabled(False)  # what she sees is not what would be kept
        self.columns_panel.form_choice.setFocus()

    def keep(self) -> None:
        """Keep what was checked: right rows and, if she wants, those to be mended as drafts."""
        decided, library, clock, read = self.decided, self.desk.library, self.desk.clock, self.reading
        if decided is None or self.kept or self.job is not None or not self._something_to_keep():
            return
        self.kept = True
        if self.report is not None:
            self._run(
                lambda store, progress: import_work.take(
                    store, library, decided, progress, dry_run=False, now=clock(), read=read
                ),
                self._kept,
            )
        else:
            self._run(
                lambda store, progress: import_work.take_list(
                    store, library, decided.path, progress, dry_run=False, now=clock(), read=read
                ),
                self._list_taken,
            )

    def mark(self) -> None:
        """Write the problems into a copy of her workbook."""
        path, report, library = self.path, self.report, self.desk.library
        if path is None or report is None:
            return
        suggested = path.with_name(f"{path.stem}（问题标回）.xlsx")
        out = messages.gate.save_file(self, "问题标回到", suggested=suggested)
        if out is not None:
            self._run(lambda store, _: import_work.mark(store, library, path, report, out), self._marked)

    def cancel(self) -> None:
        """Stop the work under way, or put the file aside; nothing is half done."""
        if self.job is not None:
            self.job.cancel()
        else:
            self._put_aside()
            self._show_state()

    # -- work ------------------------------------------------------------------------------------

    def _look(self, decided: Decided) -> None:
        library, clock, read = self.desk.library, self.desk.clock, self.reading
        self._forget_look()
        self.decided = decided
        self._run(
            lambda store, progress: import_work.look(
                store, library, decided, progress, now=clock(), read=read
            ),
            self._looked,
        )

    def _forget_look(self) -> None:
        self.outcome = self.proposal = self.feedback.report = None
        self.kept = False
        self.failure.setText("")

    def _put_aside(self) -> None:
        self._forget_look()
        self.decided = None
        self.reading.drop()

    def _run(self, task: Task[Any], then: Callable[[Any], None]) -> None:
        """Do one thing in the background; its outcome goes to ``then`` in this thread."""
        self.failure.setText("")
        self.progress.setRange(0, 0)
        self._then = then
        self.job = self.desk.jobs.run(task, done=self._done, failed=self._failed, progressed=self._progressed)
        self._show_state()

    def _run_mending(self, task: Task[Any], then: Callable[[Any], None]) -> None:
        def shown(found: object) -> None:
            self._show_state()
            then(found)

        if self.job is None:
            self._run(task, shown)

    @Slot(object)
    def _done(self, found: object) -> None:
        self.job = None
        self._then(found)

    @Slot(int, int)
    def _progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)

    def _looked(self, look: Look) -> None:
        self.outcome, self.proposal = look.shown, look.proposal
        report = self.report or look.feedback
        if report is not None and report.cancelled:
            self._cancelled()
            return
        if look.feedback is not None:
            self.feedback.show_report(look.feedback)
        self.failure.setText(look.failure)
        self._show_state()
        if look.shown is None and look.feedback is None:
            self.show_columns()
        else:
            self._focus_what_is_next()

    def _cancelled(self) -> None:
        self._put_aside()
        self.desk.say("已取消，没有保存任何内容。", "warning")
        self._show_state()

    def _kept(self, shown: ShownReport) -> None:
        if shown.report.cancelled:
            self._cancelled()
            return
        self.reading.drop()
        self.outcome = shown
        what = "存为草稿待改" if shown.counts["draft"] else "没有导入"
        rest = f"，{shown.refused} 行{what}" if shown.refused else ""
        self.desk.say(f"{shown.report.file}：{shown.kept} 行通过并保存{rest}", "accepted")
        self.desk.data_changed.emit()
        self._show_state()
        self._focus_what_is_next()
        self.mending.count(shown.report)

    def _list_taken(self, report: FeedbackReport) -> None:
        if report.cancelled:
            self._cancelled()
            return
        self.reading.drop()
        self.feedback.show_report(report)
        self.desk.say(f"{report.file}：{report.sums()}", "accepted")
        self.desk.data_changed.emit()
        self._show_state()

    def _marked(self, words: str) -> None:
        self.desk.say(words, "accepted")
        self._show_state()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.job, self.kept = None, self.kept and self.report is not None and not self.report.dry_run
        self.failure.setText(sentence)
        self._show_state()

    # -- columns and wrong rows ------------------------------------------------------------------

    @Slot(dict)
    def _columns_decided(self, columns: dict[str, str]) -> None:
        if self.decided is not None and self.proposal is not None:
            self._look(replace(self.decided, form_id=self.proposal.form.id, columns=columns))

    @Slot(str)
    def _form_chosen(self, form_id: str) -> None:
        if self.decided is not None and self.job is None:
            self._look(replace(self.decided, form_id=form_id, columns=None))

    @Slot()
    def _show_report_again(self) -> None:
        if self.report is None:
            self._put_aside()
        self._show_state()

    @Slot(bool)
    def _wrong_decided(self, keep: bool) -> None:
        self.desk.store.settings.set(_KEEP_REFUSED, keep)
        if self.decided is not None:
            self.decided = replace(self.decided, keep_refused=keep)
        self._show_state()

    # -- showing ---------------------------------------------------------------------------------

    def _show_state(self) -> None:
        busy, shown, listed = self.job is not None, self.outcome, self.feedback.report
        ready = shown is not None or listed is not None
        self.progress.setVisible(busy)
        self.failure.setVisible(bool(self.failure.text()))
        self.choose_button.setEnabled(not busy)
        self.cancel_button.setEnabled(busy or ready)
        self.errors_button.setEnabled(not busy and shown is not None and bool(shown.kinds))
        self.keep_button.setEnabled(not busy and not self.kept and self._something_to_keep())
        self.keep_button.setText(self._keep_words())
        self.keep_button.updateGeometry()
        self.stack.setEnabled(not busy)
        if listed is not None:
            self.stack.setCurrentWidget(self.feedback)
        elif shown is not None:
            self.result.show_report(shown, kept=self.kept, drafts=self._drafts_possible())
            self.stack.setCurrentWidget(self.result)
        else:
            self.stack.setCurrentWidget(self.start)
        self.head_changed.emit()

    def _keep_words(self) -> str:
        if self.feedback.report is not None:
            listed = self.feedback.report.count("accepted", "returned")
            return f"已处理 {listed} 行" if self.kept else f"按清单处理 {listed} 行"
        if self.outcome is None:
            return "保存"
        if self.kept:
            drafts = self.outcome.counts["draft"]
            return f"已保存 {self.outcome.kept} 行" + (f"，{drafts} 行待改" if drafts else "")
        if self.outcome.refused and self._drafts_possible() and self.result.as_drafts.isChecked():
            return f"保存 {self.outcome.kept} 行，{self.outcome.refused} 行存为待改"
        return f"保存 {self.outcome.kept} 行"

    def _something_to_keep(self) -> bool:
        if self.feedback.report is not None:
            return bool(self.feedback.report.count("accepted", "returned"))
        if self.outcome is None:
            return False
        drafts = self._drafts_possible() and self.result.as_drafts.isChecked()
        return bool(self.outcome.kept or (drafts and self.outcome.refused))

    def _drafts_possible(self) -> bool:
        return self.proposal is not None and self.proposal.form.register is None

    # -- to other pages --------------------------------------------------------------------------

    @Slot()
    def _to_records(self) -> None:
        self.desk.go("records")

    @Slot(object)
    def _open_line(self, line: Line) -> None:
        if line.row.record_id and self.kept:
            self._open_field(line.row.record_id, line.of_problem("field"))
        elif line.row.outcome in WRONG:
            self.desk.say("先保存，再逐条改正。", "warning")

    @Slot(str, str)
    def _open_field(self, record_id: str, field: str) -> None:
        self.desk.go("entry", record_id=record_id, field=field)

    @Slot(str)
    def _open_record(self, record_id: str) -> None:
        self.desk.go("entry", record_id=record_id)
