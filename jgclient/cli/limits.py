"""Commands about legal time limits: count one, list what is open, take in a year's calendar."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jgclient import reminding
from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError, each_line
from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.counting import end_of
from jgclient.deadlines.started import moment_of
from jgclient.deadlines.term_rules import TermRule, shipped_rules
from jgclient.limits import Basis, OpenDuty, renew
from jgclient.limits.calendars import import_calendar
from jgclient.limits.exporting import every, export_ics, export_xlsx
from jgclient.store import Store
from jgclient.store.duty_rows import DutyQuery

_EXAMPLE = "2026-11-21"
_WEEKDAYS = "一二三四五六日"
_KINDS = {"rest": "放假", "work": "上班"}


def due_dates(options: argparse.Namespace, out: Out) -> None:
    """``due --term TERM --from DATE``; with ``-`` one JSON object for each line of standard input."""
    rule, calendar = shipped_rules().rule(options.term), answers.calendar(options)

    def answer(start: str) -> dict[str, Any]:
        return _due(rule, start, calendar, options)

    if options.start == "-":
        out.refused = not each_line("from", answer)
        return
    data = answer(options.start)
    mark = "（暂按周末推算）" if data["provisional"] else ""
    rolled = f"（{data['rolled_from']} 是休息日，顺延）" if data["rolled_from"] else ""
    lines = [f"{options.start} 起 {options.term} → {data['due']}{rolled}{mark}", f"  {data['counting']}"]
    out.answer(data, lines)


def _due(rule: TermRule, start: str, calendar: Calendar, options: argparse.Namespace) -> dict[str, Any]:
    try:
        end = end_of(rule, moment_of(start), calendar, extended=options.extend)
    except (ValueError, OverflowError):
        raise RefusedError(f"“{start}”不是能计算的日期，请写成 {_EXAMPLE} 这样。") from None
    return {
        "from": start,
        "term": options.term,
        "due": end.date.isoformat(),
        "rolled_from": end.rolled_from.isoformat() if end.rolled_from else "",
        "moment": end.moment.isoformat() if end.moment else "",
        "provisional": end.provisional,
        "counting": rule.basis,
    }


def duties(options: argparse.Namespace, out: Out) -> None:
    """``duties``: every open limit, the most urgent first; into a workbook or calendar file if asked."""
    library, now = answers.library(options.data), answers.now()
    with answers.store_of(options) as store:
        basis = Basis(library, answers.calendar(options, store))
        renewal = renew(store, basis, now=now, on_progress=_progress)
        query = DutyQuery(author=options.person)
        written = {}
        if options.xlsx:
            written[str(options.xlsx)] = export_xlsx(store, basis, query, options.xlsx, now=now)
        if options.ics:
            written[str(options.ics)] = export_ics(store, basis, query, options.ics, now=now)
        found = list(every(store, basis, query, now))
        data = _answer(store, basis, found, now) | {"written": written}
    lines = [*renewal.lines(), *map(_line, found), _numbers(data["counts"])]
    lines += [f"已写入 {name}：{number} 件" for name, number in written.items()]
    out.answer(data, lines)


def _answer(store: Store, basis: Basis, found: list[OpenDuty], now: datetime) -> dict[str, Any]:
    told = reminding.digest(store, basis, now=now)
    persons = store.duties.persons(now.date())
    return {
        "today": now.date().isoformat(),
        "counts": {
            "open": len(found), "overdue": told.overdue, "today": told.today, "soon": told.soon,
            "waiting": told.waiting, "waiting_today": told.waiting_today,
        },
        "persons": [
            {"author": p.author, "open": p.open, "overdue": p.overdue, "today": p.today} for p in persons
        ],
        "duties": [_json(duty) for duty in found],
    }  # fmt: skip


def _json(duty: OpenDuty) -> dict[str, Any]:
    line, limit = duty.line, duty.line.duty
    return {
        "id": line.record_id, "form": line.form, "title": limit.title, "what": duty.what,
        "record": line.record_title, "party": line.party, "number": line.number, "author": line.author,
        "state": "suspended" if limit.suspended else "overdue" if duty.grade == "overdue" else "open",
        "due": _day(limit.due), "latest": _day(limit.latest),
        "moment": limit.moment.isoformat() if limit.moment else "", "remaining": duty.remaining,
        "left": duty.left, "provisional": limit.provisional, "extended": limit.extended, "basis": duty.basis,
        "snoozed_until": _day(line.snoozed_until), "snooze_reason": line.snooze_reason,
    }  # fmt: skip


def _line(duty: OpenDuty) -> str:
    line = duty.line
    guess = "（暂按周末推算）" if line.duty.provisional else ""
    who = line.party or line.record_title
    return f"{duty.left}  {_day(duty.due) or '—'}{guess}  {duty.what}  {who}  {line.author}  {duty.basis}"


def _numbers(counts: dict[str, int]) -> str:
    waiting = reminding.waiting_words(counts["waiting"], counts["waiting_today"])
    words = f"共 {counts['open']} 件：{counts['overdue']} 件逾期，{counts['today']} 件今天到期"
    return f"{words}；{waiting}" if waiting else words


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def calendar(options: argparse.Namespace, out: Out) -> None:
    """``calendar import FILE``, ``calendar show YEAR``."""
    (_import if options.action == "import" else _show)(options, out)


def _import(options: argparse.Namespace, out: Out) -> None:
    with answers.store_of(options) as store:
        done = import_calendar(
            store, answers.library(options.data), Path(options.what), now=answers.now(), on_progress=_progress
        )
    moved = [
        {"before": _day(m.before), "after": _day(m.after), "duties": m.duties, "examples": list(m.examples)}
        for m in done.renewal.moved
    ]
    data = {"year": done.year.year, "rest": len(done.year.rest), "work": len(done.year.work), "moved": moved,
            "settled": done.renewal.settled}  # fmt: skip
    out.answer(data, done.lines())


def _show(options: argparse.Namespace, out: Out) -> None:
    if not (options.what.isascii() and options.what.isdecimal() and 1 <= int(options.what) <= 9998):
        raise RefusedError(f"“{options.what}”不是年份，请写成 2026 这样。")
    year, known = int(options.what), answers.calendar(options)
    marks = {day: "rest" for day in known.rest if day.year == year}
    marks |= {day: "work" for day in known.work if day.year == year}
    data = {
        "year": year,
        "known": known.is_known(year),
        "workdays": known.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)),
        "days": [{"date": day.isoformat(), "kind": kind} for day, kind in sorted(marks.items())],
    }
    note = (
        ""
        if data["known"]
        else "（节假日安排尚未公布，暂按周末推算；公布后用 jgclient calendar import 导入）"
    )
    lines = [f"{day} 星期{_WEEKDAYS[day.weekday()]} {_KINDS[kind]}" for day, kind in sorted(marks.items())]
    out.answer(data, [f"{year} 年共 {data['workdays']} 个工作日{note}", *lines])


def _progress(done: int, total: int) -> None:
    """How far a long count is, on standard error when a person is watching."""
    if sys.stderr.isatty() and total > 1000:
        print(f"\r正在计算期限 {done:,}/{total:,}", end="" if done < total else "\n", file=sys.stderr)
