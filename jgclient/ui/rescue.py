"""The way back to a backup from the window: nothing may have the file open, so the program starts anew."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jgclient import installation
from jgclient.store import StoreError
from jgclient.store.backups import FOLDER, found_in
from jgclient.store.restoring import restore
from jgclient.store.schema import copy_for_this_program
from jgclient.ui import messages

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
#: Faults of the file itself, which a backup can mend.
_MENDABLE = ("damaged", "gone", "wrong_key")


def offer(folder: Path, error: Exception, clock: Clock) -> bool:
    """When the file cannot be opened: offer the newest whole backup; True when it is in place now.

    For a file that a newer program has migrated that is the copy it kept before.
    """
    if isinstance(error, StoreError) and error.kind == "newer":
        return _offer_way_back(folder, error, clock)
    if not isinstance(error, StoreError) or error.kind not in _MENDABLE:
        return False
    for backup in found_in(folder / FOLDER):
        question = f"{error}\n\n用最近的备份（{backup.title}）恢复吗？"
        detail = "打不开的文件会原样另存，不会删除。备份以后录入的内容不在其中；恢复后先与平台对账再上报。"
        if not messages.gate.ask(None, question, yes="恢复", no="退出", detail=detail):
            return False
        if go_back(folder, backup.path, clock):
            return True
    return False


def _offer_way_back(folder: Path, error: StoreError, clock: Clock) -> bool:
    copy = copy_for_this_program(folder)
    if copy is None:
        return False
    made = datetime.fromtimestamp(copy.stat().st_mtime).astimezone()
    question = f"{error}\n\n用升级前 {made:%Y-%m-%d %H:%M} 留下的那一份继续用这个旧版本吗？"
    detail = (
        "升级以后录入的内容不在其中，请先在新版里上报或导出。现在的文件会另存为 newer-….db，不会删除；"
        "恢复后先与平台对账再上报。"
    )
    return messages.gate.ask(None, question, yes="恢复", no="退出", detail=detail) and go_back(
        folder, copy, clock
    )


def go_back(folder: Path, backup: Path, clock: Clock) -> bool:
    """Restore a backup now and say what keeps it from being done; the store must be closed."""
    try:
        done = restore(folder, backup, clock=clock)
    except StoreError as error:
        log.warning("cannot restore %s: %s", backup, error)
        messages.gate.fatal(str(error))
        return False
    log.info("restored %s; before: %s", backup, done.before)
    return True


def start_again() -> None:
    """Start the program anew as it was started; this one must have let go of the folder."""
    # The installed launcher adds the words for Python itself.
    words = sys.argv[1:] if installation.home() else sys.orig_argv[1:]
    subprocess.Popen([sys.executable, *words], close_fds=True)  # noqa: S603 - ourselves
