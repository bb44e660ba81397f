"""The shipped forms hold the fields, limits and dictionaries of the national tables."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest
from shipped_forms import PERSON, RIGHT, blocking_codes, form, problems, shipped

from jgclient.forms.definition import Field
from jgclient.forms.library import resources_folder

#: Form → national table, all fields, fields that are sent.
FORMS = {
    "check": ("jg_jgxw_check_action", 42, 27),
    "penalty": ("jg_jgxw_punish_action", 84, 47),
    "force": ("jg_jgxw_force_action", 41, 27),
    "other": ("jg_jgxw_other_action", 32, 24),
    "publicity_penalty": ("", 31, 26),
    "publicity_penalty_person": ("", 23, 20),
    "catalogue": ("", 18, 18),
    "implementation": ("", 23, 23),
    "person": ("", 21, 21),
    "object": ("", 8, 8),
}
_PARTIES = {
    "administrative_cp": 200, "administrative_cp_ui_code": 20, "address_registered": 400,
    "address_operating": 400, "implement_institution": 100, "implement_institution_code": 20,
    "submitted_personnel": 50, "supervise_object": 200,
}  # fmt: skip
_ENTRUSTED = {"entrust_dept": 100, "entrust_dept_code": 20}
_PUBLICITY = {
    "cf_xdr_mc": 200, "cf_wsh": 128, "cf_wfxw": 2000, "cf_sy": 5000, "cf_yj": 2048, "cf_nr": 4000,
    "cf_nr_zkdx": 200, "cf_cfjg": 200, "cf_cfjgdm": 18, "cf_sjly": 200, "cf_sjlydm": 18, "bz": 512,
}  # fmt: skip
#: Longest texts of the fields that are sent, after the validators of the national data-entry front end.
LENGTHS = {
    "check": {
        **_PARTIES, **_ENTRUSTED, "plan_id": 50, "supervise_item_implement_code": 14,
        "supervise_item_check_icode": 800, "check_action_name": 500, "check_action_code": 50,
    },
    "penalty": {
        **_PARTIES, **_ENTRUSTED, "supervise_item_code": 14, "punish_action_name": 500,
        "punish_action_code": 50, "check_action_code": 50, "illegal_fact": 400, "legal_review_opinions": 100,
        "group_discussion_conclusion": 1000, "punish_document_code": 100, "penalty_result": 1000,
    },
    "force": {
        **_PARTIES, "supervise_item_code": 14, "force_action_name": 400, "force_action_code": 50,
        "check_action_code": 50, "illegal_fact": 1000, "mandatory_basis": 1000,
        "mandatory_decision_number": 100, "mandatory_decision_patify": 50, "force_extend_date": 10,
    },
    "other": {
        **_PARTIES, **_ENTRUSTED, "supervise_item_code": 14, "action_name": 300, "action_code": 50,
        "check_behavior_number": 50, "item_source": 50, "supervise_measure": 50, "closing_case": 200,
    },
    "publicity_penalty": {
        **_PUBLICITY, "cf_xdr_shxym": 18, "cf_xdr_gszc": 50, "cf_xdr_zzjg": 9, "cf_xdr_swdj": 15,
        "cf_xdr_sydw": 12, "cf_xdr_shzz": 50, "cf_frdb": 50, "cf_fr_zjhm": 64,
    },
    "publicity_penalty_person": {**_PUBLICITY, "cf_xdr_zjhm": 64},
}  # fmt: skip
_ACT = (
    "administrative_cp administrative_cp_na administrative_cp_ce_type administrative_cp_ui_code area_number "
)
#: Fields that must always be filled.
REQUIRED = {
    "check": (
        _ACT + "supervise_item_implement_code supervise_item_check_icode check_action_name "
        "check_action_code supervise_object check_form check_type check_result check_date "
        "check_personnel"
    ),
    "penalty": (
        _ACT + "supervise_item_code punish_action_name punish_action_code supervise_object case_source "
        "check_action_code illegal_fact punish_accord punish_procedure if_hearing_witnesses "
        "case_involving_punishment punish_document_code set_date punish_type penalty_result "
        "administrative_reconsider administrative_action administrative_penalties"
    ),
    "force": (
        _ACT + "supervise_item_code force_action_name force_action_code check_action_code illegal_fact "
        "mandatory_basis mandatory_decision_number force_type"
    ),
    "other": (_ACT + "supervise_item_code action_name action_code check_behavior_number supervise_object"),
    "publicity_penalty": (
        "cf_xdr_mc cf_xdr_lb cf_xdr_shxym cf_wsh cf_wfxw cf_sy cf_yj cf_cflb cf_nr cf_jdrq cf_yxq "
        "cf_cfjg cf_cfjgdm"
    ),
    "publicity_penalty_person": (
        "cf_xdr_mc cf_xdr_zjlx cf_xdr_zjhm cf_wsh cf_wfxw cf_sy cf_yj cf_cflb cf_nr cf_jdrq "
        "cf_yxq cf_cfjg cf_cfjgdm cf_sjly cf_sjlydm"
    ),
    "catalogue": ("department_name matter_name set_gist"),
    "implementation": ("supervise_item_code exercise_level implement_body implement_body_code"),
    "person": ("person_name certificate_no body_name"),
    "object": ("object_code object_name unique_code object_kind area_number"),
}
#: Dictionaries of the fields that are sent.
CODES = {
    "check": {
        "administrative_cp_na": "party_nature", "administrative_cp_ce_type": "certificate_type",
        "supervise_object_type": "object_kind", "area_number": "region", "check_form": "check_form",
        "check_type": "check_type", "check_mode": "check_mode", "check_result": "check_result",
    },
    "penalty": {
        "administrative_cp_na": "party_nature", "administrative_cp_ce_type": "certificate_type",
        "supervise_object_type": "object_kind", "area_number": "region", "case_source": "case_source",
        "punish_procedure": "punish_procedure", "punish_type": "punish_type",
        "administrative_reconsider": "reconsider", "administrative_action": "litigation",
        "cases_closed_execution_way": "execution_way", "cases_closed_execution_result": "execution_result",
        "other_disposals": "other_disposal",
    },
    "force": {
        "administrative_cp_na": "party_nature", "administrative_cp_ce_type": "certificate_type",
        "supervise_object_type": "object_kind", "area_number": "region", "force_type": "force_type",
        "coercive_measure_type": "coercive_measure", "force_execution_type": "force_execution",
    },
    "other": {
        "administrative_cp_na": "party_nature", "administrative_cp_ce_type": "certificate_type",
        "supervise_object_type": "object_kind", "area_number": "region",
    },
    "publicity_penalty": {
        "cf_xdr_lb": "publicity_party_kind", "cf_fr_zjlx": "publicity_certificate_type",
        "cf_cflb": "publicity_punish_type",
    },
    "publicity_penalty_person": {
        "cf_xdr_zjlx": "publicity_certificate_type", "cf_cflb": "publicity_punish_type",
    },
}  # fmt: skip


def sent(form_id: str) -> list[Field]:
    return [field for field in form(form_id) if field.exchanged]


def test_every_form_file_loads_and_no_other_is_shipped() -> None:
    assert [str(error) for error in shipped().broken] == []
    assert {f.id: (f.exchange_table, len(f.fields), len(sent(f.id))) for f in shipped().forms} == FORMS


@pytest.mark.parametrize("form_id", LENGTHS)
def test_lengths_are_those_of_the_standard(form_id: str) -> None:
    limits = {field.name: field.max_length for field in form(form_id) if field.max_length}
    names = {field.name for field in sent(form_id)} | {"cf_sjly", "cf_sjlydm"}
    assert {name: limit for name, limit in limits.items() if name in names} == LENGTHS[form_id]


@pytest.mark.parametrize("form_id", FORMS)
def test_required_fields_are_those_of_the_standard(form_id: str) -> None:
    assert sorted(f.name for f in form(form_id) if f.required) == sorted(REQUIRED[form_id].split())


@pytest.mark.parametrize("form_id", CODES)
def test_coded_fields_have_the_dictionaries_of_the_standard(form_id: str) -> None:
    assert {field.name: field.codes for field in sent(form_id) if field.codes} == CODES[form_id]


@pytest.mark.parametrize("form_id", FORMS)
def test_titles_and_aliases_lead_to_one_field_each(form_id: str) -> None:
    words = Counter(word for field in form(form_id) for word in (field.title, *field.aliases))
    assert [word for word, times in words.items() if times > 1] == []


@pytest.mark.parametrize("form_id", FORMS)
def test_roles_name_fields_and_act_forms_have_all_of_them(form_id: str) -> None:
    shipped_form = form(form_id)
    assert shipped_form.title_field
    if shipped_form.exchange_table:
        roles = ("number_field", "party_field", "party_code_field", "date_field", "item_field")
        assert all(getattr(shipped_form, role) for role in roles)
    if shipped_form.kind == "record":
        assert shipped_form.basis
        assert shipped_form.date_field
        assert shipped_form.duties


def test_registers_are_those_the_checker_asks_for() -> None:
    keys = {f.register.name: f.register.fields for f in shipped().forms if f.register}
    assert keys == {
        "item": ("supervise_item_code", "matter_name"),
        "implementation": ("supervise_item_code", "exercise_level"),
        "person": ("person_name", "certificate_no"),
        "object": ("object_code",),
    }


@pytest.mark.parametrize("form_id", FORMS)
def test_every_required_field_says_what_to_type(form_id: str) -> None:
    silent = [f.name for f in form(form_id) if f.required and not (f.help or f.example)]
    assert silent == []


@pytest.mark.parametrize("form_id", FORMS)
def test_every_rule_and_duty_explains_itself(form_id: str) -> None:
    for rule in form(form_id).checks:
        assert rule.help, rule.code
        assert rule.basis, rule.code
        assert len(rule.message) <= 40, rule.code
    assert all(duty.basis for duty in form(form_id).duties)


@pytest.mark.parametrize("form_id", FORMS)
def test_soft_rules_say_when_a_reason_is_in_order(form_id: str) -> None:
    assert [c.code for c in form(form_id).checks if c.strength == "soft" and "理由" not in c.help] == []


@pytest.mark.parametrize("form_id", FORMS)
def test_examples_of_codes_are_understood(form_id: str) -> None:
    for field in form(form_id):
        if field.codes and field.example and field.codes != "region":
            for word in field.example.replace("、", "；").split("；"):
                assert shipped().codes.get(field.codes).find(word), (field.name, word)


def test_extras_of_the_2024_inspection_policy_are_kept_but_not_sent() -> None:
    extras = {field.title for field in form("check") if not field.exchanged}
    assert {
        "检查类型", "任务来源", "批准人", "批准日期", "是否补办批准手续", "检查通知书文号", "扫码入企编号",
        "结果告知日期", "协助人员", "是否计入检查频次",
    } <= extras  # fmt: skip


def test_money_has_the_unit_of_its_table() -> None:
    units = {(f.id, field.name): field.unit for f in shipped().forms for field in f if field.type == "money"}
    assert units == {
        ("penalty", "fine"): "元",
        ("penalty", "cases_closed_fine"): "元",
        ("publicity_penalty", "cf_nr_fk"): "万元",
        ("publicity_penalty", "cf_nr_wfff"): "万元",
        ("publicity_penalty_person", "cf_nr_fk"): "万元",
        ("publicity_penalty_person", "cf_nr_wfff"): "万元",
    }


def test_no_alias_takes_an_amount_in_wan_yuan_for_yuan() -> None:
    assert [a for field in form("penalty") for a in field.aliases if "万元" in a] == []


def test_defaults_are_those_agreed() -> None:
    defaults = {field.name: field.default for field in form("check") if field.default}
    assert defaults == {
        "supervise_item_check_icode": "implementation.code",
        "check_action_code": "number",
        "implement_institution": "unit.name",
        "implement_institution_code": "unit.code",
        "entrust_dept": "implementation.delegation_department",
        "entrust_dept_code": "implementation.delegation_department_code",
        "supervise_object": "field.administrative_cp",
        "area_number": "unit.region",
        "check_type": "implementation.examine_type",
    }


@pytest.mark.parametrize("form_id", FORMS)
def test_the_file_is_named_after_the_form_and_has_a_right_record_in_these_tests(form_id: str) -> None:
    text = (resources_folder() / "forms" / f"{form_id}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["id"] == form_id
    assert form_id in RIGHT


@pytest.mark.parametrize(
    ("form_id", "field", "changes", "code"),
    [
        ("publicity_penalty_person", "cf_xdr_zjhm", {"cf_xdr_zjhm": "110105194912310021"}, "idcard"),
        (
            "publicity_penalty_person",
            "cf_xdr_zjhm",
            {"cf_xdr_zjlx": "护照号", "cf_xdr_zjhm": "X"},
            "passport",
        ),
        ("publicity_penalty", "cf_fr_zjhm", {"cf_fr_zjlx": "身份证", "cf_fr_zjhm": "E12345678"}, "idcard"),
        ("publicity_penalty", "cf_fr_zjlx", {"cf_fr_zjhm": "E12345678"}, "required"),
        ("object", "object_code", {"object_code": "91410100MA0000015C"}, "uscc"),
        ("force", "coercive_measure_type", {"coercive_measure_type": None}, "required"),
        (
            "force",
            "coercive_measure_type",
            {"force_type": "02", "force_execution_type": "05"},
            "not-applicable",
        ),
        ("force", "force_execution_type", {"force_type": "02", "coercive_measure_type": None}, "required"),
        ("force", "force_execution_type", {"force_execution_type": "05"}, "not-applicable"),
        ("penalty", "fine", {"fine": None}, "required"),
        ("penalty", "legal_review_date", {"legal_review": True, "legal_review_opinions": "同意"}, "required"),
        ("penalty", "group_discussion_date", {"discuss_collectively": True}, "required"),
        ("penalty", "deportation_date", {"other_disposals": "1"}, "required"),
        ("check", "check_personnel", {"check_personnel": ["张三"]}, "too-few"),
        ("check", "approval_date", {"approval_late": True}, "required"),
        ("penalty", "officers", {"officers": ["张三"]}, "too-few"),
        ("implementation", "synergy_dep", {"is_synergy": True}, "required"),
    ],
)
def test_conditions_of_fields_hold(form_id: str, field: str, changes: dict[str, object], code: str) -> None:
    assert (field, code) in [(p.fields[0], p.code) for p in problems(form_id, changes)]


def test_an_address_is_welcome_whoever_the_party_is() -> None:
    citizen = {
        "administrative_cp_na": "01",
        "administrative_cp_ce_type": "111",
        "administrative_cp_ui_code": PERSON,
        "address_registered": "郑州市中原区建设路1号",
    }
    assert blocking_codes(problems("check", citizen)) == set()
