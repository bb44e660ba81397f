"""serve."""

from __future__ import annotations

import argparse

from jgclient.forms.library import resources_folder
from jggateway.backup import backup_hint
from jggateway.cli.parts import Commands, command, now, storage
from jggateway.serving import Service, serve

MAX_WORKERS = 64


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``serve``."""
    made = command(commands, "serve", _serve, "启动网关")
    made.add_argument("--host", default="127.0.0.1", metavar="地址", help="监听地址（默认只限本机）")
    made.add_argument("--port", type=_port, required=True, metavar="端口", help="监听端口，0 表示自动选取")
    made.add_argument(
        "--workers", type=_workers, default=1, metavar="个数", help="工作进程数，多于 1 个需要 PostgreSQL"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("端口应是 0 到 65535 之间的整数，0 表示自动选取")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"工作进程数应是 1 到 {MAX_WORKERS} 之间的整数")
    return int(text)


def _serve(options: argparse.Namespace) -> None:
    service = Service(options.data, resources_folder(), now, options.database, options.workers)

    def say(address: str) -> None:
        print(f"网关已启动 {address}  数据 {options.data}", flush=True)
        with storage(options) as opened:
            print(backup_hint(opened), flush=True)

    serve(service, options.host, options.port, on_listening=say)
