"""Import a workbook: choose it, see what is wrong before anything is kept, keep it, mend what is left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from jgclient import importing
from jgclient.importing import ImportReport, RowProblem, RowReport
from jgclient.store import Store
from jgclient.ui import messages
from jgclient.ui.background import Job, Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import (
    Card,
    Chip,
    EmptyState,
    PageBase,
    Pill,
    button,
    label,
    link,
    page_column,
    primary_button,
    rule,
)
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName

_OUTCOMES: dict[str, tuple[str, ToneName]] = {
    "kept": ("通过", "accepted"),
    "draft": ("要改", "danger"),
    "refused": ("不导入", "danger"),
    "duplicate": ("已有", "draft"),
    "note": ("不是数据", "draft"),
}
_TO_MEND = ("要改", "不导入")
_WRONG = ("draft", "refused")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a row of the sheet with one of its problems, or without any."""

    row: RowReport
    problem: RowProblem | None = None

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What makes the line the same after a reload."""
        return (self.row.sheet, self.row.row, self.of_problem("field"), self.of_problem("code"))

    @property
    def outcome(self) -> tuple[str, ToneName]:
        """Word and tone of the line: a soft problem of a row is a reminder, whatever else the row has."""
        if self.problem is not None and self.problem.strength == "soft":
            return "提醒", "warning"
        return _OUTCOMES[self.row.outcome]

    @property
    def tone(self) -> ToneName:
        """Tone of the line."""
        return self.outcome[1]

    @property
    def remedy(self) -> str:
        """What to do, candidates first."""
        if self.problem is None:
            return ""
        hints = f"是不是 {'、'.join(self.problem.candidates[:3])}？" if self.problem.candidates else ""
        return hints + self.problem.help

    def of_problem(self, name: str) -> str:
        """A part of the problem as text, empty without one."""
        return "" if self.problem is None else str(getattr(self.problem, name))


_COLUMNS: tuple[Column[Line], ...] = (
    Column("行", lambda line: str(line.row.row), 2),
    Column("结果", lambda line: _OUTCOMES[line.row.outcome][0], 4, tone=lambda line: line.tone, chip=True),
    Column("栏目", lambda line: line.of_problem("column") or line.of_problem("title"), 7),
    Column("原来的内容", lambda line: line.of_problem("value"), 11, tone=lambda line: line.tone),
    Column("问题", lambda line: line.of_problem("message") or line.row.reason),
    Column("怎么改", lambda line: line.remedy, muted=True),
)


class ImportPage(PageBase):
    """The import wizard on one page: file → check → keep."""

    title = "导入导出"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setAcceptDrops(True)
        self.path: Path | None = None
        self.report: ImportReport | None = None
        self.job: Job | None = None
        self.kept = False
        self.lines: list[Line] = []
        self.choose_button = button("选择文件", "Ctrl+O", on_click=self.choose)
        self.cancel_button = button("取消", on_click=self.cancel)
        self.keep_button = primary_button("保存", "Ctrl+Enter", on_click=self.keep)
        self._build()
        self._show_state()

    # -- what it looks like ----------------------------------------------------------------------

    def _build(self) -> None:
        column = page_column(self)
        self.empty = EmptyState(
            "把台账、模板或清单拖到这里",
            "能认监管事项清单、检查实施清单、执法人员、监管对象，以及各科室自己的台账和双公示模板"
            "（.xlsx .xls .xlsm .xlsb .ods .csv）。先检查给您看，确认以后才保存。",
            primary_button("选择文件", on_click=self.choose),
        )
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("读取进度")
        self.failure = label("", "", tone="danger", wraps=True)
        column.addWidget(self.failure)
        column.addWidget(self.progress)
        column.addWidget(self.empty, 1)
        self.result = QWidget()
        row = QHBoxLayout(self.result)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._rows_card(), 9)
        row.addWidget(self._side(), 4)
        column.addWidget(self.result, 1)

    def _rows_card(self) -> Card:
        self.rows_card = Card("读到的行", flush=True)
        self.only_wrong = Pill("要改的", "wrong")
        self.all_rows = Pill("全部", "all")
        for pill in (self.only_wrong, self.all_rows):
            pill.setAutoExclusive(True)
            pill.clicked.connect(self._show_rows)
            self.rows_card.head.addWidget(pill)
        self.only_wrong.setChecked(True)
        self.table = RowTable("检查结果", RowsModel(_COLUMNS, self._load), lambda line: line.key)
        self.table.opened.connect(self._open_line)
        self.rows_card.body.addWidget(self.table)
        return self.rows_card

    def _side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.columns_card = Card("对上的列")
        self.columns_text = label("", "", wraps=True)
        self.columns_card.body.addWidget(self.columns_text)
        column.addWidget(self.columns_card)
        self.groups_card = Card("同类问题", flush=True)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.groups_card.body.addWidget(area)
        self.groups_area = area
        column.addWidget(self.groups_card, 1)
        return side

    # -- what the frame asks ---------------------------------------------------------------------

    def head_note(self) -> str:
        """The file under way."""
        return self.path.name if self.path else ""

    def head_buttons(self) -> list[QWidget]:
        """Choose, cancel, keep."""
        return [self.choose_button, self.cancel_button, self.keep_button]

    def shown(self, **args: str) -> None:
        """Start reading at once when a file came along (``path``)."""
        if path := args.get("path"):
            self.read(Path(path))
        (self.keep_button if self.keep_button.isEnabled() else self.choose_button).setFocus()

    # -- what she does ---------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask for a file and read it."""
        start = Path(self.desk.setting("import_folder") or Path.home())
        path = messages.gate.open_file(self, "选择要导入的文件", folder=start)
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
        self.path, self.report, self.kept = path, None, False
        self._start(dry_run=True)

    def keep(self) -> None:
        """Keep what was checked: right rows and, as drafts, those to be mended."""
        if self.report is not None and not self.kept:
            self.kept = True
            self._start(dry_run=False)

    def cancel(self) -> None:
        """Stop the work under way, or put the file aside; nothing is half done."""
        if self.job is not None:
            self.job.cancel()
        else:
            self.path = self.report = None
            self._show_state()

    def _start(self, *, dry_run: bool) -> None:
        path, library, clock = self.path, self.desk.library, self.desk.clock
        assert path is not None  # noqa: S101 - both callers have set it

        def task(store: Store, progress: Progress) -> ImportReport:
            return importing.import_workbook(
                store, library, path, dry_run=dry_run, now=clock(),
                on_progress=progress.report, is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        self.failure.setText("")
        self.progress.setRange(0, 0)
        self.job = self.desk.jobs.run(task, done=self._done, failed=self._failed, progressed=self._progressed)
        self._show_state()

    @Slot(int, int)
    def _progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)

    @Slot(object)
    def _done(self, report: ImportReport) -> None:
        self.job, self.report = None, report
        if report.cancelled:
            self.path = self.report = None
            self.kept = False
            self.desk.say("已取消，没有保存任何内容。", "warning")
        elif self.kept:
            self.desk.say(f"{report.file}：保存 {report.kept} 行，{report.refused} 行要改", "accepted")
            self.desk.data_changed.emit()
        self._show_state()
        self.keep_button.setFocus()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.job, self.kept = None, False
        self.failure.setText(sentence)
        self._show_state()

    # -- showing ---------------------------------------------------------------------------------

    def _show_state(self) -> None:
        busy, report = self.job is not None, self.report
        self.progress.setVisible(busy)
        self.failure.setVisible(bool(self.failure.text()))
        self.empty.setVisible(report is None)
        self.result.setVisible(report is not None)
        self.choose_button.setEnabled(not busy)
        self.cancel_button.setEnabled(busy or report is not None)
        self.keep_button.setEnabled(not busy and report is not None and not self.kept)
        self.keep_button.setText(self._keep_words())
        self.keep_button.updateGeometry()
        if report is not None:
            self._show_report(report)
        self.head_changed.emit()

    def _keep_words(self) -> str:
        if self.report is None:
            return "保存"
        if self.kept:
            return f"已保存 {self.report.kept} 行"
        if self.report.refused:
            return f"保存 {self.report.kept} 行，{self.report.refused} 行存为待改"
        return f"保存 {self.report.kept} 行"

    def _show_report(self, report: ImportReport) -> None:
        self.rows_card.title.setText(f"{report.rows_read} 行可读")
        self.rows_card.note.setText(
            f"{report.kept} 行通过 · {report.refused} 行要改 · "
            f"{report.count('duplicate')} 行已有 · {report.count('note')} 行不是数据"
        )
        self.only_wrong.set_count(sum(r.outcome in _WRONG for r in report.rows))
        self.all_rows.set_count(len(report.rows))
        self.columns_text.setText(_columns_words(report))
        self._show_rows()
        self._show_groups(report)

    @Slot()
    def _show_rows(self) -> None:
        wrong = self.only_wrong.isChecked()
        rows = self.report.rows if self.report else []
        self.lines = [
            line for row in rows for line in _lines(row) if not wrong or line.outcome[0] in _TO_MEND
        ]
        self.table.reload()

    def _load(self, limit: int, offset: int, _order: Order) -> list[Line]:
        return self.lines[offset : offset + limit]

    def _show_groups(self, report: ImportReport) -> None:
        groups: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
        for line in (line for row in report.rows for line in _lines(row) if line.problem is not None):
            key = (line.of_problem("strength"), line.of_problem("column"), line.of_problem("message"))
            groups[key].append(line)
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(8)
        for _, lines in sorted(groups.items(), key=lambda pair: (pair[0][0], -len(pair[1]))):
            column.addWidget(self._group(lines))
            column.addWidget(rule())
        if self.kept:
            column.addWidget(link("到“记录”里查看和提交", on_click=self._to_records))
        if not groups:
            column.addWidget(label("没有要改的行。", "muted"))
        column.addStretch(1)
        self.groups_area.setWidget(inside)

    def _group(self, lines: list[Line]) -> QWidget:
        first, problem = lines[0], lines[0].problem
        assert problem is not None  # noqa: S101 - only lines with a problem are grouped
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Chip(f"{len(lines)} 行", first.tone), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(
            label(
                f"{problem.column}：{problem.message}" if problem.column else problem.message, "", wraps=True
            )
        )
        if problem.help:
            words.addWidget(label(problem.help, "note", wraps=True))
        row.addLayout(words, 1)
        if self.kept and first.row.record_id:
            record_id, field = first.row.record_id, problem.field
            row.addWidget(
                link("改正", on_click=lambda: self.desk.go("entry", record_id=record_id, field=field)),
                0, Qt.AlignmentFlag.AlignTop,
            )  # fmt: skip
        return box

    def _to_records(self) -> None:
        self.desk.go("records")

    @Slot(object)
    def _open_line(self, line: Line) -> None:
        if line.row.record_id and self.kept:
            self.desk.go("entry", record_id=line.row.record_id, field=line.of_problem("field"))
        elif line.row.outcome in _WRONG:
            self.desk.say("先保存，再逐条改正。", "warning")


def _lines(row: RowReport) -> list[Line]:
    return [Line(row, problem) for problem in row.problems] or [Line(row)]


def _columns_words(report: ImportReport) -> str:
    lines = [f"{report.form_title} · 工作表“{report.sheet}”", f"已自动对上 {len(report.mapping)} 列"]
    if report.guessed:
        lines.append(f"按相近名称认出，请核对：{'、'.join(report.guessed)}")
    if report.unmatched:
        lines.append(f"没有对应字段、不导入：{'、'.join(report.unmatched)}")
    if report.ignored_sheets:
        lines.append(f"不导入的工作表：{'、'.join(report.ignored_sheets)}")
    return "\n".join(lines)
