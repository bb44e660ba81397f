"""行政处罚行为: for each rule a change of the right record that breaks it and one that keeps it.

The right record: case filed 2026-08-03, decided 2026-09-16, ordinary procedure, fined 5000 元.
"""

from __future__ import annotations

from rule_cases_check import CITIZEN, entrust_cases, party_cases
from shipped_forms import Cases

SIMPLE = {"punish_procedure": "01", "filing_date": None}
CRIME = {"case_involving_punishment": True, "other_disposals": "1", "deportation_date": "2026-09-17"}
CLOSED = {
    "cases_closed_execution": "2026-10-08",
    "cases_closed_execution_way": "1",
    "cases_closed_execution_result": "1",
    "cases_closed_fine": "5000",
}
REVIEWED = {"legal_review": True, "legal_review_date": "2026-09-01", "legal_review_opinions": "同意"}
DISCUSSED = {
    "discuss_collectively": True,
    "group_discussion_date": "2026-09-10",
    "group_discussion_conclusion": "同意",
}
HEARING = {**REVIEWED, "if_hearing_witnesses": True, "hearing_date": "2026-08-28"}
REVOKED = {"revoke_date": "2026-10-20", "publicity_withdrawn_date": "2026-10-21"}

CASES: Cases = {
    **party_cases("CF"),
    **entrust_cases("CF"),
    "CF-010": (
        {"filing_date": "2026-11-22", "set_date": None},
        {"filing_date": "2026-11-21", "set_date": None},
    ),
    "CF-011": ({"filing_date": "2026-09-17"}, {"filing_date": "2026-09-16"}),
    "CF-012": ({"filing_date": "2026-06-17"}, {"filing_date": "2026-06-18"}),
    "CF-013": (
        {**REVIEWED, "legal_review_date": "2026-08-02"},
        {**REVIEWED, "legal_review_date": "2026-08-03"},
    ),
    "CF-014": (
        {**REVIEWED, "legal_review_date": "2026-09-17"},
        {**REVIEWED, "legal_review_date": "2026-09-16"},
    ),
    "CF-015": ({**DISCUSSED, "group_discussion_date": "2026-08-02"}, DISCUSSED),
    "CF-016": (
        {**DISCUSSED, "group_discussion_date": "2026-09-17"},
        {**DISCUSSED, "group_discussion_date": "2026-09-16"},
    ),
    "CF-017": ({**REVIEWED, **DISCUSSED, "group_discussion_date": "2026-08-31"}, {**REVIEWED, **DISCUSSED}),
    "CF-018": ({**HEARING, "hearing_date": "2026-09-17"}, HEARING),
    "CF-019": ({**HEARING, "hearing_date": "2026-09-02"}, HEARING),
    "CF-020": (
        {**HEARING, "hearing_announce_date": "2026-08-22"},
        {**HEARING, "hearing_announce_date": "2026-08-19"},
    ),
    "CF-021": (
        {**CLOSED, "cases_closed_execution": "2026-08-02", "set_date": None},
        {**CLOSED, "cases_closed_execution": "2026-08-03", "set_date": None},
    ),
    "CF-022": (
        {**CLOSED, "cases_closed_execution": "2026-09-15"},
        {**CLOSED, "cases_closed_execution": "2026-09-16"},
    ),
    "CF-023": ({**CLOSED, "cases_closed_execution": "2026-11-22"}, CLOSED),
    "CF-024": ({"submitted_date": "2026-09-15"}, {"submitted_date": "2026-09-16"}),
    "CF-025": ({**CLOSED, "submitted_date": "2026-10-07"}, {**CLOSED, "submitted_date": "2026-10-08"}),
    "CF-026": ({"submitted_date": "2026-11-22"}, {"submitted_date": "2026-11-21"}),
    "CF-027": ({**CRIME, "deportation_date": "2026-08-02"}, CRIME),
    "CF-028": ({**SIMPLE, **CITIZEN, "fine": "200.01"}, {**SIMPLE, **CITIZEN, "fine": "200"}),
    "CF-029": ({**SIMPLE, **CITIZEN, "fine": "500.01"}, {**SIMPLE, **CITIZEN, "fine": "500"}),
    "CF-030": ({**SIMPLE, "fine": "3000.01"}, {**SIMPLE, "fine": "3000"}),
    "CF-031": ({**SIMPLE, "fine": "100", "punish_type": ["02", "03"]}, {**SIMPLE, "fine": "100"}),
    "CF-032": ({**SIMPLE, **HEARING, "fine": "100"}, {**SIMPLE, "fine": "100"}),
    "CF-033": ({"filing_date": None}, {**SIMPLE, "fine": "100"}),
    "CF-034": ({"major_case": True, "legal_review": False}, {"major_case": True, **REVIEWED}),
    "CF-035": ({"major_case": True, **REVIEWED}, {"major_case": True, **REVIEWED, **DISCUSSED}),
    "CF-036": ({"fine": "0"}, {"fine": "0.01"}),
    "CF-037": ({"punish_type": ["01"]}, {"punish_type": ["01"], "fine": None}),
    "CF-038": ({**CLOSED, "cases_closed_fine": "5000.01"}, CLOSED),
    "CF-039": ({**CLOSED, "cases_closed_fine": "10000.01"}, {**CLOSED, "cases_closed_fine": "10000"}),
    "CF-040": (
        {**CLOSED, "punish_type": ["01"], "fine": None},
        {**CLOSED, "punish_type": ["01"], "fine": None, "cases_closed_fine": "0"},
    ),
    "CF-041": (
        {**CLOSED, "cases_closed_fine": "4999"},
        {**CLOSED, "cases_closed_fine": "4999", "cases_closed_execution_result": "2"},
    ),
    "CF-042": (
        {**CLOSED, "cases_closed_execution_result": "3"},
        {**CLOSED, "cases_closed_execution_result": "3", "cases_closed_fine": None},
    ),
    "CF-043": ({**CLOSED, "cases_closed_execution_way": None}, CLOSED),
    "CF-044": (
        {"administrative_penalties": True},
        {"administrative_penalties": True, "punish_type": ["01"], "fine": None},
    ),
    "CF-045": ({"punish_type": ["02", "06"]}, {**CITIZEN, "punish_type": ["02", "06"]}),
    "CF-046": ({**CRIME, "case_involving_punishment": False}, CRIME),
    "CF-047": ({"case_involving_punishment": True}, CRIME),
    "CF-048": ({"punish_kinds": ["01", "08"]}, {"punish_kinds": ["01", "02", "08"]}),
    "CF-049": ({"illegal_end_date": "2024-08-01"}, {"illegal_end_date": "2024-08-03"}),
    "CF-050": ({"illegal_end_date": "2026-09-17"}, {"illegal_end_date": "2026-09-16"}),
    "CF-051": ({"hearing_inform_date": "2026-09-17"}, {"hearing_inform_date": "2026-08-20"}),
    "CF-052": (
        {**HEARING, "hearing_inform_date": "2026-08-12", "hearing_request_date": "2026-08-11"},
        {**HEARING, "hearing_inform_date": "2026-08-12", "hearing_request_date": "2026-08-12"},
    ),
    "CF-053": ({"delivery_date": "2026-09-15"}, {"delivery_date": "2026-09-16"}),
    "CF-054": ({"fine_paid_date": "2026-09-15"}, {"fine_paid_date": "2026-09-16"}),
    "CF-055": ({"publicity_date": "2026-09-15"}, {"publicity_date": "2026-09-16"}),
    "CF-056": ({**REVOKED, "revoke_date": "2026-09-15"}, REVOKED),
    "CF-057": ({**REVOKED, "publicity_withdrawn_date": "2026-10-19"}, REVOKED),
    "CF-058": (
        {"registration_date": "2026-08-10", "registration_decision_date": "2026-08-09"},
        {"registration_date": "2026-08-10", "registration_decision_date": "2026-08-10"},
    ),
    "CF-059": (
        {"demand_delivery_date": "2026-11-02", "court_application_date": "2026-11-11"},
        {"demand_delivery_date": "2026-11-02", "court_application_date": "2026-11-16"},
    ),
    "CF-060": ({"delivery_date": "2026-11-22"}, {"delivery_date": "2026-11-21"}),
    "CF-061": (
        {"appraisal_start_date": "2026-08-20", "appraisal_end_date": "2026-08-19"},
        {"appraisal_start_date": "2026-08-20", "appraisal_end_date": "2026-08-20"},
    ),
    "CF-062": (
        {"announcement_start_date": "2026-08-20", "announcement_end_date": "2026-08-19"},
        {"announcement_start_date": "2026-08-20", "announcement_end_date": "2026-08-20"},
    ),
    "CF-063": (
        {"stay_start_date": "2026-08-20", "stay_end_date": "2026-08-19"},
        {"stay_start_date": "2026-08-20", "stay_end_date": "2026-08-20"},
    ),
}
