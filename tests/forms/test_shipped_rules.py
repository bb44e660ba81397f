"""Every rule of every shipped form refuses what is wrong and lets pass what is right."""

from __future__ import annotations

from typing import Any

import pytest
import rule_cases_check
import rule_cases_force
import rule_cases_penalty
import rule_cases_publicity
from shipped_forms import RIGHT, Cases, Content, blocking_codes, form, problems, shipped

from jgclient.forms.registers import NoRegisters

CASES: dict[str, Cases] = {
    "check": rule_cases_check.CASES,
    "penalty": rule_cases_penalty.CASES,
    "force": rule_cases_force.FORCE,
    "other": rule_cases_force.OTHER,
    "publicity_penalty": rule_cases_publicity.LEGAL,
    "publicity_penalty_person": rule_cases_publicity.NATURAL,
    "catalogue": rule_cases_publicity.CATALOGUE,
    "implementation": rule_cases_publicity.IMPLEMENTATION,
    "person": rule_cases_publicity.PERSONS,
    "object": rule_cases_publicity.OBJECTS,
}
EACH = [
    pytest.param(form_id, code, bad, good, id=code)
    for form_id, cases in CASES.items()
    for code, (bad, good) in cases.items()
]


@pytest.mark.parametrize("form_id", RIGHT)
def test_the_right_record_needs_neither_mending_nor_reasons(form_id: str) -> None:
    assert blocking_codes(problems(form_id, {})) == set()


@pytest.mark.parametrize("form_id", RIGHT)
def test_every_rule_has_a_case(form_id: str) -> None:
    assert {check.code for check in form(form_id).checks} == set(CASES[form_id])


@pytest.mark.parametrize(("form_id", "code", "bad", "good"), EACH)
def test_the_rule_is_broken_and_kept(form_id: str, code: str, bad: Content, good: Content) -> None:
    rule = next(check for check in form(form_id).checks if check.code == code)

    found = [p for p in problems(form_id, bad) if p.code == code]
    assert [(p.kind, p.strength, p.fields, p.message) for p in found] == [
        (rule.kind, rule.strength, rule.fields, rule.message)
    ]
    assert code not in {p.code for p in problems(form_id, good)}


@pytest.mark.parametrize(("form_id", "code", "bad", "good"), EACH)
def test_the_right_half_of_a_case_has_nothing_to_mend(
    form_id: str, code: str, bad: Content, good: Content
) -> None:
    broken = {p.code for p in problems(form_id, good) if p.strength == "hard"} - {"required"}
    assert broken == set()


@pytest.mark.parametrize("form_id", RIGHT)
def test_no_rule_speaks_about_an_empty_record(form_id: str) -> None:
    nothing = dict.fromkeys(RIGHT[form_id])
    rules = {check.code for check in form(form_id).checks}
    said = rules & {p.code for p in problems(form_id, nothing)}
    assert said <= {"ML-104", "ML-203"}  # these two ask for one of several fields


class _OneTwin(NoRegisters):
    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def same_acts(self, form: str, fields: Any, *, within: Any = None) -> int:
        self.asked.append(tuple(fields))
        return 1


@pytest.mark.parametrize("form_id", RIGHT)
def test_every_rule_against_double_entry_asks_and_reports(form_id: str) -> None:
    registers = _OneTwin()
    found = {p.code: p for p in problems(form_id, {}, registers)}
    for rule in form(form_id).duplicates:
        assert found[rule.code].strength == rule.strength
        assert found[rule.code].kind == rule.kind
        assert any(set(rule.fields) <= set(names) for names in registers.asked)


def test_record_forms_have_rules_against_double_entry() -> None:
    assert {f.id: [d.code for d in f.duplicates] for f in shipped().forms if f.kind == "record"} == {
        "check": ["XJ-901", "XJ-902", "XJ-903"],
        "force": ["QZ-901", "QZ-902", "QZ-903"],
        "other": ["QT-901", "QT-902"],
        "penalty": ["CF-901", "CF-902", "CF-903"],
        "publicity_penalty": ["SGS-901"],
        "publicity_penalty_person": ["SGS-951"],
    }


def test_rule_codes_are_unique_over_all_forms() -> None:
    codes = [rule.code for f in shipped().forms for rule in (*f.checks, *f.duplicates)]
    assert len(codes) == len(set(codes))
