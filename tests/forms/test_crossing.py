from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from forms_making import checker, context, field_toml

from jgclient.forms.checker import Checker
from jgclient.forms.problems import Problem

FIELDS = (
    field_toml("number", "document_number"),
    field_toml("item", "reference", register="item"),
    field_toml("list_code", "reference", register="implementation"),
    field_toml("day", "date"),
    field_toml("people", "persons", register="person"),
    field_toml("object", "reference", register="object"),
    field_toml("check_code", "reference", register="record:check"),
    field_toml("party_code", "identifier", identifier="uscc"),
)
ROLES = {
    "number_field": "number",
    "item_field": "item",
    "date_field": "day",
    "party_code_field": "party_code",
}
ITEM, UNIT = "41000001234567", "11410100000000019W"
ITEM_ROW = {"supervise_item_code": ITEM, "take_effect_date": "2026-01-01", "cancel_date": "2026-06-30"}
LIST_ROW = {"implement_body_code": UNIT, "exercise_level": "3"}


class Kept:
    """Registers in memory."""

    def __init__(
        self,
        rows: Mapping[tuple[str, str], list[Mapping[str, Any]]],
        same: int = 0,
        exists: bool | None = None,
    ) -> None:
        self._rows = rows
        self._same = same
        self._exists = exists
        self.asked: list[dict[str, Any]] = []

    def rows(self, register: str, key: str) -> list[Mapping[str, Any]]:
        return self._rows.get((register, key), [])

    def has_any(self, register: str) -> bool:
        return any(name == register for name, _ in self._rows)

    def record_exists(self, form: str, number: str) -> bool | None:
        assert (form, number) == ("check", "郑检〔2026〕1号")
        return self._exists

    def same_acts(
        self, form: str, fields: Mapping[str, Any], *, within: tuple[str, str] | None = None
    ) -> int:
        assert form == "visit"
        self.asked.append({**fields, **({"within": within} if within else {})})
        return self._same


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return checker(tmp_path_factory.mktemp("forms"), *FIELDS, **ROLES)


def problems(visit: Checker, kept: Kept, **texts: str) -> list[Problem]:
    return visit.read(texts, context(kept)).problems


def only(visit: Checker, kept: Kept, **texts: str) -> Problem:
    [problem] = problems(visit, kept, **texts)
    return problem


def test_without_a_catalogue_an_item_cannot_be_verified(visit: Checker) -> None:
    problem = only(visit, Kept({}), item=ITEM)
    assert (problem.code, problem.strength, problem.reason_required) == ("item-unverified", "soft", False)
    assert "尚未导入事项库，暂不能核对" in problem.message


def test_an_item_in_force_is_right(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [ITEM_ROW]})
    for day in ("2026-01-01", "2026-06-30"):
        assert problems(visit, kept, item=ITEM, day=day) == []
    assert problems(visit, kept, item=ITEM) == []


@pytest.mark.parametrize("day", ["2025-12-31", "2026-07-01"])
def test_the_day_of_the_act_decides_whether_an_item_is_in_force(visit: Checker, day: str) -> None:
    problem = only(visit, Kept({("item", ITEM): [ITEM_ROW]}), item=ITEM, day=day)
    assert (problem.code, problem.strength, problem.kind) == (
        "item-not-in-force",
        "hard",
        "03监管事项目录编码检查",
    )
    assert "2026-01-01 起生效，2026-06-30 取消" in problem.message


def test_of_several_versions_one_in_force_is_enough(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [ITEM_ROW, {"take_effect_date": "2026-07-01"}]})
    assert problems(visit, kept, item=ITEM, day="2026-09-01") == []


@pytest.mark.parametrize(
    "typed", ["41000001234568", "41000001243567", "4100000123456", "410000012345667", "41000101234567"]
)
def test_an_unknown_item_gets_the_nearest_codes(visit: Checker, typed: str) -> None:
    problem = only(visit, Kept({("item", ITEM): [ITEM_ROW]}), item=typed)
    assert problem.code == ("item-unknown" if len(typed) == 14 else "item-code")
    assert (problem.strength, problem.candidates) == ("hard", (ITEM,))
    assert problem.message


def test_an_item_far_from_all_gets_none(visit: Checker) -> None:
    problem = only(visit, Kept({("item", ITEM): [ITEM_ROW]}), item="99999999999999")
    assert (problem.code, problem.candidates) == ("item-unknown", ())
    assert "事项库里没有 99999999999999" in problem.message


def test_an_implementation_list_of_the_item_is_right(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [{}], ("implementation", ITEM): [LIST_ROW]})
    assert problems(visit, kept, item=ITEM, list_code=UNIT + "3") == []
    assert problems(visit, kept, list_code=UNIT + "3") == []


def test_another_body_or_level_names_the_right_list(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [{}], ("implementation", ITEM): [LIST_ROW]})
    problem = only(visit, kept, item=ITEM, list_code=UNIT + "4")
    assert (problem.code, problem.candidates) == ("implementation-mismatch", (UNIT + "3",))
    assert problem.kind == "04监管事项检查实施清单编码检查"


def test_an_item_without_lists_cannot_be_verified(visit: Checker) -> None:
    problem = only(visit, Kept({("item", ITEM): [{}]}), item=ITEM, list_code=UNIT + "3")
    assert (problem.code, problem.reason_required) == ("implementation-unverified", False)


