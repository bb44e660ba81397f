"""自检与备份: is everything safe, the way back to a backup, drafts in the 回收站."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from jgclient.selfcheck import Finding, Report, run
from jgclient.store import Backup, Comparison, Store, StoreError
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Chip, PageBase, button, label, link, page_column, primary_button
from jgclient.ui.theme import ToneName
from jgclient.ui.workbar import WorkBar

_TONES: dict[str, ToneName] = {"good": "accepted", "warning": "warning", "bad": "danger"}
_WORDS = {"good": "正常", "warning": "注意", "bad": "有问题"}
_PAGES = "网页文件 (*.html)"
#: Backups and dropped drafts shown; there are seldom more.
_BACKUPS, _DROPPED = 25, 50


class SelfcheckPage(PageBase):
    """Cards for the report, the backups and the 回收站."""

    title = "自检与备份"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.report: Report | None = None
        self.work = WorkBar()
        self.report_card = Card("自检")
        self.backup_card = Card("从备份恢复")
        self.trash_card = Card("回收站")
        self.check_button = primary_button("开始自检", on_click=self.check)
        self.save_button = button("保存报告……", on_click=self._save_report)
        self.mend_button = button("重建列表", on_click=self._mend)
        self.export_button = button("导出能读出的记录……", on_click=self._salvage)
        self.lines: list[QLabel] = []
        self._wanted: Backup | None = None
        self._lay_out()

    # -- what the frame asks -----------------------------------------------------------------------

    def head_note(self) -> str:
        """Where it stands."""
        if self.desk.store.is_read_only:
            return "数据文件有损坏，只能查看"
        return f"{self.report.made_at:%H:%M} 自检：{self.report.summary()}" if self.report else ""

    def head_tone(self) -> ToneName | None:
        """Damage is told in red."""
        return "danger" if self.desk.store.is_read_only else None

    def head_buttons(self) -> list[QWidget]:
        """Begin."""
        return [self.check_button]

    def shown(self, **args: str) -> None:  # noqa: ARG002 - no door leads to a part of it
        """The button is where she goes on."""
        self.check_button.setFocus()

    def refresh(self) -> None:
        """List backups and dropped drafts again."""
        _fill(self.backup_card, [self._backup_line(each) for each in self._backups()], "还没有备份。")
        dropped = self.desk.store.trash.list()[:_DROPPED]
        lines = [
            self._line(
                f"{row.dropped_at.astimezone():%Y-%m-%d %H:%M}　{row.title or '没有名称'}", row.trash_id
            )
            for row in dropped
        ]
        _fill(self.trash_card, lines, "回收站是空的。删除的草稿会放在这里，可以恢复。")

    # -- self-check --------------------------------------------------------------------------------

    def check(self) -> None:
        """Check everything beside the window."""
        job = self.desk.jobs.run(_Check(self.desk), done=self._checked, failed=self._failed)
        self.check_button.setEnabled(False)
        self.work.follow(job, "正在自检")

    @Slot(object)
    def _checked(self, report: Report) -> None:
        self.check_button.setEnabled(True)
        self.report = report
        self._show_report()
        self.head_changed.emit()

    def _show_report(self) -> None:
        assert self.report is not None  # noqa: S101 - it was just made
        _fill(self.report_card, [self._finding(each) for each in self.report.findings], "")
        verdicts = {finding.name: finding.verdict for finding in self.report.findings}
        self.save_button.show()
        self.mend_button.setVisible(verdicts.get("index") == "warning")
        self.export_button.setVisible(verdicts.get("integrity") == "bad")

    def _finding(self, finding: Finding) -> QWidget:
        chip = Chip(_WORDS[finding.verdict], _TONES[finding.verdict])
        words = label(finding.words, "" if finding.verdict != "good" else "muted", wraps=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = QWidget()
        grid = QGridLayout(line)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnMinimumWidth(0, line.fontMetrics().horizontalAdvance("汉") * 5)
        grid.setColumnStretch(2, 1)
        grid.addWidget(chip, 0, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        title = label(finding.title, "heading", wraps=True)
        title.setFixedWidth(line.fontMetrics().horizontalAdvance("汉") * 14)
        grid.addWidget(title, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, 0, 2)
        return line

    def _save_report(self) -> None:
        if self.report is None:
            return
        suggested = Path.home() / f"jgclient自检报告 {self.report.made_at:%Y%m%d}.html"
        path = messages.gate.save_file(self, "保存报告", suggested=suggested, kinds=_PAGES)
        if path is None:
            return
        try:
            path.write_text(self.report.html(), "utf-8")
        except OSError as error:
            self.desk.say(f"{path} 写不了：{error.strerror}。请换一个位置。", "danger")
            return
        self.desk.say(f"报告已保存到 {path}，用浏览器打开即可打印。", "accepted")

    def _mend(self) -> None:
        job = self.desk.jobs.run(_mend, done=self._mended, failed=self._failed)
        self.work.follow(job, "正在重建列表")

    @Slot(object)
    def _mended(self, words: str) -> None:
        self.desk.data_changed.emit()
        self.desk.say(words, "accepted")
        self.check()

    def _salvage(self) -> None:
        folder = messages.gate.folder(self, "导出到哪个文件夹", start=Path.home())
        if folder is not None:
            job = self.desk.jobs.run(_Salvage(self.desk, folder), done=self._salvaged, failed=self._failed)
            self.work.follow(job, "正在导出能读出的记录")

    @Slot(object)
    def _salvaged(self, words: str) -> None:
        self.desk.say(words, "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.check_button.setEnabled(True)
        self.desk.say(sentence, "danger")

    # -- restore -----------------------------------------------------------------------------------

    def _backups(self) -> list[Backup]:
        return self.desk.store.backups.list()[:_BACKUPS]

    def _backup_line(self, backup: Backup) -> QWidget:
        words = label(f"{backup.title}　{backup.size / (1 << 20):.1f} MB")
        return _row(words, link("恢复到这时", on_click=lambda: self.restore(backup)))

    def restore(self, backup: Backup) -> None:
        """Try the backup out beside the window; she decides when she knows what she would lose."""
        self._wanted = backup
        job = self.desk.jobs.run(_Rehearse(backup.path), done=self._rehearsed, failed=self._failed)
        self.work.follow(job, "正在校验备份，并与现有数据比对")

    @Slot(object)
    def _rehearsed(self, found: Comparison | None) -> None:
        backup = self._wanted
        assert backup is not None  # noqa: S101 - it was just tried out
        if found is None:
            loss = "现有数据已损坏，无法比对；它会原样另存。"
        else:
            lost = f"备份以后的 {found.loss()}不在其中。" if found.loss() else "备份以后没有新的内容。"
            loss = f"备份完好，有 {found.records:,} 条记录。{lost}现有数据会先备份，可以再恢复回来。"
        question = f"恢复到 {backup.title}？"
        detail = f"{loss}\n程序会重新打开；与平台对账通过前不会上报。"
        if messages.gate.ask(self, question, yes="恢复", detail=detail):
            self.desk.restore_from = backup.path
            self.window().close()

    # -- 回收站 ------------------------------------------------------------------------------------

    def _line(self, words: str, trash_id: int) -> QWidget:
        return _row(label(words), link("恢复草稿", on_click=lambda: self._take_back(trash_id)))

    def _take_back(self, trash_id: int) -> None:
        try:
            record_id = self.desk.store.trash.restore(trash_id)
        except StoreError as error:
            self.desk.say(str(error), "danger")
            return
        self.desk.data_changed.emit()
        self.desk.go("entry", record_id=record_id)

    # -- looks -------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(self.work)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("inside")
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(12)
        for card in (self.report_card, self.backup_card, self.trash_card):
            cards.addWidget(card)
        cards.addStretch(1)
        area.setWidget(inside)
        column.addWidget(area)
        _fill(self.report_card, [], "检查数据有没有损坏或被改动、备份能不能恢复、磁盘和时钟是否正常。")
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for each in (self.save_button, self.mend_button, self.export_button):
            actions.addWidget(each)
            each.hide()
        actions.addStretch(1)
        self.report_card.body.addLayout(actions)

    def sizeHint(self) -> QSize:
        """As the other pages of cards."""
        return QSize(900, 600)


class _Check:
    """Runs the self-check with the desk's clock."""

    def __init__(self, desk: Desk) -> None:
        self._clock = desk.clock

    def __call__(self, store: Store, progress: Progress) -> Report:
        return run(store, now=self._clock(), on_progress=progress.report, is_cancelled=progress.is_cancelled)


