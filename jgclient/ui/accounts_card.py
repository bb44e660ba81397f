"""Who may work here: list, new person, role, PIN, approval, lock, hand-over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from jgclient import accounts, entering
from jgclient.accounts import ROLES, AccountError, HandedOver
from jgclient.store import Store
from jgclient.store.accounts import AccountRow
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Choice, button, label, line_edit, link

_IDLE = (0, 5, 10, 15, 30, 60)


class AccountsCard(Card):
    """Everything about accounts; only an administrator can change it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("账户与安全")
        self._desk = desk
        self._people = QWidget()
        self.body.addWidget(self._people)
        self.name, self.pin = line_edit("姓名", "真实姓名"), line_edit("PIN", "PIN，4 到 12 位数字")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.role = _roles("角色")
        self.add_button = button("添加", on_click=self.add)
        self.body.addLayout(_line(self.name, self.pin, self.role, self.add_button))
        self.review = QCheckBox("上报前要由第二个人复核")
        self.idle = Choice("多久没有操作就锁定")
        for minutes in _IDLE:
            self.idle.addItem(f"{minutes} 分钟" if minutes else "不锁定", minutes)
        self.body.addLayout(_line(self.review, label("没有操作多久后锁定"), self.idle, stretch=True))
        self.giver, self.taker = Choice("交出的人"), Choice("接手的人")
        self.hand_button = button("移交", on_click=self.hand_over)
        parts = (label("把"), self.giver, label("的草稿和被退回的记录移交给"), self.taker, self.hand_button)
        self.body.addLayout(_line(*parts, stretch=True))
        self.note = label("", "note", wraps=True)
        self.body.addWidget(self.note)
        self.review.toggled.connect(self._keep_review)
        self.idle.activated.connect(self._keep_idle)

    def refresh(self) -> None:
        """Show who there is."""
        people, store = self._desk.store.accounts.list(), self._desk.store
        may = accounts.is_admin(store)
        self._show_people(people, may=may)
        self.review.blockSignals(True)
        self.review.setChecked(bool(store.settings.get(entering.REVIEW)))
        self.review.blockSignals(False)
        self.idle.setCurrentIndex(self.idle.findData(store.settings.get(accounts.LOCK_AFTER, 10)))
        for choice in (self.giver, self.taker):
            choice.clear()
            choice.addItems([person.name for person in people])
        for widget in (self.name, self.pin, self.role, self.add_button):
            widget.setEnabled(may)
        for part in (self.review, self.idle, self.giver, self.taker, self.hand_button):
            part.setEnabled(may and bool(people))
        self.role.setCurrentIndex(self.role.findData("clerk" if people else "admin"))
        self.note.setText(_explain(people, may=may))

    def add(self) -> None:
        """Add the person typed."""
        name, pin, role = self.name.text(), self.pin.text(), self.role.currentData()
        first = not self._desk.store.accounts.list()
        if self._done(
            lambda: accounts.add(self._desk.store, name, pin, role), f"已添加{ROLES[role]}“{name}”"
        ):
            self.name.clear()
            self.pin.clear()
            if first:  # whoever set this up goes on under the name just given
                self._desk.store.settings.set("user_name", " ".join(name.split()))
                self._desk.data_changed.emit()

    def hand_over(self) -> None:
        """Give one person's work to the other."""
        giver, taker, desk = self.giver.currentText(), self.taker.currentText(), self._desk
        if giver == taker:
            desk.say("请选两个不同的人。", "warning")
            return

        def task(store: Store, _progress: Progress) -> HandedOver:
            return accounts.hand_over(store, desk.library, giver, taker, now=desk.clock())

        desk.jobs.run(task, done=self._handed_over, failed=self._failed)

    @Slot(object)
    def _handed_over(self, done: HandedOver) -> None:
        self._desk.data_changed.emit()
        self._desk.say(f"已移交草稿 {done.drafts:,} 条、被退回的 {done.returned:,} 条。", "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._desk.say(sentence, "danger")

    @Slot(bool)
    def _keep_review(self, wanted: bool) -> None:
        self._desk.store.settings.set(entering.REVIEW, wanted)
        self._desk.say("已保存", "accepted")

    @Slot(int)
    def _keep_idle(self, _index: int) -> None:
        self._desk.store.settings.set(accounts.LOCK_AFTER, self.idle.currentData())
        self._desk.say("已保存", "accepted")

    def _done(self, act: Callable[[], object], words: str) -> bool:
        try:
            act()
        except AccountError as error:
            self._desk.say(str(error), "danger")
            return False
        self.refresh()
        self._desk.say(words, "accepted")
        return True

    def _show_people(self, people: list[AccountRow], *, may: bool) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(4, 1)
        for number, person in enumerate(people):
            role = _roles(f"{person.name}的角色")
            role.setCurrentIndex(role.findData(person.role))
            role.setEnabled(may)
            role.activated.connect(
                lambda _index, p=person, r=role: self._change(p, r.currentData(), p.enabled)
            )
            grid.addWidget(label(person.name), number, 0)
            grid.addWidget(role, number, 1)
            words = "停用" if person.enabled else "启用"
            switch = link(words, on_click=partial(self._change, person, person.role, not person.enabled))
            renew = link("把 PIN 改为下面填的", on_click=partial(self._renew, person))
            for column, each in ((2, switch), (3, renew)):
                each.setEnabled(may)
                grid.addWidget(each, number, column)
        self.body.replaceWidget(self._people, inside)
        self._people.hide()  # it goes when the event loop comes round
        self._people.deleteLater()
        self._people = inside

    def _change(self, person: AccountRow, role: str, enabled: bool) -> None:
        act = partial(accounts.set_role, self._desk.store, person.name, role, enabled=enabled)
        state = ROLES[role] if enabled else "停用"
        if not self._done(act, f"“{person.name}”已改为{state}"):
            self.refresh()

    def _renew(self, person: AccountRow) -> None:
        pin = self.pin.text()
        if self._done(
            lambda: accounts.set_pin(self._desk.store, person.name, pin), f"已重设“{person.name}”的 PIN"
        ):
            self.pin.clear()


def _roles(name: str) -> Choice:
    made = Choice(name)
    for key, words in ROLES.items():
        made.addItem(words, key)
    return made


def _line(*widgets: QWidget, stretch: bool = False) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    if stretch:
        row.addStretch(1)
    return row


def _explain(people: list[AccountRow], *, may: bool) -> str:
    if not people:
        return (
            "只有一个人用这台电脑时不用账户。添加第一个账户（管理员）后，打开程序要先登录，"
            "每条记录记在登录人名下，按 Ctrl+L 可随时锁定。"
        )
    return "按 Ctrl+L 锁定或换人。" if may else "账户由管理员管理。按 Ctrl+L 锁定或换人。"
