"""stats, backup, renew-cursors, openapi."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from jgclient.forms.library import resources_folder
from jggateway import audit, feed
from jggateway.app import create_app
from jggateway.backup import DEED, back_up
from jggateway.cli.parts import CommandError, Commands, command, now, storage
from jggateway.keeping import pass_over_numbers
from jggateway.kept import counts

_WORDS = {"records": "记录", "accepted": "已接收版本", "receipts": "回执", "batches": "批次", "users": "用户"}


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``stats``, ``backup``, ``renew-cursors`` and ``openapi``."""
    stats = command(commands, "stats", _stats, "已接收记录、回执、用户的数量")
    stats.add_argument("--json", action="store_true", help="以 JSON 输出")
    backup = command(commands, "backup", _backup, "备份到一个新文件夹：数据库（SQLite）、附件、密钥")
    backup.add_argument("--to", type=Path, required=True, metavar="文件夹", help="备份写入的新文件夹")
    command(commands, "renew-cursors", _renew, "恢复备份之后执行一次：客户端从头更新下行数据，回执不重号")
    text = "写出接口说明（OpenAPI，JSON）"
    openapi = commands.add_parser("openapi", help=text, description=text)
    openapi.add_argument("--out", type=Path, required=True, metavar="文件")
    openapi.set_defaults(run=_openapi)


def _stats(options: argparse.Namespace) -> None:
    with storage(options) as opened, opened.reading() as connection:
        found = counts(connection)
    if options.json:
        print(json.dumps(found))
        return
    for name, word in _WORDS.items():
        print(f"{word}\t{found[name]}")


def _backup(options: argparse.Namespace) -> None:
    with storage(options) as opened:
        if options.to.resolve().is_relative_to(opened.folder.resolve()):
            raise CommandError(f"{options.to} 在数据文件夹里面，与数据一起丢失的不算备份。请换到别的磁盘。")
        try:
            done = back_up(opened, options.to)
        except FileExistsError as error:
            raise CommandError(f"{options.to} 已经存在。请每次备份到一个新文件夹，如加上日期。") from error
        except OSError as error:
            raise CommandError(
                f"备份没有完成（{error.strerror or error}）。请换一个空的、有足够空间的位置。"
            ) from error
        with opened.writing() as connection:
            audit.note(connection, now(), audit.CONSOLE, DEED, str(options.to))
    print(done)


def _renew(options: argparse.Namespace) -> None:
    with storage(options) as opened, opened.writing() as connection:
        feed.renew(connection)
        pass_over_numbers(connection)
        audit.note(connection, now(), audit.CONSOLE, "renew-cursors", "")
    print(
        "所有客户端下次更新时会从头取下行数据；新回执的编号跳过备份之后可能发过的，不会重号。"
        "请各单位对账：备份之后接收的记录会显示为“平台缺”，重报即可"
    )


def _openapi(options: argparse.Namespace) -> None:
    with TemporaryDirectory(prefix="jggateway") as folder:
        app = create_app(Path(folder), resources=resources_folder(), clock=now)
        text = json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True)
        app.state.storage.close()
    try:
        options.out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{options.out} 写不出来（{error.strerror or error}）。请换一个位置。") from error
    print(f"已写出 {options.out}")