def test_a_list_is_in_force_on_the_day_of_the_act(visit: Checker) -> None:
    row = {**LIST_ROW, "take_effect_date": "2026-08-01"}
    kept = Kept({("item", ITEM): [{}], ("implementation", ITEM): [row]})
    assert problems(visit, kept, item=ITEM, list_code=UNIT + "3", day="2026-08-01") == []
    problem = only(visit, kept, item=ITEM, list_code=UNIT + "3", day="2026-07-31")
    assert problem.code == "implementation-not-in-force"
    assert "2026-08-01 起生效" in problem.message


def test_officers_need_a_certificate_on_that_day(visit: Checker) -> None:
    kept = Kept({("person", "张三"): [{"certificate_valid_to": "2026-08-01"}], ("person", "李四"): [{}]})
    assert problems(visit, kept, people="张三、李四", day="2026-08-01") == []
    problem = only(visit, kept, people="张三、李四", day="2026-08-02")
    assert (problem.code, problem.strength) == ("certificate-expired", "hard")
    assert "张三" in problem.message
    assert problems(visit, kept, people="张三") == []


def test_an_unknown_officer_needs_a_reason(visit: Checker) -> None:
    problem = only(visit, Kept({("person", "李四"): [{}]}), people="张三")
    assert (problem.code, problem.strength, problem.reason_required) == ("person-unknown", "soft", True)
    problem = only(visit, Kept({}), people="张三")
    assert (problem.code, problem.reason_required) == ("person-unverified", False)


def test_an_unknown_object_is_only_mentioned(visit: Checker) -> None:
    kept = Kept({("object", "甲"): [{}]})
    assert problems(visit, kept, object="甲") == []
    assert only(visit, kept, object="乙").code == "object-unknown"
    assert problems(visit, Kept({}), object="乙") == []


@pytest.mark.parametrize(
    ("exists", "code", "reason"),
    [(True, "", False), (None, "record-unverified", False), (False, "record-unknown", True)],
)
def test_an_earlier_record_is_looked_for(
    visit: Checker, exists: bool | None, code: str, reason: bool
) -> None:
    found = problems(visit, Kept({}, exists=exists), check_code="郑检[2026]1号")
    assert [(p.code, p.strength, p.reason_required) for p in found] == (
        [(code, "soft", reason)] if code else []
    )


def test_a_number_twice_is_refused(visit: Checker) -> None:
    kept = Kept({}, same=2)
    problem = only(visit, kept, number="郑检[2026]1号")
    assert (problem.code, problem.strength, problem.kind) == ("duplicate-number", "hard", "09业务主键检查")
    assert problem.message.endswith("（2 条）")
    assert kept.asked == [{"number": "郑检〔2026〕1号"}]


def test_the_same_act_twice_needs_a_reason(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [{}]}, same=1)
    texts = {"item": ITEM, "day": "2026-09-05", "party_code": "91410100MA0000015B"}
    problem = only(visit, kept, **texts)
    assert (problem.code, problem.strength, problem.kind) == ("duplicate-act", "soft", "05数据归并")
    assert problem.fields == ("party_code", "item", "day")
    assert kept.asked == [{"party_code": "91410100MA0000015B", "item": ITEM, "day": "2026-09-05"}]


def test_no_duplicates_are_asked_for_half_a_key(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [{}]}, same=1)
    assert problems(visit, kept, item=ITEM, day="2026-09-05") == []


def test_a_form_may_have_duplicate_rules_of_its_own(tmp_path: Path) -> None:
    own = """[[duplicate]]
code = "D-1"
kind = "05数据归并"
strength = "soft"
fields = ["party_code", "item"]
message = "又来了"
help = "少来"
basis = "法"
"""
    made = checker(tmp_path, *FIELDS, own, **ROLES)
    kept = Kept({("item", ITEM): [{}]}, same=1)
    [problem] = made.read(
        {"item": ITEM, "party_code": "91410100MA0000015B", "number": "一"}, context(kept)
    ).problems
    assert (problem.code, problem.message, problem.help, problem.basis) == ("D-1", "又来了", "少来", "法")


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        ("2026-01-01", ("2026-01-01", "2026-03-31")),
        ("2026-06-30", ("2026-04-01", "2026-06-30")),
        ("2026-08-15", ("2026-07-01", "2026-09-30")),
        ("2025-12-31", ("2025-10-01", "2025-12-31")),
    ],
)
def test_a_second_act_in_a_quarter_is_asked_for_by_its_days(
    tmp_path: Path, day: str, quarter: tuple[str, str]
) -> None:
    own = """[[duplicate]]
code = "D-2"
kind = "08数据关联性检查"
strength = "soft"
fields = ["party_code"]
message = "本季度已经检查过"
period = "quarter"
"""
    made = checker(tmp_path, *FIELDS, own, **ROLES)
    kept = Kept({}, same=1)
    texts = {"party_code": "91410100MA0000015B"}
    assert [p.code for p in made.read({**texts, "day": day}, context(kept)).problems] == ["D-2"]
    assert kept.asked == [{**texts, "within": quarter}]
    assert made.read(texts, context(kept)).problems == []


def test_what_was_not_understood_is_not_looked_up(visit: Checker) -> None:
    kept = Kept({("item", ITEM): [{}]}, same=1)
    found = problems(visit, kept, item="4.1E+13", day="乱写", party_code="91410100MA0000015B")
    assert "duplicate-act" not in [p.code for p in found]
