"""Which fields apply and which must be filled, by the conditions of the form."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import chain

from jgclient.forms.definition import Form
from jgclient.forms.rules import Rules, RuleValue

Names = frozenset[str]


class Conditions:
    """``shown_if`` and ``required_if`` of all fields, evaluated in one go.

    Attributes:
        shown: Field names with the condition under which they apply.
        required: Field names with the condition under which they must be filled.
    """

    def __init__(self, form: Form, rules: Rules) -> None:
        self._all = frozenset(field.name for field in form)
        self._always = frozenset(field.name for field in form if field.required)
        self.shown = [(f.name, rules.compile(f.shown_if)) for f in form if f.shown_if]
        self.required = [(f.name, rules.compile(f.required_if)) for f in form if f.required_if]
        both = [rule for _, rule in chain(self.shown, self.required)]
        self._set = rules.together(both) if both else None

    def applicable(
        self, values: Mapping[str, RuleValue | None], unclear: Set[str] = frozenset()
    ) -> tuple[Names, Names]:
        """Names of the fields that apply, and among them of those that must be filled.

        Args:
            values: Rule values of all fields, and ``today``.
            unclear: Fields that were not understood; what depends on them counts as shown and optional.
        """
        if self._set is None:
            return self._all, self._always
        false = set(self._set.broken(values))
        hidden = {
            name for i, (name, rule) in enumerate(self.shown) if i in false and unclear.isdisjoint(rule.names)
        }
        needed = {
            name
            for i, (name, rule) in enumerate(self.required, start=len(self.shown))
            if i not in false and unclear.isdisjoint(rule.names)
        }
        return self._all - hidden, (self._always | needed) - hidden
