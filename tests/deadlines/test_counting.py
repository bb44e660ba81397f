"""Every day 2007–2026 and every term against a naive count; pauses, extensions, backwards, the own choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.deadlines.counting import Pause, end_of, used
from jgclient.deadlines.term_rules import TermRule, load_rules, shipped_rules
from jgclient.deadlines.terms import Term, TermError, parse_term
from jgclient.forms.library import load_library, resources_folder

CALENDAR = load_calendar(resources_folder() / "calendars")
RULES = shipped_rules()
FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)


def works(day: date) -> bool:
    return day in CALENDAR.work or (day.isoweekday() < 6 and day not in CALENDAR.rest)


@cache
def shipped_terms() -> list[str]:
    """Every term a shipped form names, and every term of the table."""
    named = {duty.term for form in load_library(resources_folder()).forms for duty in form.duties}
    return sorted(named | RULES.terms.keys())


def counted_in_days() -> list[str]:
    """Those of them that a clerk counts day by day; months, years and hours have vectors of their own."""
    return [term for term in shipped_terms() if RULES.rule(term).term.unit in ("workdays", "days")]


def naive(rule: TermRule, start: date, extended: int = 0, paused: frozenset[date] = frozenset()) -> date:
    """Day by day, as a clerk with a wall calendar counts; the last day before it is moved."""
    left = rule.term.amount + extended
    day = start
    step = -DAY if rule.before else DAY
    while left:
        day += step
        left -= day not in paused and (rule.term.unit == "days" or works(day))
    return day


@pytest.mark.parametrize("term", counted_in_days())
def test_every_day_of_twenty_years_agrees_with_a_naive_count(term: str) -> None:
    rule = RULES.rule(term)
    day, step = FIRST, timedelta(days=1)
    while day <= LAST:
        end = end_of(rule, day, CALENDAR)
        expected = naive(rule, day)
        assert (end.rolled_from or end.date) == expected, day
        if end.rolled_from:
            assert not works(expected)
            assert works(end.date)
        day += step


@given(
    term=st.sampled_from(counted_in_days()),
    start=st.dates(FIRST, date(2026, 3, 1)),
    pauses=st.lists(st.tuples(st.integers(-10, 90), st.integers(0, 40)), max_size=3),
    extended=st.integers(0, 200),
)
@settings(max_examples=100, deadline=None)
def test_pauses_and_extensions_agree_with_a_naive_count(
    term: str, start: date, pauses: list[tuple[int, int]], extended: int
) -> None:
    rule = replace(RULES.rule(term), before=False)
    found = [Pause(start + a * DAY, start + (a + n) * DAY) for a, n in pauses]
    paused = frozenset(p.first + n * DAY for p in found for n in range((p.last - p.first).days + 1) if p.last)
    end = end_of(rule, start, CALENDAR, extended=extended, pauses=found)
    assert (end.rolled_from or end.date) == naive(rule, start, rule.allowed(extended), paused)
    assert used(rule, start, end.rolled_from or end.date, found, CALENDAR) == rule.term.amount + rule.allowed(
        extended
    )


@given(start=st.dates(FIRST, date(2026, 12, 1)), term=st.sampled_from(shipped_terms()))
@settings(max_examples=100)
def test_a_calendar_year_that_is_added_never_moves_a_certain_day(start: date, term: str) -> None:
    before = end_of(RULES.rule(term), start, CALENDAR)
    later = Calendar(
        rest=CALENDAR.rest | {date(2027, 1, n) for n in (1, 4, 5)} | {date(2027, 2, 8)},
        work=CALENDAR.work | {date(2027, 1, 9)},
        years=CALENDAR.years | {2027},
    )
    after = end_of(RULES.rule(term), start, later)
    assert before.provisional or after == before


@given(start=st.dates(FIRST, LAST), number=st.integers(1, 300))
@settings(max_examples=100)
def test_working_days_are_found_in_both_directions(start: date, number: int) -> None:
    after, before = CALENDAR.workday_after(start, number), CALENDAR.workday_after(start, -number)
    assert works(after) or not CALENDAR.is_known(after.year)
    assert CALENDAR.workdays_between(start, after) == number
    assert CALENDAR.workdays_between(before - DAY, start - DAY) == number


@pytest.mark.parametrize(
    ("start", "next_day", "same_day"),
    [
        ("2026-09-29", "2026-10-14", "2026-10-13"),
        ("2026-11-16", "2026-11-25", "2026-11-24"),
        ("2026-02-16", "2026-03-03", "2026-03-03"),  # a holiday is no first working day
    ],
)
def test_where_the_law_leaves_it_open_the_unit_chooses(start: str, next_day: str, same_day: str) -> None:
    same = replace(CALENDAR, first_day="same")
    day = date.fromisoformat(start)
    for term in ("entry", "publicity"):
        assert end_of(RULES.rule(term), day, CALENDAR).date == date.fromisoformat(next_day)
        assert end_of(RULES.rule(term), day, same).date == date.fromisoformat(same_day)
    for term in ("7 workdays", "seizure", "30 days"):
        assert end_of(RULES.rule(term), day, same) == end_of(RULES.rule(term), day, CALENDAR)


def test_an_extension_counts_as_far_as_the_law_allows() -> None:
    seizure, case = RULES.rule("seizure"), RULES.rule("market_case")
    assert [seizure.allowed(n) for n in (-5, 0, 20, 30, 45)] == [0, 0, 20, 30, 30]
    assert case.allowed(75) == 75
    assert RULES.rule("7 workdays").allowed(3) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("行政处罚法 七日", Term(7, "workdays")),
        ("行政处罚法 十日", Term(10, "days")),
        ("行政处罚法 十五日", Term(15, "days")),
        ("行政处罚法 九十日", Term(90, "days")),
        ("行政强制法 三日", Term(3, "workdays")),
        ("行政强制法 十日", Term(10, "workdays")),
        ("行政强制法 三十日", Term(30, "days")),
        ("行政强制法 三个月", Term(3, "months")),
        ("行政复议法 五日", Term(5, "workdays")),
        ("行政复议法 六十日", Term(60, "days")),
    ],
)
def test_a_law_says_which_of_its_days_are_working_days(text: str, expected: Term) -> None:
    assert RULES.rule(text).term == expected


def test_every_shipped_duty_counts_days_as_its_law_does() -> None:
    for form in load_library(resources_folder()).forms:
        for duty in form.duties:
            term = RULES.rule(duty.term).term
            for law in RULES.laws.values():
                if duty.basis.startswith(law.name) and term.unit in ("days", "workdays"):
                    assert (term.unit == "workdays") == (term.amount in law.workdays), duty.title


def test_every_term_and_unit_names_its_basis() -> None:
    assert all(rule.basis for rule in (*RULES.terms.values(), *RULES.plain.values()))
    assert {rule.start_counted for rule in RULES.terms.values()} == {None, False}
    assert RULES.rule("hearing_notice").before
    assert str(RULES.rule("hearing_notice")) == "至少提前7个工作日"


@pytest.mark.parametrize(
    "text",
    ["[unit", "", '[unit.workdays]\ntitle = "日"\n', '[[term]]\nid = "x"\nlength = "bald"\nbasis = ""\n'],
)
def test_a_broken_table_of_terms_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "terms.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TermError, match=r"terms\.toml"):
        load_rules(path)


def test_an_unknown_term_is_no_length() -> None:
    with pytest.raises(TermError, match="看不懂期限"):
        RULES.rule("soon")
    assert parse_term("7 workdays") == RULES.rule("7 workdays").term
