"""退回处理: equal returns together, mended once for all of them; what they taught, as warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from jgclient.attached import in_words
from jgclient.forms.definition import Form
from jgclient.store import Store
from jgclient.store.warnings import LearnedWarning
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.notice import NoticeBar
from jgclient.ui.parts import (
    Card,
    EmptyState,
    PageBase,
    button,
    label,
    line_edit,
    link,
    page_column,
    primary_button,
)
from jgclient.ui.tables import Column, ListStack, Order, RowsModel, RowTable
from jgclient.ui.workbar import WorkBar

if TYPE_CHECKING:
    from jgclient.entering import SubmitReport
    from jgclient.returning import ReturnGroup

#: Warnings shown; there are seldom more.
_WARNINGS = 30


@dataclass(frozen=True, slots=True)
class _Survey:
    """What there is to do: groups, warnings to decide about, warnings that are on."""

    groups: list[ReturnGroup]
    offers: list[LearnedWarning]
    enabled: list[LearnedWarning]


class ReturnsPage(PageBase):
    """Groups at the left; at the right the fields to mend and the warnings."""

    title = "退回处理"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.survey = _Survey([], [], [])
        self.boxes: dict[str, QLineEdit] = {}
        self._looking = False
        self.mend_button = primary_button("改正并重报", "Ctrl+Enter", on_click=self.mend)
        self.each_button = button("逐条打开", on_click=self._open_first)
        self.work = WorkBar()
        self.notice = NoticeBar()
        self.table = RowTable("同样的退回", RowsModel(self._columns(), self._load), _key_of)
        self.table.chosen.connect(self._show_group)
        self.table.opened.connect(lambda _group: self._first_box())
        self._lay_out()

    # -- what the frame asks -----------------------------------------------------------------------

    def head_note(self) -> str:
        """How many."""
        count = sum(len(group.record_ids) for group in self.survey.groups)
        return f"{len(self.survey.groups):,} 种退回，{count:,} 条" if count else ""

    def head_buttons(self) -> list[QWidget]:
        """One by one, or all at once."""
        return [self.each_button, self.mend_button]

    def shown(self, **_args: str) -> None:
        """The list is where she goes on."""
        self.table.setFocus()

    def refresh(self) -> None:
        """Look through the returned records beside the window."""
        if not self._looking:
            self._looking = True
            self.desk.jobs.run(_Look(self.desk), done=self._found, failed=self._failed)

    # -- what she does -----------------------------------------------------------------------------

    def mend(self) -> None:
        """Put what was typed into every record of the group and queue what is right then."""
        group = self.table.current()
        if group is None:
            return
        texts = {name: box.text().strip() for name, box in self.boxes.items()}
        before = self._texts(group)
        if texts == {name: before[name] for name in texts}:
            self._say_unchanged()
            return
        job = self.desk.jobs.run(_Mend(self.desk, group, texts), done=self._mended, failed=self._failed)
        self.mend_button.setEnabled(False)
        self.work.follow(job, f"正在改正 {len(group.record_ids):,} 条")

    def _say_unchanged(self) -> None:
        self.notice.say("栏目还没有改动：先填入正确的内容，再一起改正。", "warning")
        self._first_box()

    def _first_box(self) -> None:
        box = next(iter(self.boxes.values()), None)
        if box is not None:
            box.setFocus()
            box.selectAll()

    def _open_first(self) -> None:
        group = self.table.current()
        if group is not None:
            field = next(iter(group.problem.fields), "")
            self.desk.go("entry", record_id=group.record_ids[0], field=field)

    def _decide(self, warning: LearnedWarning, *, enabled: bool) -> None:
        self.desk.store.warnings.decide(warning, enabled=enabled)
        self.desk.say("以后录到同样的内容会提醒。" if enabled else "好，不提醒。", "accepted")
        self.refresh()

    # -- what came of it ---------------------------------------------------------------------------

    @Slot(object)
    def _found(self, survey: _Survey) -> None:
        self._looking = False
        self.survey = survey
        self.stack.reload()
        self.table.choose_first()
        self._show_group()
        self._show_warnings()
        self.head_changed.emit()
        # Words that wrap get their room at once, not at the loop's next turn.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    @Slot(object)
    def _mended(self, report: SubmitReport) -> None:
        words = f"{report.queued:,} 条已改正并放入上报队列，按 F9 上报。"
        if report.refused:
            first = report.refused[0]
            why = first.problems[0].message if first.problems else ""
            words += f"{len(report.refused):,} 条还有别的问题，已存为草稿，例如“{first.title}”：{why}"
        self.notice.say(words, "warning" if report.refused else "accepted")
        self.desk.data_changed.emit()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._looking = False
        self.notice.say(sentence, "danger")
        self._show_group()

    # -- showing -----------------------------------------------------------------------------------

    @Slot()
    def _show_group(self) -> None:
        """The fields of the chosen group, with what stands in them."""
        group = self.table.current()
        while self._fields.count():
            item = self._fields.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.boxes = {}
        for each in (self.mend_button, self.each_button):
            each.setEnabled(group is not None)
        self.mend_button.setText(f"改正并重报 {len(group.record_ids):,} 条" if group else "改正并重报")
        self.mend_button.setShortcut("Ctrl+Return")  # Qt forgets it with the text
        if group is None:
            self.why.setText("")
            return
        problem = group.problem
        basis = f"（{problem.basis}）" if problem.basis else ""
        self.why.setText(f"{problem.message}。{problem.help}{basis}")
        texts = self._texts(group)
        for line, name in enumerate(problem.fields):
            caption = label(self._field_title(group.form, name), wraps=True)
            self._fields.addWidget(caption, line, 0)
            if self._holds_files(group.form, name):
                self._fields.addWidget(label(texts[name] or "（未添加）", wraps=True), line, 1)
                continue
            box = line_edit(caption.text())
            box.setText(texts[name])
            box.setCursorPosition(0)
            caption.setBuddy(box)
            self._fields.addWidget(box, line, 1)
            self.boxes[name] = box
        if len(self.boxes) < max(1, len(problem.fields)):
            self._say_one_by_one(problem.fields)
        self.mend_button.setEnabled(bool(self.boxes))

    def _say_one_by_one(self, fields: Sequence[str]) -> None:
        """What cannot be mended for all at once: every record has its own files, or no field is named."""
        why = "附件各条不同" if fields else "平台没有指明栏目"
        hint = label(f"{why}：请按“逐条打开”，在记录里改正。", "note", wraps=True)
        self._fields.addWidget(hint, len(fields), 0, 1, 2)

    def _show_warnings(self) -> None:
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(6)
        for warning in self.survey.offers[:_WARNINGS]:
            column.addWidget(self._warning(warning, decided=False))
        for warning in self.survey.enabled[:_WARNINGS]:
            column.addWidget(self._warning(warning, decided=True))
        if column.count():
            column.addStretch(1)
            self._warnings.setWidget(inside)
        else:
            self._warnings.setWidget(
                EmptyState("没有学到的提醒", "平台因某个内容退回后，这里问您以后要不要提醒。")
            )

    def _warning(self, warning: LearnedWarning, *, decided: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        field = self._field_title(warning.form, warning.field)
        what = f"{field}填“{self._value_text(warning)}”时提醒：{warning.message}"
        row.addWidget(label(what, wraps=True), 1)
        if decided:
            row.addWidget(link("停用", on_click=partial(self._decide, warning, enabled=False)))
        else:
            row.addWidget(link("以后提醒", on_click=partial(self._decide, warning, enabled=True)))
            row.addWidget(link("不用", on_click=partial(self._decide, warning, enabled=False)))
        return line

    def _value_text(self, warning: LearnedWarning) -> str:
        from jgclient.learned import value_of  # noqa: PLC0415 - with the first return

        return self._read_texts(warning.form, {warning.field: value_of(warning)}).get(warning.field, "")

    def _now_stands(self, group: ReturnGroup) -> str:
        filled = [text for text in self._texts(group).values() if text]
        return "；".join(filled) or ("（未填）" if group.problem.fields else "（没有指明栏目）")

    def _texts(self, group: ReturnGroup) -> dict[str, str]:
        known = self._read_texts(group.form, group.values)
        return {name: known.get(name, "") for name in group.problem.fields}

    def _read_texts(self, form_id: str, content: Mapping[str, object]) -> dict[str, str]:
        form = self._form(form_id)
        if form is None:
            return {name: str(value) for name, value in content.items()}
        known = {name: value for name, value in content.items() if name in form.by_name}
        return in_words(form, self.desk.library.checker(form).to_texts(known))

    def _field_title(self, form_id: str, name: str) -> str:
        form = self._form(form_id)
        return form.by_name[name].title if form and name in form.by_name else name

    def _holds_files(self, form_id: str, name: str) -> bool:
        form = self._form(form_id)
        return bool(form and name in form.by_name and form.by_name[name].type == "attachments")

    def _form(self, form_id: str) -> Form | None:
        try:
            return self.desk.library.get(form_id)
        except KeyError:
            return None

    def _columns(self) -> list[Column[ReturnGroup]]:
        return [
            Column("条数", lambda group: f"{len(group.record_ids):,}", 3),
            Column("类别", lambda group: self.desk.form_short(group.form), 5, spare=True),
            Column("平台的说法", lambda group: group.problem.message, share=2, tone=lambda _g: "danger"),
            Column("现在的内容", self._now_stands, share=2),
        ]

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[ReturnGroup]:
        return self.survey.groups[offset : offset + limit]

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(self.work)
        column.addWidget(self.notice)
        groups = Card("同样的退回", flush=True)
        empty = EmptyState("没有被退回的记录", "平台退回的记录会按原因和内容归在一起，改一次就全部改好。")
        self.stack = ListStack(self.table, empty)
        groups.body.addWidget(self.stack)
        mending = Card("一起改正")
        self.why = label("", "note", wraps=True)
        self._fields = QGridLayout()
        self._fields.setColumnStretch(1, 1)
        self._fields.setHorizontalSpacing(8)
        mending.body.addWidget(self.why)
        mending.body.addLayout(self._fields)
        mending.body.addStretch(1)
        learned = Card("学到的提醒", flush=True)
        self._warnings = QScrollArea()
        self._warnings.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._warnings.setWidgetResizable(True)
        learned.body.addWidget(self._warnings)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(mending, 1)
        right.addWidget(learned, 1)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addWidget(groups, 5)
        lower.addLayout(right, 4)
        column.addLayout(lower, 1)


class _Look:
    """The background work of grouping what came back."""

    def __init__(self, desk: Desk) -> None:
        self._forms = [form.id for form in desk.record_forms()]

    def __call__(self, store: Store, _progress: Progress) -> _Survey:
        from jgclient.returning import groups, offers  # noqa: PLC0415 - only when something came back

        enabled = [warning for form in self._forms for warning in store.warnings.enabled(form)]
        return _Survey(groups(store), offers(store), enabled)


class _Mend:
    """The background work of mending a group."""

    def __init__(self, desk: Desk, group: ReturnGroup, texts: dict[str, str]) -> None:
        self._desk, self._group, self._texts = desk, group, texts

    def __call__(self, store: Store, progress: Progress) -> SubmitReport:
        from jgclient.returning import mend_all  # noqa: PLC0415 - see above

        desk = self._desk
        return mend_all(
            store, desk.library, desk.calendar, self._group, self._texts, now=desk.clock(),
            on_progress=progress.report, is_cancelled=progress.is_cancelled,
        )  # fmt: skip


def _key_of(group: ReturnGroup) -> object:
    return group.record_ids
