"""What every command needs: options, the database, the time, texts from files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from jgclient.forms.library import resources_folder
from jggateway.engines import DATABASE_FILE, database_refusal
from jggateway.reference import References
from jggateway.storage import Storage, open_storage

Commands = argparse._SubParsersAction  # argparse has no other name for it
DATABASE_VARIABLE = "JGGATEWAY_DATABASE"
#: Legal days are Beijing days, wherever the server stands.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


class CommandError(Exception):
    """A command cannot be carried out; the text says in Chinese why and what to do."""


def now() -> datetime:
    """Beijing time."""
    return datetime.now(BEIJING)


def command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], None],
    text: str,
) -> argparse.ArgumentParser:
    """A command that works on a data folder."""
    made = commands.add_parser(name, help=text, description=text)
    made.add_argument("--data", type=Path, required=True, metavar="文件夹", help="网关的数据文件夹")
    made.add_argument(
        "--database", default=os.environ.get(DATABASE_VARIABLE, ""), metavar="地址",
        help=f"PostgreSQL 数据库的地址；不写用 SQLite（也可用环境变量 {DATABASE_VARIABLE}）",
    )  # fmt: skip
    made.set_defaults(run=run)
    return made


def group(
    commands: Commands[argparse.ArgumentParser], name: str, text: str
) -> Commands[argparse.ArgumentParser]:
    """A command that has commands of its own."""
    return commands.add_parser(name, help=text, description=text).add_subparsers(
        required=True, metavar="动作"
    )


@contextmanager
def storage(options: argparse.Namespace, *, create: bool = False) -> Iterator[Storage]:
    """The database that the options name."""
    opened = open_storage(options.data, options.database, create=create)
    try:
        yield opened
    finally:
        opened.close()


def references(opened: Storage) -> References:
    """Forms, code lists and registers of the gateway."""
    return References(opened, resources_folder(), now)


def refusal_of(options: argparse.Namespace, error: DBAPIError) -> str:
    """The sentence for an error of the database that the options name."""
    return database_refusal(options.database.rpartition("@")[2] or str(options.data / DATABASE_FILE), error)


def read_text(path: Path) -> str:
    """A text file in UTF-8, or in the GB 18030 that Excel and Notepad of Chinese systems write.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"文件 {path} 读不出来（{error.strerror or error}）。请检查路径。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommandError(f"文件 {path} 不是文本。请另存为 UTF-8 编码后再试。")
