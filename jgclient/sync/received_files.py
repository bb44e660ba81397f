"""Forms, code lists and calendars that came from the platform: files in the data folder."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
from contextlib import suppress
from pathlib import Path

from jgclient.contract import FileText
from jgclient.deadlines.calendar import CalendarError, read_year
from jgclient.forms.codes import CodeLists, CodesError, read_codes
from jgclient.forms.loader import FormError, load_form
from jgclient.store import StoreError

_INDEX_COLUMNS = ["id", "title", "source"]
#: Folder, what an id looks like, and suffix of each kind.
_KINDS = {
    "form": ("forms", re.compile("[a-z][a-z0-9_]{0,60}@[1-9][0-9]{0,5}"), ".toml"),
    "codes": ("codes", re.compile("[a-z][a-z0-9_]{0,60}"), ".csv"),
    "calendar": ("calendars", re.compile("[0-9]{4}"), ".csv"),
}
#: The index of the code lists, and what Windows takes for devices.
_NO_NAMES = {
    "index",
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}


class UnusableFile(ValueError):  # noqa: N818 - a verdict on what came, not a fault of ours
    """A file that came cannot be used; the text is a Chinese sentence that says why."""


class ReceivedFiles:
    """The files of one profile.

    Args:
        folder: The data folder; the files lie in ``forms``, ``codes`` and ``calendars`` below it.
        shipped: The folder of what came with the program.
    """

    def __init__(self, folder: Path, shipped: Path) -> None:
        self._folder = folder
        self._shipped = shipped

    def put(self, kind: str, entry_id: str, file: FileText) -> None:
        """Check a file and put it in its place; until it is there whole, the one before it stays.

        Args:
            kind: ``form``, ``codes`` or ``calendar``.
            entry_id: ``check@2``, id of the code list, or the year.
            file: What came.

        Raises:
            UnusableFile: it is broken, or not the file its id stands for.
            StoreError: it cannot be written.
        """
        place = self._place(kind, entry_id)
        trial = place.parent / "trial" / place.name
        try:
            _write(trial, file.text)
            self._check(kind, entry_id, trial, file.text)
            trial.replace(place)
            if kind == "codes":
                self._index(entry_id, [entry_id, file.title or entry_id, file.source])
        except (FormError, CodesError, CalendarError, UnicodeDecodeError, csv.Error) as error:
            raise UnusableFile(str(error)) from error
        except OSError as error:
            raise _refusal(place, error) from error
        finally:
            with suppress(OSError):
                trial.unlink(missing_ok=True)

    def drop(self, kind: str, entry_id: str) -> None:
        """Take a file away; what came with the program under the same name holds again.

        Raises:
            StoreError: it cannot be taken away.
        """
        try:
            place = self._place(kind, entry_id)
            place.unlink(missing_ok=True)
            if kind == "codes" and place.parent.exists():
                self._index(entry_id, None)
        except UnusableFile:
            return  # it never got a place
        except OSError as error:
            raise _refusal(self._folder, error) from error

    def _place(self, kind: str, entry_id: str) -> Path:
        folder, pattern, suffix = _KINDS[kind]
        name = entry_id.replace("@", "-")
        if not pattern.fullmatch(entry_id) or name in _NO_NAMES:
            raise UnusableFile(f"编号“{entry_id[:40]}”不能用作文件名")
        return self._folder / folder / f"{name}{suffix}"

    def _check(self, kind: str, entry_id: str, path: Path, text: str) -> None:
        if kind == "calendar":
            list(read_year(path.name, text, int(entry_id)))
        elif kind == "codes":
            read_codes(path)
        else:
            form = load_form(path, CodeLists(self._shipped / "codes", self._folder / "codes"))
            if f"{form.id}@{form.version}" != entry_id:
                raise UnusableFile(f"内容是 {form.id} 第 {form.version} 版，编号却是 {entry_id}")

    def _index(self, list_id: str, row: list[str] | None) -> None:
        """Set or take away the line of a code list in the index."""
        path = self._folder / "codes" / "index.csv"
        lines = []
        if path.exists():
            with path.open(encoding="utf-8", newline="") as source:
                lines = [line for line in list(csv.reader(source))[1:] if line and line[0] != list_id]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([_INDEX_COLUMNS, *lines, *([row] if row else [])])
        _write(path.with_suffix(".new"), text.getvalue())
        path.with_suffix(".new").replace(path)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())


def _refusal(path: Path, error: OSError) -> StoreError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StoreError("disk_full") if full else StoreError("read_only", str(path))
