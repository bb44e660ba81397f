"""The guide for people who write form files: complete, and its example works."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from jgclient.forms.definition import Check, Duplicate, Field
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.identifiers import KIND_TITLES
from jgclient.forms.library import load_library

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "表单文件.md").read_text(encoding="utf-8")
EXAMPLE, MORE = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


def rows(section: str) -> set[str]:
    """The first cells of the table of a section."""
    text = GUIDE.partition(f"## {section}")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def test_every_field_type_and_no_other_is_explained() -> None:
    assert rows("字段类型") == set(FIELD_TYPES)


def test_every_kind_of_identifier_and_no_other_is_explained() -> None:
    assert rows("号码种类") == set(KIND_TITLES)


@pytest.mark.parametrize("kind", [Field, Check, Duplicate])
def test_every_key_is_named(kind: type) -> None:
    named = set(re.findall(r"\w+", GUIDE))
    assert {member.name for member in fields(kind)} <= named


def test_the_readme_leads_to_the_guide() -> None:
    assert "(docs/表单文件.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_can_be_used_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "visit.toml").write_text(EXAMPLE + MORE, encoding="utf-8")
    library = load_library(tmp_path)
    assert library.broken == []
    form = library.get("visit")
    assert [check.code for check in form.checks] == ["ZF-001"]
    assert [rule.code for rule in form.duplicates] == ["ZF-901"]
    assert [duty.term for duty in form.duties] == ["7 workdays"]
