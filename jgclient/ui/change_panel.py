"""Change one field of many records: choose, look at what would become of each, then keep."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from jgclient import changing
from jgclient.changing import Change, Changed
from jgclient.forms.definition import Field, Form
from jgclient.store import RecordRow, Store
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Choice, EmptyState, button, label, line_edit, primary_button
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName
from jgclient.ui.workbar import WorkBar

#: Types whose values belong to one record only.
_OWN = frozenset({"attachments", "document_number"})
#: Code lists up to this length are offered as a list, longer ones are typed.
_LISTED = 60


class ChangePanel(Card):
    """Field, new value, preview."""

    closed = Signal()
    #: What was changed, as :func:`jgclient.changing.change` gives it.
    changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("批量修改", flush=True)
        self._desk = desk
        self._ids: list[str] = []
        self._form: Form | None = None
        self.changes: list[Change] = []
        self.field_choice = Choice("要改的栏目")
        self.box = line_edit("改成")
        self.code_choice = Choice("改成")
        self.values = QStackedWidget()
        for widget in (self.box, self.code_choice):
            self.values.addWidget(widget)
        self.preview_button = button("预览", on_click=self.preview)
        self.apply_button = primary_button("修改", on_click=self.apply)
        self.head.addWidget(button("取消", on_click=self.closed.emit))
        self.head.addWidget(self.apply_button)
        self.work = WorkBar()
        self.model = RowsModel(_columns(), self._load)
        self.table = RowTable("修改预览", self.model, lambda one: one.record_id)
        self.empty = EmptyState("先选栏目、填新内容，再按“预览”", "预览不改动任何记录。")
        self._lay_out()
        self.field_choice.currentIndexChanged.connect(lambda _index: self._field_chosen())
        self.box.textChanged.connect(lambda _text: self._forget())
        self.box.returnPressed.connect(self.preview)
        self.code_choice.currentIndexChanged.connect(lambda _index: self._forget())

    def begin(self, rows: Sequence[RecordRow]) -> bool:
        """Ask for these records; False when they are of several kinds."""
        self._form = changing.fields_in_common(self._desk.library, [row.form for row in rows])
        if self._form is None:
            return False
        self._ids = [row.id for row in rows]
        self.title.setText(f"批量修改 {len(rows):,} 条")
        self.field_choice.clear()
        for field in self._form:
            if field.type not in _OWN and field.name != self._form.number_field:
                self.field_choice.addItem(field.title, field.name)
        self._field_chosen()
        self.field_choice.setFocus()
        return True

    def preview(self) -> None:
        """See what would become of each record."""
        desk, ids, name, text = self._desk, self._ids, self._name(), self._text()

        def task(store: Store, progress: Progress) -> list[Change]:
            return changing.preview(
                store, desk.library, ids, name, text, now=desk.clock(), on_progress=progress.report,
                is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        self.work.follow(desk.jobs.run(task, done=self._previewed, failed=self._failed), "正在预览")

    def apply(self) -> None:
        """Keep what was previewed."""
        desk, changes, name = self._desk, self.changes, self._name()

        def task(store: Store, progress: Progress) -> list[Changed]:
            return changing.change(
                store, desk.library, changes, name, now=desk.clock(), on_progress=progress.report,
                is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        self.apply_button.setEnabled(False)
        self.work.follow(desk.jobs.run(task, done=self._applied, failed=self._failed), "正在修改")

    @Slot(object)
    def _previewed(self, changes: list[Change]) -> None:
        self.changes = changes
        self._show()

    @Slot(object)
    def _applied(self, done: list[Changed]) -> None:
        self.changed.emit(done)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._show()
        self._desk.say(sentence, "danger")

    def _forget(self) -> None:
        self.changes = []
        self._show()

    def _show(self) -> None:
        count = sum(one.changes for one in self.changes)
        wrong = sum(bool(one.problems) for one in self.changes if one.changes)
        self.apply_button.setEnabled(bool(count))
        self.apply_button.setText(f"修改 {count:,} 条" if count else "修改")
        words = f"{count:,} 条会改动" if self.changes else ""
        self.note.setText(f"{words}，其中 {wrong:,} 条会有问题" if wrong else words)
        self.model.reload()
        self.stack.setCurrentIndex(0 if self.changes else 1)

    def _field_chosen(self) -> None:
        field = self._field()
        if field is None:
            return
        codes = self._desk.library.codes.get(field.codes).entries if field.type == "code" else ()
        listed = 0 < len(codes) <= _LISTED
        self.code_choice.clear()
        self.code_choice.addItem("（清空这一项）", "")
        for code in codes if listed else ():
            self.code_choice.addItem(f"{code.code} {code.title}", code.code)
        self.values.setCurrentIndex(1 if listed else 0)
        self.box.clear()
        self.box.setPlaceholderText(f"例如：{field.example}" if field.example else "留空表示清空这一项")
        self._forget()

    def _field(self) -> Field | None:
        return self._form.by_name.get(self._name()) if self._form else None

    def _name(self) -> str:
        return str(self.field_choice.currentData() or "")

    def _text(self) -> str:
        if self.values.currentIndex():
            return str(self.code_choice.currentData() or "")
        return self.box.text().strip()

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[Change]:
        return self.changes[offset : offset + limit]

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 8, 0)
        line.setSpacing(8)
        line.addWidget(label("把"))
        line.addWidget(self.field_choice)
        line.addWidget(label("改成"))
        line.addWidget(self.values, 1)
        line.addWidget(self.preview_button)
        self.values.setFixedHeight(self.box.sizeHint().height())
        self.body.addLayout(line)
        self.body.addWidget(self.work)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.body.addWidget(self.stack, 1)


def _columns() -> list[Column[Change]]:
    return [
        Column("名称 / 文号", lambda one: one.title, share=3),
        Column("现在", lambda one: one.before or "（未填）", share=2, muted=True),
        Column("改成", lambda one: one.after or "（清空）", share=2),
        Column("会怎样", _outcome, share=4, tone=_tone),
    ]


def _outcome(one: Change) -> str:
    if one.refused:
        return f"不改：{one.refused}"
    if not one.changes:
        return "本来就是，不用改"
    return "；".join(problem.message for problem in one.problems) or "改成草稿，核对后再提交"


def _tone(one: Change) -> ToneName | None:
    if one.refused or any(problem.strength == "hard" for problem in one.problems):
        return "danger"
    return "warning" if one.problems else None
