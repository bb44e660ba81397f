"""平台消息: notices and tasks that came down, and updates that were not applied, with the reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jgclient.aids.tasks import task_texts
from jgclient.store.changes import ChangeRow
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, EmptyState, PageBase, button, label, page_column
from jgclient.ui.tables import Column, ListStack, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName
from jgclient.ui.words import iso_day

_KINDS = {"notice": "通知", "task": "任务"}
_UPDATES = {
    "form": "表单", "codes": "代码表", "calendar": "节假日安排", "item": "监管事项",
    "implementation": "实施清单", "person": "执法人员", "object": "监管对象",
    "returned": "退回", "program": "程序更新",
}  # fmt: skip


class InboxPage(PageBase):
    """List at the left, the message at the right; what was looked at counts as read."""

    title = "平台消息"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: list[ChangeRow] = []
        self.answer_button = button("按任务录入", on_click=self._answer)
        self.table = RowTable(
            "平台消息", RowsModel(self._columns(), self._load), lambda row: (row.kind, row.id)
        )
        self.table.chosen.connect(self._show_message)
        self.text = label("", wraps=True)
        self._lay_out()

    # -- what the frame asks -----------------------------------------------------------------------

    def head_note(self) -> str:
        """How many nobody has read."""
        count = sum(_is_new(row) for row in self.rows)
        return f"{count:,} 条未读" if count else ""

    def head_buttons(self) -> list[QWidget]:
        """Do what a task asks for."""
        return [self.answer_button]

    def shown(self, **_args: str) -> None:
        """The list is where she reads on."""
        if not self.table.selected_count():
            self.table.choose(0)
        self.table.setFocus()

    def refresh(self) -> None:
        """List again; what was not applied comes first."""
        changes = self.desk.store.changes
        told = [row for kind in _KINDS for row in changes.rows(kind) if not self._is_over(row)]
        told.sort(key=lambda row: row.changed_at, reverse=True)
        self.rows = [*changes.refused(), *told]
        self.stack.reload()
        self._show_message()
        self.head_changed.emit()

    # -- showing -----------------------------------------------------------------------------------

    @Slot()
    def _show_message(self) -> None:
        row = self.table.current()
        self.answer_button.setEnabled(row is not None and bool(self._form_of(row)))
        self.card.title.setText(_title(row) if row else "消息")
        self.text.setText(self._words(row) if row else "")
        if row is not None and _is_new(row) and self.isVisible():
            QTimer.singleShot(0, self, self._mark_read)  # the list is being put together just now

    @Slot()
    def _mark_read(self) -> None:
        row = self.table.current()
        if row is not None and _is_new(row):
            self.desk.store.changes.mark_read(row.kind, row.id)
            self.desk.data_changed.emit()

    def _answer(self) -> None:
        row = self.table.current()
        if row is not None and self._form_of(row):
            self.desk.go("entry", form=self._form_of(row), task=row.id)

    def _words(self, row: ChangeRow) -> str:
        if row.refused:
            return f"这项更新没有采用：{row.refused}\n原来的内容继续有效。请把这句话告诉平台管理员。"
        due, text = (str(row.content.get(name, "")) for name in ("due_on", "text"))
        return "\n\n".join(part for part in (_limit(due, row), text, self._filled(row)) if part)

    def _filled(self, row: ChangeRow) -> str:
        """What a record that answers the task begins with."""
        form_id = self._form_of(row)
        if not form_id or not row.content.get("content"):
            return ""
        form = self.desk.library.get(form_id)
        texts = task_texts(self.desk.library.checker(form), row.content)
        lines = [f"{form.field(name).title}：{text}" for name, text in texts.items()]
        return "\n".join(["“按任务录入”时已填好：", *lines]) if lines else ""

    def _form_of(self, row: ChangeRow) -> str:
        """The form that answers a task, empty when there is none here."""
        wanted = str(row.content.get("form", "")) if row.kind == "task" and not row.refused else ""
        return wanted if wanted in {form.id for form in self.desk.record_forms()} else ""

    def _is_over(self, row: ChangeRow) -> bool:
        """A notice that need not be shown any more."""
        last = str(row.content.get("valid_to", ""))
        return bool(last) and last < self.desk.today().isoformat()

    def _columns(self) -> list[Column[ChangeRow]]:
        return [
            Column("", lambda row: "未读" if _is_new(row) else "", 3, tone=lambda _row: "waiting", chip=True),
            Column("种类", _kind, 5, tone=_tone),
            Column("标题", _title),
            Column("限期", lambda row: self._day(str(row.content.get("due_on", ""))), 5),
            Column("收到", lambda row: self._day(row.changed_at[:10]), 5, muted=True, spare=True),
        ]

    def _day(self, text: str) -> str:
        return iso_day(text, self.desk.today())

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[ChangeRow]:
        return self.rows[offset : offset + limit]

    def _lay_out(self) -> None:
        column = page_column(self)
        listed = Card("消息", flush=True)
        empty = EmptyState("没有平台消息", "平台下发的通知和任务会在上报时取回，列在这里。")
        self.stack = ListStack(self.table, empty)
        listed.body.addWidget(self.stack)
        self.card = Card("消息")
        self.card.body.addWidget(self.text)
        self.card.body.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(listed, 5)
        row.addWidget(self.card, 4)
        column.addLayout(row, 1)


def _is_new(row: ChangeRow) -> bool:
    return row.read_at is None and not row.refused


def _kind(row: ChangeRow) -> str:
    return "没有采用" if row.refused else _KINDS[row.kind]


def _tone(row: ChangeRow) -> ToneName | None:
    return "danger" if row.refused else None


def _limit(due: str, row: ChangeRow) -> str:
    basis = str(row.content.get("basis", ""))
    return (f"限 {due} 前完成" + (f"（{basis}）" if basis else "")) if due else ""


def _title(row: ChangeRow) -> str:
    if row.refused:
        return f"{_UPDATES.get(row.kind, _KINDS.get(row.kind, '更新'))} {row.id}"
    return str(row.content.get("title", "")) or row.id
