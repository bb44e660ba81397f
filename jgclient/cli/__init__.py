"""The command line: the same jobs as the window, for IT staff and scripts.

Every command prints text a person can read, or with ``--json`` one JSON object (UTF-8) on standard output
(:mod:`jgclient.cli.speaking`: in which encoding).
Exit code: 0 done, 1 something was refused (and said why), 2 wrong use.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys

from jgclient.cli.options import parse

__all__ = ["parse", "run"]

#: Command → module of this package and function in it; imported only when it is asked for, because the window
#: comes through here too and must not wait for what only commands need.
_DOERS = {
    "init": ("stored", "init"),
    "import": ("workbooks", "import_file"),
    "template": ("plain", "template"),
    "export": ("workbooks", "export"),
    "columns": ("workbooks", "columns"),
    "feedback": ("workbooks", "feedback"),
    "mend": ("workbooks", "mend"),
    "list": ("stored", "list_records"),
    "show": ("stored", "show"),
    "check": ("plain", "check"),
    "due": ("limits", "due_dates"),
    "duties": ("limits", "duties"),
    "calendar": ("limits", "calendar"),
    "identify": ("plain", "identify"),
    "lint-forms": ("plain", "lint_forms"),
    "submit": ("stored", "submit"),
    "sync": ("exchange_commands", "sync"),
    "connection": ("exchange_commands", "connection"),
    "reconcile": ("exchange_commands", "reconcile"),
    "pack": ("exchange_commands", "pack_out"),
    "unpack": ("exchange_commands", "unpack_in"),
    "changes": ("exchange_commands", "changes"),
    "receipts": ("exchange_commands", "receipts"),
    "update": ("plain", "update"),
    "selfcheck": ("safety", "selfcheck"),
    "backup": ("safety", "backup"),
    "restore": ("safety", "restore"),
    "salvage": ("safety", "salvage"),
    "recovery-code": ("safety", "recovery_code"),
}


def run(options: argparse.Namespace) -> int:
    """Do one command; every refusal ends in one Chinese sentence and exit code 1."""
    from jgclient.cli.answers import REFUSALS, Out  # noqa: PLC0415 - see _DOERS

    out = Out(as_json=options.json)
    module, name = _DOERS[options.command]
    try:
        getattr(importlib.import_module(f"jgclient.cli.{module}"), name)(options, out)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads (head, more) has enough; what was asked for is done
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except REFUSALS as error:
        return _refused(str(error), as_json=options.json)
    except KeyboardInterrupt:
        return _refused("已按要求停止，做完的部分都已保存。", as_json=options.json)
    return 1 if out.refused else 0


def _refused(message: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(message, file=sys.stderr)
    return 1
