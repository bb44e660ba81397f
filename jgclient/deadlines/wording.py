"""A duty in one Chinese line: when, by which term, how much is left, what has become of it."""

from __future__ import annotations

from datetime import date, datetime

from jgclient.deadlines.counting import used
from jgclient.deadlines.judging import ACCEPTED, DutyState, Judged, is_past, target
from jgclient.deadlines.started import Facts, day_of
from jgclient.deadlines.terms import Term
from jgclient.forms.definition import Form


def told(case: Judged, form: Form, now: datetime) -> DutyState:
    """A judged duty with everything that is shown of it."""
    duty, end, state = case.duty, case.end, case.state
    done, today = case.done, now.date()
    remaining = _remaining(case, today)
    return DutyState(
        title=duty.title,
        state=state,
        due=target(end) if end else None,
        latest=end.date if end else None,
        moment=end.moment if end else None,
        provisional=bool(end and end.provisional),
        remaining=remaining,
        extended=case.facts.extended if case.facts else 0,
        suspended_since=_since(case),
        fulfilled_on=day_of(done) if done else None,
        fulfilled_by=_deed(case, form) if done else "",
        late=bool(done and end and is_past(end, done)),
        basis=duty.basis,
        starts=duty.starts,
        until=duty.until,
        text=_head(case, form, today) + _standing(case, form, now, remaining or 0),
    )  # fmt: skip


def left_words(due: date, latest: date, moment: datetime | None, remaining: int, now: datetime) -> str:
    """How much is left until a day, in words: “还剩3个工作日”, “今天到期”, “已超期2个工作日”, “还剩5小时”."""
    today = now.date()
    if moment is not None and latest <= today:
        hours = (moment - now).total_seconds() / 3600
        return f"还剩{_hours(hours)}" if hours >= 0 else f"已超期{_hours(-hours)}"
    if latest < today:
        return f"已超期{max(-remaining, 1)}个工作日"
    if due < today:
        return "已到顺延期"
    if due == today:
        return "今天到期"
    return f"还剩{remaining}个工作日" if remaining else f"还剩{(due - today).days}天"


def day_words(day: date, today: date) -> str:
    """A day as these lines say it: “11月25日”, with the year when it is another one."""
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日"


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{max(int(hours * 60), 1)}分钟"
    return f"{int(hours)}小时"


def _since(case: Judged) -> date | None:
    pause = case.facts.pause if case.facts and case.state == "suspended" else None
    return pause.first if pause else None


def _remaining(case: Judged, today: date) -> int | None:
    if case.end is None or case.state not in ("open", "overdue"):
        return None
    until = case.end.date if case.state == "overdue" else target(case.end)
    return case.calendar.workdays_between(today, until)


def _head(case: Judged, form: Form, today: date) -> str:
    duty, end = case.duty, case.end
    if case.facts is None:
        rule = Facts(duty.term, today).rule
        return f"{duty.title}：填写“{form.field(duty.starts).title}”后起算{rule}"
    if end is None:
        return f"{duty.title}（{_term(case.facts)}）"
    words = [_term(case.facts)]
    if case.facts.pauses:
        words.append("不计入期间已扣除")
    if end.rolled_from:
        words.append(f"逢休息日可顺延至{day_words(end.date, today)}")
    if end.provisional:
        words.append("暂按周末推算")
    hour = f" {end.moment:%H:%M}" if end.moment else ""
    return f"{duty.title}：{day_words(target(end), today)}{hour}（{'，'.join(words)}）"


def _term(facts: Facts) -> str:
    rule = facts.rule
    more = f"，延长{Term(facts.extended, rule.term.unit)}" if facts.extended else ""
    return f"{rule}{more}"


def _standing(case: Judged, form: Form, now: datetime, remaining: int) -> str:
    if case.state == "fulfilled" and case.done is not None:
        late = "，逾期办理" if case.end and is_past(case.end, case.done) else ""
        return f"，已办（{day_words(day_of(case.done), now.date())} {_deed(case, form)}{late}）"
    if case.state == "suspended" and case.facts is not None:
        return _suspended(case.facts, case, now.date())
    if case.end is None:
        return ""
    return "，" + left_words(target(case.end), case.end.date, case.end.moment, remaining, now)


def _suspended(facts: Facts, case: Judged, today: date) -> str:
    if facts.pause is None:
        return ""
    rule = facts.rule
    before = date.fromordinal(facts.pause.first.toordinal() - 1)
    counted = used(rule, day_of(facts.start), before, facts.pauses, case.calendar)
    left = Term(max(rule.term.amount + facts.extended - max(counted, 0), 0), rule.term.unit)
    return f"，自{day_words(facts.pause.first, today)}起暂停计算，恢复后还有{left}"


def _deed(case: Judged, form: Form) -> str:
    return "平台回执" if case.duty.until == ACCEPTED else form.field(case.duty.until).title
