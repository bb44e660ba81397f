from __future__ import annotations

import json

import pytest
from forms_making import SHIPPED, around, codes_found, make_field, parsed
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused

PERSONS, LINES, FILES = make_field("persons"), make_field("lines"), make_field("attachments")
CERTIFICATES = make_field("lines", identifier="certificate")
A_FILE = {"sha256": "ab" * 32, "name": "照片.jpg", "size": 12}


@pytest.mark.parametrize(
    "text",
    [
        "张三、李四",
        "张三，李四",
        "张三,李四",
        "张三；李四",
        "张三;李四",
        "张三/李四",
        "张三 李四",
        "张三\u3000李四",
        "张三\n李四",
        "张 三、李 四",
        " 张三、李四、 ",
        "张三、张三、李四",
    ],
)
def test_names_in_many_separators(text: str) -> None:
    assert parsed(PERSONS, text) == ["张三", "李四"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王 伟", ["王伟"]),
        ("王 小 明", ["王小明"]),
        ("王 伟 李 明", ["王伟", "李明"]),
        ("王 伟 李小明", ["王伟", "李小明"]),
        ("欧阳 娜娜", ["欧阳娜娜"]),
        ("欧阳 娜娜 张三", ["欧阳娜娜", "张三"]),
        ("张三 欧阳 锋", ["张三", "欧阳锋"]),
        ("John Smith", ["John Smith"]),
        ("阿依古丽•买买提", ["阿依古丽·买买提"]),
        ("张三", ["张三"]),
    ],
)
def test_a_blank_may_part_names_or_stretch_one(text: str, names: list[str]) -> None:
    assert parsed(PERSONS, text) == names


@pytest.mark.parametrize("text", ["张三（16010012345）", "张三等2人", "16010012345"])
def test_numbers_and_brackets_are_no_names(text: str) -> None:
    assert codes_found(PERSONS, text) == ["not-a-name"]


def test_names_have_a_limit_together() -> None:
    assert codes_found(make_field("persons", max_length=4), "张三、李四") == ["too-long"]
    assert codes_found(make_field("persons", max_length=5), "张三、李四") == []


def test_separators_alone_are_no_names() -> None:
    for field in (PERSONS, LINES):
        with pytest.raises(Refused) as refused:
            parsed(field, "；；" if field is LINES else "、、")
        assert refused.value.finding.code == "nothing-visible"


def test_lines_are_parted_by_line_ends_and_semicolons_only() -> None:
    assert parsed(LINES, "一号，二号\n三号；四号;四号") == ["一号，二号", "三号", "四号"]
    assert codes_found(make_field("lines", max_length=3), "一号；二号") == ["too-long"]


@pytest.mark.parametrize(
    "text",
    [
        "16010012345、16010012346",
        "16010012345 16010012346",
        "16010012345\n16010012346",
        "１６０１００１２３４５，16010012346",
    ],
)
def test_numbers_are_parted_by_anything(text: str) -> None:
    assert parsed(CERTIFICATES, text) == ["16010012345", "16010012346"]


def test_each_number_is_judged() -> None:
    assert codes_found(CERTIFICATES, "16010012345；张三") == ["certificate"]
    assert codes_found(CERTIFICATES, "16010012345；16010012346") == []


def test_attachments_are_not_typed() -> None:
    with pytest.raises(Refused) as refused:
        parsed(FILES, "照片.jpg")
    assert refused.value.finding.code == "not-attachments"
    assert parsed(FILES, json.dumps([A_FILE])) == [A_FILE]
    assert FIELD_TYPES["attachments"].to_rule([A_FILE]) == ["照片.jpg"]


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "AB" * 32},
        {"sha256": "ab"},
        {"name": ""},
        {"name": "长" * 256},
        {"size": -1},
        {"size": True},
        {"size": "12"},
        {"more": 1},
    ],
)
def test_an_attachment_has_a_hash_a_name_and_a_size(change: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        FIELD_TYPES["attachments"].from_json(FILES, [{**A_FILE, **change}])
    assert refused.value.finding.code == "not-attachments"


@pytest.mark.parametrize("data", ["张三", [], [1], ["张三", "张三"], ["张三", " "], ["\x00"], None, {}])
def test_json_lists_hold_clean_texts_each_once(data: object) -> None:
    for name in ("persons", "lines"):
        with pytest.raises(Refused):
            FIELD_TYPES[name].from_json(make_field(name), data)


@pytest.mark.parametrize("data", [[], {}, None, ["x"], [None]])
def test_json_attachments_are_objects(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["attachments"].from_json(FILES, data)


names = st.text("一丁七万丈三上下不与", min_size=2, max_size=4)


@given(st.lists(names, min_size=1, max_size=6, unique=True))
def test_names_survive_text_and_json(value: list[str]) -> None:
    for name in ("persons", "lines"):
        kind, field = FIELD_TYPES[name], make_field(name)
        assert kind.parse(field, kind.format(field, value, SHIPPED), around()) == value
        assert kind.from_json(field, kind.to_json(value)) == value
        assert kind.to_rule(value) == value


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3))
def test_attachments_survive_text_and_json(file_names: list[str]) -> None:
    kind = FIELD_TYPES["attachments"]
    value = [{**A_FILE, "name": name} for name in file_names]
    assert kind.parse(FILES, kind.format(FILES, value, SHIPPED), around()) == value
    assert kind.from_json(FILES, kind.to_json(value)) == value


@given(st.sampled_from(["persons", "lines", "attachments"]), st.text(max_size=40))
def test_any_text_is_a_list_or_refused(name: str, text: str) -> None:
    field = make_field(name)
    try:
        value = FIELD_TYPES[name].parse(field, text, around())
    except Refused:
        return
    assert FIELD_TYPES[name].from_json(field, FIELD_TYPES[name].to_json(value)) == value
