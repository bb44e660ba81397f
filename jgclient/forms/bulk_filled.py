"""What each of many texts of one field means, in columns."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from jgclient.forms.problems import Problem
from jgclient.forms.remembered_rules import Looker
from jgclient.forms.rules import RuleValue
from jgclient.records import Json


@dataclass(slots=True, eq=False)
class Understood:
    """What one text of one field means.

    Attributes:
        shown: The text as it should be shown: normalised if understood, else as typed; empty for blank.
        data: Its JSON value; None if blank or not understood.
        rule: What rules see of it.
        seen: Everything rules can tell apart of it, view by view.
        value: The Python value.
        odd: It is blank, failed or late, or something is wrong with it.
        failed: It is not blank and was not understood.
        late: What is wrong with it depends on other fields; see :class:`Filled`.
        problems: What is wrong with it by itself.
        day: For the date of the act: the day.
    """

    shown: str
    data: Json
    rule: RuleValue | None
    seen: tuple[Hashable, ...]
    value: Any = None
    odd: bool = False
    failed: bool = False
    late: bool = False
    problems: tuple[Problem, ...] = ()
    day: date | None = None


class Filled:
    """What the texts of one field mean, record by record.

    Args:
        found: What they mean.
        nothing_odd: Surely none of it is odd.

    Attributes:
        odd: Records of which there is more to say than the value.
        late: Records of which it is still open what is wrong with them; see
            :meth:`~jgclient.forms.bulk_fields.Column.late`.
    """

    def __init__(self, found: Sequence[Understood], *, nothing_odd: bool = False) -> None:
        self._found = found
        odd = [] if nothing_odd else [number for number, one in enumerate(found) if one.odd]
        self.odd = [number for number in odd if not found[number].late]
        self.late: Sequence[int] = [number for number in odd if found[number].late]

    def __getitem__(self, number: int) -> Understood:
        """What the text of one record means."""
        return self._found[number]

    @cached_property
    def shown(self) -> Sequence[str]:
        """The texts as they should be shown."""
        return [found.shown for found in self._found]

    @cached_property
    def data(self) -> Sequence[Json]:
        """The JSON values, None for what is blank or was not understood."""
        return [found.data for found in self._found]

    def seen(self, view: int) -> list[Hashable]:
        """What one view of the rules can tell apart."""
        return [found.seen[view] for found in self._found]


class AsTheyAre(Filled):
    """Texts that are their own values; no object is made for each.

    Args:
        texts: The texts, empty where there is none.
        blank: What an empty text means.
        look: Gives what rules can tell apart.
    """

    def __init__(self, texts: Sequence[str], blank: Understood, look: Looker) -> None:
        self._texts, self._blank, self._look = texts, blank, look
        self.odd = [number for number, text in enumerate(texts) if not text] if "" in texts else []
        size = len(texts)
        self.late = [number for number, text in enumerate(texts) if text] if self.odd else range(size)

    def __getitem__(self, number: int) -> Understood:
        text = self._texts[number]
        return Understood(text, text, text, self._look(text), text) if text else self._blank

    @cached_property
    def shown(self) -> Sequence[str]:
        """The texts."""
        return self._texts

    @cached_property
    def data(self) -> Sequence[Json]:
        """The texts, None where there is none."""
        return [text or None for text in self._texts] if self.odd else self._texts

    def seen(self, view: int) -> list[Hashable]:
        """What one view of the rules can tell apart."""
        seen = self._look.texts(view, self._texts)
        for number in self.odd:
            seen[number] = self._blank.seen[view]
        return seen
