"""Forms, code lists and registers as published, for the gateway's checks; in memory until they change."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from sqlalchemy import Connection, select

from jgclient.contract import FileText
from jgclient.forms.codes import CodesError
from jgclient.forms.library import FormLibrary, load_library
from jgclient.records import Json
from jggateway import feed
from jggateway.shipped import ship, write_index
from jggateway.storage import Storage
from jggateway.tables import entries

_LOG = logging.getLogger("jggateway.reference")
#: Register rows kept in memory; beyond that the memory starts anew.
MAX_CACHED = 50_000

Rows = list[Mapping[str, Json]]


class Reference:
    """What records are checked with, in one state of the feed.

    Attributes:
        library: Forms and code lists.
    """

    def __init__(self, position: int, files: int, library: FormLibrary) -> None:
        self.position = position
        self.files = files
        self.library = library
        self._rows: dict[tuple[str, str, str], Rows] = {}
        self._any: dict[tuple[str, str], bool] = {}

    def rows(self, connection: Connection, register: str, key: str, unit: str) -> Rows:
        """Contents of the register rows whose leading key is ``key``, of everybody and of ``unit``."""
        if not self.has_any(connection, register, unit):
            return []
        wanted = (register, key, unit)
        if wanted not in self._rows:
            if len(self._rows) >= MAX_CACHED:
                self._rows.clear()
            found = connection.scalars(
                select(entries.c.content).where(
                    entries.c.kind == register, entries.c.leading == key[:255], entries.c.deleted == 0,
                    entries.c.unit.in_(("", unit)),
                )
            )  # fmt: skip
            self._rows[wanted] = [json.loads(content)["content"] for content in found]
        return self._rows[wanted]

    def has_any(self, connection: Connection, register: str, unit: str) -> bool:
        """Whether a register holds a row with a code, of everybody or of ``unit``."""
        wanted = (register, unit)
        if wanted not in self._any:
            found = select(entries.c.id).where(
                entries.c.kind == register, entries.c.leading != "", entries.c.deleted == 0,
                entries.c.unit.in_(("", unit)),
            )  # fmt: skip
            self._any[wanted] = connection.execute(found.limit(1)).first() is not None
        return self._any[wanted]


class References:
    """Hands out the :class:`Reference` that is in force. Safe to share between threads.

    Args:
        storage: The gateway's database.
        resources: Folder whose forms, code lists and calendars come with this program; they are put into the
            feed, where what a person published stays in force.
        clock: Tells the platform's time.
    """

    def __init__(self, storage: Storage, resources: Path, clock: Callable[[], datetime]) -> None:
        self._lock = Lock()
        self._current: Reference | None = None
        with storage.writing() as connection:
            ship(connection, resources, clock())
            feed.forget_old_tombstones(connection, clock())
        with storage.reading() as connection:
            self.current(connection)

    def current(self, connection: Connection) -> Reference:
        """What is in force for this transaction."""
        position = feed.reference_position(connection)
        with self._lock:
            held = self._current
            if held is None or held.position != position:
                held = self._current = _renewed(connection, held, position)
            return held

    @property
    def library(self) -> FormLibrary:
        """Forms and code lists as last looked up."""
        assert self._current is not None  # noqa: S101  # set by the constructor
        return self._current.library


def _renewed(connection: Connection, held: Reference | None, position: int) -> Reference:
    files = feed.files_position(connection)
    if held is not None and held.files == files:
        return Reference(position, files, held.library)
    texts = {
        kind: [FileText.from_json(content) for _, _, content in feed.listed(connection, kind, "")]
        for kind in ("form", "codes")
    }
    return Reference(position, files, library_of(texts["form"], texts["codes"]))


def library_of(forms: list[FileText], codes: list[FileText]) -> FormLibrary:
    """The library of these files; the forms package reads folders, so they are laid out for a moment."""
    with TemporaryDirectory(prefix="jggateway") as name:
        folder = Path(name)
        for sub, files in (("forms", forms), ("codes", codes)):
            (folder / sub).mkdir()
            for file in files:
                (folder / sub / file.name).write_text(file.text, encoding="utf-8", newline="")
        write_index(folder / "codes" / "index.csv", codes)
        library = load_library(folder)
        for list_id in library.codes.ids:
            try:
                library.codes.get(list_id)  # now, while the files are there
            except CodesError as error:
                _LOG.error("code list", extra={"list": list_id, "reason": str(error)})
    for broken in library.broken:
        _LOG.error("form", extra={"reason": str(broken)})
    return library
