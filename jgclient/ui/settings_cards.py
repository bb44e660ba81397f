"""Settings that are chosen: looks, backups, what this computer keeps where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QCheckBox, QHBoxLayout, QWidget

from jgclient.store import Store, StoreError
from jgclient.ui import looks, messages, theme
from jgclient.ui.background import Progress, log_file
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Choice, button, label
from jgclient.ui.settings_rows import grid_of, put
from jgclient.ui.workbar import WorkBar


class LooksCard(Card):
    """Colours change at once, the size when the program is opened again."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("外观")
        self._desk = desk
        self.scheme = Choice("颜色")
        for key, words in looks.SCHEME_TITLES.items():
            self.scheme.addItem(words, key)
        self.size_choice = Choice("字号")
        for size in looks.SIZES:
            self.size_choice.addItem(f"{size}%", size)
        self.note = label("", "note", wraps=True)
        grid = grid_of(self)
        put(grid, 0, label("颜色"), self.scheme)
        put(grid, 1, label("字号和间距"), self.size_choice)
        put(grid, 2, label(""), self.note)
        self.refresh()
        self.scheme.activated.connect(self._choose)
        self.size_choice.activated.connect(self._choose)

    def refresh(self) -> None:
        """Show what is kept."""
        kept = looks.read(self._desk.store.folder)
        self.scheme.setCurrentIndex(self.scheme.findData(kept.scheme))
        self.size_choice.setCurrentIndex(self.size_choice.findData(kept.size))
        self.note.setText("颜色立即生效。字号在下次打开程序时生效，会与系统的显示缩放相乘。")

    @Slot(int)
    def _choose(self, _index: int) -> None:
        chosen = looks.Looks(self.scheme.currentData(), self.size_choice.currentData())
        try:
            looks.write(self._desk.store.folder, chosen)
        except OSError as error:
            self._desk.say(f"没有保存：{error.strerror}。请检查数据文件夹能否写入。", "danger")
            return
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is a window
        theme.apply(application, theme.scheme_for(application, chosen.scheme))
        self._desk.say("已保存", "accepted")


class BackupCard(Card):
    """The last backups, a second place, one now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("备份")
        self._desk = desk
        self.last = label("", wraps=True)
        self.place = label("", wraps=True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.now_button = button("立即备份", on_click=self._back_up)
        self.clear_button = button("不再使用", on_click=lambda: self._set_place(None))
        self.work = WorkBar()
        grid = grid_of(self)
        put(grid, 0, label("最近的备份"), self.last)
        put(grid, 1, label("第二备份位置"), self.place)
        put(grid, 2, label(""), _line(
            button("选择位置……", on_click=self._choose_place), self.clear_button, self.now_button,
            button("自检与恢复", on_click=lambda: desk.go("selfcheck")),
        ))  # fmt: skip
        put(grid, 3, label(""), label(
            "第二备份位置选移动硬盘或另一块磁盘上的文件夹：电脑坏了，数据还在。备份是加密的，用恢复码打开。",
            "note", wraps=True,
        ))  # fmt: skip
        self.body.addWidget(self.work)

    def refresh(self) -> None:
        """Show what there is."""
        backups = self._desk.store.backups.list()
        place = self._desk.store.backups.place()
        self.last.setText(
            "\n".join(one.title for one in backups[:5]) or "还没有备份，有改动后每半小时自动备份一次"
        )
        self.place.setText(str(place) if place else "（没有设置）")
        self.clear_button.setVisible(place is not None)

    def _choose_place(self) -> None:
        chosen = messages.gate.folder(self, "第二备份位置", start=Path.home())
        if chosen is not None:
            self._set_place(chosen)

    def _set_place(self, place: Path | None) -> None:
        try:
            self._desk.store.backups.set_place(place)
        except StoreError as error:
            self._desk.say(str(error), "danger")
            return
        self.refresh()
        self._desk.say("已保存", "accepted")

    def _back_up(self) -> None:
        job = self._desk.jobs.run(_make_backup, done=self._made, failed=self._failed)
        self.work.follow(job, "正在备份")

    @Slot(object)
    def _made(self, words: str) -> None:
        self.refresh()
        self._desk.say(words, "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._desk.say(sentence, "danger")


class MachineCard(Card):
    """Where things are, and the code that opens the data elsewhere."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("本机")
        self._desk = desk
        grid = grid_of(self)
        facts = (
            ("数据文件夹", str(desk.store.folder)), ("密钥", desk.store.key_place()), ("日志", log_file()),
        )  # fmt: skip
        for number, (title, words) in enumerate(facts):
            value = label(words, wraps=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            put(grid, number, label(title), value)
        self.code = label(
            "换电脑或重装系统后，只有恢复码能打开加密的数据。请抄下或打印，锁好。", "muted", wraps=True
        )
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        put(grid, len(facts), label("恢复码"), self.code)
        put(grid, len(facts) + 1, label(""), _line(button("显示恢复码", on_click=self._show_code)))

    def _show_code(self) -> None:
        self.code.setText(self._desk.store.recovery_code())


class SwitchBox(QCheckBox):
    """A setting that is on or off.

    Args:
        name: Tells the setting's name; called when it is needed, because it may load slowly.
        usual: What holds while nobody has chosen.
    """

    def __init__(self, desk: Desk, words: str, name: Callable[[], str], *, usual: bool) -> None:
        super().__init__(words)
        self._desk, self._name, self._usual = desk, name, usual
        self.toggled.connect(self._keep)

    def refresh(self) -> None:
        """Show what is kept."""
        self.blockSignals(True)
        self.setChecked(bool(self._desk.store.settings.get(self._name(), self._usual)))
        self.blockSignals(False)

    @Slot(bool)
    def _keep(self, wanted: bool) -> None:
        self._desk.store.settings.set(self._name(), wanted)
        self._desk.say("已保存", "accepted")


def automatic_box(desk: Desk) -> SwitchBox:
    """Whether records are reported by themselves when there is a network."""

    def name() -> str:
        from jgclient.sync.schedule import AUTOMATIC  # noqa: PLC0415 - loads the network's side

        return AUTOMATIC

    return SwitchBox(desk, "联网时自动上报，先报最急的", name, usual=True)


def location_box(desk: Desk) -> SwitchBox:
    """Whether photos keep the place where they were taken."""

    def name() -> str:
        from jgclient.attaching import KEEP_LOCATION  # noqa: PLC0415 - only for settings

        return KEEP_LOCATION

    return SwitchBox(desk, "附件照片保留拍摄位置（需要用位置作证据时才勾选）", name, usual=False)


def double_keying_box(desk: Desk) -> SwitchBox:
    """Whether amounts and identifiers are typed twice."""

    def name() -> str:
        from jgclient.aids.doubles import SETTING  # noqa: PLC0415 - it brings the rule engine

        return SETTING

    return SwitchBox(desk, "金额和证件号码要输入两遍核对（从下一条录入起）", name, usual=False)


def _make_backup(store: Store, _progress: Progress) -> str:
    made = store.backups.make("hand")
    words = f"已备份：{made.backup.path}" if made.is_new else "没有新的改动，最近的备份就是最新的"
    return f"{words}。{made.second_fault}" if made.second_fault else words


def _line(*widgets: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return line
