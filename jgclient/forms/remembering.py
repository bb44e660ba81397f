"""Answers for long columns of values that mostly repeat."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: More answers than this are forgotten, so that memory stays flat.
MOST = 8_000
_FEW = 50


class Remembered(Generic[K, V]):
    """Gives answers to columns of values and remembers them.

    Args:
        answer: Works out the answer to one value; never None.
        at_once: A quicker way to the answers to many values that do not repeat; None where it cannot tell.
    """

    def __init__(
        self, answer: Callable[[K], V], at_once: Callable[[Sequence[K]], Sequence[V] | None] | None = None
    ) -> None:
        self._answer, self._at_once = answer, at_once
        self._known: dict[K, V] = {}
        self._repeats = True

    def of(self, values: Sequence[K]) -> Sequence[V]:
        """The answer to each value."""
        if not self._repeats and self._at_once and (answers := self._at_once(values)) is not None:
            return answers
        try:  # all known, nearly always
            return list(map(self._known.__getitem__, values))
        except KeyError:
            return self._with_new(values)

    def _with_new(self, values: Sequence[K]) -> list[V]:
        """The answers to values that are not all known."""
        known, answer = self._known, self._answer
        found = list(map(known.get, values))
        missed = [place for place, one in enumerate(found) if one is None]
        self._repeats = worth_keeping(values, missed)
        if not self._repeats:
            for place in missed:
                found[place] = answer(values[place])
            return cast("list[V]", found)
        if len(known) > MOST:
            known.clear()
        for place in missed:
            value = values[place]
            one = known.get(value)
            if one is None:
                one = known[value] = answer(value)
            found[place] = one
        return cast("list[V]", found)


def worth_keeping(values: Sequence[Hashable], missed: Sequence[int]) -> bool:
    """Whether values that were not known yet may come again: numbers and names of parties do not.

    Args:
        values: A column.
        missed: Places of the values that were not known.
    """
    few = len(missed) < max(_FEW, 0.9 * len(values))
    return few or len({values[place] for place in missed}) < 0.9 * len(missed)
