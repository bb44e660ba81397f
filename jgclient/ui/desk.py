"""What every page may use: store, forms, clock, background work and the way to other pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from jgclient.store import Store
from jgclient.ui.background import Background, Progress
from jgclient.ui.limits_keeper import LimitsKeeper
from jgclient.ui.reporter import Reporter
from jgclient.ui.search_keeper import SearchKeeper
from jgclient.ui.theme import ToneName

if TYPE_CHECKING:  # the rule engine behind them loads slowly; the window is up before it
    from jgclient.deadlines.calendar import Calendar
    from jgclient.forms.definition import Form
    from jgclient.forms.library import FormLibrary
    from jgclient.limits import Basis


class Frame(Protocol):
    """What the desk needs of the main window."""

    def show_page(self, name: str, **args: str) -> bool:
        """Bring a page to the front; False when the page in front does not let go."""


@dataclass(frozen=True)
class Reference:
    """What comes with the program as data: forms with their code lists, and the working days."""

    library: FormLibrary
    calendar: Calendar


def profile_reference(folder: Path, first_day: object) -> Reference:
    """Forms, code lists and calendar as a data folder knows them: the program's and the platform's."""
    from jgclient.forms.library import load_library, resources_folder  # noqa: PLC0415 - see shipped
    from jgclient.limits import profile_calendar  # noqa: PLC0415 - see shipped

    return Reference(load_library(resources_folder(), folder), profile_calendar(folder, first_day))


def shipped() -> Reference:
    """The program's own forms and calendar; takes some tenths of a second."""
    from jgclient.deadlines.calendar import load_calendar  # noqa: PLC0415 - the window is up before it
    from jgclient.forms.library import load_library, resources_folder  # noqa: PLC0415 - see above

    folder = resources_folder()
    return Reference(load_library(folder), load_calendar(folder / "calendars"))


class Desk(QObject):
    """The clerk's desk, handed to every page.

    Attributes:
        store: The store of the GUI thread.
        clock: Now, as an aware date-time.
        jobs: Long work; it has a store of its own.
        limits: Keeps the index of open limits up to date.
        searching: Makes imported records findable.
        reporter: Reports what waits, by hand and by itself.
        frame: The main window, set by it.
        restore_from: Backup to go back to once the window is closed, None for none.
    """

    data_changed = Signal()
    said = Signal(str, str)

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        jobs: Background,
        reference: Callable[[], Reference] = shipped,
    ) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.jobs = jobs
        self.frame: Frame | None = None
        self.restore_from: Path | None = None
        self._load = reference
        self._reference: Reference | None = None
        self._lock = threading.Lock()
        self._basis: Basis | None = None
        self.limits = LimitsKeeper(self)
        self.searching = SearchKeeper(self)
        self.reporter = Reporter(self)

    @property
    def ready(self) -> bool:
        """Whether forms and calendar are loaded; asking for them before makes the window wait."""
        return self._reference is not None

    @property
    def library(self) -> FormLibrary:
        """The forms and code lists."""
        return self._loaded().library

    @property
    def calendar(self) -> Calendar:
        """The working days."""
        return self._loaded().calendar

    @property
    def basis(self) -> Basis:
        """Forms and calendar as what limits are derived from."""
        from jgclient.limits import Basis  # noqa: PLC0415 - it brings the rule engine

        loaded = self._loaded()
        if self._basis is None or self._basis.calendar is not loaded.calendar:
            self._basis = Basis(loaded.library, loaded.calendar)
        return self._basis

    def take_calendar(self, calendar: Calendar) -> None:
        """Count with another calendar from now on."""
        with self._lock:
            if self._reference is not None:
                self._reference = replace(self._reference, calendar=calendar)
        self.data_changed.emit()

    def load(self) -> None:
        """Load forms and calendar now and wait for them."""
        self._announce(self._loaded())

    def preload(self) -> None:
        """Load forms and calendar beside the window; ``data_changed`` says when they are there."""
        self.jobs.run(self._loaded_there, done=self._announce, failed=self._refuse)

    def reload(self) -> None:
        """Load forms, code lists and calendar anew: the platform sent others. Open forms stay as they are."""
        self.jobs.run(self._load_anew, done=self._take, failed=self._refuse)

    def _load_anew(self, _store: Store, _progress: Progress) -> Reference:
        return self._load()

    @Slot(object)
    def _take(self, reference: Reference) -> None:
        with self._lock:
            self._reference = reference
        self._basis = None
        self.data_changed.emit()
        self.say("平台下发的表单、代码表或节假日安排已启用；正在录的这一条不受影响。", "accepted")

    def _loaded_there(self, _store: Store, _progress: Progress) -> Reference:
        return self._loaded()

    def _loaded(self) -> Reference:
        with self._lock:
            if self._reference is None:
                self._reference = self._load()
            return self._reference

    @Slot(object)
    def _announce(self, _reference: Reference) -> None:
        self.data_changed.emit()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        self.say(sentence, "danger")

    def today(self) -> date:
        """Today where the clerk sits."""
        return self.clock().date()

    def go(self, page: str, **args: str) -> bool:
        """Open a page by its name, e.g. ``go("entry", record_id=…, field=…)``.

        Returns:
            False when the page in front has to be left open first (it says why itself).
        """
        return self.frame is not None and self.frame.show_page(page, **args)

    def new_entry(self) -> bool:
        """Begin a record: at once when there is one form, else its kind is chosen in place."""
        forms = self.record_forms()
        return self.go("entry", form=forms[0].id) if len(forms) == 1 else self.go("new")

    def say(self, text: str, role: ToneName = "draft") -> None:
        """Tell the clerk something in the status line, in place of a message box."""
        self.said.emit(text, role)

    def record_forms(self) -> list[Form]:
        """The forms that make records, in the order of the library."""
        return [form for form in self.library.forms if form.kind == "record"]

    def form_title(self, form_id: str, version: int | None = None) -> str:
        """The Chinese title of a form, or its id when this client does not have it."""
        try:
            return self.library.get(form_id, version).title
        except KeyError:
            return form_id

    def form_short(self, form_id: str) -> str:
        """The title of a form as lists show it."""
        try:
            form = self.library.get(form_id)
        except KeyError:
            return form_id
        return form.short_title or form.title

    def setting(self, name: str) -> str:
        """A setting as text, empty when it was never made."""
        return str(self.store.settings.get(name, "") or "")
