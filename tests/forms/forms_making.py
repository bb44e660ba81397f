"""Small forms written to real files, and the shortest way to one field type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jgclient.forms.checker import Checker, Context
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Surroundings
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.forms.registers import NoRegisters

TODAY = date(2026, 9, 7)
SHIPPED = CodeLists(resources_folder() / "codes")

HEAD = """
id = "visit"
title = "走访"
version = 1
valid_from = 2026-01-01
"""


def around(**changes: Any) -> Surroundings:
    """What a field type knows on a Monday in September 2026."""
    return Surroundings(**{"today": TODAY, "day": TODAY, "codes": SHIPPED, **changes})


def make_field(type_name: str, **keys: Any) -> Field:
    """A field of a type."""
    return Field(name="x", title="栏目", type=type_name, **keys)


def parsed(field: Field, text: str, **changes: Any) -> Any:
    """What a text becomes in a field."""
    return FIELD_TYPES[field.type].parse(field, text, around(**changes))


def codes_found(field: Field, text: str, **changes: Any) -> list[str]:
    """Codes of what is wrong with the value of a text."""
    value = parsed(field, text, **changes)
    return [found.code for found in FIELD_TYPES[field.type].check(field, value, around(**changes))]


def field_toml(name: str, type_name: str, **keys: Any) -> str:
    """One field as form files write it."""
    lines = {"name": name, "title": f"{name}的标题", "type": type_name, **keys}
    return "[[section.field]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in lines.items())


def toml(value: Any) -> str:
    """A TOML value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f"'''{value}'''" if isinstance(value, str) else str(value)


def rule_toml(code: str, rule: str, fields: list[str], *, strength: str = "hard", **keys: Any) -> str:
    """One rule as form files write it."""
    lines = {
        "code": code,
        "kind": "08数据关联性检查",
        "strength": strength,
        "fields": fields,
        "rule": rule,
        "message": "不对",
        **keys,
    }
    return "[[check]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in lines.items())


def form_toml(*tables: str, head: str = HEAD, **keys: Any) -> str:
    """A form of one section."""
    top = "".join(f"{key} = {toml(value)}\n" for key, value in keys.items())
    fields = "".join(table for table in tables if table.startswith("[[section.field]]"))
    rest = "".join(table for table in tables if not table.startswith("[[section.field]]"))
    return f'{head}{top}\n[[section]]\ntitle = "一"\n{fields}{rest}'


def form_name(text: str) -> str:
    """The name a form file has to have: id and version; something else where the text tells neither."""
    told = re.search(r"^id = \W+(\w+)", text, re.M), re.search(r"^version = (\d+)", text, re.M)
    return "-".join(found[1] if found else "untold" for found in told)


def library(folder: Path, *forms: str, codes: Mapping[str, str] | None = None) -> FormLibrary:
    """The library of a folder that holds these forms, and the shipped code lists unless others are given."""
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    for text in forms:
        place = folder / "forms" / f"{form_name(text)}.toml"
        if place.exists():
            place = place.with_name(f"{form_name(text).partition('-')[0]}.toml")
        place.write_text(text, encoding="utf-8")
    if codes is None:
        if not (folder / "codes").exists():
            (folder / "codes").symlink_to(resources_folder() / "codes")
    else:
        (folder / "codes").mkdir(exist_ok=True)
        for name, text in codes.items():
            (folder / "codes" / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_library(folder)


def checker(folder: Path, *tables: str, **keys: Any) -> Checker:
    """The checker of one small form."""
    made = library(folder, form_toml(*tables, **keys))
    assert not made.broken, made.broken
    return made.checker(made.get("visit"))


def context(registers: Any = None, today: date = TODAY, **unit: str) -> Context:
    """A context without registers unless some are given."""
    return Context(registers or NoRegisters(), today, unit)
