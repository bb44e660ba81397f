"""Many records at once get the verdicts that each gets by itself, for every shipped form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import islice, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_forms import ITEM, RIGHT, TODAY, UNIT, shipped

from jgclient.forms.checker import Context
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.identifiers import PARTY_TYPE_FIELD, organisation_check_char, uscc_check_char
from jgclient.forms.identifiers.uscc import ALPHABET
from jgclient.forms.lint import rules_of
from jgclient.forms.registers import NoRegisters
from jgclient.forms.remembered_rules import Views, holds_without, view_of, whole

FORMS = sorted(RIGHT)
WORDS = {
    "date": ["2026-09-05", "2026.8.1", "2015-01-01", "2027-01-01", "乱写"],
    "money": ["0", "200", "3,000.00元", "5000", "-1"],
    "yes_no": ["是", "否", "乱写"],
    "persons": ["张三、李四", "张三", "王五、李四"],
    "lines": ["16010012345；16010012346", "16010012345"],
    "identifier": ["91410100MA0000015B", "91410100MA0000016B", "92410105MA0000015G", "11010519491231002X"],
    "reference": [ITEM, "41010020200402", "11410100000000019W3", "J-1"],
    "integer": ["3", "x"],
}


class Office:
    """Registers of an office: one item until the end of August, one man whose certificate has ended."""

    def rows(self, register: str, key: str) -> list[Mapping[str, Any]]:
        found = {
            ("item", ITEM): {"supervise_item_code": ITEM, "cancel_date": "2026-08-31"},
            ("implementation", ITEM): {"implement_body_code": UNIT["code"], "exercise_level": "3"},
            ("person", "张三"): {"person_name": "张三"},
            ("person", "李四"): {"person_name": "李四", "certificate_valid_to": "2026-08-15"},
        }.get((register, key))
        return [found] if found else []

    def has_any(self, register: str) -> bool:
        return register != "object"

    def record_exists(self, form: str, number: str) -> bool | None:
        return number == "J-1"

    def same_acts(
        self, form: str, fields: Mapping[str, Any], *, within: tuple[str, str] | None = None
    ) -> int:
        return len(fields) % 2 if not within or within[0] > "2026-06" else 2


@cache
def typed(form_id: str, name: str) -> st.SearchStrategy[str]:
    """Texts of a field: the right one mostly, so that rules between fields are reached."""
    field = shipped().get(form_id).field(name)
    right = shipped().checker(shipped().get(form_id)).to_texts(RIGHT[form_id]).get(name, "")
    words = WORDS.get(field.type, ["甲"]) + [right] * 4 + ["", "/"]
    if field.codes:
        words += [entry.code for entry in list(shipped().codes.get(field.codes))[:4]] + ["乱写", "410322"]
    return st.sampled_from(words)


@pytest.mark.parametrize("form_id", FORMS)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_verdicts_of_many_are_those_of_each(form_id: str, data: st.DataObject) -> None:
    form = shipped().get(form_id)
    names = data.draw(st.lists(st.sampled_from([f.name for f in form]), unique=True, min_size=1)) + [
        name for name in (form.date_field, form.item_field) if name
    ]
    record = st.fixed_dictionaries({name: typed(form_id, name) for name in dict.fromkeys(names)})
    context = Context(data.draw(st.sampled_from([Office(), NoRegisters()])), TODAY, UNIT)
    checker = shipped().checker(form)
    bulk = checker.in_bulk(context)
    for _ in range(2):
        records = data.draw(st.lists(record, min_size=1, max_size=12))
        block = bulk.read({name: [texts[name] for texts in records] for name in records[0]})
        for number, texts in enumerate(records):
            bulk.twice(block, number)
            reading = checker.read(texts, context)
            assert block.problems[number] == reading.problems
            assert (block.content(number), block.texts(number)) == (reading.content, reading.texts)


# -- columns in which nothing repeats ------------------------------------------------------------------------

#: Texts for which the quick looks at a whole column must give way, and those for which they need not.
ODD = ["4E17", "NA", "/", "91410100ma0000015b", "91410100 MA0000015B", "１２", "两  个  词", "", "无"]
TIDY = {
    "code": ["", "11010519491231002X", "914101000000000510", "1", "1" * 30],
    "text": ["", "1", "甲" * 30, "甲" * 2001],
}
CODES = {"identifier", "reference"}
SINGLE = CODES | {"text", "long_text", "document_number"}


def credit_code(draw: Random) -> str:
    """Mostly right; else of a strange category, with a wrong organisation code or one slip."""
    head = draw.choice(["91410100", "92410100", "31410100", "A1410100", "B1410100", "94410100", "01410100"])
    organisation = "".join(draw.choices(ALPHABET, k=8))
    inner = draw.choice([organisation_check_char(organisation)] * 6 + ["X", "0", "A"])
    last = draw.choice([uscc_check_char(head + organisation + inner)] * 6 + ["0", "X", "I", ""])
    return head + organisation + inner + last


@pytest.mark.parametrize("form_id", ["check", "penalty"])
@given(
    seed=st.integers(0, 10**6), odd=st.sampled_from(["", *ODD]), kinds=st.sampled_from(["001", "012", "1"])
)
@settings(max_examples=20, deadline=None)
def test_verdicts_of_columns_that_never_repeat_are_those_of_each(
    form_id: str, seed: int, odd: str, kinds: str
) -> None:
    form, draw, context = shipped().get(form_id), Random(seed), Context(NoRegisters(), TODAY, UNIT)
    checker, size = shipped().checker(form), 80
    bulk = checker.in_bulk(context)
    known = {"0": "001", "1": "111", "2": ""}
    texts = [field for field in form if field.type in SINGLE]
    names = {field.name: field.type for field in draw.sample(texts, 3)}
    names["administrative_cp_ui_code"] = "identifier"
    for more in ("", odd):  # by the first block the checker learns that nothing repeats
        columns = {PARTY_TYPE_FIELD: [known[draw.choice(kinds)] for _ in range(size)]}
        for name, kind in names.items():
            column = [credit_code(draw) if kind in CODES else f"第{draw.random()}号" for _ in range(size)]
            column[draw.randrange(size)] = draw.choice(TIDY["code" if kind in CODES else "text"])
            column[draw.randrange(size)] = more or column[0]
            columns[name] = column
        block = bulk.read(columns)
        for number in range(size):
            row = {name: column[number] for name, column in columns.items()}
            reading = checker.read(row, context)
            assert block.problems[number] == reading.problems
            assert (block.content(number), block.texts(number)) == (reading.content, reading.texts)


def test_nothing_is_a_block_too() -> None:
    assert shipped().checker(shipped().get("check")).in_bulk(Context(NoRegisters(), TODAY)).read({}).size == 0


def test_a_verdict_that_depends_on_the_day_is_not_remembered_for_another_day() -> None:
    checker = shipped().checker(shipped().get("check"))
    bulk = checker.in_bulk(Context(Office(), date(2026, 11, 21), UNIT))
    days = ["2019-03-01", "2026-03-01", "2019-04-01"]
    block = bulk.read({"area_number": ["410381"] * 3, "check_date": days})
    codes = [{p.code for p in problems if p.fields == ("area_number",)} for problems in block.problems]
    assert codes == [set(), {"no-longer-valid"}, set()]


# -- what rules can tell apart -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "same", "different"),
    [
        ('a == null || a != "x"', ["y", "z"], ["x", None]),
        ('a in ["x", "y"] && b', ["z", "w"], ["x", "y"]),
        ('a.startsWith("92")', ["91", "x"], ["92", "91"]),
        ("size(l) < 2", [["a"], ["b"]], [["a"], ["a", "b"]]),
        ('a != "x" && size(a) > 3', ["abcd", "efgh"], ["abc", "abcd"]),
    ],
)
def test_a_rule_is_not_asked_again_for_what_it_cannot_tell_apart(
    rule: str, same: list[Any], different: list[Any]
) -> None:
    view = view_of(rule, "l" if "l)" in rule else "a")
    assert view(same[0]) == view(same[1])
    assert view(different[0]) != view(different[1])


@pytest.mark.parametrize(
    "rule",
    [
        "a < b",
        'b + a == "x"',
        '"x" == a',
        'a == "x" + b',
        '[a, b].all(d, d != "x")',
        'b == "a == " && a > "x"',
        r'a == "\"" && b == null',
        'a.size() > 2 && a != "x"',
        'b in [a, "x"]',
    ],
)
def test_a_rule_that_asks_for_more_sees_the_whole_value(rule: str) -> None:
    assert view_of(rule, "a") is whole


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("a == null || b == null || a <= b", {"a", "b"}),
        ('size(a) == 0 || "01" in a', {"a"}),
        ("!a.exists(x, x in b || b == null)", {"a"}),
        ("c || a == null", {"a"}),
        ("a == null && b", set()),
        ("a != null || b", set()),
        ("(b || a == null) && c", set()),
        ("b in [c || a == null || c, true]", set()),
        ("a == null || b ? c : d", set()),
        ("!a.exists(x, x > 1) == b", set()),
        ('b == "x || a == null || y"', set()),
        ("!(a == null)", set()),
    ],
)
def test_fields_without_which_a_rule_holds(rule: str, names: set[str]) -> None:
    assert holds_without(rule) == names


@pytest.mark.parametrize("form_id", FORMS)
def test_rules_hold_without_these_fields(form_id: str) -> None:
    form = shipped().get(form_id)
    for check in form.checks:
        rule = rules_of(form).compile(check.rule, check.fields)
        for name in holds_without(check.rule):
            empty: list[Any] = [[]] if FIELD_TYPES[form.field(name).type].shape == "list" else [None]
            names = sorted(rule.names)
            values = [empty if other == name else samples(form, form.field(other)) for other in names]
            for case in islice(product(*values), 200):
                assert rule.holds({**dict(zip(names, case, strict=True)), "today": TODAY.isoformat()})


def samples(form: Form, field: Field) -> list[Any]:
    kind = FIELD_TYPES[field.type]
    right = RIGHT[form.id].get(field.name)
    known = [] if right is None else [kind.to_rule(kind.from_json(field, right))]
    return {
        "text": [None, "92410105MA0000015G", "甲", "01", "02", "001", "11410100000000019W", *known],
        "date": [None, "2026-01-01", "2026-09-16", "2027-01-01", *known],
        "number": [None, 0.0, 150.0, 5000.0],
        "bool": [None, True, False],
        "list": [[], ["张三"], ["张三", "李四"], *known],
    }[kind.shape]


@pytest.mark.parametrize("form_id", FORMS)
def test_remembered_answers_are_the_right_ones(form_id: str) -> None:
    form = shipped().get(form_id)
    rules, today = rules_of(form), TODAY.isoformat()
    for check in form.checks:
        rule = rules.compile(check.rule, check.fields)
        remembered = (views := Views()).add(rule)
        names = sorted(rule.names)
        cases = [
            dict(zip(names, values, strict=True))
            for values in product(*(samples(form, form.field(name)) for name in names))
        ][:400]
        looks = {name: views.looker(name) for name in names}

        def seen(name: str, view: int, cases: Any = cases, looks: Any = looks) -> list[Any]:
            return [looks[name](case[name])[view] for case in cases]

        def values(_: object, number: int, cases: Any = cases) -> dict[str, Any]:
            return {**cases[number], "today": today}

        answers = remembered.answers(seen, len(cases), values)
        assert answers == [rule.holds({**case, "today": today}) for case in cases]
