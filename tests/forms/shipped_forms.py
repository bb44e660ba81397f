"""The shipped forms, a right record of each, and registers of a small office, for tests of the form files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from jgclient.forms.checker import Context
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.forms.problems import Problem
from jgclient.forms.registers import NoRegisters

Content = dict[str, Any]
Cases = dict[str, tuple[Content, Content]]

TODAY = date(2026, 11, 21)
UNIT = {"name": "郑州市XX局", "code": "11410100000000019W", "region": "410100"}
COMPANY, SOLE_TRADER, SOCIETY = "91410100MA0000015B", "92410105MA0000015G", "51410100000000019Q"
PERSON = "11010519491231002X"
ITEM = "41010020200401"

_BODY = {"implement_institution": "郑州市XX局", "implement_institution_code": UNIT["code"]}
_PARTY = {
    "administrative_cp": "郑州某某物业服务有限公司", "administrative_cp_na": "02",
    "administrative_cp_ce_type": "001", "administrative_cp_ui_code": COMPANY, "area_number": "410102",
    "supervise_object": "郑州某某物业服务有限公司",
}  # fmt: skip
_DECISION = {
    "cf_wsh": "郑XX罚决字〔2026〕第001号", "cf_wfxw": "未按规定公示收费标准",
    "cf_sy": "2026年9月未公示收费标准。", "cf_yj": "《河南省物业管理条例》第七十八条",
    "cf_cflb": ["01", "02"], "cf_nr": "罚款人民币500元", "cf_nr_fk": "0.05", "cf_jdrq": "2026-09-16",
    "cf_yxq": "2099-12-31", "cf_cfjg": "郑州市XX局", "cf_cfjgdm": UNIT["code"],
}  # fmt: skip

#: A record of each form without any problem.
RIGHT: dict[str, Content] = {
    "check": {
        **_BODY, **_PARTY, "supervise_item_implement_code": ITEM, "check_action_name": "对某某公司的日常检查",
        "supervise_item_check_icode": "11410100000000019W3", "check_action_code": "J-1",
        "check_date": "2026-09-05", "check_form": "01", "check_type": "01", "check_mode": "1",
        "check_personnel": ["张三", "李四"], "check_personnel_code": ["16010012345", "16010012346"],
        "check_result": "01",
    },
    "penalty": {
        **_BODY, **_PARTY, "supervise_item_code": ITEM, "punish_action_name": "对某某公司的处罚",
        "punish_action_code": "C-1", "case_source": "01", "check_action_code": "J-1",
        "filing_date": "2026-08-03", "illegal_fact": "未公示收费标准", "punish_accord": "《条例》第七十八条",
        "punish_procedure": "02", "case_involving_punishment": False, "if_hearing_witnesses": False,
        "punish_document_code": "郑某罚决字〔2026〕12号", "set_date": "2026-09-16",
        "punish_type": ["01", "02"], "fine": "5000", "penalty_result": "警告，并处罚款人民币5000元",
        "administrative_reconsider": "00", "administrative_action": "99", "administrative_penalties": False,
    },
    "force": {
        **_BODY, **_PARTY, "supervise_item_code": ITEM, "force_action_name": "对某某公司的查封",
        "force_action_code": "Q-1", "check_action_code": "J-1", "illegal_fact": "无证经营",
        "mandatory_basis": "《食品安全法》第一百一十条", "mandatory_decision_number": "郑某强决字〔2026〕3号",
        "force_type": "01", "coercive_measure_type": "02", "mandatory_decision_sev_date": "2026-09-16",
    },
    "other": {
        **_BODY, **_PARTY, "supervise_item_code": ITEM, "action_name": "对某某公司的约谈",
        "action_code": "T-1", "check_behavior_number": "J-1", "start_date": "2026-09-16",
    },
    "publicity_penalty": {
        **_DECISION, "cf_xdr_mc": "郑州某某物业服务有限公司", "cf_xdr_lb": "法人及非法人组织",
        "cf_xdr_shxym": COMPANY,
    },
    "publicity_penalty_person": {
        **_DECISION, "cf_xdr_mc": "张某", "cf_xdr_zjlx": "身份证", "cf_xdr_zjhm": PERSON,
        "cf_sjly": "郑州市XX局", "cf_sjlydm": UNIT["code"],
    },
    "catalogue": {
        "department_name": "郑州市XX局", "matter_name": "对物业服务企业的监管",
        "set_gist": "《河南省物业管理条例》", "supervise_item_code": ITEM,
    },
    "implementation": {
        "supervise_item_code": ITEM, "exercise_level": "3", "implement_body": "郑州市XX局",
        "implement_body_code": UNIT["code"], "check_content_day": "证照;人员",
    },
    "person": {
        "person_name": "张三", "certificate_no": "16010012345", "body_name": "郑州市XX局",
        "certificate_valid_to": "2029-12-31",
    },
    "object": {
        "object_code": COMPANY, "object_name": "郑州某某物业服务有限公司", "unique_code": COMPANY,
        "object_kind": "1", "area_number": "410102",
    },
}  # fmt: skip


@cache
def shipped() -> FormLibrary:
    """The shipped forms and code lists."""
    return load_library(resources_folder())


def form(form_id: str) -> Form:
    """A shipped form."""
    return shipped().get(form_id)


def problems(form_id: str, changes: Mapping[str, Any], registers: Any = None) -> list[Problem]:
    """What the checker says to the right record of a form with these changes; None takes a field away."""
    content = {k: v for k, v in {**RIGHT[form_id], **changes}.items() if v is not None}
    checker = shipped().checker(form(form_id))
    return checker.check(content, Context(registers or NoRegisters(), TODAY, UNIT))


def blocking_codes(found: list[Problem]) -> set[str]:
    """Codes of the problems that need mending or a written reason."""
    return {p.code for p in found if p.strength == "hard" or p.reason_required}
