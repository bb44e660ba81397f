"""From findings to problems: which field, which national kind, which words."""

from __future__ import annotations

from jgclient.forms.cleaning import visible
from jgclient.forms.definition import Check, Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Finding
from jgclient.forms.problems import KINDS, Problem
from jgclient.records import Json

_MAX_VALUE = 200
_KIND_OF_REGISTER = {"item": KINDS["03"], "implementation": KINDS["04"]}
_KIND_OF_IDENTIFIER = {
    "idcard": KINDS["07"],
    "item": KINDS["03"],
    "implementation": KINDS["04"],
    "region": KINDS["01"],
}


def kind_of(form: Form, field: Field) -> str:
    """The national 数据检核类型 that problems of a field belong to unless they say otherwise."""
    if field.name == form.number_field:
        return KINDS["09"]
    if field.name == form.item_field:
        return KINDS["03"]
    by_purpose = _KIND_OF_REGISTER.get(field.register) or _KIND_OF_IDENTIFIER.get(field.identifier)
    return by_purpose or FIELD_TYPES[field.type].kind


def problem(form: Form, field: Field, found: Finding, value: str, names: tuple[str, ...] = ()) -> Problem:
    """The problem that reports ``found`` about ``field``.

    Args:
        form: Decides the kind where the finding does not.
        field: The field that gets the focus.
        found: What was found.
        value: The text typed or read; shortened and cleaned, so that it can be shown and sent anywhere.
        names: All fields concerned, when there are more.
    """
    return Problem(
        code=found.code, kind=found.kind or kind_of(form, field), strength=found.strength,
        fields=names or (field.name,), value=visible(value)[:_MAX_VALUE], message=found.message,
        help=found.help,
        basis=found.basis or field.basis, candidates=found.candidates, reason_required=found.reason_required,
    )  # fmt: skip


def broken_rule(check: Check, value: str) -> Problem:
    """The problem that reports a rule of the form."""
    remedy = f"{check.help}（例：{check.example}）" if check.example else check.help
    return Problem(
        code=check.code, kind=check.kind, strength=check.strength, fields=check.fields, message=check.message,
        value=value[:_MAX_VALUE], help=remedy, basis=check.basis,
    )  # fmt: skip


def unknown_field(name: str, value: Json) -> Problem:
    """The problem that reports a member which the form does not have."""
    return Problem(
        code="unknown-field", kind=KINDS["01"], strength="hard", fields=(visible(name),),
        value=visible(shown(value))[:_MAX_VALUE], message=f"表单里没有“{visible(name)}”这一项",
        help="请删去这一项，或换用有这一项的表单版本",
    )  # fmt: skip


def shown(data: Json) -> str:
    """A JSON value in a problem: texts and numbers as they are, of anything bigger only what it is."""
    if isinstance(data, str):
        return data
    if isinstance(data, (list, dict)):
        return f"（{len(data)} 项）"
    return str(data) if not isinstance(data, int) or abs(data) < 10**30 else "（过大的整数）"


def missing(field: Field) -> Finding:
    """The finding for an empty field that must be filled."""
    remedy = field.help or "请填写"
    remedy = f"{remedy}（例：{field.example}）" if field.example else remedy
    return Finding("required", f"“{field.title}”必填，还没有填", remedy)


def too_few(field: Field, number: int) -> Finding:
    """The finding for a list with fewer entries than ``min_items``."""
    unit = FIELD_TYPES[field.type].counter
    message = f"“{field.title}”至少 {field.min_items} {unit}，现有 {number} {unit}"
    return Finding("too-few", message, f"请再补 {field.min_items - number} {unit}，用“、”隔开")


def not_applicable(field: Field) -> Finding:
    """The finding for a field that is filled although its condition says it does not apply."""
    return Finding(
        "not-applicable",
        f"按现在的选择，“{field.title}”不应填写",
        "请清空这一项，或改正前面的选择",
        kind=KINDS["08"],
    )
