"""The gateway's command line. Exit code 0 done, 1 refused (says what), 2 wrong use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from jgclient.chinese_parser import ChineseParser
from jgclient.packages import PackageError
from jggateway.accounts import AccountError
from jggateway.cli import downwards, exchange, people, running, upkeep
from jggateway.cli.parts import CommandError, refusal_of
from jggateway.devices import DeviceError
from jggateway.passwords import WeakPassword
from jggateway.publishing import PublishError
from jggateway.receiving import ReceiveError
from jggateway.returning import ReturnError
from jggateway.serving import ServeError
from jggateway.storage import StorageError

_REFUSALS = (
    CommandError, StorageError, ServeError, AccountError, WeakPassword, DeviceError, PublishError,
    ReceiveError, ReturnError, PackageError,
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except _REFUSALS as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(refusal_of(options, error), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = ChineseParser(prog="jggateway", description="“互联网+监管”数据上报的接收端")
    commands = parser.add_subparsers(title="命令", required=True, metavar="命令")
    for room in (running, people, exchange, downwards, upkeep):
        room.add_commands(commands)
    return parser
