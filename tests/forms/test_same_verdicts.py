"""Typed texts and the content made of them get the same verdict, for every shipped form."""

from __future__ import annotations

from functools import cache

import pytest
from forms_making import context
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.forms.definition import Field
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.records import canonical_json

FORMS = [path.stem for path in sorted((resources_folder() / "forms").glob("*.toml"))]
WORDS = {
    "text": ["甲公司", "长" * 500],
    "long_text": ["第一行\n第二行", "长" * 3000],
    "date": ["2026-09-05", "2026.8.1", "9-1", "2025年12月31日", "2027-01-01", "长期", "乱写"],
    "datetime": ["2026-09-05 10:30", "2026.9.5 下午3点", "2026-09-05"],
    "money": ["0", "200", "3,000.00元", "2.5万元", "0.001", "-1", "乱写"],
    "integer": ["0", "3", "12人", "1.5"],
    "yes_no": ["是", "否", "√", "乱写"],
    "persons": ["张三、李四", "张三", "王 伟 李 明"],
    "lines": ["16010012345；16010012346", "16010012345"],
    "document_number": ["郑罚[2026]1号", "长" * 200],
    "identifier": ["91410100MA0000015B", "91410100MA0000016B", "11010519491231002X", "E12345678"],
    "reference": ["41010020200401", "4101002020040", "11410100000000019W3", "郑检〔2026〕1号"],
    "attachments": ['[{"name": "照片.jpg", "sha256": "' + "ab" * 32 + '", "size": 1}]', "照片"],
}  # fmt: skip


@cache
def shipped() -> FormLibrary:
    found = load_library(resources_folder())
    assert not found.broken
    return found


def typed(field: Field) -> st.SearchStrategy[str]:
    """Texts that someone might type into a field."""
    words = [*WORDS.get(field.type, []), "/", "无"]
    if field.codes:
        words += [entry.code for entry in list(shipped().codes.get(field.codes))[:6]] + ["乱写"]
    return st.sampled_from([*words, field.example or "甲"])


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_texts_and_their_content_get_the_same_verdict(name: str, data: st.DataObject) -> None:
    form = shipped().get(name)
    checker = shipped().checker(form)
    texts = data.draw(st.fixed_dictionaries({}, optional={field.name: typed(field) for field in form}))
    asked = context(region="410100", code="11410100000000019W")
    reading = checker.read(texts, asked)
    understood = {field: text for field, text in reading.texts.items() if field in reading.content}
    again = checker.read(understood, asked)
    assert again.content == reading.content
    assert again.problems == checker.check(reading.content, context(code="11410100000000019W"))
    assert checker.read(checker.to_texts(reading.content), asked).content == reading.content
    canonical_json(reading.content).encode()
