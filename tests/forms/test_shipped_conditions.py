"""When each field of the shipped forms is shown, must be filled, and how many entries it needs."""

from __future__ import annotations

from typing import Any

import pytest
from shipped_forms import RIGHT, Content, form, problems, shipped

Case = tuple[str, Content, Content]
DAY = "2026-09-10"

#: Fields, a change with which they are hidden, one with which they are shown.
SHOWN: list[Case] = [
    ("check.spot_check_end_date check.spot_report_date check.result_publicity_date", {"check_mode": "2"}, {}),
    (
        "penalty.legal_review_date penalty.legal_review_opinions",
        {"legal_review": False},
        {"legal_review": True},
    ),
    (
        "penalty.group_discussion_date penalty.group_discussion_conclusion",
        {"discuss_collectively": False},
        {"discuss_collectively": True},
    ),
    ("penalty.informant_notice_date", {}, {"case_source": "03"}),
    (
        "penalty.clue_extended other.clue_extended other.appraisal_start_date",
        {},
        {"clue_received_date": DAY},
    ),
    ("penalty.case_extension_days", {"filing_date": None}, {}),
    (
        "penalty.appraisal_end_date force.appraisal_end_date other.appraisal_end_date",
        {},
        {"appraisal_start_date": DAY},
    ),
    ("penalty.announcement_end_date", {}, {"announcement_start_date": DAY}),
    ("penalty.stay_end_date", {}, {"stay_start_date": DAY}),
    ("penalty.registration_decision_date", {}, {"registration_date": DAY}),
    (
        "penalty.hearing_request_date penalty.hearing_announce_date penalty.hearing_date",
        {"if_hearing_witnesses": False},
        {"if_hearing_witnesses": True},
    ),
    (
        "penalty.party_elsewhere penalty.minor_penalty",
        {"market_procedure": False},
        {"market_procedure": True},
    ),
    ("penalty.pushed_date", {}, {"party_elsewhere": True}),
    (
        "penalty.publicity_end_date",
        {"publicity_date": DAY},
        {"publicity_date": DAY, "market_procedure": True},
    ),
    (
        "penalty.publicity_end_date",
        {"market_procedure": True},
        {"publicity_date": DAY, "market_procedure": True},
    ),
    (
        "penalty.publicity_withdrawn_date publicity_penalty.publicity_withdrawn_date"
        " publicity_penalty_person.publicity_withdrawn_date",
        {},
        {"revoke_date": DAY},
    ),
    (
        "penalty.transfer_report_date penalty.transfer_decision_date penalty.refusal_notice_date"
        " penalty.refusal_review_date",
        {},
        {"case_involving_punishment": True},
    ),
    ("force.coercive_measure_type force.force_extend_date force.on_spot", {"force_type": "02"}, {}),
    (
        "force.force_execution_type force.demand_delivery_date force.remedy_expiry_date"
        " force.court_application_date",
        {},
        {"force_type": "02"},
    ),
    ("force.on_spot_time force.approval_time", {"on_spot": False}, {"on_spot": True}),
    ("force.appraisal_start_date", {"coercive_measure_type": "04"}, {"coercive_measure_type": "02"}),
    ("force.appraisal_start_date", {"coercive_measure_type": "05"}, {"coercive_measure_type": "03"}),
    ("force.substitute_date", {"force_execution_type": "04"}, {"force_execution_type": "05"}),
    ("force.freeze_delivery_date", {"coercive_measure_type": "03"}, {"coercive_measure_type": "04"}),
]
#: Fields, a change with which they may be empty, one with which they must be filled.
REQUIRED: list[Case] = [
    ("check.approval_date", {"approval_late": False}, {"approval_late": True}),
    ("penalty.legal_review_date penalty.legal_review_opinions", {}, {"legal_review": True}),
    (
        "penalty.group_discussion_date penalty.group_discussion_conclusion",
        {},
        {"discuss_collectively": True},
    ),
    ("penalty.fine", {"punish_type": ["01"]}, {"punish_type": ["01", "02"]}),
    ("penalty.deportation_date", {"other_disposals": "2"}, {"other_disposals": "1"}),
    ("force.coercive_measure_type", {"force_type": "02"}, {"force_type": "01"}),
    ("force.force_execution_type", {"force_type": "01"}, {"force_type": "02"}),
    ("force.on_spot_time", {"on_spot": False}, {"on_spot": True}),
    ("publicity_penalty.cf_fr_zjlx", {}, {"cf_fr_zjhm": "E12345678"}),
    (
        "publicity_penalty.cf_nr_fk publicity_penalty_person.cf_nr_fk",
        {"cf_cflb": ["01"]},
        {"cf_cflb": ["02"]},
    ),
    (
        "publicity_penalty.cf_nr_zkdx publicity_penalty_person.cf_nr_zkdx",
        {"cf_cflb": ["01"]},
        {"cf_cflb": ["05"]},
    ),
    (
        "publicity_penalty.cf_nr_zkdx publicity_penalty_person.cf_nr_zkdx",
        {"cf_cflb": ["10"]},
        {"cf_cflb": ["11"]},
    ),
    ("implementation.check_sampling_content", {"is_check": False}, {"is_check": True}),
    ("implementation.synergy_dep", {"is_synergy": False}, {"is_synergy": True}),
]
TWO_PEOPLE = {"check.check_personnel", "check.check_personnel_code", "penalty.officers", "force.officers"}


def each(cases: list[Case]) -> list[Any]:
    """One parameter set a field."""
    return [
        pytest.param(*name.split("."), off, on, id=name) for names, off, on in cases for name in names.split()
    ]


def record(form_id: str, field: str, changes: Content) -> Content:
    """The right record without ``field`` and with changes."""
    whole = {**RIGHT[form_id], field: None, **changes}
    return {name: value for name, value in whole.items() if value is not None}


@pytest.mark.parametrize(("form_id", "field", "off", "on"), each(SHOWN))
def test_a_field_is_shown_when_it_applies(form_id: str, field: str, off: Content, on: Content) -> None:
    checker = shipped().checker(form(form_id))
    assert field not in checker.visible(record(form_id, field, off))
    assert field in checker.visible(record(form_id, field, on))


@pytest.mark.parametrize(("form_id", "field", "off", "on"), each(REQUIRED))
def test_a_field_must_be_filled_when_it_applies(form_id: str, field: str, off: Content, on: Content) -> None:
    def missing(changes: Content) -> bool:
        wrong = problems(form_id, {field: None, **changes})
        return any((p.code, p.fields) == ("required", (field,)) for p in wrong)

    assert not missing(off)
    assert missing(on)


@pytest.mark.parametrize("name", sorted(TWO_PEOPLE))
def test_law_enforcement_needs_two_people(name: str) -> None:
    form_id, field = name.split(".")
    for entries, wrong in ((["16010012345"], True), (["16010012345", "16010012346"], False)):
        found = problems(form_id, {field: entries})
        assert any((p.code, p.fields) == ("too-few", (field,)) for p in found) is wrong


def test_every_condition_has_a_case() -> None:
    fields = [(f"{f.id}.{field.name}", field) for f in shipped().forms for field in f]
    assert {name for name, field in fields if field.shown_if} == {
        n for case in SHOWN for n in case[0].split()
    }
    assert {name for name, field in fields if field.required_if} == {
        n for case in REQUIRED for n in case[0].split()
    }
    assert {name for name, field in fields if field.min_items > 1} == TWO_PEOPLE
