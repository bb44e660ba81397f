"""The first run: unit, person, how to report, the list of items. One page, under two minutes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, PageBase, button, label, page_column, primary_button
from jgclient.ui.practice_door import PracticeDoor
from jgclient.ui.settings_page import GATEWAY, UNIT
from jgclient.ui.settings_rows import Setting, SettingRow, grid_of, put
from jgclient.ui.workbar import WorkBar

#: Place of the region in a unified credit code (GB 32100-2015: digits 3 to 8).
_REGION = slice(2, 8)


class StartPage(PageBase):
    """Three numbered cards and a way on."""

    title = "开始使用"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: dict[str, SettingRow] = {}
        self.online = QRadioButton("联网上报到平台")
        self.offline = QRadioButton("只用 U 盘离线包或 Excel 模板，不联网")
        self.missing = label("", tone="danger")
        self.go_button = primary_button("开始录入", "Ctrl+Enter", on_click=self.go_on)
        self.items_button = button("导入监管事项清单", on_click=self._import)
        self.practice_button = button("先练习一下", on_click=self._practise)
        self.work = WorkBar()
        self.practice = PracticeDoor(desk, self.work)
        self._lay_out()
        self.rows["unit_code"].kept.connect(self._guess_region)
        for row in self.rows.values():
            row.kept.connect(self._show_missing)
            row.box.returnPressed.connect(row.box.focusNextChild)
        self.online.toggled.connect(self._choose_way)

    def head_note(self) -> str:
        """What it takes."""
        return "填完三步就能录入，以后都能在“设置”里改"

    def head_buttons(self) -> list[QWidget]:
        """Practise, go on."""
        return [self.practice_button, self.go_button]

    def shown(self, **_args: str) -> None:
        """The first empty box gets the focus."""
        self.refresh()
        empty = [row for row in self.rows.values() if not row.box.text() and row.isVisibleTo(self)]
        (empty[0] if empty else self.rows["unit_name"]).box.setFocus()

    def refresh(self) -> None:
        """Show what is kept."""
        for row in self.rows.values():
            row.refresh()
        count = self.desk.store.registers.count("item")
        self.items.setText(
            f"已有 {count:,} 项" if count else "还没有。没有清单也能录入，只是不能核对事项编码。"
        )
        self._show_missing()

    def leave(self) -> bool:
        """Keep the field that still has the focus."""
        for row in self.rows.values():
            if row.box.hasFocus():
                row.box.clearFocus()
        return True

    def go_on(self) -> None:
        """To the first record, when nothing that every record needs is missing."""
        self.leave()
        missing = self._missing()
        if missing:
            self._show_missing()
            self.rows[missing[0].name].box.setFocus()
            self.desk.say(f"还差：{'、'.join(one.title for one in missing)}", "warning")
            return
        self.desk.data_changed.emit()
        self.desk.go("workbench")
        self.desk.new_entry()

    def _missing(self) -> list[Setting]:
        return [one for one in UNIT if not self.desk.setting(one.name)]

    def _show_missing(self) -> None:
        missing = "、".join(one.title for one in self._missing())
        self.missing.setText(f"还差：{missing}" if missing else "")
        self.missing.setVisible(bool(missing))

    def _guess_region(self) -> None:
        """The code of a unit holds the region it was registered in."""
        row, code = self.rows["unit_region"], self.desk.setting("unit_code")
        if not row.box.text() and code:
            row.box.setText(code[_REGION])
            row.box.editingFinished.emit()

    def _choose_way(self, online: bool) -> None:
        for one in GATEWAY[:2]:
            self.rows[one.name].setVisible(online)
            self._names[one.name].setVisible(online)

    def _import(self) -> None:
        self.leave()
        self.desk.go("import")

    def _practise(self) -> None:
        self.leave()
        self.practice.open()

    def _lay_out(self) -> None:
        self._names: dict[str, QLabel] = {}
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._typed("1　单位和录入人", UNIT))
        way = self._typed("2　怎样上报", GATEWAY[:2])
        ways = QHBoxLayout()
        ways.setSpacing(24)
        for each in (self.online, self.offline):
            ways.addWidget(each)
        ways.addStretch(1)
        self.online.setChecked(True)
        way.body.insertLayout(0, ways)
        column.addWidget(way)
        column.addWidget(self._items_card())
        column.addWidget(self.missing)
        column.addStretch(1)
        area.setWidget(inside)
        outer = page_column(self)
        outer.addWidget(self.work)
        outer.addWidget(area, 1)

    def _items_card(self) -> Card:
        card = Card("3　监管事项清单（可以以后再导入）")
        self.items = label("", "muted")
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.items_button)
        line.addWidget(self.items, 1)
        card.body.addLayout(line)
        return card

    def _typed(self, title: str, settings: tuple[Setting, ...]) -> Card:
        card = Card(title)
        grid = grid_of(card)
        for number, setting in enumerate(settings):
            row = SettingRow(self.desk, setting)
            name = label(setting.title)
            name.setBuddy(row.box)
            self.rows[setting.name], self._names[setting.name] = row, name
            put(grid, number, name, row)
        return card
