"""What a command answers with: lines for people, one JSON object for programs, a sentence when it refuses."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jgclient.contract import TransportError
from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.terms import TermError
from jgclient.entering import EnteringError
from jgclient.exchange.errors import WorkbookError
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.forms.problems import Problem
from jgclient.limits.basis import FIRST_DAY, profile_calendar
from jgclient.store import Store, StoreError, open_store


class RefusedError(Exception):
    """A command cannot be done; the text says why and what to do, in Chinese."""


#: Errors whose text is the answer: a sentence for the user with the remedy.
REFUSALS = (RefusedError, StoreError, EnteringError, TransportError, TermError, WorkbookError)


class Out:
    """Where a command's answer goes: readable lines, or one JSON object.

    Attributes:
        refused: Set by a command that did its work but refused some of it; the exit code is 1 then.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.refused = False

    def answer(self, data: dict[str, Any], lines: Sequence[str]) -> None:
        """Print the answer in the form that was asked for."""
        print(json.dumps(data, ensure_ascii=False) if self.as_json else "\n".join(lines))


def now() -> datetime:
    """The one clock of the command line: local time with its zone."""
    return datetime.now().astimezone()


def library(data: Path | None = None) -> FormLibrary:
    """The shipped forms, and those received in a data folder; broken ones are named on standard error."""
    loaded = load_library(resources_folder(), data)
    for error in loaded.broken:
        print(f"表单有问题，已停用：{error}", file=sys.stderr)
    return loaded


def calendar(options: argparse.Namespace, store: Store | None = None) -> Calendar:
    """The working days as the chosen data folder knows them, counted as its unit has chosen."""
    return profile_calendar(options.data, store.settings.get(FIRST_DAY) if store else None)


def store_of(options: argparse.Namespace, *, create: bool = False) -> Store:
    """The store of the chosen data folder.

    Raises:
        RefusedError: the folder holds no profile yet and ``create`` is not set.
        StoreError: it cannot be opened.
    """
    if not create and not is_profile(options.data):
        raise RefusedError(
            f"{options.data} 里还没有数据。请先运行：jgclient init --data {options.data} "
            "--unit 单位名称 --unit-code 统一社会信用代码 --region 区划代码 --user 姓名"
        )
    return open_store(options.data, clock=now)


def is_profile(folder: Path) -> bool:
    """Whether the folder holds a store already."""
    return any(folder.glob("*.db"))


def form_id(forms: FormLibrary, wanted: str) -> str:
    """The id of an installed form.

    Raises:
        RefusedError: there is no such form; the text lists those there are.
    """
    try:
        return forms.get(wanted).id
    except KeyError:
        known = "、".join(f"{form.id}（{form.title}）" for form in forms.forms)
        raise RefusedError(f"没有“{wanted}”这个表单，可用：{known}") from None


def problem_line(problem: Problem) -> str:
    """A problem as one readable line."""
    strength = "必改" if problem.strength == "hard" else "提醒"
    return f"  {strength} {problem.code} {problem.message}" + (f"　{problem.help}" if problem.help else "")


def each_line(name: str, answer: Callable[[str], dict[str, Any]]) -> bool:
    """Answer every line of standard input by itself; False when one of them was refused."""
    good = True
    for value in filter(None, (line.rstrip("\r\n") for line in sys.stdin)):
        if not value.strip():
            continue
        try:
            data = answer(value)
        except RefusedError as error:
            good, data = False, {name: value, "error": str(error)}
        print(json.dumps(data, ensure_ascii=False))
    return good
