"""Open duties → Excel table and iCalendar file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from jgclient.deadlines.icalendar import Event, to_ics
from jgclient.exchange.saving import saved_whole
from jgclient.exchange.writer import write_rows
from jgclient.limits.basis import Basis
from jgclient.limits.listing import OpenDuty, look
from jgclient.store import Store
from jgclient.store.duty_rows import DutyQuery

_PAGE = 2000
_HEADINGS = (
    "还剩", "要做什么", "期限事项", "类别", "对象", "文书号", "最迟", "顺延至", "暂按周末推算", "依据",
    "经办", "推迟提醒至", "推迟理由", "记录编号",
)  # fmt: skip


def every(store: Store, basis: Basis, query: DutyQuery, now: datetime) -> Iterator[OpenDuty]:
    """All open duties of a query, whatever its page, the most urgent first."""
    offset = 0
    while lines := store.duties.page(
        DutyQuery(query.first, query.last, query.overdue_on, query.author, query.title, _PAGE, offset)
    ):
        yield from look(lines, basis, now)
        offset += _PAGE


def export_xlsx(store: Store, basis: Basis, query: DutyQuery, path: Path, *, now: datetime) -> int:
    """Write the open duties into a workbook; returns how many there are.

    Raises:
        WorkbookError: the file cannot be written.
    """
    rows = (_row(duty, basis) for duty in every(store, basis, query, now))
    return write_rows(path, "期限", _HEADINGS, rows)


def export_ics(store: Store, basis: Basis, query: DutyQuery, path: Path, *, now: datetime) -> int:
    """Write the open duties that have a day into an iCalendar file; returns how many there are.

    Raises:
        WorkbookError: the file cannot be written.
    """
    events = [_event(duty, basis) for duty in every(store, basis, query, now) if duty.due]
    with saved_whole(path, ".ics") as temporary:
        temporary.write_bytes(to_ics(events, now))
    return len(events)


def _row(duty: OpenDuty, basis: Basis) -> list[str]:
    line, limit = duty.line, duty.line.duty
    latest = limit.latest if limit.latest != limit.due else None
    return [
        duty.left, duty.what, limit.title, _form_title(basis, line.form), line.party or line.record_title,
        line.number, _day(limit.due), _day(latest), "是" if limit.provisional else "", duty.basis,
        line.author, _day(line.snoozed_until), line.snooze_reason, line.record_id,
    ]  # fmt: skip


def _event(duty: OpenDuty, basis: Basis) -> Event:
    line, limit = duty.line, duty.line.duty
    who = line.party or line.record_title
    told = [
        f"{_form_title(basis, line.form)} {line.number}".strip(),
        f"依据：{duty.basis}",
        f"经办：{line.author}",
    ]
    if limit.latest != limit.due:
        told.append(f"逢休息日可顺延至 {limit.latest}")
    if limit.provisional:
        told.append("节假日安排尚未公布，暂按周末推算")
    return Event(
        uid=f"{line.record_id}-{limit.place}@jgclient",
        day=limit.due or date.min,
        summary=f"{limit.title}：{who}",
        description="\n".join(told),
        moment=limit.moment,
        certain=not limit.provisional,
    )


def _form_title(basis: Basis, form_id: str) -> str:
    try:
        return basis.library.get(form_id).title
    except KeyError:
        return form_id


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
