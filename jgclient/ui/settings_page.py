"""Unit, person, platform: kept when a field is left, what is wrong said under the field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from jgclient.forms.identifiers import judge
from jgclient.ui import theme
from jgclient.ui.background import log_file
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, PageBase, button, label, line_edit, page_column

#: Judges a text: (text to keep, what is wrong or empty, what it means or empty).
Judge = Callable[[str, Desk], tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the page.

    Attributes:
        name: Name in the store.
        judge: Called while typing; a text with something wrong is not kept.
    """

    name: str
    title: str
    example: str
    judge: Judge


class SettingRow(QWidget):
    """An input with, under it, what is wrong or what it means."""

    kept = Signal()

    def __init__(self, desk: Desk, setting: Setting) -> None:
        super().__init__()
        self._desk, self._setting = desk, setting
        self.box = line_edit(setting.title, setting.example)
        self.under = label("", "note", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.box)
        column.addWidget(self.under)
        self.box.textChanged.connect(lambda _text: self._show_verdict())
        self.box.editingFinished.connect(self._keep)

    def refresh(self) -> None:
        """Show what is kept, unless she is typing here."""
        if not self.box.hasFocus():
            self.box.setText(self._desk.setting(self._setting.name))
            self._show_verdict()

    def _keep(self) -> None:
        text, wrong, _ = self._setting.judge(self.box.text(), self._desk)
        if wrong:
            return
        self.box.setText(text)
        if text != self._desk.setting(self._setting.name):
            self._desk.store.settings.set(self._setting.name, text)
            self.kept.emit()

    def _show_verdict(self) -> None:
        text, wrong, meaning = self._setting.judge(self.box.text(), self._desk)
        unsaved = "，没有保存" if wrong and text else ""
        self.under.setText(f"{wrong}{unsaved}" if wrong else meaning)
        self.under.setVisible(bool(self.under.text()))
        theme.restyle(self.under, "tone", "danger" if wrong else "")
        theme.restyle(self.box, "problem", "hard" if wrong and text else "")
        self.box.setAccessibleDescription(self.under.text())


class SettingsPage(PageBase):
    """Cards of settings, and facts about this computer."""

    title = "设置"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: dict[str, SettingRow] = {}
        column = page_column(self)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("inside")
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(12)
        for title, settings in _CARDS:
            cards.addWidget(self._card(title, settings))
        cards.addWidget(self._machine_card())
        cards.addStretch(1)
        area.setWidget(inside)
        column.addWidget(area)

    def head_note(self) -> str:
        """How it is kept."""
        return "离开输入框即保存"

    def shown(self, **args: str) -> None:
        """Go to the setting asked for (``field``), else to the first empty one."""
        wanted = self.rows.get(args.get("field", ""))
        empty = next((row for row in self.rows.values() if not row.box.text()), None)
        (wanted or empty or self.rows["unit_name"]).box.setFocus()

    def refresh(self) -> None:
        """Show what is kept."""
        for row in self.rows.values():
            row.refresh()

    def leave(self) -> bool:
        """Keep the field that still has the focus."""
        for row in self.rows.values():
            if row.box.hasFocus():
                row.box.clearFocus()
        return True

    def _card(self, title: str, settings: tuple[Setting, ...]) -> Card:
        card = Card(title)
        grid = _grid(card)
        for number, setting in enumerate(settings):
            row = SettingRow(self.desk, setting)
            row.kept.connect(self._kept)
            name = label(setting.title)
            name.setBuddy(row.box)
            self.rows[setting.name] = row
            _put(grid, number, name, row)
        return card

    def _machine_card(self) -> Card:
        card = Card("本机")
        grid = _grid(card)
        facts = (
            ("数据文件夹", str(self.desk.store.folder)),
            ("日志", log_file()),
        )
        for number, (title, words) in enumerate(facts):
            value = label(words, wraps=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            _put(grid, number, label(title), value)
        self.code = label("换电脑或重装系统后，只有恢复码能打开加密的数据。请抄下或打印，锁好。", "muted")
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(button("显示恢复码", on_click=self._show_code))
        row.addWidget(self.code, 1)
        _put(grid, len(facts), label("恢复码"), line)
        return card

    def _show_code(self) -> None:
        self.code.setText(self.desk.store.recovery_code())

    def _kept(self) -> None:
        self.desk.data_changed.emit()
        self.desk.say("已保存", "accepted")


def _grid(card: Card) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, card.fontMetrics().horizontalAdvance("汉") * 9)
    grid.setColumnStretch(1, 3)
    grid.setColumnStretch(2, 2)
    card.body.addLayout(grid)
    return grid


def _put(grid: QGridLayout, line: int, name: QWidget, value: QWidget) -> None:
    name.setMinimumHeight(30)
    name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    grid.addWidget(value, line, 1)


def _filled(missing: str) -> Judge:
    def judged(text: str, _desk: Desk) -> tuple[str, str, str]:
        tidy = text.strip()
        return tidy, "" if tidy else missing, ""

    return judged


def _identifier(kind: str) -> Judge:
    def judged(text: str, desk: Desk) -> tuple[str, str, str]:
        if not text.strip():
            return "", "还没有填写", ""
        verdict = judge(kind, text, today=desk.today())
        wrong = next((problem for problem in verdict.problems if problem.strength == "hard"), None)
        meaning = (
            desk.library.codes.get("region").title(verdict.value) if kind == "region" and not wrong else ""
        )
        return verdict.value, f"{wrong.message}。{wrong.help}" if wrong else "", meaning

    return judged


def _address(text: str, _desk: Desk) -> tuple[str, str, str]:
    tidy = text.strip().rstrip("/")
    if not tidy:
        return "", "", "向本级“互联网+监管”平台管理员索取；不填也能录入，联网上报时再填"
    parts = urlsplit(tidy)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return tidy, "网址要以 https:// 或 http:// 开头", ""
    return tidy, "", "" if parts.scheme == "https" else "http:// 不加密，只宜在本机或政务外网测试时使用"


def _optional(text: str, _desk: Desk) -> tuple[str, str, str]:
    return text.strip(), "", ""


_CARDS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    ("单位和人员", (
        Setting("unit_name", "单位名称", "营业执照或批文上的全称", _filled("还没有填写单位名称")),
        Setting("unit_code", "统一社会信用代码", "18 位", _identifier("uscc")),
        Setting("unit_region", "行政区划", "6 位代码，如 410102", _identifier("region")),
        Setting("user_name", "录入人", "真实姓名", _filled("还没有填写录入人：每条记录都记着是谁录的")),
    )),
    ("上报平台", (
        Setting("gateway_url", "平台地址", "https://……", _address),
        Setting("gateway_user", "平台用户名", "", _optional),
    )),
)  # fmt: skip
