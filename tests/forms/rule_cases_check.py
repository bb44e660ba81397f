"""行政检查行为: for each rule a change of the right record that breaks it and one that keeps it."""

from __future__ import annotations

from shipped_forms import PERSON, SOCIETY, SOLE_TRADER, Cases

CITIZEN = {
    "administrative_cp_na": "01",
    "administrative_cp_ce_type": "111",
    "administrative_cp_ui_code": PERSON,
}
OTHER_BODY = "124406000000000190"


def party_cases(prefix: str) -> Cases:
    """The rules on nature and certificate of the other party, which all four acts share."""
    society = {"administrative_cp_na": "03", "administrative_cp_ui_code": SOCIETY}
    return {
        f"{prefix}-001": ({"administrative_cp_ce_type": "111", "administrative_cp_ui_code": PERSON}, {}),
        f"{prefix}-002": (
            {**CITIZEN, "administrative_cp_na": "03"},
            {**society, "administrative_cp_ce_type": "099"},
        ),
        f"{prefix}-003": ({"administrative_cp_na": "01"}, CITIZEN),
        f"{prefix}-004": (
            {"administrative_cp_ui_code": SOLE_TRADER},
            {"administrative_cp_ui_code": SOLE_TRADER, "administrative_cp_na": "03"},
        ),
    }


def entrust_cases(prefix: str) -> Cases:
    """The rules on the entrusted department."""
    other = {"entrust_dept": "某某执法大队", "entrust_dept_code": OTHER_BODY}
    return {
        f"{prefix}-005": ({**other, "entrust_dept_code": "11410100000000019W"}, other),
        f"{prefix}-006": ({"entrust_dept_code": OTHER_BODY}, {"entrust_dept": "某某执法大队"}),
    }


_SPOT = {"spot_check_end_date": "2026-09-10", "spot_report_date": "2026-09-20"}

CASES: Cases = {
    **party_cases("XJ"),
    **entrust_cases("XJ"),
    "XJ-010": (
        {"supervise_item_check_icode": f"{OTHER_BODY}3"},
        {"supervise_item_check_icode": "11410100000000019W4"},
    ),
    "XJ-011": ({"submitted_date": "2026-09-04"}, {"submitted_date": "2026-09-05"}),
    "XJ-012": ({"submitted_date": "2026-11-22"}, {"submitted_date": "2026-11-21"}),
    "XJ-013": ({"check_personnel": ["张三", "李四", "王五"]}, {"check_personnel_code": None}),
    "XJ-014": ({"check_form": "02"}, {"check_form": "02", "plan_id": "P-2026-1"}),
    "XJ-015": ({"inspection_kind": "3"}, {"inspection_kind": "2", "check_form": "99"}),
    "XJ-016": ({"approval_date": "2026-09-06"}, {"approval_date": "2026-09-06", "approval_late": True}),
    "XJ-017": ({"approval_date": "2026-11-22", "approval_late": True}, {"approval_date": "2026-09-04"}),
    "XJ-018": ({"assistants": ["王五", "张三"]}, {"assistants": ["王五"]}),
    "XJ-019": ({"result_notice_date": "2026-09-04"}, {"result_notice_date": "2026-09-05"}),
    "XJ-020": ({"result_notice_date": "2026-11-22"}, {"result_notice_date": "2026-11-21"}),
    "XJ-021": ({"spot_check_end_date": "2026-09-04"}, {"spot_check_end_date": "2026-09-05"}),
    "XJ-022": ({"result_publicity_date": "2026-09-04"}, {"result_publicity_date": "2026-09-05"}),
    "XJ-023": ({**_SPOT, "spot_report_date": "2026-09-09"}, _SPOT),
    "XJ-024": (
        {**_SPOT, "result_publicity_date": "2026-11-22"},
        {**_SPOT, "result_publicity_date": "2026-11-21"},
    ),
}
