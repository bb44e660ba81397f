"""A form is data: frozen dataclasses loaded from one TOML file a form and version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from jgclient.forms.problems import Strength


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Attributes:
        name: Code name in the national exchange table, e.g. ``check_action_code``.
        title: Chinese standard term.
        type: Name of a field type (:mod:`jgclient.forms.field_types`).
        required: Must be filled.
        required_if: CEL over other fields of the form; true means it must be filled.
        shown_if: CEL over other fields; false hides the field and it must be empty.
        max_length: Longest text in characters, 0 for no limit.
        min_items: Fewest entries of a list type.
        codes: Id of the code list (``resources/codes/<id>.csv``) for code and codes fields.
        identifier: Kind of identifier for identifier fields, see :mod:`jgclient.forms.identifiers`.
        identifier_by: For ``party`` identifiers: the field whose code names the document; otherwise
            ``administrative_cp_ce_type`` of the exchange tables.
        register: Register a reference points into: ``item``, ``implementation``, ``region``, ``person``,
            ``object`` or ``record:<form id>``.
        unit: Unit of a money field as stored: ``元`` or ``万元``.
        aliases: Other headings under which offices keep this field in their workbooks.
        default: Where a first value comes from when nothing was typed: ``unit.name``, ``unit.code``,
            ``unit.region``, ``author``, ``today``, ``number`` (generated), ``field.<name>`` (copy),
            ``item.<column>`` / ``implementation.<column>`` (from the register row of the chosen item),
            or ``=text`` (a constant).
        exchanged: False for extras that are kept but not sent in exchange layouts.
        help: One or two sentences a clerk understands.
        example: A right value as typed.
        basis: Where the field or its limits come from.
    """

    name: str
    title: str
    type: str
    required: bool = False
    required_if: str = ""
    shown_if: str = ""
    max_length: int = 0
    min_items: int = 0
    codes: str = ""
    identifier: str = ""
    identifier_by: str = ""
    register: str = ""
    unit: str = ""
    aliases: tuple[str, ...] = ()
    default: str = ""
    exchanged: bool = True
    help: str = ""
    example: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of fields, in the order they are typed."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of a form; true means the record is right.

    Attributes:
        fields: The only fields the rule sees and the screen highlights; the first gets the focus.
        rule: CEL expression over ``fields`` (and ``today``); see :mod:`jgclient.forms.rules`.
    """

    code: str
    kind: str
    strength: Strength
    fields: tuple[str, ...]
    rule: str
    message: str
    help: str = ""
    example: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A legal time limit that a record starts.

    Attributes:
        starts: Name of the date field that starts it.
        term: A length such as ``7 workdays``, or the id of a term in ``resources/terms.toml``.
        until: What fulfils it: ``accepted`` (receipt of the platform), a field name (filled), or ``manual``.
        when: CEL over the form's fields; false means the duty does not arise. Empty: always.
        extension: Field that says by how much it was extended (a number), or that it was (yes/no).
        pauses: Times that are not counted, each as ``first_field..last_field``, both days among them.
        remind: How many working days before its end to remind of it; empty for the usual 3, 1 and 0.
    """

    title: str
    starts: str
    term: str
    until: str
    basis: str
    when: str = ""
    extension: str = ""
    pauses: tuple[str, ...] = ()
    remind: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What must not be there twice: another record that agrees in all ``fields``.

    Attributes:
        strength: ``hard`` refuses the second record, ``soft`` asks for a reason.
        period: Empty for records of any time; ``quarter`` for those whose day of the act is in the same one.
    """

    code: str
    kind: str
    strength: Strength
    fields: tuple[str, ...]
    message: str
    help: str = ""
    basis: str = ""
    period: Literal["", "quarter"] = ""


@dataclass(frozen=True, slots=True)
class RegisterKey:
    """For register forms: where rows go and which fields make two rows the same."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """One form in one version.

    Attributes:
        short_title: At most six characters for lists and filters; empty when the title is short enough.
        order: Place among the forms; smaller comes first.
        kind: ``record`` for acts that are reported, ``register`` for reference lists.
        exchange_table: National exchange table, empty when there is none.
        number_field: The business number of the record (文书号, 行为编号).
        title_field: The field whose value names a record in lists.
        party_field: The field that holds the other party's name.
        party_code_field: The field that holds the other party's identifier.
        date_field: The date of the act, which decides catalogue and code validity.
        item_field: The field that holds the 监管事项目录编码, empty when the form has none.
        duplicates: Rules against double entry; a form without any gets those of
            :func:`jgclient.forms.crossing.duplicate_rules`.
    """

    id: str
    title: str
    version: int
    valid_from: date
    sections: tuple[Section, ...]
    short_title: str = ""
    order: int = 100
    kind: Literal["record", "register"] = "record"
    exchange_table: str = ""
    number_field: str = ""
    title_field: str = ""
    party_field: str = ""
    party_code_field: str = ""
    date_field: str = ""
    item_field: str = ""
    checks: tuple[Check, ...] = ()
    duties: tuple[Duty, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    register: RegisterKey | None = None
    basis: str = ""
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields in order."""
        return tuple(f for section in self.sections for f in section.fields)

    def field(self, name: str) -> Field:
        """The field called ``name``; KeyError when there is none."""
        return self.by_name[name]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)
