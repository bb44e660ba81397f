"""A backup while the gateway serves: database, attachments, keys, in a folder that can be served as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import func, select

from jggateway.devices import KEY_FILE
from jggateway.files import FOLDER
from jggateway.storage import DATABASE_FILE, Storage
from jggateway.tables import audit

#: What a backup is called in the audit.
DEED = "backup"


def backup_hint(storage: Storage) -> str:
    """When the last backup was made, as one Chinese line for whoever starts the gateway."""
    query = select(func.max(audit.c.at)).where(audit.c.action == DEED)
    with storage.reading() as connection:
        last = connection.scalar(query)
    made = f"上次备份 {last}" if last else "还没有备份过"
    return f"{made}。请每天执行 jggateway backup，并另存到别的机器。"


def back_up(storage: Storage, target: Path) -> str:
    """Copy everything to the new folder ``target`` and verify the copy of the database.

    The database is copied first: a file that a record in it names is then certainly among the attachments.

    Returns:
        A Chinese sentence about what was copied, and what has to be done beside it.

    Raises:
        OSError: the folder exists, or cannot be written.
    """
    target.mkdir(mode=0o700, parents=True)
    if not storage.portable:
        storage.copy_to(target / DATABASE_FILE)
    attachments = storage.folder / FOLDER
    if attachments.exists():
        shutil.copytree(attachments, target / FOLDER, ignore=shutil.ignore_patterns("unfinished"))
    if (storage.folder / KEY_FILE).exists():
        shutil.copy2(storage.folder / KEY_FILE, target / KEY_FILE)
    if storage.portable:
        return f"已备份附件和密钥到 {target}。数据库请另用 pg_dump -Fc 备份，先备份数据库再备份附件。"
    return f"已备份到 {target}：数据库（已检验）、附件、密钥。恢复时用它作 --data，并执行 renew-cursors。"
