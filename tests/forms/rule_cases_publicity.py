"""双公示 and registers: for each rule a change of the right record that breaks it and one that keeps it."""

from __future__ import annotations

from shipped_forms import COMPANY, PERSON, SOLE_TRADER, UNIT, Cases

CONFISCATED = {"cf_cflb": ["02", "03"], "cf_nr_wfff": "0.3"}
REVOKED = {"revoke_date": "2026-10-20", "publicity_withdrawn_date": "2026-10-21"}


def decision_cases(base: int) -> Cases:
    """The rules on the decision, which both templates share; their numbers begin after ``base``."""
    cases: dict[int, tuple[dict[str, object], dict[str, object]]] = {
        10: ({"punish_procedure": "01"}, {"punish_procedure": "02"}),
        11: ({"cf_nr_fk": "0"}, {"cf_nr_fk": "0.000001"}),
        12: ({"cf_cflb": ["01"]}, {"cf_cflb": ["01"], "cf_nr_fk": None}),
        13: ({**CONFISCATED, "cf_nr_wfff": None}, CONFISCATED),
        14: ({"cf_nr_wfff": "0.3"}, {"cf_cflb": ["02", "09"], "cf_nr_wfff": "0.3"}),
        15: ({"cf_nr_zkdx": "食品经营许可证"}, {"cf_cflb": ["02", "11"], "cf_nr_zkdx": "食品经营许可证"}),
        16: ({"cf_yxq": "2026-09-15"}, {"cf_yxq": "2026-09-16"}),
        17: ({"cf_gsjzq": "2026-09-15"}, {"cf_gsjzq": "2027-09-16"}),
        18: ({"cf_gsjzq": "2099-12-31"}, {"cf_gsjzq": "2029-09-16"}),
        19: ({**REVOKED, "revoke_date": "2026-09-15"}, REVOKED),
        20: ({**REVOKED, "publicity_withdrawn_date": "2026-10-19"}, REVOKED),
    }
    return {f"SGS-{base + number:03}": pair for number, pair in cases.items()}


LEGAL: Cases = {
    "SGS-001": ({"cf_xdr_lb": "自然人"}, {}),
    "SGS-002": ({"cf_xdr_lb": "个体工商户"}, {"cf_xdr_lb": "个体工商户", "cf_xdr_shxym": SOLE_TRADER}),
    "SGS-003": ({"cf_xdr_zzjg": "MA0000025"}, {"cf_xdr_zzjg": "MA0000015"}),
    "SGS-004": (
        {"cf_fr_zjhm": COMPANY, "cf_fr_zjlx": "护照号"},
        {"cf_fr_zjhm": "E12345678", "cf_fr_zjlx": "护照号"},
    ),
    "SGS-005": ({"cf_frdb": "郑州某某物业服务有限公司"}, {"cf_frdb": "张某"}),
    **decision_cases(0),
}

NATURAL: Cases = {
    "SGS-101": ({"cf_xdr_zjhm": "张某", "cf_xdr_zjlx": "护照号"}, {}),
    **decision_cases(100),
}

CATALOGUE: Cases = {
    "ML-001": (
        {"take_effect_date": "2026-01-02", "cancel_date": "2026-01-01"},
        {"take_effect_date": "2026-01-02", "cancel_date": "2026-01-02"},
    ),
    "ML-002": ({"permit_name": "食品经营许可"}, {"permit_name": "食品经营许可", "permit_type": "01"}),
    "ML-003": ({"item_status": "02"}, {"item_status": "02", "cancel_date": "2026-01-01"}),
}

IMPLEMENTATION: Cases = {
    "ML-101": ({"code": f"{UNIT['code']}4"}, {"code": f"{UNIT['code']}3"}),
    "ML-102": (
        {"take_effect_date": "2026-01-02", "cancel_date": "2026-01-01"},
        {"take_effect_date": "2026-01-02", "cancel_date": "2026-12-31"},
    ),
    "ML-103": (
        {"delegation_department_code": UNIT["code"]},
        {"delegation_department_code": "124406000000000190"},
    ),
    "ML-104": (
        {"check_content_day": None},
        {"check_content_day": None, "check_content_particularly": "证照"},
    ),
    "ML-105": (
        {"is_random": True, "check_proportion": "5%"},
        {"is_random": True, "check_proportion": "5%", "check_frequency": "每年一次"},
    ),
}

PERSONS: Cases = {
    "ML-201": (
        {"id_card": PERSON, "birth_date": "1949-12-30"},
        {"id_card": PERSON, "birth_date": "1949-12-31"},
    ),
    "ML-202": ({"id_card": PERSON, "gender": "1"}, {"id_card": PERSON, "gender": "2"}),
    "ML-203": ({"certificate_valid_to": None}, {"certificate_valid_to": None, "staff_nature": "05"}),
}

OBJECTS: Cases = {
    "ML-301": ({"object_code": PERSON}, {"object_code": PERSON, "object_kind": "2"}),
}
