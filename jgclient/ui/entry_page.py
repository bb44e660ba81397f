"""The entry window: any form, typed from the keyboard alone, kept while typing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jgclient.entering import EnteringError
from jgclient.forms.definition import Form, Section
from jgclient.forms.reporting import kind_of
from jgclient.ui import messages
from jgclient.ui.desk import Desk
from jgclient.ui.entry_aids import Aid, EntryAids
from jgclient.ui.entry_batch import BatchPanel
from jgclient.ui.entry_binding import Binding
from jgclient.ui.entry_form import FormView
from jgclient.ui.entry_sections import SectionIndex
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.parts import Card, PageBase, button, primary_button
from jgclient.ui.problem_panel import RIGHT_WIDTH, LimitsCard, ProblemPanel, RuleCard
from jgclient.ui.theme import ToneName

#: Width of the page from which the section index fits beside the fields.
_INDEX_FITS = 1000
#: Room for the scroll bar of the right column.
_BAR = 12


class EntryPage(PageBase):
    """One record at a time: opens it, finishes it, and shows around the fields how it stands.

    Attributes:
        binding: The record being typed and the fields that show it.
    """

    title = "录入"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._views: dict[tuple[str, int], FormView] = {}
        self._told: datetime | None = None
        self.sections = SectionIndex()
        self.problems = ProblemPanel()
        self.rule = RuleCard(desk.library.codes)
        self.limits = LimitsCard()
        self.copy_button = button("从上一条复制", "Ctrl+D", on_click=self.copy_previous, bind=False)
        self.close_button = button("存草稿关闭", "Esc", on_click=self.close_record, bind=False)
        self.finish_button = primary_button("完成，录下一条", "Ctrl+Enter", on_click=self.finish, bind=False)
        self._paper = Card(flush=True)
        self.batch = BatchPanel(desk, self)
        self._lay_out()
        self.binding = Binding(self)
        self.aids = EntryAids(self)
        self._connect()

    @property
    def session(self) -> EntrySession | None:
        """The record being typed; None between two records."""
        return self.binding.session

    @property
    def view(self) -> FormView | None:
        """The fields on the screen; None before the first record."""
        return self.binding.view

    # -- what the frame asks ---------------------------------------------------------------------------

    def head_note(self) -> str:
        """Whether everything typed is in the store, and since when."""
        session = self.session
        if session is None:
            return ""
        if session.failure:
            return f"没有存上：{session.failure}"
        if session.dirty:
            return "草稿 · 正在保存"
        return f"草稿 · {session.saved_at:%H:%M:%S} 已保存" if session.saved_at else "尚未修改"

    def head_tone(self) -> ToneName | None:
        """A chip, red when keeping failed."""
        return "danger" if self.session is not None and self.session.failure else "draft"

    def head_buttons(self) -> list[QWidget]:
        """Copy, close, finish."""
        return [self.aids.button, self.copy_button, self.close_button, self.finish_button]

    def shown(self, **args: str) -> None:
        """Open a record (``record_id``, ``field``) or begin a new one (``form``, ``like``, ``task``)."""
        if args.get("record_id"):
            self.open_record(args["record_id"], args.get("field", ""))
        elif args.get("form"):
            self.begin(args["form"], args.get("like", ""), args.get("task", ""))
        else:
            self.binding.go_to(self.binding.focused)

    def leave(self) -> bool:
        """Keep everything; when the store cannot, the clerk decides whether to go all the same."""
        if self.session is None:
            return True
        self.binding.settle()
        if self.binding.keep():
            self._tell_others()
            return True
        return messages.gate.ask(
            self,
            "刚才录入的内容没有存上，现在离开会丢失。",
            yes="仍然离开",
            no="留在这里",
            detail=self.session.failure,
        )

    def _tell_others(self) -> None:
        if self.session is not None and self.session.saved_at != self._told:
            self._told = self.session.saved_at
            self.desk.data_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the fields come first; Alt+number reaches the sections all the same."""
        super().resizeEvent(event)
        roomy = self.width() >= _INDEX_FITS
        self.sections.setVisible(roomy)
        self.copy_button.setVisible(roomy)  # the menu has it too

    # -- opening ---------------------------------------------------------------------------------------

    def begin(self, form_id: str, like: str = "", task: str = "") -> None:
        """A new record of a form.

        Args:
            form_id: Which form.
            like: Id of a record: it says what that one says, but of another object.
            task: Id of a task of the platform: it begins with what the task fills in.
        """
        try:
            session = EntrySession.new(self.desk, form_id)
            if like:
                session.copy_all(like)
            if task:
                session.begin_task(task)
        except (KeyError, EnteringError) as error:
            self.desk.say(str(error.args[0]), "danger")
            return
        self._take(session)
        shown = self._view_of(session.form).shown()
        empty = (name for name in shown if name not in session.texts)
        other = session.form.party_field if like else ""
        self.binding.go_to(other if other in shown else next(empty, shown[0]))

    def open_record(self, record_id: str, field: str = "") -> None:
        """A kept record, at the field that was asked for or the first that must be mended."""
        try:
            session = EntrySession.existing(self.desk, record_id)
        except EnteringError as error:
            self.desk.say(str(error), "danger")
            return
        self._take(session)
        back = (p.fields[0] for p in session.blocking() if p.fields)
        self.binding.go_to(field or next(back, self._view_of(session.form).shown()[0]))

    def _take(self, session: EntrySession) -> None:
        self.binding.release()
        self.batch.end()
        view = self._view_of(session.form)
        for other in self._views.values():
            other.setVisible(other is view)
        self.title = session.form.title
        self.finish_button.setText("完成，录下一条" if session.is_new else "完成")
        self.sections.show_form(session.form)
        self.binding.bind(session, view)
        self.head_changed.emit()

    def _view_of(self, form: Form) -> FormView:
        key = (form.id, form.version)
        if key not in self._views:
            view = self._views[key] = FormView(form, self.desk)
            self.binding.connect_view(view)
            self._paper.body.addWidget(view)
        return self._views[key]

    # -- what the buttons do ---------------------------------------------------------------------------

    @Slot()
    def close_record(self) -> None:
        """Keep the draft and go to the records; an open list of objects is put away first."""
        if self.batch.isVisible():
            self.aids.close_batch()
        else:
            self.desk.go("records")

    @Slot()
    def copy_previous(self) -> None:
        """Fill empty fields from the last record of this form."""
        if self.session is None:
            return
        self.binding.settle()
        filled = self.session.copy_previous()
        self.session.leave_field(self.binding.focused)
        self.binding.keep()
        self.binding.refresh(redress=self.binding.focused)
        words = f"已从上一条复制 {len(filled)} 项，只填空着的；编号不复制" if filled else "没有可以复制的内容"
        self.desk.say(words)

    @Slot()
    def undo(self) -> None:
        """Take back what the last field left has changed."""
        title = self.binding.undo()
        self.desk.say(f"已撤销：{title}（Ctrl+Y 恢复）" if title else "没有可以撤销的了")

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back."""
        title = self.binding.redo()
        self.desk.say(f"已恢复：{title}" if title else "没有可以恢复的了")

    @Slot()
    def finish(self) -> None:
        """Finish the record; what must be mended first gets the focus instead."""
        if self.batch.isVisible():
            self.batch.make()
        else:
            self._finish()

    @Slot()
    def finish_and_like(self) -> None:
        """Finish the record and begin another like it."""
        if not self.batch.isVisible():
            self._finish(like=True)

    def _finish(self, *, like: bool = False) -> None:
        session = self.session
        if session is None:
            return
        self.binding.settle()
        if again := session.to_repeat():
            self.binding.ask_again(again)
            self.desk.say(f"“{session.form.field(again).title}”还要再输入一遍，核对无误才能完成", "warning")
            return
        if not session.is_changed():
            self.desk.say("没有改动，不需要重新上报")
            return
        finished = session.finish()
        self.head_changed.emit()
        if finished is None:
            self.desk.say(session.failure, "danger")
        elif finished.revision is not None:
            self._go_on(session, like=like)
        else:
            self.binding.refresh()
            self.binding.go_to(next((p.fields[0] for p in finished.blocking if p.fields), ""))
            self.desk.say(self.problems.title.text(), "danger")

    def _go_on(self, session: EntrySession, *, like: bool) -> None:
        self.binding.release()
        self.desk.data_changed.emit()
        if session.is_new or like:
            self.begin(session.form.id, session.opened.record_id if like else "")
        else:
            self.desk.go("records")
        self.desk.say("已完成，等待上报", "accepted")

    @Slot(str)
    def _differed(self, title: str) -> None:
        self.desk.say(f"两次输入的“{title}”不一样：请对照原件，重新输入", "danger")

    # -- showing ---------------------------------------------------------------------------------------

    @Slot(str)
    def _entered(self, name: str) -> None:
        if self.session is not None and self.view is not None:
            field = self.session.form.field(name)
            self.rule.show_field(field, kind_of(self.session.form, field))
            self.sections.light(self.view.section_of(name))

    @Slot()
    def _read(self) -> None:
        session = self.session
        if session is None:
            return
        self.problems.show_problems(
            session.shown_problems(), session.reasons, session.form, session.missing()
        )
        self.limits.show_duties(session.duties(), self.desk.today())
        for each in self.sections.buttons:
            each.show_mark(session.mark(each.section))

    @Slot()
    def _next_problem(self) -> None:
        """Go to the next field that something is said about, from the last one to the first again."""
        if self.session is None or self.view is None:
            return
        told = {p.fields[0] for p in self.session.shown_problems() if p.fields}
        fields = self.view.shown()
        here = fields.index(self.binding.focused) + 1 if self.binding.focused in fields else 0
        self.binding.go_to(next((name for name in fields[here:] + fields[:here] if name in told), ""))

    @Slot(object)
    def _go_to_section(self, section: Section) -> None:
        if self.view is not None:
            self.view.reveal_section(section)

    def _go_to_number(self, number: int) -> None:
        if self.session is not None and number <= len(self.session.form.sections):
            self._go_to_section(self.session.form.sections[number - 1])

    # -- building --------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        beside = _Beside()
        beside.setObjectName("page")
        right = QVBoxLayout(beside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(12)
        for card in (self.problems, self.rule, self.limits):
            card.setFixedWidth(RIGHT_WIDTH)
            right.addWidget(card)
        right.addStretch(1)
        area = QScrollArea()
        area.setWidget(beside)
        area.setWidgetResizable(True)
        area.setFixedWidth(RIGHT_WIDTH + _BAR)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12 - _BAR, 12)
        column.setSpacing(12)
        above = QHBoxLayout()
        above.setContentsMargins(0, 0, _BAR, 0)
        above.addWidget(self.batch)
        column.addLayout(above)
        row = QHBoxLayout()
        row.setSpacing(12)
        column.addLayout(row, 1)
        row.addWidget(self.sections)
        row.addWidget(self._paper, 1)
        row.addWidget(area)

    def _connect(self) -> None:
        self.sections.wanted.connect(self._go_to_section)
        self.problems.wanted.connect(self.binding.go_to)
        self.binding.entered.connect(self._entered)
        self.binding.read.connect(self._read)
        self.binding.kept.connect(self.head_changed)
        self.binding.differed.connect(self._differed)
        self.binding.ended.connect(partial(self.finish_button.setFocus, Qt.FocusReason.TabFocusReason))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            self._bind(keys, self.finish)
        for keys in ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"):
            self._bind(keys, self.finish_and_like)
        self.aids.list_all(
            Aid("从上一条复制到空着的栏目（Ctrl+D）", "", self.copy_previous),
            Aid("像上一条一样新增", "Ctrl+Shift+N", self.aids.begin_like_last),
            Aid("完成，再录一条一样的（Ctrl+Shift+Enter）", "", self.finish_and_like),
            Aid("多个对象，同一件事", "F7", self.aids.open_batch),
        )
        self._bind("Ctrl+S", self.binding.keep_now)
        self._bind("Ctrl+D", self.copy_previous)
        QShortcut(QKeySequence.StandardKey.Undo, self).activated.connect(self.undo)
        QShortcut(QKeySequence.StandardKey.Redo, self).activated.connect(self.redo)
        self._bind("Esc", self.close_record)
        self._bind("F1", self.rule.toggle)
        self._bind("F8", self._next_problem)
        for number in range(1, 10):
            self._bind(f"Alt+{number}", partial(self._go_to_number, number))

    def _bind(self, keys: str, act: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(act)


class _Beside(QWidget):
    """The right column: in a low window its cards shrink first, and only then it scrolls."""

    def heightForWidth(self, width: int) -> int:
        """The least that the cards need."""
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout is not None else 0
