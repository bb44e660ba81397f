"""Every legal time limit of the shipped forms starts, is fulfilled and falls away as the law says."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from typing import Any

import pytest
from shipped_forms import RIGHT, Content, form, shipped

from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.deadlines.duties import DutyState, duties
from jgclient.forms.library import resources_folder

# 2026-09-29 is the Tuesday before the long holiday: 3, 5, 7, 10, 20 working days end on 10-09, 10-12,
# 10-14, 10-19 and 11-02.
START = "2026-09-29"
SIMPLE = {"punish_procedure": "01"}
CRIME = {"case_involving_punishment": True}
MARKET = {"market_procedure": True}
REPORTED = {"market_procedure": True, "case_source": "03"}
FREEZE = {"coercive_measure_type": "04"}
EXECUTION = {"force_type": "02", "coercive_measure_type": None}

#: Form, title, what starts it, last day (before moving off a rest day), what fulfils it, what makes it void.
#: A fulfilment of None is the platform's receipt; a voiding of None means that nothing does.
LIMITS: list[tuple[str, str, Content, str, str | None, Content | None]] = [
    ("check", "录入上报", {"check_date": START}, "2026-10-14", None, None),
    (
        "check",
        "公开抽查情况报告",
        {"spot_check_end_date": START},
        "2026-10-19",
        "spot_report_date",
        {"check_mode": "2"},
    ),
    (
        "check",
        "公示检查结果",
        {"check_date": START},
        "2026-11-02",
        "result_publicity_date",
        {"check_mode": None},
    ),
    ("penalty", "录入上报", {"set_date": START}, "2026-10-14", None, None),
    ("penalty", "双公示上网", {"set_date": START}, "2026-10-14", "publicity_date", SIMPLE),
    (
        "penalty",
        "处罚信息公示（市场监管）",
        {"set_date": START, **MARKET},
        "2026-11-02",
        "publicity_date",
        {**MARKET, **SIMPLE},
    ),
    (
        "penalty",
        "推送处罚信息到登记地（市场监管）",
        {"set_date": START, **MARKET, "party_elsewhere": True},
        "2026-10-19",
        "pushed_date",
        {**MARKET, "party_elsewhere": False},
    ),
    (
        "penalty",
        "停止公示（三个月）",
        {**MARKET, "minor_penalty": True, "publicity_date": "2026-06-29"},
        "2026-09-29",
        "publicity_end_date",
        {**MARKET, "minor_penalty": False},
    ),
    (
        "penalty",
        "停止公示（三年）",
        {**MARKET, "publicity_date": "2023-09-29"},
        "2026-09-29",
        "publicity_end_date",
        {**MARKET, "minor_penalty": True},
    ),
    (
        "penalty",
        "作出处罚决定",
        {"filing_date": "2026-07-03", "set_date": None},
        "2026-10-01",
        "set_date",
        {"filing_date": None},
    ),
    (
        "penalty",
        "作出处理决定（市场监管）",
        {**MARKET, "filing_date": "2026-07-03", "set_date": None},
        "2026-10-01",
        "set_date",
        {"market_procedure": False},
    ),
    (
        "penalty",
        "送达处罚决定书",
        {"set_date": START},
        "2026-10-14",
        "delivery_date",
        {"party_present": True},
    ),
    (
        "penalty",
        "当事人缴纳罚款",
        {"delivery_date": "2026-09-16"},
        "2026-10-01",
        "fine_paid_date",
        {"punish_type": ["01"]},
    ),
    (
        "penalty",
        "当事人申请行政复议期满",
        {"delivery_date": "2026-07-20"},
        "2026-09-18",
        "remedy_expiry_date",
        {"administrative_reconsider": "04"},
    ),
    (
        "penalty",
        "当事人提起行政诉讼期满",
        {"delivery_date": "2026-03-30"},
        "2026-09-30",
        "remedy_expiry_date",
        {"cases_closed_execution_result": "1"},
    ),
    (
        "penalty",
        "处理先行登记保存的证据",
        {"registration_date": START},
        "2026-10-14",
        "registration_decision_date",
        {"registration_date": None},
    ),
    (
        "penalty",
        "听证前通知当事人",
        {"if_hearing_witnesses": True, "hearing_date": "2026-10-14"},
        START,
        "hearing_announce_date",
        {"if_hearing_witnesses": False},
    ),
    (
        "penalty",
        "当事人要求听证",
        {"if_hearing_witnesses": True, "hearing_inform_date": START},
        "2026-10-12",
        "hearing_request_date",
        {"if_hearing_witnesses": False},
    ),
    (
        "penalty",
        "撤回处罚公示",
        {"publicity_date": "2026-09-20", "revoke_date": START},
        "2026-10-09",
        "publicity_withdrawn_date",
        {"publicity_date": None},
    ),
    (
        "penalty",
        "催告期满可申请法院强制执行",
        {"demand_delivery_date": START},
        "2026-10-19",
        "court_application_date",
        {"cases_closed_execution_result": "1"},
    ),
    (
        "penalty",
        "申请法院强制执行",
        {"remedy_expiry_date": "2026-08-31"},
        "2026-11-30",
        "court_application_date",
        {"cases_closed_execution_result": "1"},
    ),
    (
        "penalty",
        "决定是否移送涉嫌犯罪案件",
        {**CRIME, "transfer_report_date": "2026-09-14"},
        "2026-09-17",
        "transfer_decision_date",
        {"case_involving_punishment": False},
    ),
    (
        "penalty",
        "移送涉嫌犯罪案件",
        {**CRIME, "transfer_decision_date": "2026-09-16"},
        "2026-09-17",
        "deportation_date",
        {"case_involving_punishment": False},
    ),
    (
        "penalty",
        "对不予立案提请复议",
        {**CRIME, "refusal_notice_date": "2026-09-14"},
        "2026-09-17",
        "refusal_review_date",
        {"case_involving_punishment": False},
    ),
    (
        "penalty",
        "核查线索、决定是否立案（市场监管）",
        {**MARKET, "clue_received_date": START, "filing_date": None},
        "2026-10-26",
        "filing_date",
        {"market_procedure": False},
    ),
    (
        "penalty",
        "告知举报人是否立案（市场监管）",
        {**REPORTED, "filing_date": START},
        "2026-10-12",
        "informant_notice_date",
        {"case_source": "01"},
    ),
    ("force", "录入上报", {"mandatory_decision_sev_date": START}, "2026-10-14", None, None),
    (
        "force",
        "查封、扣押期满",
        {"mandatory_decision_sev_date": "2026-01-20"},
        "2026-02-19",
        "end_date",
        {"coercive_measure_type": "05"},
    ),
    (
        "force",
        "冻结期满",
        {**FREEZE, "mandatory_decision_sev_date": "2026-01-20"},
        "2026-02-19",
        "end_date",
        {"coercive_measure_type": "02"},
    ),
    (
        "force",
        "交付冻结决定书",
        {**FREEZE, "mandatory_decision_sev_date": START},
        "2026-10-09",
        "freeze_delivery_date",
        {"coercive_measure_type": "02"},
    ),
    (
        "force",
        "补办批准手续",
        {"on_spot": True, "on_spot_time": "2026-09-16T10:30:00"},
        "2026-09-17",
        "approval_time",
        {"on_spot": False},
    ),
    ("force", "公示强制决定", {"mandatory_decision_sev_date": START}, "2026-11-02", "publicity_date", None),
    (
        "force",
        "加处罚款、滞纳金满三十日",
        {**EXECUTION, "force_execution_type": "01", "mandatory_decision_sev_date": "2026-01-20"},
        "2026-02-19",
        "court_application_date",
        {**EXECUTION, "force_execution_type": "05"},
    ),
    (
        "force",
        "代履行前催告",
        {**EXECUTION, "force_execution_type": "05", "substitute_date": "2026-10-09"},
        START,
        "demand_delivery_date",
        {**EXECUTION, "force_execution_type": "04"},
    ),
    (
        "force",
        "催告期满可申请法院强制执行",
        {**EXECUTION, "demand_delivery_date": START},
        "2026-10-19",
        "court_application_date",
        {**EXECUTION, "demand_delivery_date": START, "end_date": START},
    ),
    (
        "force",
        "申请法院强制执行",
        {**EXECUTION, "remedy_expiry_date": "2026-08-31"},
        "2026-11-30",
        "court_application_date",
        {"force_type": "01", "remedy_expiry_date": "2026-08-31"},
    ),
    ("other", "录入上报", {"start_date": START}, "2026-10-14", None, None),
    (
        "other",
        "风险线索核查反馈",
        {"item_source": "风险线索", "clue_received_date": START},
        "2026-10-19",
        "end_date",
        {"item_source": "年度计划"},
    ),
    (
        "other",
        "决定是否受理投诉",
        {"item_source": "投诉", "clue_received_date": START},
        "2026-10-14",
        "acceptance_date",
        {"item_source": "举报"},
    ),
    ("other", "投诉调解", {"acceptance_date": START}, "2026-12-07", "end_date", {"acceptance_date": None}),
    (
        "other",
        "核查举报、决定是否立案",
        {"item_source": "举报", "clue_received_date": START},
        "2026-10-26",
        "filing_decision_date",
        {"item_source": "投诉"},
    ),
    (
        "other",
        "告知举报人是否立案",
        {"filing_decision_date": START},
        "2026-10-12",
        "informant_notice_date",
        {"filing_decision_date": None},
    ),
    ("publicity_penalty", "双公示上网", {"cf_jdrq": START}, "2026-10-14", None, None),
    (
        "publicity_penalty",
        "撤回处罚公示",
        {"revoke_date": START},
        "2026-10-09",
        "publicity_withdrawn_date",
        {"revoke_date": None},
    ),
    ("publicity_penalty_person", "双公示上网", {"cf_jdrq": START}, "2026-10-14", None, None),
    (
        "publicity_penalty_person",
        "撤回处罚公示",
        {"revoke_date": START},
        "2026-10-09",
        "publicity_withdrawn_date",
        {"revoke_date": None},
    ),
]
IDS = [f"{limit[0]}-{limit[1]}" for limit in LIMITS]


@cache
def calendar() -> Calendar:
    return load_calendar(resources_folder() / "calendars")


def standing(
    form_id: str, title: str, changes: dict[str, Any], *, today: str = START, accepted: bool = False
) -> DutyState:
    content = {k: v for k, v in {**RIGHT[form_id], **changes}.items() if v is not None}
    day = date.fromisoformat(today)
    now = datetime.combine(day, time(9))
    states = duties(form(form_id), content, calendar(), accepted_at=day if accepted else None, now=now)
    (found,) = (state for state in states if state.title == title)
    return found


def test_every_duty_of_every_form_is_in_the_table() -> None:
    assert [(f.id, d.title) for f in shipped().forms for d in f.duties] == sorted(
        ((limit[0], limit[1]) for limit in LIMITS),
        key=lambda pair: ([f.id for f in shipped().forms].index(pair[0]), IDS.index(f"{pair[0]}-{pair[1]}")),
    )


@pytest.mark.parametrize(("form_id", "title", "starts", "due", "until", "void"), LIMITS, ids=IDS)
def test_a_started_duty_is_open_until_its_last_day(
    form_id: str, title: str, starts: Content, due: str, until: str | None, void: Content | None
) -> None:
    state = standing(form_id, title, starts, today="2026-01-20")
    assert (state.state, state.due) == ("open", date.fromisoformat(due))
    assert standing(form_id, title, starts, today="2026-12-31").state == "overdue"


@pytest.mark.parametrize(("form_id", "title", "starts", "due", "until", "void"), LIMITS, ids=IDS)
def test_a_duty_is_fulfilled_by_its_fact(
    form_id: str, title: str, starts: Content, due: str, until: str | None, void: Content | None
) -> None:
    done = {until: "2026-09-30"} if until else {}
    assert standing(form_id, title, {**starts, **done}, accepted=until is None).state == "fulfilled"


@pytest.mark.parametrize(("form_id", "title", "starts", "due", "until", "void"), LIMITS, ids=IDS)
def test_a_duty_that_does_not_apply_is_void(
    form_id: str, title: str, starts: Content, due: str, until: str | None, void: Content | None
) -> None:
    if void is None:
        duty = next(d for d in form(form_id).duties if d.title == title)
        assert duty.when == ""
    else:
        assert standing(form_id, title, {**starts, **void}).state == "void"


#: Duties that may be extended: what grants it, and the last day then (before moving off a rest day).
EXTENDED: dict[tuple[str, str], tuple[Content, str]] = {
    ("penalty", "作出处罚决定"): ({"case_extension_days": 45}, "2026-11-15"),
    ("penalty", "作出处理决定（市场监管）"): ({"case_extension_days": 60}, "2026-11-30"),
    ("penalty", "核查线索、决定是否立案（市场监管）"): ({"clue_extended": True}, "2026-11-16"),
    ("force", "查封、扣押期满"): ({"force_extend_date": 40}, "2026-03-21"),  # the law allows 30 more
    ("force", "冻结期满"): ({"force_extend_date": 30}, "2026-03-21"),
    ("other", "核查举报、决定是否立案"): ({"clue_extended": True}, "2026-11-16"),
}
#: Duties that may be suspended: the first day of a pause and its last, and the last day of the term after it.
_APPRAISAL = ("appraisal_start_date", "appraisal_end_date")
SUSPENDED: dict[tuple[str, str], tuple[tuple[str, str], str]] = {
    ("penalty", "作出处罚决定"): (_APPRAISAL, "2026-10-11"),
    ("penalty", "作出处理决定（市场监管）"): (("hearing_request_date", "hearing_date"), "2026-10-11"),
    ("penalty", "核查线索、决定是否立案（市场监管）"): (_APPRAISAL, "2026-11-10"),
    ("force", "查封、扣押期满"): (_APPRAISAL, "2026-03-01"),
    ("other", "核查举报、决定是否立案"): (_APPRAISAL, "2026-11-10"),
}
#: Ten days in the middle of each of these terms; after START eleven working days, Saturday 10-10 to 10-23.
_PAUSE = {"2026-07-03": ("2026-08-01", "2026-08-10"), "2026-01-20": ("2026-02-01", "2026-02-10")}


def start_of(form_id: str, title: str, starts: Content) -> str:
    duty = next(d for d in form(form_id).duties if d.title == title)
    return str(starts[duty.starts])


@pytest.mark.parametrize(("form_id", "title", "starts", "due", "until", "void"), LIMITS, ids=IDS)
def test_a_duty_is_extended_where_the_law_allows_it_and_nowhere_else(
    form_id: str, title: str, starts: Content, due: str, until: str | None, void: Content | None
) -> None:
    duty = next(d for d in form(form_id).duties if d.title == title)
    grant, later = EXTENDED.get((form_id, title), ({}, due))
    assert bool(duty.extension) == bool(grant)
    state = standing(form_id, title, {**starts, **grant}, today="2026-01-20")
    assert state.due == date.fromisoformat(later)
    assert ("，延长" in state.text) == bool(state.extended) == bool(grant)


@pytest.mark.parametrize(("form_id", "title", "starts", "due", "until", "void"), LIMITS, ids=IDS)
def test_a_duty_is_suspended_where_the_law_allows_it_and_nowhere_else(
    form_id: str, title: str, starts: Content, due: str, until: str | None, void: Content | None
) -> None:
    duty = next(d for d in form(form_id).duties if d.title == title)
    assert bool(duty.pauses) == ((form_id, title) in SUSPENDED)
    if not duty.pauses:
        return
    (first, last), later = SUSPENDED[form_id, title]
    begin, end = _PAUSE.get(start_of(form_id, title, starts), ("2026-10-10", "2026-10-23"))
    during = standing(form_id, title, {**starts, first: begin}, today=end)
    assert (during.state, during.due, during.suspended_since) == (
        "suspended",
        None,
        date.fromisoformat(begin),
    )
    assert "起暂停计算，恢复后还有" in during.text
    after = standing(form_id, title, {**starts, first: begin, last: end}, today=end)
    assert (after.state, after.due) == ("open", date.fromisoformat(later))
    assert "不计入期间已扣除" in after.text


@pytest.mark.parametrize("form_id", sorted({limit[0] for limit in LIMITS}))
def test_a_plain_record_is_not_crowded_with_duties(form_id: str) -> None:
    day = date.fromisoformat(START)
    states = duties(
        form(form_id), RIGHT[form_id], calendar(), accepted_at=None, now=datetime.combine(day, time(9))
    )
    assert sum(state.state in ("open", "overdue") for state in states) <= 3
