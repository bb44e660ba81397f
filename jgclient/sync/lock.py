"""Two runs never go on together, not even in two programs on one profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jgclient.store import StoreError
from jgclient.store.folder_lock import folder_lock

LOCK_FILE = "sync.lock"


class SyncBusy(StoreError):  # noqa: N818 - a state of affairs, not a fault
    """Another run is going on; nothing was begun."""

    def __init__(self) -> None:
        super().__init__("refused", "另一次上报正在进行，本次没有开始。请等它结束后再报，记录不会漏报或重报")


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the profile's sync lock; it ends with the process, however that dies.

    Raises:
        SyncBusy: somebody else holds it.
        StoreError: the lock file cannot be made.
    """
    with ExitStack() as held:
        try:
            held.enter_context(folder_lock(folder, name=LOCK_FILE, wait_seconds=0))
        except StoreError as error:
            raise (SyncBusy() if error.kind == "locked" else error) from error
        yield
