"""Duties of a record: started, fulfilled, overdue, void, and what the clerk reads about them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.deadlines.duties import DutyState, duties, urgent_by
from jgclient.deadlines.started import facts_of
from jgclient.forms.definition import Duty, Field, Form, Section
from jgclient.forms.library import load_library, resources_folder

FORM = Form(
    id="case",
    title="案件",
    version=1,
    valid_from=date(2026, 1, 1),
    sections=(
        Section(
            "决定",
            (
                Field("set_date", "决定日期", "date"),
                Field("filing_date", "立案日期", "date"),
                Field("seized_at", "查封时间", "datetime"),
                Field("served_date", "送达日期", "date"),
                Field("fine", "罚款金额", "money", unit="元"),
                Field("kinds", "种类", "lines"),
            ),
        ),
    ),
    duties=(
        Duty("录入上报", "set_date", "7 workdays", "accepted", "郑法政办〔2020〕2号"),
        Duty(
            "双公示",
            "set_date",
            "5 workdays",
            "accepted",
            "国办发〔2018〕118号",
            when="fine != null && fine > 0.0",
        ),
        Duty("作出决定", "filing_date", "90 days", "set_date", "行政处罚法 第六十条"),
        Duty("补办批准", "seized_at", "24 hours", "manual", "行政强制法 第十九条"),
        Duty("催告", "served_date", "10 workdays", "manual", "行政强制法 第五十四条", when="'查封' in kinds"),
    ),
)
TODAY = date(2026, 11, 20)


def state(title: str, content: dict[str, object], calendar: Calendar, **facts: object) -> DutyState:
    known: dict[str, Any] = {"accepted_at": None, "today": TODAY, "hour": time(10)} | facts
    now = datetime.combine(known.pop("today"), known.pop("hour"))
    found = duties(FORM, content, calendar, now=now, **known)
    return next(duty for duty in found if duty.title == title)


def test_open_duty_says_date_term_and_working_days_left(calendar: Calendar) -> None:
    duty = state("录入上报", {"set_date": "2026-11-16"}, calendar)
    assert (duty.state, duty.due, duty.remaining) == ("open", date(2026, 11, 25), 3)
    assert duty.text == "录入上报：11月25日（7个工作日），还剩3个工作日"


def test_duty_has_not_begun_while_its_date_is_empty(calendar: Calendar) -> None:
    duty = state("录入上报", {}, calendar)
    assert (duty.state, duty.due, duty.remaining) == ("open", None, None)
    assert duty.text == "录入上报：填写“决定日期”后起算7个工作日"


def test_receipt_fulfils_a_reporting_duty_even_when_late(calendar: Calendar) -> None:
    duty = state("录入上报", {"set_date": "2026-06-01"}, calendar, accepted_at=date(2026, 11, 1))
    assert (duty.state, duty.remaining) == ("fulfilled", None)
    assert duty.late
    assert duty.fulfilled_on == date(2026, 11, 1)
    assert duty.text == "录入上报：6月10日（7个工作日），已办（11月1日 平台回执，逾期办理）"


def test_last_day_is_due_today_and_the_next_day_overdue(calendar: Calendar) -> None:
    content = {"set_date": "2026-11-16"}
    on_the_day = state("录入上报", content, calendar, today=date(2026, 11, 25))
    assert (on_the_day.state, on_the_day.remaining) == ("open", 0)
    assert on_the_day.text.endswith("今天到期")
    after = state("录入上报", content, calendar, today=date(2026, 11, 27))
    assert (after.state, after.remaining) == ("overdue", -2)
    assert after.text.endswith("已超期2个工作日")


def test_limit_that_ends_on_a_rest_day_shows_both_days(calendar: Calendar) -> None:
    content = {"filing_date": "2026-07-03"}
    duty = state("作出决定", content, calendar, today=date(2026, 9, 29))
    assert (duty.due, duty.latest) == (date(2026, 10, 1), date(2026, 10, 8))
    assert duty.text == "作出决定：10月1日（90日，逢休息日可顺延至10月8日），还剩1个工作日"
    extra = state("作出决定", content, calendar, today=date(2026, 10, 8))
    assert extra.state == "open"
    assert extra.text.endswith("已到顺延期")
    late = state("作出决定", content, calendar, today=date(2026, 10, 9))
    assert (late.state, late.remaining) == ("overdue", -1)


def test_filled_field_fulfils_its_duty(calendar: Calendar) -> None:
    duty = state("作出决定", {"filing_date": "2026-07-03", "set_date": "2026-07-20"}, calendar)
    assert duty.state == "fulfilled"


def test_hours_run_from_the_moment(calendar: Calendar) -> None:
    duty = state("补办批准", {"seized_at": "2026-11-19T16:30:00"}, calendar)
    assert (duty.state, duty.due) == ("open", date(2026, 11, 20))


@pytest.mark.parametrize(("fine", "expected"), [("5000", "open"), ("0", "void"), (None, "void")])
def test_condition_decides_whether_the_duty_arises(
    calendar: Calendar, fine: str | None, expected: str
) -> None:
    content = {"set_date": "2026-11-16"} | ({"fine": fine} if fine else {})
    assert state("双公示", content, calendar).state == expected


def test_condition_over_a_list_works_when_the_list_is_empty(calendar: Calendar) -> None:
    assert state("催告", {"served_date": "2026-11-02"}, calendar).state == "void"
    assert state("催告", {"served_date": "2026-11-02", "kinds": ["查封"]}, calendar).state == "overdue"


def test_counting_into_an_unpublished_year_is_marked(calendar: Calendar) -> None:
    duty = state("录入上报", {"set_date": "2026-12-28"}, calendar, today=date(2026, 12, 28))
    assert duty.provisional
    assert duty.text == "录入上报：2027年1月6日（7个工作日，暂按周末推算），还剩7个工作日"


def test_day_at_the_end_of_all_calendars_starts_no_count(calendar: Calendar) -> None:
    assert state("录入上报", {"set_date": "9999-12-31"}, calendar).due is None


def test_most_urgent_day_is_the_earliest_reporting_duty(calendar: Calendar) -> None:
    content = {"set_date": "2026-11-16", "filing_date": "2026-01-02"}
    assert urgent_by(FORM, content, calendar) == date(2026, 11, 25)
    assert urgent_by(FORM, {**content, "fine": "200"}, calendar) == date(2026, 11, 23)
    assert urgent_by(FORM, {"filing_date": "2026-01-02"}, calendar) is None


LIBRARY = load_library(resources_folder())
CALENDAR = load_calendar(resources_folder() / "calendars")
SHIPPED = [(form, duty) for form in LIBRARY.forms for duty in form.duties]


@pytest.mark.parametrize(("form", "duty"), SHIPPED, ids=[f"{form.id}-{duty.title}" for form, duty in SHIPPED])
def test_every_shipped_duty_counts_from_its_date(form: Form, duty: Duty, calendar: Calendar) -> None:
    start = "2026-11-16T09:00:00" if form.field(duty.starts).type == "datetime" else "2026-11-16"
    facts = facts_of(duty, {duty.starts: start})
    assert facts is not None
    end = facts.end(calendar)
    assert end is not None
    assert (end.date < date(2026, 11, 16)) == facts.rule.before
    assert end.date != date(2026, 11, 16)
    assert duty.basis
    assert facts_of(duty, {}) is None


def test_every_form_of_an_act_has_the_duty_to_report_it() -> None:
    acts = [form for form in LIBRARY.forms if form.kind == "record"]
    assert acts
    for form in acts:
        assert urgent_by(form, {duty.starts: "2026-11-16" for duty in form.duties}, CALENDAR) is not None, (
            form.id
        )
