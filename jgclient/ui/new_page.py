"""What kind of record to begin: one key each, and the drafts that wait to be finished."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from jgclient.forms.definition import Form
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Button, Card, PageBase, button, label, page_column
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import STATE_TONES
from jgclient.ui.words import iso_day, moment_words

_UNFINISHED = frozenset({State.DRAFT, State.INVALID})
#: Height of the page below which the drafts are left to the records page.
_ROOMY = 480


class NewPage(PageBase):
    """The forms to choose from, each with its number key, above the unfinished drafts."""

    title = "新录入"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.form_buttons: list[Button] = []
        self._any_drafts = False
        self.model = RowsModel(self._columns(), self._load, Order("updated_at", descending=True))
        self.drafts = RowTable("未完成的草稿", self.model, lambda row: row.id)
        self.drafts.opened.connect(self._open_draft)
        column = page_column(self)
        column.addWidget(self._forms_card(desk.record_forms()))
        self.drafts_card = Card("接着录", flush=True)
        self.drafts_card.body.addWidget(self.drafts)
        column.addWidget(self.drafts_card, 1)
        self._rest = QWidget()
        column.addWidget(self._rest, 1)

    def head_note(self) -> str:
        """What to do here."""
        return "选择类别，按数字键开始"

    def shown(self, **_args: str) -> None:
        """The first form gets the focus, so that Enter begins it."""
        if self.form_buttons:
            self.form_buttons[0].setFocus()

    def refresh(self) -> None:
        """List the drafts again."""
        self.drafts.reload()
        count = self.desk.store.records.count(ListQuery(states=_UNFINISHED))
        self.drafts_card.note.setText(f"{count:,} 条没有录完")
        self._any_drafts = bool(count)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a small screen there is room for the forms alone."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self._any_drafts and self.height() >= _ROOMY
        self.drafts_card.setVisible(shown)
        self._rest.setVisible(not shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A number key begins the form with that number."""
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < len(self.form_buttons) and not event.modifiers():
            self.form_buttons[number].click()
        else:
            super().keyPressEvent(event)

    def _forms_card(self, forms: list[Form]) -> Card:
        card = Card("录什么")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, form in enumerate(forms):
            grid.addWidget(self._form_button(number + 1, form), number, 0)
            grid.addWidget(label(_form_words(form), "muted"), number, 1)
        card.body.addLayout(grid)
        if not forms:
            card.body.addWidget(label("没有可用的表单。请重新安装程序，或请管理员更新表单。", "muted"))
        return card

    def _form_button(self, number: int, form: Form) -> Button:
        made = button(form.title, str(number), bind=False, on_click=lambda: self._begin(form.id))
        made.setProperty("kind", "choice")
        made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        made.setMinimumWidth(self.fontMetrics().horizontalAdvance("汉") * 14)
        self.form_buttons.append(made)
        return made

    def _begin(self, form_id: str) -> None:
        self.desk.go("entry", form=form_id)

    def _open_draft(self, row: RecordRow) -> None:
        self.desk.go("entry", record_id=row.id)

    def _load(self, limit: int, offset: int, order: Order) -> list[RecordRow]:
        return self.desk.store.records.list(
            ListQuery(
                states=_UNFINISHED, sort=order.by, descending=order.descending, limit=limit, offset=offset
            )
        )

    def _columns(self) -> list[Column[RecordRow]]:
        return [
            Column("状态", lambda r: r.state.title, 4, tone=lambda r: STATE_TONES[r.state], chip=True),
            Column("类别", lambda r: self.desk.form_short(r.form), 6),
            Column("名称 / 文号", lambda r: r.title or r.number or "（未填名称）"),
            Column("行政相对人", lambda r: r.party or "—"),
            Column("日期", lambda r: iso_day(r.act_date, self.desk.today()) or "—", 6),
            Column("还差什么", lambda r: r.reason or "—", muted=True),
            Column("保存于", lambda r: moment_words(r.updated_at, self.desk.clock()), 7, muted=True),
        ]


def _form_words(form: Form) -> str:
    count = len(form.fields)
    sections = "、".join(section.title for section in form.sections[:5])
    return f"{count} 项：{sections}{'……' if len(form.sections) > 5 else ''}"