class _Rehearse:
    """Tries a backup out; a damaged present cannot be compared with."""

    def __init__(self, backup: Path) -> None:
        self._backup = backup

    def __call__(self, store: Store, _progress: Progress) -> Comparison | None:
        try:
            return store.rehearse(self._backup)
        except StoreError as error:
            if store.is_read_only and error.kind in ("damaged", "io"):
                return None
            raise


class _Salvage:
    """Exports what can be read."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._library, self._folder = desk.library, folder

    def __call__(self, store: Store, progress: Progress) -> str:
        from jgclient.salvaging import salvage  # noqa: PLC0415 - the workbook writer loads slowly

        return salvage(store, self._library, self._folder, is_cancelled=progress.is_cancelled).line()


def _mend(store: Store, _progress: Progress) -> str:
    return f"已重建，{store.records.rebuild_index():,} 条记录的列表显示已改正。"


def _row(words: QWidget, door: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(words, 1)
    row.addWidget(door)
    return line


def _fill(card: Card, lines: list[QWidget], nothing: str) -> None:
    """Put lines into a card in place of those before."""
    old = card.findChild(QWidget, "lines")
    if old is not None:
        card.body.removeWidget(old)
        old.setObjectName("")
        old.deleteLater()
    holder = QWidget()
    holder.setObjectName("lines")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for line in lines or [label(nothing, "muted", wraps=True)]:
        column.addWidget(line)
    card.body.insertWidget(0, holder)
