"""What every page may use: store, forms, clock, background work and the way to other pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.store import Store
from jgclient.ui.background import Background
from jgclient.ui.theme import ToneName


class Frame(Protocol):
    """What the desk needs of the main window."""

    def show_page(self, name: str, **args: str) -> bool:
        """Bring a page to the front; False when the page in front does not let go."""


class Desk(QObject):
    """The clerk's desk, handed to every page.

    Attributes:
        store: The store of the GUI thread.
        clock: Now, as an aware date-time.
        jobs: Long work; it has a store of its own.
        frame: The main window, set by it.
    """

    data_changed = Signal()
    said = Signal(str, str)

    def __init__(
        self,
        store: Store,
        library: Callable[[], FormLibrary],
        clock: Callable[[], datetime],
        jobs: Background,
    ) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.jobs = jobs
        self.frame: Frame | None = None
        self._load_library = library

    @cached_property
    def library(self) -> FormLibrary:
        """The forms and code lists, loaded when first asked for."""
        return self._load_library()

    @cached_property
    def calendar(self) -> Calendar:
        """The working days, loaded when first asked for."""
        return load_calendar(resources_folder() / "calendars")

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
        """The title of a form as lists show it, without the word they all end in."""
        return self.form_title(form_id).removesuffix("行为")

    def setting(self, name: str) -> str:
        """A setting as text, empty when it was never made."""
        return str(self.store.settings.get(name, "") or "")
