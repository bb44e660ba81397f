"""Where the files that come with the program are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jgclient.forms.codes import CodeLists


def resources_folder() -> Path:
    """The folder ``resources`` beside the package: forms, codes, calendars."""
    return Path(__file__).resolve().parents[2] / "resources"


@cache
def shipped_codes() -> CodeLists:
    """The code lists that come with the program."""
    from jgclient.forms.codes import CodeLists  # noqa: PLC0415 - the window asks only for the folder

    return CodeLists(resources_folder() / "codes")
