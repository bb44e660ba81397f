"""One record while it is being typed: texts, reading, what to show of its problems, keeping. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from jgclient import entering
from jgclient.aids import finding, many, objects, uses
from jgclient.aids.doubles import Doubles
from jgclient.aids.tasks import texts_of_task
from jgclient.contract import parse_time
from jgclient.deadlines.duties import DutyState, duties
from jgclient.forms import catalogue
from jgclient.forms.checker import Reading
from jgclient.forms.definition import Field, Form, Section
from jgclient.forms.problems import Problem, blocking
from jgclient.records import Content, State
from jgclient.store import ListQuery, StoreError
from jgclient.ui.desk import Desk
from jgclient.ui.entry_followers import Followers
from jgclient.ui.entry_history import History

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a section is.

    Attributes:
        done: Everything is right and something is filled.
        must_mend: Number of places that keep the record from being finished.
        hard: One of them must be mended; otherwise a written reason is enough.
    """

    done: bool = False
    must_mend: int = 0
    hard: bool = False


class EntrySession:
    """The record on the clerk's desk.

    Attributes:
        texts: What stands in the fields, by name; empty fields are absent.
        reasons: Written reasons for soft problems, by problem code.
        reading: Last reading of all texts.
        typing: Name of the field whose text changed since it got the focus, empty for none.
        dirty: Something was typed that the store does not have yet.
        saved_at: When the store last said that it has everything; None before the first time.
        doubles: What is to be typed a second time.
        followers: What follows from the fields, filled by the program.
        failure: Why the last keeping failed, one Chinese sentence; empty when it did not.
    """

    def __init__(self, desk: Desk, opened: entering.Opened, *, is_new: bool) -> None:
        self.desk = desk
        self.opened = opened
        self.form: Form = opened.form
        self.checker = desk.library.checker(opened.form)
        self.is_new = is_new
        self.texts = dict(opened.texts)
        self.reasons = dict(opened.reasons)
        self.typing = ""
        self.dirty = False
        self.saved_at: datetime | None = None
        self.failure = ""
        self.doubles = Doubles(desk.store, self.checker)
        self._visited: set[str] = set()
        self._everything_shown = not is_new
        self._returned = [] if is_new else self._platform_problems()
        self._unread = False
        self.reading = self._read()
        self.texts = dict(self.reading.texts)
        self._as_opened = dict(self.texts)
        self.followers = Followers(desk, self.form, lambda: self.texts, self._put)
        self._history = History(self.texts)
        self._shown: set[Key] = {_key(p) for p in self.shown_problems()}

    @classmethod
    def new(cls, desk: Desk, form_id: str) -> EntrySession:
        """A new record with its first values filled in."""
        opened = entering.open_new(desk.store, desk.library, form_id, now=desk.clock())
        return cls(desk, opened, is_new=True)

    @classmethod
    def existing(cls, desk: Desk, record_id: str) -> EntrySession:
        """A draft or a finished record.

        Raises:
            EnteringError: it cannot be opened.
        """
        return cls(desk, entering.open_record(desk.store, desk.library, record_id), is_new=False)

    # -- typing ----------------------------------------------------------------------------------------

    def type(self, name: str, text: str) -> None:
        """The clerk changed a field."""
        self.typing = name
        self._put(name, text)
        self.doubles.typed(self.form.field(name), text)

    def choose(self, name: str, fills: Mapping[str, str]) -> None:
        """The clerk took a choice from the list, which brings texts for other fields."""
        self.doubles.chosen(name)
        if fills:
            self.followers.derive(name, fills)

    def to_repeat(self) -> str:
        """Name of the first field to be typed a second time, empty for none."""
        return next((field.name for field in self.form if field.name in self.doubles.open), "")

    def repeat(self, name: str, text: str) -> bool:
        """The clerk typed a field a second time; whether it says the same."""
        return self.doubles.agrees(name, self.texts.get(name, ""), text, self.desk.clock())

    def give_reason(self, code: str, reason: str) -> None:
        """The clerk wrote why a soft problem is none."""
        self.reasons[code] = reason
        self.dirty = True

    def leave_field(self, name: str) -> None:
        """The clerk went on: the field's own problems may be shown now, its text is put in order."""
        self._visited.add(name)
        self.typing = ""
        self.followers.derive(name)
        if self._unread:
            self.reading = self._read()
            self.texts = dict(self.reading.texts)
        self._shown = {_key(p) for p in self.shown_problems()}
        self._history.settle(self.texts)

    def undo(self) -> str:
        """Take back what the last field left has changed; returns the name of a field of it, or empty."""
        return self._step_to(self._history.back())

    def redo(self) -> str:
        """Do again what was taken back last; returns the name of a field it concerned, or empty."""
        return self._step_to(self._history.forth())

    def own_problems(self, name: str) -> list[Problem]:
        """The problems of one field by itself, quickly, for every key typed."""
        context = entering.context(
            self.desk.store,
            record_id=self.opened.record_id,
            now=self.desk.clock(),
            form=self.opened.form,
        )
        return self.checker.read_field(name, self.texts.get(name, ""), context)[1]

    def copy_previous(self) -> list[str]:
        """Fill what is empty from the last record of the same form; returns the names of the fields filled.

        Numbers and files are never copied: they belong to one record.
        """
        query = ListQuery(form=self.form.id, limit=2)
        rows = [r for r in self.desk.store.records.list(query) if r.id != self.opened.record_id]
        return self._copy(rows[0].id, over=False) if rows else []

    def copy_all(self, record_id: str) -> None:
        """Begin like another record of the same form: what it says counts more than first values."""
        self._copy(record_id, over=True)
        self.leave_field(self.form.item_field)
        self.dirty = False  # nobody has typed anything yet

    def begin_task(self, task_id: str) -> None:
        """Begin with what a task of the platform fills in; that counts more than first values."""
        texts = texts_of_task(self.desk.store, self.checker, task_id)
        for name, text in texts.items():
            self._put(name, text)
        self.followers.copied(frozenset(texts))
        self.leave_field(self.form.item_field)
        self.dirty = False  # nobody has typed anything yet

    def _copy(self, record_id: str, *, over: bool) -> list[str]:
        texts = entering.open_record(self.desk.store, self.desk.library, record_id).texts
        filled = [
            field.name
            for field in self.form
            if texts.get(field.name)
            and field.type not in many.OWN
            and field.name != self.form.number_field
            and (over or field.name not in self.texts)
        ]
        for name in filled:
            self._put(name, texts[name])
        self.followers.copied(frozenset(filled))
        return filled

    # -- keeping ---------------------------------------------------------------------------------------

    def keep(self) -> bool:
        """Keep a draft; True when the store has everything. A new record nobody typed into is not kept."""
        if not self.dirty:
            return True
        now = self.desk.clock()
        try:
            self.reading = entering.keep(
                self.desk.store, self.desk.library, self.opened, self.texts, self.reasons, now=now
            )
        except StoreError as error:
            self.failure = str(error)
            return False
        self.failure, self.saved_at, self.dirty = "", now, False
        return True

    def is_changed(self) -> bool:
        """Whether finishing would make anything new."""
        return self.is_new or self.dirty or self.desk.store.records.draft(self.opened.record_id) is not None

    def finish(self) -> entering.Finished | None:
        """Finish the record; from now on all its problems are shown. None when the store could not."""
        self._everything_shown = True
        try:
            finished = entering.finish(
                self.desk.store,
                self.desk.library,
                self.desk.calendar,
                self.opened,
                self.texts,
                self.reasons,
                now=self.desk.clock(),
            )
        except StoreError as error:
            self.failure = str(error)
            return None
        self.reading = finished.reading
        self.failure, self.saved_at, self.dirty = "", self.desk.clock(), False
        if finished.revision is not None:
            self._learn(finished.revision.content)
        return finished

    def _learn(self, content: Content) -> None:
        """Remember what was chosen and who was new; the record is safe whether this can be kept or not."""
        try:
            with self.desk.store.atomic():
                uses.count(self.desk.store, self.form, content)
                objects.remember(self.desk.store, self.form, content)
        except StoreError as error:
            self.failure = str(error)

    # -- what to show ----------------------------------------------------------------------------------

    def visible(self) -> frozenset[str]:
        """Names of the fields to show: those that apply and those that hold something anyway."""
        return self.checker.visible(self.reading.content) | self.texts.keys() & self.form.by_name.keys()

    def required(self) -> frozenset[str]:
        """Names of the fields that must be filled."""
        return self.checker.required(self.reading.content)

    def shown_problems(self) -> list[Problem]:
        """The problems the clerk is told now.

        Nobody is blamed for a field she has not come to yet, nor for a word she is in the middle of.
        """
        found = [p for p in self.reading.problems if self._is_due(p)]
        returned = [p for p in self._returned if self._untouched(p) and _key(p) not in map(_key, found)]
        return returned + found

    def blocking(self) -> list[Problem]:
        """Shown problems that keep the record from being finished."""
        return blocking(self.shown_problems(), self.reasons)

    def missing(self) -> int:
        """Number of required fields still empty that the clerk has not been told about."""
        return sum(p.code == "required" and not self._is_due(p) for p in self.reading.problems)

    def meaning(self, field: Field) -> str:
        """The words behind a reference, e.g. the name of the chosen item; empty for none."""
        key = self.texts.get(field.name, "")
        if not key or not field.register or field.register.startswith("record:"):
            return ""
        return finding.meaning(self.desk.store, self.desk.library, field.register, key)

    def look_within(self, field: Field) -> str:
        """What the choices of a field are narrowed to: implementation lists to the chosen item."""
        return self.texts.get(self.form.item_field, "") if field.register == catalogue.IMPLEMENTATION else ""

    def mark(self, section: Section) -> Mark:
        """How far a section is."""
        names = {field.name for field in section.fields}
        back = [p for p in self.blocking() if _place(p) in names]
        if back:
            return Mark(must_mend=len(back), hard=any(p.strength == "hard" for p in back))
        open_places = any(p.strength == "hard" and _place(p) in names for p in self.reading.problems)
        return Mark(done=not open_places and bool(names & self.texts.keys()))

    def duties(self) -> list[DutyState]:
        """The record's time limits as they stand, without those that do not apply."""
        found = duties(
            self.form,
            self.reading.content,
            self.desk.calendar,
            accepted_at=self._accepted_at(),
            now=self.desk.clock(),
        )
        return [duty for duty in found if duty.state != "void"]

    # -- inside ----------------------------------------------------------------------------------------

    def _step_to(self, texts: dict[str, str] | None) -> str:
        if texts is None:
            return ""
        changed = [field.name for field in self.form if texts.get(field.name) != self.texts.get(field.name)]
        self.texts, self.dirty = texts, True
        self.reading = self._read()
        self._shown = {_key(p) for p in self.shown_problems()}
        return changed[0] if changed else ""

    def _put(self, name: str, text: str) -> None:
        self.dirty = self._unread = True
        if text:
            self.texts[name] = text
        else:
            self.texts.pop(name, None)

    def _read(self) -> Reading:
        self._unread = False
        return entering.check(
            self.desk.store,
            self.desk.library,
            self.form,
            self.texts,
            record_id=self.opened.record_id,
            now=self.desk.clock(),
        )

    def _is_due(self, problem: Problem) -> bool:
        if self.typing in problem.fields and _key(problem) not in self._shown:
            return False
        return self._everything_shown or problem.code != "required" or _place(problem) in self._visited

    def _platform_problems(self) -> list[Problem]:
        row = self.desk.store.records.row(self.opened.record_id)
        return list(self.opened.problems) if row is not None and row.state is State.RETURNED else []

    def _untouched(self, problem: Problem) -> bool:
        """Whether the fields a platform complained about still hold what they held then."""
        return all(self.texts.get(name) == self._as_opened.get(name) for name in problem.fields)

    def _accepted_at(self) -> date | None:
        if self.is_new:
            return None
        times = [parse_time(r.received_at) for r in self.desk.store.outbox.receipts(self.opened.record_id)]
        zone = self.desk.clock().tzinfo
        return min((time.astimezone(zone).date() for time in times if time), default=None)


def _key(problem: Problem) -> Key:
    return problem.code, problem.fields


def _place(problem: Problem) -> str:
    return problem.fields[0] if problem.fields else ""
