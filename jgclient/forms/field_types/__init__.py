"""The field types a form file can name."""

from __future__ import annotations

from typing import Any

from jgclient.forms.field_types.base import FieldType
from jgclient.forms.field_types.choices import Choice, Choices
from jgclient.forms.field_types.dates import Date, DateTime
from jgclient.forms.field_types.lists import Attachments, Lines, Persons
from jgclient.forms.field_types.numbers import Integer, Money, YesNo
from jgclient.forms.field_types.references import Identifier, Reference
from jgclient.forms.field_types.texts import DocumentNumber, LongText, Text

_ALL: tuple[FieldType[Any], ...] = (
    Text(), LongText(), Choice(), Choices(), Date(), DateTime(), Money(), Integer(), YesNo(), Persons(),
    Lines(), DocumentNumber(), Identifier(), Reference(), Attachments(),
)  # fmt: skip

FIELD_TYPES: dict[str, FieldType[Any]] = {field_type.name: field_type for field_type in _ALL}

__all__ = ["FIELD_TYPES", "FieldType"]
