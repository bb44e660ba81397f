"""Typed texts and the content made of them get the same verdict, for every shipped form."""

from __future__ import annotations

import pytest
from forms_making import context
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_forms import shipped
from typed_texts import typed

from jgclient.forms.library import resources_folder
from jgclient.records import canonical_json

FORMS = [path.stem for path in sorted((resources_folder() / "forms").glob("*.toml"))]


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
