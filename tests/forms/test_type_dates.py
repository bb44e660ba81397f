from __future__ import annotations

from datetime import date, datetime

import pytest
from forms_making import SHIPPED, TODAY, around, make_field, parsed
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused

DATE, DATETIME = make_field("date"), make_field("datetime")


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-05", "2026.9.5", "2026/9/5", "2026/09/05", "20260905", "2026年9月5日", "2026年09月05号",
        "２０２６．９．５", "2026 9 5", "2026、9、5", "26-9-5", "26.09.05", "9-5", "9.5", "9/5", "9月5日",
        " 2026年 9 月 5 日 ", "2026-09-05 00:00:00", "2026-09-05T10:30:00", "2026-09-05T10:30:00.123+08:00",
        "2026-09-05 10:30", "2026年9月5日 上午10时30分", "2026年9月5日（星期六）", "2026-9-5周六",
        "2026年9月5日下午", "二〇二六年九月五日", "二○二六年九月五日", "2026.9.5.", "2026\u200b-09-05\u00a0",
    ],
)  # fmt: skip
def test_many_ways_of_writing_one_day(text: str) -> None:
    assert parsed(DATE, text) == date(2026, 9, 5)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9-7", date(2026, 9, 7)),
        ("9-8", date(2025, 9, 8)),
        ("12-31", date(2025, 12, 31)),
        ("2-29", date(2024, 2, 29)),
        ("今天", TODAY),
        ("昨天", date(2026, 9, 6)),
        ("前天", date(2026, 9, 5)),
        ("长期", date(2099, 12, 31)),
        ("二〇二六年十二月三十一日", date(2026, 12, 31)),
        ("二〇二五年十月二十日", date(2025, 10, 20)),
    ],
)
def test_what_is_left_out_is_taken_from_today_and_not_from_the_future(text: str, day: date) -> None:
    assert parsed(DATE, text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "no-such-day"),
        ("13-5", "no-such-day"),
        ("2-30", "no-such-day"),
        ("20261301", "no-such-day"),
        ("1026-09-05", "no-such-day"),
        ("46270", "excel-serial"),
        ("46270.5", "excel-serial"),
        ("2026", "not-a-date"),
        ("2026-09", "not-a-date"),
        ("9月上旬", "not-a-date"),
        ("待定", "not-a-date"),
        ("2026-09-05至2026-09-06", "not-a-date"),
        ("0", "not-a-date"),
    ],
)
def test_what_is_no_day_says_why(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(DATE, text)
    assert refused.value.finding.code == code
    assert refused.value.finding.help


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-05 10:30", datetime(2026, 9, 5, 10, 30)),
        ("2026年9月5日10时30分15秒", datetime(2026, 9, 5, 10, 30, 15)),
        ("2026.9.5 下午3点", datetime(2026, 9, 5, 15, 0)),
        ("2026.9.5 下午3点05分", datetime(2026, 9, 5, 15, 5)),
        ("2026-09-05T23:59:59Z", datetime(2026, 9, 5, 23, 59, 59)),
        ("9-5 ８：０５", datetime(2026, 9, 5, 8, 5)),
        ("20260905 10:30", datetime(2026, 9, 5, 10, 30)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert parsed(DATETIME, text) == moment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-09-05", "no-time"),
        ("2026-09-05 25:00", "no-such-time"),
        ("10:30", "not-a-date"),
        ("上午", "not-a-date"),
    ],
)
def test_a_time_is_never_guessed(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(DATETIME, text)
    assert refused.value.finding.code == code


@pytest.mark.parametrize(
    "data", ["2026.9.5", "20260905", "2026-9-5", "1899-12-31", "", 20260905, None, ["2026-09-05"]]
)
def test_json_days_are_iso_texts_only(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["date"].from_json(DATE, data)


@pytest.mark.parametrize(
    "data", ["2026-09-05", "2026-09-05 10:30:00", "2026-09-05T10:30", "2026-09-05T10:30:00Z", "昨天", 1, None]
)
def test_json_moments_are_iso_texts_only(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["datetime"].from_json(DATETIME, data)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_days_survive_text_and_json(day: date) -> None:
    kind = FIELD_TYPES["date"]
    assert kind.parse(DATE, kind.format(DATE, day, SHIPPED), around()) == day
    assert kind.from_json(DATE, kind.to_json(day)) == day
    assert kind.to_rule(day) == day.isoformat()


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)).map(
        lambda moment: moment.replace(microsecond=0)
    )
)
def test_moments_survive_text_and_json(moment: datetime) -> None:
    kind = FIELD_TYPES["datetime"]
    assert kind.parse(DATETIME, kind.format(DATETIME, moment, SHIPPED), around()) == moment
    assert kind.from_json(DATETIME, kind.to_json(moment)) == moment
    assert kind.to_rule(moment) == moment.isoformat()


@given(
    st.sampled_from(["date", "datetime"]),
    st.text(max_size=30) | st.from_regex(r"\A[0-9年月日:.\-/ ]{0,20}\Z"),
)
def test_any_text_is_a_day_or_refused(name: str, text: str) -> None:
    try:
        value = FIELD_TYPES[name].parse(make_field(name), text, around())
    except Refused:
        return
    assert 1900 <= value.year <= 2199
