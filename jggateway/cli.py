"""The gateway's command line. Exit code 0 done, 1 refused (says what), 2 wrong use."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from jgclient.forms.identifiers import judge
from jgclient.forms.library import load_library, resources_folder
from jggateway.accounts import ROLES, AccountError, Accounts
from jggateway.kept import counts
from jggateway.passwords import WeakPassword
from jggateway.serving import ServeError, serve
from jggateway.storage import Storage, StorageError, database_refusal, open_storage

PASSWORD_VARIABLE = "JGGATEWAY_PASSWORD"  # noqa: S105  # the name of a variable, not a password
#: Legal days are Beijing days, wherever the server stands.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


class CommandError(Exception):
    """A command cannot be carried out; the text says in Chinese why and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (CommandError, StorageError, ServeError, AccountError, WeakPassword) as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(database_refusal(options.data, error), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jggateway", description="“互联网+监管”数据上报的接收端")
    commands = parser.add_subparsers(title="命令", required=True, metavar="命令")
    _serve_command(commands)
    users = commands.add_parser("users", help="管理用户").add_subparsers(required=True, metavar="动作")
    _user_commands(users)
    stats = _command(commands, "stats", _stats, "已接收记录、回执、用户的数量")
    stats.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


def _serve_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _command(commands, "serve", _serve, "启动网关")
    command.add_argument("--host", default="127.0.0.1", metavar="地址", help="监听地址（默认只限本机）")
    command.add_argument("--port", type=_port, required=True, metavar="端口", help="监听端口，0 表示自动选取")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("端口应是 0 到 65535 之间的整数，0 表示自动选取")
    return int(text)


def _user_commands(users: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = _command(users, "add", _add_user, "建立用户")
    add.add_argument("name", metavar="用户名")
    add.add_argument("--unit", required=True, metavar="统一社会信用代码", help="用户所在单位")
    add.add_argument("--role", choices=list(ROLES), default="clerk", help="角色（默认 clerk 录入员）")
    _password_options(add)
    password = _command(users, "password", _set_password, "更换密码，并使该用户重新登录")
    password.add_argument("name", metavar="用户名")
    _password_options(password)
    listing = _command(users, "list", _list_users, "列出用户")
    listing.add_argument("--json", action="store_true", help="以 JSON 输出")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], None],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.add_argument("--data", type=Path, required=True, metavar="文件夹", help="网关的数据文件夹")
    command.set_defaults(run=run)
    return command


def _password_options(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument("--password-stdin", action="store_true", help="从标准输入读取密码（第一行）")
    source.add_argument("--password-file", type=Path, metavar="文件", help="从文件读取密码（第一行）")
    command.epilog = f"不指定时取环境变量 {PASSWORD_VARIABLE}，否则在终端上询问。"


def _serve(options: argparse.Namespace) -> None:
    library = load_library(resources_folder())
    for broken in library.broken:
        print(f"表单未启用：{broken}", file=sys.stderr)

    def say(address: str) -> None:
        print(f"网关已启动 {address}  数据 {options.data}", flush=True)

    serve(
        options.data, options.host, options.port, library=library, clock=_now, on_listening=say
    )  # fmt: skip


def _add_user(options: argparse.Namespace) -> None:
    verdict = judge("uscc", options.unit, today=_now().date())
    if not verdict.valid:
        reasons = "；".join(problem.message for problem in verdict.problems)
        meant = f"。是不是 {'、'.join(verdict.candidates)}" if verdict.candidates else ""
        raise CommandError(f"{reasons}{meant}。请按单位的统一社会信用代码证书填写 --unit。")
    password = _password(options)
    with _storage(options.data, create=True) as storage:
        Accounts(storage).add(
            options.name, password, unit=verdict.value, role=options.role, now=_now()
        )  # fmt: skip
    print(f"已建立用户“{options.name}”（{ROLES[options.role]}，单位 {verdict.value}）")


def _set_password(options: argparse.Namespace) -> None:
    password = _password(options)
    with _storage(options.data) as storage:
        Accounts(storage).set_password(options.name, password)
    print(f"已更换用户“{options.name}”的密码，该用户需要重新登录")


def _list_users(options: argparse.Namespace) -> None:
    with _storage(options.data) as storage:
        users = Accounts(storage).list()
    if options.json:
        rows = [{"name": u.name, "unit": u.unit, "role": u.role, "created_at": u.created_at} for u in users]
        print(json.dumps({"users": rows}, ensure_ascii=False))
        return
    for user in users:
        print(f"{user.name}\t{ROLES[user.role]}\t{user.unit}\t{user.created_at}")


def _stats(options: argparse.Namespace) -> None:
    with _storage(options.data) as storage, storage.reading() as connection:
        found = counts(connection)
    if options.json:
        print(json.dumps(found))
        return
    words = {
        "records": "记录",
        "accepted": "已接收版本",
        "receipts": "回执",
        "batches": "批次",
        "users": "用户",
    }
    for name, word in words.items():
        print(f"{word}\t{found[name]}")


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if options.password_file:
        return _first_line(options.password_file)
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        raise CommandError(
            f"没有给出密码。请用 --password-stdin、--password-file 或环境变量 {PASSWORD_VARIABLE}。"
        )
    password = getpass.getpass("密码：")
    if getpass.getpass("再输入一次：") != password:
        raise CommandError("两次输入的密码不一样。请重新执行命令。")
    return password


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            f"密码文件 {path} 读不出来（{error}）。请检查路径，文件应为 UTF-8 文本。"
        ) from error


@contextmanager
def _storage(data: Path, *, create: bool = False) -> Iterator[Storage]:
    storage = open_storage(data, create=create)
    try:
        yield storage
    finally:
        storage.close()


def _now() -> datetime:
    return datetime.now(BEIJING)
