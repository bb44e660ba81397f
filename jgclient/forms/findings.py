"""What a single value is judged with and what is found: between field types, identifiers and the checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from jgclient.forms.codes import CodeLists
from jgclient.forms.problems import Strength
from jgclient.records import Json


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one value; the checker makes a problem of it."""

    code: str
    message: str
    help: str = ""
    strength: Strength = "hard"
    candidates: tuple[str, ...] = ()
    kind: str = ""
    basis: str = ""
    reason_required: bool = True


class Refused(ValueError):  # noqa: N818 - named for what happened to the text
    """A text or JSON value cannot be understood as a value of the field."""

    def __init__(
        self, code: str, message: str, remedy: str = "", *, candidates: tuple[str, ...] = (), kind: str = ""
    ) -> None:
        super().__init__(message)
        self.finding = Finding(code, message, remedy, candidates=candidates, kind=kind)

    @classmethod
    def of(cls, finding: Finding) -> Refused:
        """The refusal that carries ``finding``."""
        refused = cls(finding.code, finding.message)
        refused.finding = finding
        return refused


def unreadable(text: str, longest: int) -> Refused:
    """The refusal of a text that is far too long to be a value."""
    return Refused("too-long", f"内容共 {len(text)} 字，最多 {longest} 字", "请检查是否粘贴了别的内容")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a field type may know beside its own text.

    Attributes:
        day: The day of the act, which decides what is valid; ``today`` while it is unknown.
        region: Region code of the user's unit, a hint for bare region names; may be empty.
        siblings: JSON values of the other fields as far as they are known.
    """

    today: date
    day: date
    codes: CodeLists
    region: str = ""
    siblings: Mapping[str, Json] = field(default_factory=dict)
