"""数据包: what waits as a sealed file for a USB stick, the platform's answer taken in, packages under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from jgclient.store import Store
from jgclient.store.packages import PackageRow
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.notice import NoticeBar
from jgclient.ui.parts import Card, Choice, EmptyState, PageBase, button, label, page_column, primary_button
from jgclient.ui.tables import Column, ListStack, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName
from jgclient.ui.words import moment_words
from jgclient.ui.workbar import WorkBar

if TYPE_CHECKING:
    from jgclient.packaging import Packed

_PACKAGE, _ANSWER = "数据包 (*.jgp)", "回执包 (*.jgr)"
_MIB = 1 << 20
#: Sizes of a volume that are offered, in MiB, 0 for one volume.
_VOLUMES = ((0, "不分卷"), (640, "每卷 640 MB（光盘）"), (3800, "每卷 3.8 GB（FAT32 U 盘）"))
_LEFT_OUT = 5


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a package was not made or taken in."""

    sentence: str


class PackagesPage(PageBase):
    """Make one, take an answer in, see which are still on their way."""

    title = "数据包（不联网上报）"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.pack_button = primary_button("打成数据包……", on_click=self.pack)
        self.unpack_button = button("导入回执包……", on_click=self.unpack)
        self.volumes = Choice("分卷")
        for size, words in _VOLUMES:
            self.volumes.addItem(words, size)
        self.despite = QCheckBox("数据由备份恢复、又确实没有网络：不对账，直接打包")
        self.waiting = label("", wraps=True)
        self.work = WorkBar()
        self.notice = NoticeBar()
        self.table = RowTable(
            "导出过的数据包", RowsModel(self._columns(), self._load), lambda row: row.package_id
        )
        self.table.opened.connect(self.take_back)
        self.table.clicked.connect(self._clicked)
        self._lay_out()

    # -- what the frame asks -----------------------------------------------------------------------

    def head_buttons(self) -> list[QWidget]:
        """Back with an answer, out with a package."""
        return [self.unpack_button, self.pack_button]

    def shown(self, **args: str) -> None:
        """Take an answer in at once when it came along (``answer``); say whose a ``package`` is."""
        if answer := args.get("answer"):
            self.take_in(Path(answer))
        if package := args.get("package"):
            self.notice.say(
                f"{Path(package).name} 是交给上报平台的数据包，只有平台能打开：请把它交给平台管理员，"
                "带回的回执包（.jgr）在这里导入。",
                "warning",
            )
        self.pack_button.setFocus()

    def refresh(self) -> None:
        """Count what waits, list what is under way."""
        store = self.desk.store
        count = store.outbox.count()
        self.waiting.setText(
            f"{count:,} 条等待上报，会全部打进一个加密签名的文件，附一页交接单。"
            if count
            else "没有等待上报的记录。"
        )
        self.pack_button.setEnabled(bool(count))
        self.despite.setVisible(bool(store.settings.get("reconcile_before_sending")))
        self.stack.reload()

    # -- what she does -----------------------------------------------------------------------------

    def pack(self) -> None:
        """Ask where to, then write the package."""
        name = f"{self.desk.setting('unit_code')}-{self.desk.clock():%Y%m%d-%H%M}.jgp"
        path = messages.gate.save_file(self, "打成数据包", suggested=Path.home() / name, kinds=_PACKAGE)
        if path is None:
            return
        volume = int(self.volumes.currentData()) * _MIB
        task = _Pack(self.desk.clock, path, volume, self.despite.isVisible() and self.despite.isChecked())
        self.work.follow(self.desk.jobs.run(task, done=self._packed, failed=self._failed), "正在打包")

    def unpack(self) -> None:
        """Ask for the answer, then take it in."""
        path = messages.gate.open_file(self, "导入回执包", folder=Path.home(), kinds=_ANSWER)
        if path is not None:
            self.take_in(path)

    def take_in(self, answer: Path) -> None:
        """Close the records that an answer is about."""
        job = self.desk.jobs.run(_Unpack(answer), done=self._unpacked, failed=self._failed)
        self.work.follow(job, "正在导入回执包")

    def take_back(self, row: PackageRow) -> None:
        """A package that will never arrive: its records wait again, once she has confirmed it."""
        if not row.awaited:
            return
        question = f"数据包 {row.file or row.package_id} 送不到了吗？"
        detail = "取消后，其中的记录重新等待上报。万一它其实送到了也不要紧：平台不会重复收。"
        if messages.gate.ask(self, question, yes="取消这个数据包", no="不取消", detail=detail):
            job = self.desk.jobs.run(_TakeBack(row.package_id), done=self._taken_back, failed=self._failed)
            self.work.follow(job, "正在取消")

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        """A click on the remedy applies it."""
        if index.column() == self.table.rows_model.columnCount() - 1:
            self.take_back(self.table.rows_model.row(index.row()))

    @Slot(object)
    def _packed(self, outcome: Packed | _Refused) -> None:
        if isinstance(outcome, _Refused):
            self._tell(outcome.sentence, "warning")
            return
        files = "、".join(path.name for path in outcome.files)
        words = (
            f"已打包 {outcome.records:,} 条记录、{outcome.attachments} 个附件：{files}，在 "
            f"{outcome.cover.parent}。请打印交接单 {outcome.cover.name} 一并交给平台；"
            "带回的回执包在这里导入，记录才算上报完成。"
        )
        left = [f"{self._title(record_id)}：{why}" for record_id, why in outcome.left_out[:_LEFT_OUT]]
        if left:
            words += f" 没有打包 {len(outcome.left_out)} 条：{'；'.join(left)}"
        self._tell(words, "warning" if left else "accepted")

    @Slot(object)
    def _unpacked(self, outcome: tuple[str, bool] | _Refused) -> None:
        if isinstance(outcome, _Refused):
            self._tell(outcome.sentence, "danger")
        else:
            self._tell(outcome[0], "accepted" if outcome[1] else "warning")

    @Slot(object)
    def _taken_back(self, count: int) -> None:
        self._tell(f"已取消，{count:,} 条重新等待上报。", "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._tell(sentence, "danger")

    def _tell(self, words: str, tone: ToneName) -> None:
        self.notice.say(words, tone)
        self.desk.data_changed.emit()

    # -- showing -----------------------------------------------------------------------------------

    def _title(self, record_id: str) -> str:
        row = self.desk.store.records.row(record_id)
        return row.title or row.number if row else record_id

    def _columns(self) -> list[Column[PackageRow]]:
        return [
            Column("回执", lambda row: _standing(row)[0], 4, tone=lambda row: _standing(row)[1], chip=True),
            Column("打包时间", lambda row: self._moment(row.made_at), 7, muted=True),
            Column("文件", lambda row: row.file or "（没有写成，记录已重新排队）"),
            Column("卷数", lambda row: str(row.volumes), 3, spare=True),
            Column("包编号", lambda row: row.package_id, share=1, muted=True, spare=True),
            Column("回执导入", lambda row: self._moment(row.answered_at), 7, muted=True, spare=True),
            Column("处理", lambda row: "送不到，取消" if row.awaited else "", 7, tone=lambda _r: "waiting"),
        ]

    def _moment(self, moment: datetime | None) -> str:
        return moment_words(moment, self.desk.clock()) if moment else ""

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[PackageRow]:
        return self.desk.store.packages.list()[offset : offset + limit]

    def _lay_out(self) -> None:
        column = page_column(self)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.waiting, 1)
        name = label("分卷")
        name.setBuddy(self.volumes)
        line.addWidget(name)
        line.addWidget(self.volumes)
        column.addLayout(line)
        for part in (self.despite, self.work, self.notice):
            column.addWidget(part)
        card = Card("导出过的数据包", flush=True)
        empty = EmptyState(
            "还没有导出过数据包",
            "没有网络时，把待上报的记录打成数据包，用 U 盘交给平台；带回的回执包在这里导入。",
        )
        self.stack = ListStack(self.table, empty)
        card.body.addWidget(self.stack)
        column.addWidget(card, 1)


