"""Joins the fields on the screen with the record in the session: what is typed goes in, what follows out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from jgclient.deadlines.duties import DutyState
from jgclient.ui.attachment_field import AttachmentField
from jgclient.ui.entry_dress import dress
from jgclient.ui.entry_form import FormView
from jgclient.ui.entry_lookup import ChoiceList
from jgclient.ui.entry_row import FieldRow
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.field_widgets import InputField, LineField, commit_typing
from jgclient.ui.problem_panel import duty_tone

#: Milliseconds after the last key until the draft is kept.
SETTLE_MS = 300
#: Milliseconds until keeping is tried again after it failed.
RETRY_MS = 5000


class Binding(QObject):
    """One session and one view at a time.

    Signals:
        entered: The focus came into the field of this name.
        read: The record was read again; problems, marks and limits may have changed.
        kept: Whether everything is in the store may have changed.
        ended: The clerk went on from the last field.
        brought: A choice has filled so many other fields.
        differed: The second typing of the field with this title says something else.

    Attributes:
        focused: Name of the field that has or last had the focus, empty before the first.
    """

    entered = Signal(str)
    read = Signal()
    kept = Signal()
    ended = Signal()
    brought = Signal(int)
    differed = Signal(str)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.page = page
        self.session: EntrySession | None = None
        self.view: FormView | None = None
        self.focused = ""
        self.choices = ChoiceList(page)
        self.choices.picked.connect(self._picked)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._keep_quietly)

    # -- joining ---------------------------------------------------------------------------------------

    def connect_view(self, view: FormView) -> None:
        """Listen to a view; once for each."""
        for name, row in view.rows.items():
            row.input.typed.connect(partial(self._typed, name))
            row.input.entered.connect(partial(self._entered, name))
            row.input.left.connect(partial(self._left, name))
            row.input.stepped.connect(partial(self._stepped, name))
            row.input.asked.connect(partial(self._asked, name))
            row.applied.connect(partial(self._applied, name))
            row.reasoned.connect(self._reasoned)
            row.repeated.connect(partial(self._repeated, name))
            row.passed.connect(partial(self._go_beside, name, 1))
            row.input.popup = self.choices
        view.verticalScrollBar().valueChanged.connect(self.choices.close_list)

    def release(self) -> None:
        """Let the session go: what the fields do now is no typing any more."""
        self._timer.stop()
        self.choices.close_list()
        self.session = None

    def bind(self, session: EntrySession, view: FormView) -> None:
        """Show a session in a view, from the top."""
        self.session, self.view, self.focused = session, view, ""
        self._arrange()
        for name, row in view.rows.items():
            row.end_again()
            self._show_value(name)
        self._show_findings()
        view.verticalScrollBar().setValue(0)

    # -- what the page asks ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Take in what an input method holds back and read the record as it stands."""
        commit_typing()
        self.choices.close_list()
        if self.session is not None and self.focused:
            self.session.leave_field(self.focused)

    @Slot()
    def keep_now(self) -> None:
        """Keep the draft because the clerk asked for it."""
        commit_typing()
        self._keep_quietly()

    @Slot()
    def _keep_quietly(self) -> None:
        # An input method must be left alone here: she may be in the middle of the next word.
        self.keep()
        self._show_findings()

    def keep(self) -> bool:
        """Keep the draft; tried again after a while when the store could not."""
        if self.session is None:
            return True
        done = self.session.keep()
        self._timer.stop()
        if not done:
            self._timer.start(RETRY_MS)
        self.kept.emit()
        return done

    def refresh(self, redress: str = "") -> None:
        """Show the last reading in every field but the one being typed in (``redress`` excepted)."""
        if self.view is None or self.session is None:
            return
        self._arrange()
        for name, row in self.view.rows.items():
            if name == redress or not row.input.hasFocus():
                self._show_value(name)
        self._show_findings()

    def undo(self) -> str:
        """Take back the last step over the fields; returns the title of the field, empty for none left."""
        return self._step(EntrySession.undo)

    def redo(self) -> str:
        """Do the step again that was taken back last."""
        return self._step(EntrySession.redo)

    def _step(self, act: Callable[[EntrySession], str]) -> str:
        if self.session is None:
            return ""
        self.settle()
        name = act(self.session)
        if not name:
            return ""
        self.keep()
        self.refresh(redress=self.focused)
        self.go_to(name)
        return self.session.form.field(name).title

    def offer_phrases(self, words: Sequence[str]) -> None:
        """Show phrases under the field with the focus."""
        row = self.view.rows.get(self.focused) if self.view is not None else None
        if row is not None and words and not isinstance(row.input, AttachmentField):
            self.choices.offer_phrases(row.input, words)

    @Slot(str)
    def go_to(self, name: str) -> None:
        """Put the focus into a field."""
        if self.view is not None and name:
            self.view.focus(name)
            if self.focused != name and name in self.view.shown() and self.view.rows[name].input.hasFocus():
                self._entered(name)  # it had the focus already, in the record before

    # -- what the fields say ---------------------------------------------------------------------------

    def _typed(self, name: str, text: str) -> None:
        if self.session is None or self.view is None:
            return
        was_clean = not self.session.dirty
        self.session.type(name, text)
        self._timer.start(SETTLE_MS)
        if was_clean:
            self.kept.emit()
        row = self.view.rows[name]
        row.end_again()
        self._offer_choices(name, text)
        if row.tells:
            own = self.session.own_problems(name)
            row.show_problems(own, own, self.session.reasons)

    def _entered(self, name: str) -> None:
        if self.session is not None and self.view is not None:
            self.focused = name
            self.view.reveal(name)
            self.entered.emit(name)

    def _left(self, name: str) -> None:
        self.choices.close_list()
        if self.session is not None:
            self.session.leave_field(name)
            self.keep()
            self.refresh()
            self._tell_brought()

    def _tell_brought(self) -> None:
        if self.session is not None and self.session.followers.brought:
            self.brought.emit(self.session.followers.brought)
            self.session.followers.brought = 0

    def _stepped(self, name: str, step: int) -> None:
        """Go on from a field: first settle it, because what it says decides which field comes next."""
        if self.session is None or self.view is None:
            return
        self.settle()
        self.refresh()
        if step > 0 and name in self.session.doubles.open:
            self.view.rows[name].ask_again()
            return
        reason = self.view.rows[name].missing_reason() if step > 0 else None
        if reason is not None:
            reason.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._go_beside(name, step)

    def ask_again(self, name: str) -> None:
        """Ask for a value a second time."""
        if self.view is not None:
            self.view.reveal(name)
            self.view.rows[name].ask_again()

    def _repeated(self, name: str, text: str) -> None:
        if self.session is None or self.view is None:
            return
        if self.session.repeat(name, text):
            self.view.rows[name].end_again()
            self._go_beside(name, 1)
        else:
            self.go_to(name)
            self.differed.emit(self.session.form.field(name).title)

    def _go_beside(self, name: str, step: int) -> None:
        if self.view is None:
            return
        following = self.view.beside(name, step)
        if following or step < 0:
            self.view.focus(following or name)
        else:
            self.ended.emit()

    def _asked(self, name: str) -> None:
        if self.view is None or self.session is None:
            return
        row = self.view.rows[name]
        if row.candidates:
            self._offer_candidates(name, row)
        else:
            self._offer_choices(name, row.input.raw() if self.session.typing == name else "")

    def _offer_choices(self, name: str, text: str) -> None:
        if self.view is None or self.session is None:
            return
        line, lookup = self.view.rows[name].input, self.view.lookups.get(name)
        if lookup is not None and not isinstance(line, AttachmentField):
            self.choices.offer(line, lookup, text, self.session.look_within(line.field))
        else:
            self.choices.close_list()  # phrases were offered for what stood there before

    def _offer_candidates(self, name: str, row: FieldRow) -> None:
        if len(row.candidates) > 1 and isinstance(row.input, LineField):
            self.choices.offer_words(row.input, row.candidates)
        else:
            self._applied(name, row.candidates[0])

    def _applied(self, name: str, text: str) -> None:
        if self.view is None or self.session is None:
            return
        self.view.rows[name].input.put(text)
        self.settle()
        self.session.leave_field(name)
        self.keep()
        self.refresh(redress=name)

    @Slot(object, str, object)
    def _picked(self, line: InputField, text: str, fills: Mapping[str, str]) -> None:
        if self.choices.shows_phrases:
            line.insert_words(text)
            return
        line.put(text)
        self.choices.close_list()
        if self.session is not None:
            self.session.choose(line.field.name, fills)

    @Slot(str, str)
    def _reasoned(self, code: str, reason: str) -> None:
        if self.session is not None:
            self.session.give_reason(code, reason)
            self._timer.start(SETTLE_MS)

    # -- showing ---------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        if self.view is not None and self.session is not None:
            self.view.arrange(self.session.visible(), self.session.required())

    def _show_value(self, name: str) -> None:
        if self.view is None or self.session is None:
            return
        session, field = self.session, self.session.form.field(name)
        text = session.texts.get(name, "")
        codes = session.desk.library.codes
        dressed = dress(field, session.reading.content.get(name), text, codes)
        self.view.rows[name].show_value(text, dressed, session.meaning(field))

    def _show_findings(self) -> None:
        """Problems under their fields, limits under the dates that start them."""
        if self.view is None or self.session is None:
            return
        found = self.session.shown_problems()
        shown = set(self.view.shown())
        for name, row in self.view.rows.items():
            own = [p for p in found if next((f for f in p.fields if f in shown), "") == name]
            concerned = [p for p in found if name in p.fields]
            row.show_problems(own, concerned, self.session.reasons)
        self._show_limits(self.session.duties())
        self.read.emit()

    def _show_limits(self, found: list[DutyState]) -> None:
        if self.view is None:
            return
        first = {duty.starts: duty for duty in reversed(found) if duty.until == "accepted" and duty.due}
        for name, row in self.view.rows.items():
            duty = first.get(name)
            row.show_hint(duty.text if duty else "", duty_tone(duty) if duty else None)
