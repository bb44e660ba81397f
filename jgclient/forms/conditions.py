"""Which fields apply and which must be filled, by the conditions of the form."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import chain

from jgclient.forms.definition import Form
from jgclient.forms.rules import Rules, RuleValue

Names = frozenset[str]
#: More combinations of answers than this are forgotten; an office uses a few dozen.
_MOST_KNOWN = 1000


class Conditions:
    """``shown_if`` and ``required_if`` of all fields, evaluated in one go.

    Attributes:
        shown: Field names with the condition under which they apply.
        required: Field names with the condition under which they must be filled.
        rules: All these conditions, in this order.
    """

    def __init__(self, form: Form, rules: Rules) -> None:
        self._all = frozenset(field.name for field in form)
        self._always = frozenset(field.name for field in form if field.required)
        self.shown = [(f.name, rules.compile(f.shown_if)) for f in form if f.shown_if]
        self.required = [(f.name, rules.compile(f.required_if)) for f in form if f.required_if]
        self.rules = [rule for _, rule in chain(self.shown, self.required)]
        self._known: dict[tuple[int, ...], tuple[Names, Names]] = {}
        self._set = rules.together(self.rules) if self.rules else None

    def applicable(
        self, values: Mapping[str, RuleValue | None], unclear: Set[str] = frozenset()
    ) -> tuple[Names, Names]:
        """Names of the fields that apply, and among them of those that must be filled.

        Args:
            values: Rule values of all fields, and ``today``.
            unclear: Fields that were not understood; what depends on them counts as shown and optional.
        """
        return self.following(tuple(self._set.broken(values)) if self._set else (), unclear)

    def following(self, false: tuple[int, ...], unclear: Set[str] = frozenset()) -> tuple[Names, Names]:
        """Like :meth:`applicable`, from the indexes of those :attr:`rules` that are false."""
        if unclear:
            return self._following(false, unclear)
        known = self._known.get(false)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[false] = self._following(false, unclear)
        return known

    def _following(self, false: tuple[int, ...], unclear: Set[str]) -> tuple[Names, Names]:
        hidden = {
            name for i, (name, rule) in enumerate(self.shown) if i in false and unclear.isdisjoint(rule.names)
        }
        needed = {
            name
            for i, (name, rule) in enumerate(self.required, start=len(self.shown))
            if i not in false and unclear.isdisjoint(rule.names)
        }
        return self._all - hidden, (self._always | needed) - hidden
