"""Which column is which field: the clerk looks, corrects, and reads the workbook again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from jgclient.forms.definition import Form
from jgclient.importing import Proposal, ProposedColumn
from jgclient.ui.parts import Card, Choice, ShortLabel, button, label, link, primary_button

_WORDS = {"similar": "名称相近，请核对", "chosen": "已选定"}


class ColumnsPanel(Card):
    """One line a column: heading, what stands in it, the field."""

    #: The columns as she chose them: heading → field name, empty to leave one out.
    decided = Signal(dict)
    #: Another kind of form: its id.
    form_chosen = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__("列的对应", flush=True)
        self.choices: dict[str, Choice] = {}
        self.hints: dict[str, QWidget] = {}
        self.form_choice = Choice("这是哪种表单")
        self.form_choice.activated.connect(self._form_chosen)
        self.again_button = primary_button("按此重新检查", on_click=self._decide)
        self.head.addWidget(label("表单", "muted"))
        self.head.addWidget(self.form_choice)
        self.head.addWidget(button("返回", on_click=self.closed.emit))
        self.head.addWidget(self.again_button)
        self.missing = label("", "", tone="warning", wraps=True)
        self.missing.setContentsMargins(12, 0, 12, 0)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self.body.addWidget(self.missing)
        self.body.addWidget(self._area, 1)

    def offer_forms(self, forms: Sequence[Form], form_id: str) -> None:
        """The forms there are; ``form_id`` is the one at hand, empty for none yet."""
        self.form_choice.clear()
        if not form_id:
            self.form_choice.addItem("请选择", "")
        for form in forms:
            self.form_choice.addItem(form.title, form.id)
        self.form_choice.setCurrentIndex(max(0, self.form_choice.findData(form_id)))

    def show_proposal(self, proposal: Proposal | None) -> None:
        """Show what the columns may be; None while no form is chosen."""
        self.choices, self.hints = {}, {}
        inside = QWidget()
        inside.setObjectName("inside")
        grid = QGridLayout(inside)
        grid.setContentsMargins(12, 4, 12, 12)
        grid.setHorizontalSpacing(12)
        for place, title in enumerate(("表里的列", "内容", "对应的栏目", "")):
            grid.addWidget(label(title, "muted"), 0, place)
        for row, column in enumerate(proposal.columns if proposal else (), start=1):
            self._add(grid, row, column, proposal.form if proposal else None)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(3, 220)
        grid.setRowStretch(grid.rowCount(), 1)
        self._area.setWidget(inside)
        lacking = "、".join(proposal.missing) if proposal else ""
        self.missing.setText(f"必填而没有列的栏目：{lacking}" if lacking else "")
        self.missing.setVisible(bool(lacking))
        self.again_button.setEnabled(bool(self.choices))

    def _add(self, grid: QGridLayout, row: int, column: ProposedColumn, form: Form | None) -> None:
        choice = Choice(f"“{column.label}”对应的栏目")
        choice.setMinimumContentsLength(12)
        choice.addItem("不导入", "")
        for form_field in form or ():
            choice.addItem(form_field.title, form_field.name)
        heading, samples = ShortLabel(), ShortLabel("muted")
        heading.setText(column.label)
        samples.setText("　".join(column.samples) or "（空列）")
        samples.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        hint: QWidget = label(_WORDS.get(column.how, ""), "note")
        if column.how == "content":
            title = choice.itemText(choice.findData(column.field))
            hint = link(f"内容像“{title}”，采用", on_click=lambda: _choose(choice, column.field))
        else:
            _choose(choice, column.field)
        for place, widget in enumerate((heading, samples, choice, hint)):
            grid.addWidget(widget, row, place, Qt.AlignmentFlag.AlignVCenter)
        self.choices[column.label], self.hints[column.label] = choice, hint

    def _decide(self) -> None:
        self.decided.emit({name: choice.currentData() or "" for name, choice in self.choices.items()})

    def _form_chosen(self, _index: int) -> None:
        if form_id := self.form_choice.currentData():
            self.form_chosen.emit(form_id)


def _choose(choice: Choice, name: str) -> None:
    choice.setCurrentIndex(max(0, choice.findData(name)))
