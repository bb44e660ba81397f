"""Backups: encrypted copies in the data folder and, where one is set, in a second place."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jgclient.store import attachments
from jgclient.store.connection import Connection, connect
from jgclient.store.copying import verified_copy
from jgclient.store.errors import StoreError, file_fault
from jgclient.store.folder_lock import folder_lock
from jgclient.store.keyed import FILE, mark_damaged
from jgclient.store.placing import UNFINISHED, copy_whole, remove
from jgclient.store.retention import kept
from jgclient.store.settings import Settings

#: Between two backups while somebody works.
EVERY = timedelta(minutes=30)
#: Why a backup was made: the word in its file name, and what the clerk sees.
REASONS = {
    "work": "定时", "hand": "手动", "import": "导入前", "bulk": "批量修改前", "restore": "恢复前",
}  # fmt: skip
#: Setting with the folder of the second place, empty for none.
PLACE = "backup_place"
FOLDER = "backups"
_PREFIX = "jgclient"
_TIME = "%Y%m%dT%H%M%S%z"
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file.

    Attributes:
        reason: Word of :data:`REASONS`.
        size: Bytes.
    """

    path: Path
    made_at: datetime
    reason: str
    size: int

    @property
    def title(self) -> str:
        """Time and reason as people read them."""
        return f"{self.made_at:%Y-%m-%d %H:%M:%S} {REASONS.get(self.reason, self.reason)}"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of making a backup.

    Attributes:
        backup: The new one; the last one when nothing has changed since.
        is_new: A new file was written.
        second: Its copy in the second place, None when there is none.
        second_fault: Why there is none although a second place is set: a Chinese sentence, else empty.
    """

    backup: Backup
    is_new: bool
    second: Path | None = None
    second_fault: str = ""


class Backups:
    """The backups of one data folder."""

    def __init__(
        self,
        connection: Connection,
        key: bytes,
        folder: Path,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = connection
        self._key = key
        self._file = folder / FILE
        self._settings = settings
        self._clock = clock
        self.folder = folder / FOLDER

    def list(self) -> list[Backup]:
        """The backups in the data folder, the newest first."""
        return found_in(self.folder)

    def place(self) -> Path | None:
        """The second place as it was set, None when none is."""
        text = str(self._settings.get(PLACE) or "").strip()
        return Path(text) if text else None

    def set_place(self, place: Path | None) -> None:
        """Set the second place, None for no longer any.

        Raises:
            StoreError: there is no such folder, or it is no second place.
        """
        if place is not None:
            refuse_place(place, self._file.parent)
        self._settings.set(PLACE, str(place.absolute()) if place else "")

    def second(self) -> Path | None:
        """Where this profile's backups are in the second place, which may serve several profiles."""
        place = self.place()
        own = hashlib.sha256(b"jgclient backups" + self._key).hexdigest()[:8]
        return place / f"{_PREFIX}-{own}" if place else None

    def is_due(self) -> bool:
        """Whether something has changed since the last backup and half an hour has gone by (or the clock
        stands before it).
        """  # noqa: D205 - one sentence
        backups = self.list()
        if not backups:
            return True
        age = self._clock() - backups[0].made_at
        return not timedelta(0) <= age < EVERY and self._changed_since(backups[0])

    def make(self, reason: str) -> Made:
        """Back up if anything has changed since the last backup, here and in the second place.

        Superfluous older ones are removed afterwards. That the second place cannot be written is no reason to
        go without a backup; the answer says so.

        Raises:
            StoreError: it could not be written or does not read back; there is no new file then. ``no_room``
                when it would fill the disk, ``locked`` when another program is backing up for too long.
        """
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise file_fault(error, self.folder) from error
        with folder_lock(self.folder, name="backup.lock"):
            _sweep(self.folder)
            backups = self.list()
            is_new = not backups or self._changed_since(backups[0])
            backup = self._copied(reason) if is_new else backups[0]
            _thin(self.folder)
            return self._with_second(backup, is_new=is_new)

    def _copied(self, reason: str) -> Backup:
        self._need_room()
        now = self._clock().replace(microsecond=0)
        path = self.folder / f"{_PREFIX}-{now.strftime(_TIME)}-{reason}.db"
        try:
            verified_copy(self._db, self._key, path)
        except StoreError as error:
            if error.kind == "damaged":  # a copy reads every table; nobody else looks as often
                mark_damaged(self._file.parent, str(error))
                self._db.read_only()
            raise (StoreError("no_room", str(path)) if error.kind == "disk_full" else error) from error
        return Backup(path, now, reason, path.stat().st_size)

    def _need_room(self) -> None:
        """See that the disk is not filled by a copy: records that are typed meanwhile must find room as well.

        Old backups make room for a new one, but for the newest two.
        """
        needed = 2 * self._size()
        for old in self.list()[: _FEWEST - 1 : -1]:
            if _free(self.folder) >= needed:
                return
            with suppress(OSError):
                remove(old.path)
        if _free(self.folder) < needed:
            raise StoreError("no_room", f"{self.folder}：还剩 {_free(self.folder) >> 20} MB")

    def _size(self) -> int:
        return int(self._db.value("PRAGMA page_count")) * int(self._db.value("PRAGMA page_size"))

    def _changed_since(self, backup: Backup) -> bool:
        """By the file system's own clock: the copy has the time of what it shows."""
        return _newest_change(self._file) >= backup.path.stat().st_mtime_ns

    def _with_second(self, backup: Backup, *, is_new: bool) -> Made:
        place, own = self.place(), self.second()
        if place is None or own is None:
            return Made(backup, is_new)
        second = own / backup.path.name
        try:
            refuse_place(place, self._file.parent)
            _sweep(own)
            if not second.exists() or second.stat().st_size != backup.size:
                copy_whole(backup.path, second)
            _thin(own)
            self._copy_attachments(own)
        except (StoreError, OSError) as error:
            said = str(error if isinstance(error, StoreError) else file_fault(error, second))
            return Made(backup, is_new, None, said)
        return Made(backup, is_new, second)

    def _copy_attachments(self, own: Path) -> None:
        """Attachments never change once they are there; the second place has them once, not in every copy."""
        here, there = self._file.with_name(attachments.FILE), own / attachments.FILE
        if not here.exists() or (there.exists() and there.stat().st_mtime_ns > _newest_change(here)):
            return
        opened = Connection(connect(here, self._key))
        try:
            verified_copy(opened, self._key, there)
        finally:
            opened.close()


