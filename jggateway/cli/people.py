"""users, audit."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from jggateway import audit
from jggateway.accounts import ROLES, Accounts
from jggateway.cli.parts import CommandError, Commands, command, group, now, storage
from jggateway.publishing import read_unit

PASSWORD_VARIABLE = "JGGATEWAY_PASSWORD"  # noqa: S105  # the name of a variable, not a password


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``users`` and ``audit``."""
    users = group(commands, "users", "管理用户")
    add = command(users, "add", _add, "建立用户")
    add.add_argument("name", metavar="用户名")
    add.add_argument("--unit", required=True, metavar="统一社会信用代码", help="用户所在单位")
    add.add_argument("--role", choices=list(ROLES), default="clerk", help="角色（默认 clerk 录入员）")
    _password_options(add)
    password = command(users, "password", _set_password, "更换密码，并使该用户重新登录")
    password.add_argument("name", metavar="用户名")
    _password_options(password)
    command(users, "disable", _disable, "停用用户（调离、离职）").add_argument("name", metavar="用户名")
    command(users, "enable", _enable, "恢复停用的用户").add_argument("name", metavar="用户名")
    listing = command(users, "list", _list, "列出用户")
    listing.add_argument("--json", action="store_true", help="以 JSON 输出")
    _audit_command(commands)


def _audit_command(commands: Commands[argparse.ArgumentParser]) -> None:
    made = command(commands, "audit", _audit, "查看操作记录：谁在什么时候做了什么")
    made.add_argument("--since", default="", metavar="日期", help="从哪一天起，如 2026-09-01")
    made.add_argument("--unit", default="", metavar="统一社会信用代码", help="只看与该单位有关的")
    made.add_argument("--json", action="store_true", help="以 JSON 输出，每行一条")


def _password_options(made: argparse.ArgumentParser) -> None:
    source = made.add_mutually_exclusive_group()
    source.add_argument("--password-stdin", action="store_true", help="从标准输入读取密码（第一行）")
    source.add_argument("--password-file", type=Path, metavar="文件", help="从文件读取密码（第一行）")
    made.epilog = f"不指定时取环境变量 {PASSWORD_VARIABLE}，否则在终端上询问。"


def _add(options: argparse.Namespace) -> None:
    unit = read_unit(options.unit)
    password = _password(options)
    with storage(options, create=True) as opened:
        Accounts(opened).add(options.name, password, unit=unit, role=options.role, now=now())
    print(f"已建立用户“{options.name}”（{ROLES[options.role]}，单位 {unit}）")


def _set_password(options: argparse.Namespace) -> None:
    password = _password(options)
    with storage(options) as opened:
        Accounts(opened).set_password(options.name, password, now=now())
    print(f"已更换用户“{options.name}”的密码，该用户需要重新登录")


def _disable(options: argparse.Namespace) -> None:
    with storage(options) as opened:
        Accounts(opened).disable(options.name, now=now())
    print(f"已停用用户“{options.name}”，其数据和记录都保留")


def _enable(options: argparse.Namespace) -> None:
    with storage(options) as opened:
        Accounts(opened).enable(options.name, now=now())
    print(f"已恢复用户“{options.name}”")


def _list(options: argparse.Namespace) -> None:
    with storage(options) as opened:
        users = Accounts(opened).list()
    if options.json:
        print(json.dumps({"users": [asdict(user) for user in users]}, ensure_ascii=False))
        return
    for user in users:
        state = f"停用于 {user.disabled_at}" if user.disabled_at else "在用"
        print(f"{user.name}\t{ROLES[user.role]}\t{user.unit}\t{user.created_at}\t{state}")


def _audit(options: argparse.Namespace) -> None:
    after = 0
    unit = read_unit(options.unit) if options.unit else None
    with storage(options) as opened, opened.reading() as connection:
        while found := audit.deeds(connection, unit=unit, since=options.since, after=after):
            for deed in found:
                told = (deed.at, deed.actor, deed.unit, deed.action, deed.subject, deed.detail)
                print(json.dumps(deed.to_json(), ensure_ascii=False) if options.json else "\t".join(told))
            after = found[-1].id


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