class _Pack:
    """The background work of making a package."""

    def __init__(self, clock: Callable[[], datetime], out: Path, volume_bytes: int, despite: bool) -> None:
        self._clock, self._out = clock, out
        self._volume_bytes, self._despite = volume_bytes, despite

    def __call__(self, store: Store, _progress: Progress) -> Packed | _Refused:
        from jgclient import entering  # noqa: PLC0415 - it brings the rule engine
        from jgclient.packages import PackageError  # noqa: PLC0415 - cryptography loads slowly
        from jgclient.packaging import PackagingError, pack  # noqa: PLC0415 - seldom needed, loads slowly

        unit = entering.unit_of(store)
        try:
            return pack(
                store, self._out, unit_code=unit["code"], unit_name=unit["name"], now=self._clock,
                volume_bytes=self._volume_bytes, despite_restore=self._despite,
            )  # fmt: skip
        except (PackageError, PackagingError) as error:
            return _Refused(str(error))


class _Unpack:
    """The background work of taking in an answer, all its volumes together."""

    def __init__(self, answer: Path) -> None:
        self._answer = answer

    def __call__(self, store: Store, _progress: Progress) -> tuple[str, bool] | _Refused:
        from jgclient.packages import PackageError  # noqa: PLC0415 - cryptography loads slowly
        from jgclient.packaging import PackagingError, unpack  # noqa: PLC0415 - see above

        try:
            report = unpack(store, [self._answer])
        except (PackageError, PackagingError) as error:
            return _Refused(str(error))
        return report.line(), report.clean


class _TakeBack:
    """The background work of giving a package up."""

    def __init__(self, package_id: str) -> None:
        self._package_id = package_id

    def __call__(self, store: Store, _progress: Progress) -> int:
        from jgclient.packaging import take_back  # noqa: PLC0415 - see above

        return take_back(store, self._package_id)


def _standing(row: PackageRow) -> tuple[str, ToneName]:
    """What a package waits for; nothing, when it was taken back or its records went by network."""
    if row.answered_at:
        return "已导入", "accepted"
    if not row.file:
        return "没写成", "draft"
    return ("等待", "waiting") if row.awaited else ("已了结", "draft")
