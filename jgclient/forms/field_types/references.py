"""Identifiers with rules of their own, and references into registers or to earlier records."""

from __future__ import annotations

from collections.abc import Sequence

from jgclient.forms import cleaning
from jgclient.forms.cleaning import LONGEST_BLANK
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types.base import TextValued, too_long
from jgclient.forms.field_types.texts import document_number, kept
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.identifiers import KIND_TITLES, PARTY_TYPE_FIELD, judged, meant, party_kind
from jgclient.forms.identifiers.excel import LOST, in_scientific_form
from jgclient.forms.identifiers.uscc import uscc_dubious
from jgclient.forms.problems import KINDS

#: Registers whose keys are identifiers of a known kind.
REGISTER_KINDS = {"item": "item", "implementation": "implementation", "region": "region"}


class Identifier(TextValued):
    """A code with a rule of its own (credit code, identity number), named by the field's ``identifier``."""

    name = "identifier"
    title = "证件号码"
    kind = KINDS["06"]

    def asks_day(self, field: Field, codes: CodeLists) -> bool:
        """Whether it is a region, which came and went."""
        return identifier_kind(field) == "region"

    def asks_siblings(self, field: Field) -> bool:
        """Whether another field says what the number is."""
        return identifier_kind(field) == "party"

    def as_they_are(self, field: Field, texts: Sequence[str]) -> bool:
        """Whether all are tidy already; the code of a region depends on the day."""
        letters = "".join(texts)
        return (
            identifier_kind(field) != "region"
            and letters.isascii()
            and letters.isalnum()
            and letters == letters.upper()
            and max(map(len, texts)) <= self.longest
            and not any(
                self.is_blank(text) or in_scientific_form(text)
                for text in texts
                if text and len(text) < LONGEST_BLANK
            )
        )

    def parse(self, field: Field, text: str, around: Surroundings) -> str:
        """The code without label, gaps and small letters."""
        if in_scientific_form(text):
            raise Refused.of(LOST)
        return kept(meant(identifier_kind(field), text, around))

    def check(self, field: Field, value: str, around: Surroundings) -> list[Finding]:
        """The rule of its kind, and its length."""
        kind = _kind(field, around)
        return (judged(kind, value, around) if kind else []) or too_long(field, value)

    def dubious(self, field: Field, values: Sequence[str], around: Surroundings) -> Sequence[int]:
        """Of credit codes those that have not everything right."""
        short = 0 < field.max_length < 18
        if _kind(field, around) != "uscc" or short:
            return super().dubious(field, values, around)
        return uscc_dubious(values)

    def describe(self, field: Field, codes: CodeLists) -> str:
        """What it is and how long it may be."""
        title = KIND_TITLES.get(identifier_kind(field))
        return title or super().describe(field, codes)


class Reference(Identifier):
    """The key of a register row or the business number of an earlier record."""

    name = "reference"
    title = "引用"
    kind = KINDS["08"]

    def as_they_are(self, field: Field, texts: Sequence[str]) -> bool:
        """Whether all are tidy identifiers; other keys are taken one by one."""
        return bool(identifier_kind(field)) and super().as_they_are(field, texts)

    def parse(self, field: Field, text: str, around: Surroundings) -> str:
        """The key; words behind a code, as a picker shows them, are dropped."""
        if identifier_kind(field):
            return super().parse(field, text, around)
        return kept(document_number(text) if field.register.startswith("record:") else cleaning.line(text))


def identifier_kind(field: Field) -> str:
    """Kind of identifier a field holds: its own or that of its register; empty for none."""
    return field.identifier or REGISTER_KINDS.get(field.register, "")


def _kind(field: Field, around: Surroundings) -> str:
    """Kind of identifier of one value; that of a party is said by another field."""
    kind = identifier_kind(field)
    if kind == "party":
        return party_kind(str(around.siblings.get(field.identifier_by or PARTY_TYPE_FIELD, "")))
    return kind
