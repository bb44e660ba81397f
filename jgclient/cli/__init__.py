"""The command line: the same jobs as the window, for IT staff and scripts.

Every command prints text a person can read, or with ``--json`` one JSON object (UTF-8) on standard output.
Exit code: 0 done, 1 something was refused (and said why), 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from jgclient.cli import plain, stored
from jgclient.cli.answers import Out, RefusedError
from jgclient.cli.options import parse
from jgclient.contract import TransportError
from jgclient.deadlines.terms import TermError
from jgclient.entering import EnteringError
from jgclient.exchange.errors import WorkbookError
from jgclient.store import StoreError

__all__ = ["parse", "run"]

_DOERS: dict[str, Callable[[argparse.Namespace, Out], None]] = {
    "init": stored.init,
    "import": stored.import_file,
    "template": plain.template,
    "export": stored.export,
    "list": stored.list_records,
    "show": stored.show,
    "check": plain.check,
    "due": plain.due_dates,
    "identify": plain.identify,
    "lint-forms": plain.lint_forms,
    "submit": stored.submit,
    "sync": stored.sync,
}


def run(options: argparse.Namespace) -> int:
    """Do one command; every refusal ends in one Chinese sentence and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    out = Out(as_json=options.json)
    try:
        _DOERS[options.command](options, out)
    except (RefusedError, StoreError, EnteringError, TransportError, TermError, WorkbookError) as error:
        return _refused(str(error), out)
    except KeyboardInterrupt:
        return _refused("已按要求停止，做完的部分都已保存。", out)
    return 1 if out.refused else 0


def _refused(message: str, out: Out) -> int:
    if out.as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(message, file=sys.stderr)
    return 1
