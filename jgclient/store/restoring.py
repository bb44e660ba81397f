"""Back to a backup: into a scratch file first, checked and compared, then in place of the file.

Whatever happens on the way, the folder holds one whole file: the old one until the last moment, then the new.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jgclient.store import attachments, keyed, recovery
from jgclient.store.backups import Backups
from jgclient.store.comparing import Comparison, compare, restored_copy
from jgclient.store.connection import Connection
from jgclient.store.credentials import Vault, open_vault
from jgclient.store.errors import StoreError
from jgclient.store.folder_lock import folder_lock
from jgclient.store.keyed import FILE
from jgclient.store.location import make_folder
from jgclient.store.placing import copy_whole, put_in_place, remove
from jgclient.store.settings import Settings

#: Setting that keeps everything from being sent until the platform's records were compared with ours: after a
#: restore this computer has forgotten what it sent since.
RECONCILE = "reconcile_before_sending"
#: Setting that says what was restored and when.
RESTORED = "restored"
_UNREADABLE = ("damaged", "wrong_key", "io")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done.

    Attributes:
        comparison: How the backup differed from the file before, None when that one could not be read.
        before: Where the file before is kept, None when there was none.
    """

    comparison: Comparison | None
    before: Path | None


def restore(
    folder: Path, backup: Path, *, clock: Callable[[], datetime], recovery_code: str = ""
) -> Restored:
    """Put a backup in the place of the file of a data folder; nothing may have the folder open.

    The file as it was is backed up before; one that is damaged or from a newer program is set aside as
    it is. Afterwards nothing is sent until :data:`RECONCILE` is settled.

    Args:
        folder: The data folder; a new one is made, which needs the recovery code.
        backup: The backup file.
        clock: Gives the present as an aware date-time.
        recovery_code: Code of the backup, for a computer that does not have its key.

    Raises:
        StoreError: nothing was changed; the text says why and what to do.
    """
    make_folder(folder)
    if not backup.is_file():
        raise StoreError("refused", f"找不到备份文件 {backup}。请检查U盘是否插好、文件是否还在")
    vault, key = _vault_and_key(folder, recovery_code)
    with (
        folder_lock(folder, name="restore.lock", wait_seconds=0),
        restored_copy(backup, folder, key) as scratch,
    ):
        comparison, before = _secure_present(folder, scratch, key, vault, clock)
        _write_marks(scratch, key, vault, backup, clock())
        if recovery_code:
            vault.write("key", key.hex())
        _remove_log(folder / FILE)
        put_in_place(scratch, folder / FILE)
    keyed.mark_sound(folder)
    _bring_attachments(backup, folder)
    return Restored(comparison, before)


def _vault_and_key(folder: Path, code: str) -> tuple[Vault, bytes]:
    if not code:
        vault = open_vault(folder, choose=False)
        return vault, keyed.kept_key(vault)
    try:
        key = recovery.decode(code)
    except ValueError as error:
        raise StoreError("refused", str(error)) from error
    vault = open_vault(folder, choose=True)
    known = vault.read("key")
    if known and known != key.hex() and (folder / FILE).exists():
        raise StoreError("refused", "恢复码与这个数据文件夹的钥匙不同。请把备份恢复到一个新的空文件夹")
    return vault, key


def _secure_present(
    folder: Path, scratch: Path, key: bytes, vault: Vault, clock: Callable[[], datetime]
) -> tuple[Comparison | None, Path | None]:
    """Compare the present file with the backup and keep it; a file that cannot be read is set aside."""
    file = folder / FILE
    if not file.exists():
        return None, None
    try:
        present = keyed.open_file(file, key)
    except StoreError as error:
        if error.kind == "newer":
            return None, _set_aside(file, clock(), "newer")
        if error.kind not in _UNREADABLE:
            raise
        return None, _set_aside(file, clock())
    try:
        if present.is_read_only:
            return None, _set_aside(file, clock())
        compared = compare(present, scratch, key)
        made = Backups(present, key, folder, Settings(present, vault), clock).make("restore")
        present.value("PRAGMA journal_mode = DELETE")  # only possible when nobody else has it open
        return compared, made.backup.path
    except StoreError as error:
        if error.kind not in _UNREADABLE:
            raise
        return None, _set_aside(file, clock())
    finally:
        present.close()


def _set_aside(file: Path, now: datetime, why: str = "damaged") -> Path:
    """Keep a file with its log as it is: somebody may yet get more out of it than we can."""
    aside = file.with_name(f"{why}-{now:%Y%m%dT%H%M%S}.db")
    for suffix in ("", "-wal"):
        part = file.with_name(file.name + suffix)
        if part.exists():
            copy_whole(part, aside.with_name(aside.name + suffix))
    return aside


def _remove_log(file: Path) -> None:
    """Remove the log of the file that is replaced: SQLite would play it into the new one."""
    remove(file.with_name(file.name + "-wal"))
    remove(file.with_name(file.name + "-shm"))


def _write_marks(scratch: Path, key: bytes, vault: Vault, backup: Path, now: datetime) -> None:
    connection: Connection = keyed.open_file(scratch, key, scratch=True)
    try:
        settings = Settings(connection, vault)
        with connection.atomic():
            settings.set(RECONCILE, True)
            settings.set(RESTORED, {"file": backup.name, "at": now.isoformat()})
        connection.value("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()


def _bring_attachments(backup: Path, folder: Path) -> None:
    """Attachments lie beside the backups of a second place; those that are here already are newer."""
    there, here = backup.with_name(attachments.FILE), folder / attachments.FILE
    if there.is_file() and not here.exists():
        with suppress(StoreError):
            copy_whole(there, here)
