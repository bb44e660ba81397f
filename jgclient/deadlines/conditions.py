"""When a duty arises: the ``when`` rule of a form file, answered once for each case it can tell apart."""

from __future__ import annotations

from collections.abc import Mapping

from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.rules import Rules, RuleValue
from jgclient.records import Json

#: More remembered answers than this are forgotten, so that memory stays flat.
_MOST = 20_000


class Condition:
    """A compiled ``when``; an empty one always holds.

    Attributes:
        names: The fields it looks at.
    """

    def __init__(self, form: Form, rules: Rules, expression: str) -> None:
        self._rule = rules.compile(expression) if expression else None
        names = sorted(self._rule.names) if self._rule else []
        self._fields = [form.field(name) for name in names]
        self.names = frozenset(names)
        self._answers: dict[tuple[object, ...], bool] = {}

    def holds(self, content: Mapping[str, Json]) -> bool:
        """Whether the duty arises for a record with this content."""
        if self._rule is None:
            return True
        key = tuple(_known(content.get(field.name)) for field in self._fields)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= _MOST:
                self._answers.clear()
            values = {field.name: _value(field, content.get(field.name)) for field in self._fields}
            answer = self._answers[key] = self._rule.holds(values)
        return answer


def rules_of(form: Form) -> Rules:
    """What compiles the conditions of a form."""
    return Rules({field.name: FIELD_TYPES[field.type].shape for field in form})


def _known(data: Json) -> object:
    return tuple(data) if isinstance(data, list) else data


def _value(field: Field, data: Json) -> RuleValue | None:
    kind = FIELD_TYPES[field.type]
    if data is None:
        return [] if kind.shape == "list" else None
    return kind.to_rule(kind.from_json(field, data))
