"""Settings in groups: an index at the left, one group at a time at the right, nothing to scroll."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from jgclient.ui.accounts_card import AccountsCard
from jgclient.ui.counting_card import CountingCard
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, PageBase, label
from jgclient.ui.settings_cards import (
    BackupCard,
    LooksCard,
    MachineCard,
    automatic_box,
    double_keying_box,
    location_box,
)
from jgclient.ui.settings_rows import (
    Setting,
    SettingRow,
    address,
    certificate,
    filled,
    grid_of,
    hours,
    identifier,
    optional,
    private_key,
    proxy,
    public_key,
    put,
    roots,
)

UNIT = (
    Setting("unit_name", "单位名称", "营业执照或批文上的全称", filled("还没有填写单位名称")),
    Setting("unit_code", "统一社会信用代码", "18 位", identifier("uscc")),
    Setting("unit_region", "行政区划", "6 位代码，如 410102", identifier("region")),
    Setting("user_name", "录入人", "真实姓名", filled("还没有填写录入人：每条记录都记着是谁录的")),
)
GATEWAY = (
    Setting("gateway_url", "平台地址", "https://……", address),
    Setting("gateway_user", "平台用户名", "由平台管理员发放", optional),
    Setting("platform_key", "平台公钥", "", public_key),
    Setting("sync_hours", "定时上报", "09:00、16:30", hours, several=True),
)
#: What an administrator sets where the network is not plain.
NETWORK = (
    Setting("gateway_proxy", "代理", "http://主机:端口", proxy),
    Setting("gateway_ca_file", "平台证书", "", roots),
    Setting("gateway_certificate", "客户端证书", "", certificate),
    Setting("gateway_certificate_key", "证书私钥", "", private_key),
)
_TYPED = (UNIT, GATEWAY, NETWORK)
_INDEX_WIDTH = 136


class SettingsPage(PageBase):
    """Index and groups.

    Attributes:
        rows: Typed settings by their name in the store.
    """

    title = "设置"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: dict[str, SettingRow] = {}
        self.looks = LooksCard(desk)
        self.backup = BackupCard(desk)
        self.machine = MachineCard(desk)
        self.automatic = automatic_box(desk)
        self.location = location_box(desk)
        self.doubles = double_keying_box(desk)
        self.counting = CountingCard(desk)
        self.people = AccountsCard(desk)
        unit, gateway = self._typed("单位和人员", UNIT), self._typed("上报平台", GATEWAY)
        gateway.body.addWidget(self.automatic)
        unit.body.addWidget(self.doubles)
        gateway.body.addWidget(self.location)
        self._index = QVBoxLayout()
        self._buttons = QButtonGroup(self)
        self.stack = QStackedWidget()
        for name, card in (
            ("单位和人员", unit), ("上报平台", gateway),
            ("代理与证书", self._typed("代理与证书", NETWORK)), ("期限与提醒", self.counting),
            ("备份", self.backup), ("账户与安全", self.people),
            ("外观", self.looks), ("本机", self.machine),
        ):  # fmt: skip
            self._add_group(name, card)
        self._lay_out()

    def head_note(self) -> str:
        """How it is kept."""
        return "离开输入框即保存"

    def shown(self, **args: str) -> None:
        """Go to the group (``group``) or setting (``field``) asked for, else to the first empty setting."""
        if "group" in args:
            next(b for b in self._buttons.buttons() if b.text() == args["group"]).click()
            return
        wanted = self.rows.get(args.get("field", ""))
        empty = next((self.rows[s.name] for s in UNIT if not self.rows[s.name].box.text()), None)
        row = wanted or empty or self.rows["unit_name"]
        groups = [[self.rows[one.name] for one in group] for group in _TYPED]
        self._show_group(next(number for number, rows in enumerate(groups) if row in rows))
        row.box.setFocus()

    def refresh(self) -> None:
        """Show what is kept."""
        for row in self.rows.values():
            row.refresh()
        switches = (self.automatic, self.location, self.doubles)
        for card in (self.looks, self.backup, *switches, self.counting, self.people):
            card.refresh()

    def leave(self) -> bool:
        """Keep the field that still has the focus."""
        for row in self.rows.values():
            if row.box.hasFocus():
                row.box.clearFocus()
        return True

    def _typed(self, title: str, settings: tuple[Setting, ...]) -> Card:
        card = Card(title)
        grid = grid_of(card)
        for number, setting in enumerate(settings):
            row = SettingRow(self.desk, setting)
            row.kept.connect(self._kept)
            name = label(setting.title)
            name.setBuddy(row.box)
            self.rows[setting.name] = row
            put(grid, number, name, row)
        return card

    def _add_group(self, name: str, card: QWidget) -> None:
        number = self.stack.count()
        entry = QPushButton(name)
        entry.setProperty("kind", "index")
        entry.setCheckable(True)
        entry.clicked.connect(partial(self._show_group, number))
        self._buttons.addButton(entry, number)
        self._index.addWidget(entry)
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        self.stack.addWidget(area)

    def _show_group(self, number: int, _checked: bool = True) -> None:
        self._buttons.button(number).setChecked(True)
        self.stack.setCurrentIndex(number)

    def _lay_out(self) -> None:
        self._index.setSpacing(2)
        self._index.addStretch(1)
        side = QWidget()
        side.setFixedWidth(_INDEX_WIDTH)
        side.setLayout(self._index)
        self._index.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 16, 20, 12)
        row.setSpacing(12)
        row.addWidget(side)
        row.addWidget(self.stack, 1)
        self._show_group(0)

    def _kept(self) -> None:
        self.desk.data_changed.emit()
        self.desk.say("已保存", "accepted")
