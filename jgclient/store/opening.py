"""Opening the store: folder, key, file, migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from jgclient.store import checking, keyed, recovery
from jgclient.store.accounts import Accounts
from jgclient.store.attachments import Attachments
from jgclient.store.backups import Backups
from jgclient.store.bulk import Bulk
from jgclient.store.changes import Changes
from jgclient.store.comparing import Comparison, compare, restored_copy
from jgclient.store.connection import Connection
from jgclient.store.copying import verified_copy
from jgclient.store.counterparts import Counterparts
from jgclient.store.credentials import Vault, open_vault
from jgclient.store.duties import Duties
from jgclient.store.errors import StoreError
from jgclient.store.keyed import FILE, kept_key, open_file, vault_with_key
from jgclient.store.location import make_folder
from jgclient.store.outbox import Outbox
from jgclient.store.packages import Packages
from jgclient.store.receipts import Receipts
from jgclient.store.records import Records
from jgclient.store.registers import Registers
from jgclient.store.reminders import Reminders
from jgclient.store.salvaging import Readable, readable
from jgclient.store.settings import Imports, Settings
from jgclient.store.trash import Trash
from jgclient.store.warnings import Warnings


class Store:
    """An open store. Stays in the thread that opened it; every thread opens its own on the same folder.

    Attributes:
        folder: The data folder.
        settings: Settings of the profile.
        records: Drafts, revisions, lists.
        trash: Dropped drafts.
        outbox: What must reach the platform and what came back.
        receipts: What the platform has confirmed.
        registers: Reference data; what checks ask.
        imports: Rows of workbooks already taken in.
        bulk: Many drafts at once.
        changes: What came down from the platform.
        counterparts: The platform's versions of records beside ours.
        packages: Packages that were written.
        warnings: What returns have taught.
        attachments: Files that belong to records.
        duties: Open legal time limits.
        reminders: What was reminded of, and what was put off.
        accounts: People who work with this profile.
        backups: Copies of the file, here and in a second place.
    """

    def __init__(
        self, folder: Path, connection: Connection, key: bytes, vault: Vault, clock: Callable[[], datetime]
    ) -> None:
        self.folder = folder
        self._db = connection
        self._key = key
        self._vault = vault
        self._clock = clock
        self.settings = Settings(connection, vault)
        self.trash = Trash(connection, clock)
        self.records = Records(connection, self.trash, clock)
        self.outbox = Outbox(connection, clock)
        self.receipts = Receipts(connection)
        self.registers = Registers(connection, clock)
        self.imports = Imports(connection, clock)
        self.bulk = Bulk(connection, clock)
        self.changes = Changes(connection, self.settings, clock)
        self.counterparts = Counterparts(connection, clock)
        self.packages = Packages(connection, clock)
        self.warnings = Warnings(connection, clock)
        self.attachments = Attachments(folder, key, clock)
        self.duties = Duties(connection)
        self.reminders = Reminders(connection, clock)
        self.accounts = Accounts(connection, clock)
        self.backups = Backups(connection, key, folder, self.settings, clock)

    def twin(self) -> Store:
        """Another store on the same file, for the thread that calls this.

        Raises:
            StoreError: as :func:`open_store`.
        """
        connection = open_file(self.folder / FILE, self._key)
        return Store(self.folder, connection, self._key, self._vault, self._clock)

    def atomic(self) -> AbstractContextManager[None]:
        """Several changes as one: all are kept when the block ends, none when it fails. Nests.

        Other windows cannot write meanwhile: keep it far under a second, import in portions.
        """
        return self._db.atomic()

    def recovery_code(self) -> str:
        """The code that opens this file on another computer; to be printed and locked away."""
        return recovery.encode(self._key)

    def key_place(self) -> str:
        """Where this computer keeps the key, in words for 自检."""
        return self._vault.where()

    def backup(self, to: Path) -> None:
        """Copy the whole file to ``to``, encrypted with the same key, while it is in use.

        The copy is read from end to end before it takes the place of an older one.

        Raises:
            StoreError: it could not be written or does not check; an older copy is left as it was.
        """
        verified_copy(self._db, self._key, to)

    @property
    def is_read_only(self) -> bool:
        """Whether damage was found in the file: it is read as far as it goes, every change is refused."""
        return self._db.is_read_only

    def damages(self) -> list[str]:
        """What is wrong with the file itself, empty when every page is authentic.

        Finding damage makes the store read-only, here at once and at every later opening, until it is
        restored or found sound.
        """
        found = checking.damages(self._db)
        if found:
            keyed.mark_damaged(self.folder, found[0])
            self._db.read_only()
        else:
            keyed.mark_sound(self.folder)
        return found

    def contradictions(self) -> list[checking.Contradiction]:
        """Records whose outbox, revisions and receipts contradict one another."""
        return checking.contradictions(self._db)

    def stale_rows(self, watch: checking.Watch = checking.unwatched) -> list[str]:
        """Ids of records whose list line differs from the facts; ``records.rebuild_index`` mends them."""
        return checking.stale_rows(self._db, watch)

    def times(self) -> checking.Times:
        """The newest times kept, to judge the computer's clock by."""
        return checking.times(self._db)

    def readable(self) -> Iterator[Readable]:
        """Every record as far as it can be read, from a damaged file too."""
        return readable(self._db)

    def rehearse(self, backup: Path) -> Comparison:
        """Restore a backup into a scratch file beside the data and compare it with what is kept now.

        Raises:
            StoreError: it could not be restored: not whole, other key, newer program, no room.
        """
        with restored_copy(backup, self.folder, self._key) as scratch:
            return compare(self._db, scratch, self._key)

    def wrong_counts(self) -> list[str]:
        """Forms and tallies whose kept counts are wrong; ``records.rebuild_index`` mends them."""
        return checking.wrong_counts(self._db)

    def close(self) -> None:
        """Close the files."""
        self.attachments.close()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(folder: Path, *, clock: Callable[[], datetime], recovery_code: str = "") -> Store:
    """Open the store in ``folder``; make it when there is none, migrate it when it is older.

    Args:
        folder: The data folder, on a disk of this computer.
        clock: Gives the present as an aware date-time.
        recovery_code: Opens a file whose key this computer does not have, and keeps the key from then on.

    Raises:
        StoreError: the text says in Chinese what is wrong and what to do.
    """
    make_folder(folder)
    path = folder / FILE
    if recovery_code:
        return _recover(path, recovery_code, clock)
    vault = vault_with_key(path)
    key = kept_key(vault)
    return Store(folder, open_file(path, key), key, vault, clock)


def _recover(path: Path, code: str, clock: Callable[[], datetime]) -> Store:
    """Open an existing file with the typed code; only a code that fits is kept."""
    if not path.exists():
        raise StoreError("refused", f"这个文件夹里没有数据文件，用不上恢复码。请检查文件夹：{path.parent}")
    try:
        key = recovery.decode(code)
    except ValueError as error:
        raise StoreError("refused", str(error)) from error
    try:
        connection = open_file(path, key)
    except StoreError as error:
        if error.kind != "wrong_key":
            raise
        raise StoreError("refused", "恢复码不属于这份数据文件。请换用为它打印的那一张") from error
    vault = open_vault(path.parent, choose=True)
    vault.write("key", key.hex())
    return Store(path.parent, connection, key, vault, clock)