def _newest_change(file: Path) -> int:
    """When a database was last changed, by the file system's clock."""
    both = (file, file.with_name(file.name + "-wal"))
    return max(each.stat().st_mtime_ns for each in both if each.exists())


def found_in(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first; none when the folder cannot be read."""
    found = []
    with suppress(OSError):
        for path in folder.glob(f"{_PREFIX}-*.db"):
            time, _, reason = path.stem.removeprefix(f"{_PREFIX}-").rpartition("-")
            with suppress(ValueError):
                made_at = datetime.strptime(time, _TIME)  # noqa: DTZ007 - the zone is part of it
                found.append(Backup(path, made_at, reason, path.stat().st_size))
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def refuse_place(place: Path, data: Path) -> None:
    """Refuse a folder that is no second place.

    Raises:
        StoreError: it is not there (a stick that is not plugged in), or it is in the data folder.
    """
    if not place.is_dir():
        raise StoreError("refused", f"第二备份位置 {place} 现在找不到。请插好U盘或接通磁盘后再备份一次")
    if place.resolve().is_relative_to(data.resolve()):
        raise StoreError(
            "refused", "第二备份位置在数据文件夹里面，起不到保护作用。请选U盘或另一块磁盘上的文件夹"
        )


def _thin(folder: Path) -> None:
    """Remove the backups of a folder that are not worth keeping; one that is held is removed next time."""
    backups = found_in(folder)
    worth = kept(backup.made_at for backup in backups)
    for backup in backups:
        if backup.made_at not in worth:
            with suppress(OSError):
                remove(backup.path)


def _sweep(folder: Path) -> None:
    """Remove what an interrupted backup left; whoever has the lock is the only one writing here."""
    for path in folder.glob(f"{_PREFIX}-*{UNFINISHED}*"):
        with suppress(OSError):
            path.unlink()


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
