"""行政强制行为, 其他监管行为: for each rule a change that breaks it and one that keeps it.

The right 强制 record seals premises from 2026-09-16 on; the right 其他 record is of 2026-09-16.
"""

from __future__ import annotations

from rule_cases_check import CITIZEN, entrust_cases, party_cases
from shipped_forms import Cases

EXECUTION = {"force_type": "02", "coercive_measure_type": None, "force_execution_type": "05"}
FREEZE = {"coercive_measure_type": "04"}
ON_SPOT = {"on_spot": True, "on_spot_time": "2026-09-16T10:30:00", "approval_time": "2026-09-17T09:00:00"}
CLUE = {"clue_received_date": "2026-09-01", "filing_decision_date": "2026-09-18"}

FORCE: Cases = {
    **party_cases("QZ"),
    "QZ-005": ({"entrust_dept": "某某大队"}, {**EXECUTION, "entrust_dept": "某某大队"}),
    "QZ-010": ({"end_date": "2026-09-15"}, {"end_date": "2026-09-16"}),
    "QZ-011": ({"end_date": "2026-11-22"}, {"end_date": "2026-11-21"}),
    "QZ-012": ({"coercive_measure_type": "05", "force_extend_date": 30}, {"force_extend_date": 30}),
    "QZ-013": ({"force_extend_date": 31}, {"force_extend_date": 30}),
    "QZ-014": ({"end_date": "2026-10-17"}, {"end_date": "2026-10-26", "force_extend_date": 10}),
    "QZ-015": ({"coercive_measure_type": "01"}, {**CITIZEN, "coercive_measure_type": "01"}),
    "QZ-016": ({"submitted_date": "2026-09-15"}, {"submitted_date": "2026-09-16"}),
    "QZ-017": ({"submitted_date": "2026-11-22"}, {"submitted_date": "2026-11-21"}),
    "QZ-018": ({**EXECUTION, **ON_SPOT}, ON_SPOT),
    "QZ-019": ({**ON_SPOT, "approval_time": "2026-09-16T10:29:00"}, ON_SPOT),
    "QZ-020": (
        {**FREEZE, "freeze_delivery_date": "2026-09-15"},
        {**FREEZE, "freeze_delivery_date": "2026-09-16"},
    ),
    "QZ-021": ({"publicity_date": "2026-09-15"}, {"publicity_date": "2026-09-16"}),
    "QZ-022": (
        {**EXECUTION, "demand_delivery_date": "2026-09-17"},
        {**EXECUTION, "demand_delivery_date": "2026-09-01"},
    ),
    "QZ-023": (
        {**EXECUTION, "demand_delivery_date": "2026-09-14"},
        {**EXECUTION, "demand_delivery_date": "2026-09-13"},
    ),
    "QZ-024": (
        {**EXECUTION, "demand_delivery_date": "2026-09-01", "court_application_date": "2026-09-10"},
        {**EXECUTION, "demand_delivery_date": "2026-09-01", "court_application_date": "2026-09-15"},
    ),
    "QZ-025": ({"publicity_date": "2026-11-22"}, {"publicity_date": "2026-11-21"}),
    "QZ-026": (
        {"appraisal_start_date": "2026-09-20", "appraisal_end_date": "2026-09-19"},
        {"appraisal_start_date": "2026-09-20", "appraisal_end_date": "2026-09-20"},
    ),
}

OTHER: Cases = {
    **party_cases("QT"),
    **entrust_cases("QT"),
    "QT-010": (
        {"end_date": "2026-09-15", "closing_case": "已整改"},
        {"end_date": "2026-09-16", "closing_case": "已整改"},
    ),
    "QT-011": ({"end_date": "2026-11-22"}, {"end_date": "2026-11-21"}),
    "QT-012": ({"submitted_date": "2026-09-15"}, {"submitted_date": "2026-09-16"}),
    "QT-013": ({"submitted_date": "2026-11-22"}, {"submitted_date": "2026-11-21"}),
    "QT-014": ({"end_date": "2026-09-16"}, {"end_date": "2026-09-16", "closing_case": "已整改"}),
    "QT-015": ({**CLUE, "acceptance_date": "2026-08-31"}, {**CLUE, "acceptance_date": "2026-09-01"}),
    "QT-016": ({**CLUE, "filing_decision_date": "2026-08-31"}, CLUE),
    "QT-017": (
        {**CLUE, "informant_notice_date": "2026-09-17"},
        {**CLUE, "informant_notice_date": "2026-09-18"},
    ),
    "QT-018": ({"clue_received_date": "2026-11-22"}, {"clue_received_date": "2026-11-21"}),
    "QT-019": (
        {**CLUE, "appraisal_start_date": "2026-09-20", "appraisal_end_date": "2026-09-19"},
        {**CLUE, "appraisal_start_date": "2026-09-20", "appraisal_end_date": "2026-09-20"},
    ),
}
