"""Open, check, keep, finish, queue and withdraw a record. Plain functions over a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.duties import urgent_by
from jgclient.forms.checker import Context, Reading
from jgclient.forms.defaults import defaults
from jgclient.forms.definition import Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.field_types.base import says_itself
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem, blocking
from jgclient.learned import warned
from jgclient.numbering import next_number
from jgclient.portions import Cancelled, Progress, portions
from jgclient.records import Content, Json, Operation, Revision, chain_hash, new_record_id, payload_hash
from jgclient.store import Store, Summary

#: Setting: finished revisions wait until a second person has approved them (:mod:`jgclient.accounts`).
REVIEW = "review_before_sending"
#: Why such a revision waits.
REVIEW_REASON = "待复核：由另一位复核员或管理员核对后上报"


@dataclass(frozen=True, slots=True)
class Opened:
    """A record open for typing.

    Attributes:
        texts: Field texts as typed so far, or the last revision's content as text.
        reasons: Written reasons for soft problems, by problem code.
        problems: What the platform said when it returned the record; empty for others.
    """

    record_id: str
    form: Form
    texts: dict[str, str]
    reasons: dict[str, str] = field(default_factory=dict)
    base_revision: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finished:
    """Outcome of finishing: the new revision, or what keeps the record from being finished."""

    revision: Revision | None
    blocking: list[Problem]
    reading: Reading


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One record that could not be queued, and why."""

    record_id: str
    title: str
    problems: list[Problem]


@dataclass(slots=True)
class SubmitReport:
    """What became of the records offered for reporting."""

    queued: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)


class EnteringError(Exception):
    """Something asked for cannot be done; the text says why and what to do, in Chinese."""


def unit_of(store: Store) -> dict[str, str]:
    """The own unit as the checker and the defaults know it: name, code, region."""
    return {name: str(store.settings.get(f"unit_{name}", "") or "") for name in ("name", "code", "region")}


def author_of(store: Store) -> str:
    """The person who is typing, as set up in this profile."""
    return str(store.settings.get("user_name", "") or "")


def context(store: Store, *, record_id: str, now: datetime, form: Form | None = None) -> Context:
    """What the checker may ask while it looks at one record of ``form``."""
    registers = store.registers.without(record_id, listed_fields(form) if form else {})
    return Context(registers=registers, today=now.date(), unit=unit_of(store))


def listed_fields(form: Form) -> dict[str, str]:
    """Column of the record lists → the field of a form that it shows letter for letter."""
    roles = {
        "number": form.number_field, "party": form.party_field, "party_code": form.party_code_field,
        "item": form.item_field,
    }  # fmt: skip
    return {
        column: name
        for column, name in roles.items()
        if name and says_itself(FIELD_TYPES[form.field(name).type])
    }


def check(
    store: Store, library: FormLibrary, form: Form, texts: Mapping[str, str], *, record_id: str, now: datetime
) -> Reading:
    """Read and check typed texts, warnings learned from returns included; nothing is kept."""
    around = context(store, record_id=record_id, now=now, form=form)
    reading = library.checker(form).read(texts, around)
    learned = warned(store, form, reading.content)
    return replace(reading, problems=[*reading.problems, *learned]) if learned else reading


def open_new(
    store: Store,
    library: FormLibrary,
    form_id: str,
    *,
    now: datetime,
    texts: Mapping[str, str] | None = None,
) -> Opened:
    """A new record with its first values filled in. Nothing is kept until :func:`keep`.

    Args:
        texts: Values to begin with, e.g. from the record before.
    """
    form = library.on(form_id, now.date())  # the platform sends new versions before they are in force
    record_id = new_record_id(now)
    filled = defaults(
        form,
        dict(texts or {}),
        context(store, record_id=record_id, now=now),
        author=author_of(store),
        number=lambda: next_number(store, form, now),
    )
    return Opened(record_id, form, filled)


def open_record(store: Store, library: FormLibrary, record_id: str) -> Opened:
    """An existing record: its draft if there is one, else its last revision as texts.

    Raises:
        EnteringError: no such record, or its form version is not installed.
    """
    draft = store.records.draft(record_id)
    revision = store.records.last_revision(record_id)
    known = draft or revision
    if known is None:
        raise EnteringError(f"没有编号为 {record_id} 的记录，可能已放入回收站。请在“记录”中重新查找。")
    form = installed_form(library, known.form, known.form_version)
    problems = store.records.problems(record_id)
    base = revision.revision if revision else 0
    if draft is not None:
        return Opened(record_id, form, dict(draft.texts), dict(draft.reasons), base, problems)
    assert revision is not None  # noqa: S101  # one of the two is there
    texts = library.checker(form).to_texts(revision.content)
    return Opened(record_id, form, texts, dict(revision.reasons), base, problems)


def installed_form(library: FormLibrary, form_id: str, version: int) -> Form:
    """The form of exactly that version.

    Raises:
        EnteringError: it is not installed.
    """
    try:
        return library.get(form_id, version)
    except KeyError:
        raise EnteringError(
            f"本机没有表单“{form_id}”第{version}版，暂不能打开这条记录。请先更新表单，记录本身不会丢失。"
        ) from None


def keep(
    store: Store,
    library: FormLibrary,
    opened: Opened,
    texts: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    now: datetime,
    offered: bool = False,
) -> Reading:
    """Keep what was typed as a draft; durable when this returns.

    Args:
        offered: The draft was offered for finishing; a draft that once was stays so.
    """
    reading = check(store, library, opened.form, texts, record_id=opened.record_id, now=now)
    before = store.records.draft(opened.record_id)
    store.records.save_draft(
        opened.record_id,
        form=opened.form.id,
        form_version=opened.form.version,
        texts={name: text for name, text in texts.items() if text},
        author=author_of(store),
        base_revision=opened.base_revision,
        offered=offered or bool(before and before.offered),
        hard_problems=sum(p.strength == "hard" for p in reading.problems),
        problems=reading.problems,
        reasons=dict(reasons),
        summary=summarise(opened.form, reading.texts),
    )
    return reading


def summarise(form: Form, texts: Mapping[str, str]) -> Summary:
    """The columns of the record lists, taken from the fields the form names for them."""

    def text(name: str) -> str:
        return texts.get(name, "") if name else ""

    return Summary(
        title=text(form.title_field) or text(form.party_field),
        number=text(form.number_field),
        party=text(form.party_field),
        party_code=text(form.party_code_field),
        item=text(form.item_field),
        act_date=text(form.date_field),
    )


def finish(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    opened: Opened,
    texts: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    now: datetime,
) -> Finished:
    """Finish a record: an immutable revision and its outbox row in one transaction.

    A record that is not right yet is kept as a draft instead, and the answer says what keeps it back.
    """
    with store.atomic():
        reading = check(store, library, opened.form, texts, record_id=opened.record_id, now=now)
        back = blocking(reading.problems, dict(reasons))
        if back:
            keep(store, library, opened, texts, reasons, now=now, offered=True)
            return Finished(None, back, reading)
        used = {p.code: reasons[p.code].strip() for p in reading.problems if reasons.get(p.code, "").strip()}
        revision = _next_revision(store, opened, reading.content, used, now=now)
        store.records.add_revision(
            revision, summarise(opened.form, reading.texts), urgent_by(opened.form, reading.content, calendar)
        )
        if store.settings.get(REVIEW) and store.accounts.list():
            store.outbox.park([(revision.record_id, revision.revision)], REVIEW_REASON)
    return Finished(revision, [], reading)


def _next_revision(
    store: Store,
    opened: Opened,
    content: Content,
    reasons: dict[str, str],
    *,
    now: datetime,
    withdraw: bool = False,
) -> Revision:
    step = store.records.next_operation(opened.record_id)
    operation = cast("Operation", "d" if withdraw else step.operation)
    author = author_of(store)
    attachments = attachments_in(opened.form, content)
    sha256 = payload_hash(
        form=opened.form.id,
        form_version=opened.form.version,
        operation=operation,
        content=content,
        reasons=reasons,
        attachments=attachments,
    )
    return Revision(
        record_id=opened.record_id,
        revision=step.revision,
        form=opened.form.id,
        form_version=opened.form.version,
        operation=operation,
        base_revision=step.base_revision,
        content=content,
        reasons=reasons,
        author=author,
        made_at=now,
        sha256=sha256,
        previous=step.previous,
        chain=chain_hash(
            step.previous,
            record_id=opened.record_id,
            revision=step.revision,
            author=author,
            made_at=now,
            sha256=sha256,
        ),
        attachments=attachments,
    )


def attachments_in(form: Form, content: Content) -> list[dict[str, Json]]:
    """The files that a content names, each once, in the order of the form's fields."""
    named = [entry for f in form if f.type == "attachments" for entry in content.get(f.name, [])]
    return list({entry["sha256"]: dict(entry) for entry in named}.values())


def submit(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    record_ids: Iterable[str],
    *,
    now: datetime,
    reason: str = "",
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> SubmitReport:
    """Finish and queue drafts; those that are not right stay drafts, each with its reasons.

    Args:
        record_ids: Which drafts; records without a draft are passed over.
        reason: One written reason for every soft problem met, empty for none.
    """
    report = SubmitReport()
    for part in portions(list(record_ids), on_progress, is_cancelled):
        with store.atomic():
            for record_id in part:
                if store.records.draft(record_id) is not None:
                    submit_one(store, library, calendar, record_id, report, now=now, reason=reason)
    return report


def submit_one(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    record_id: str,
    report: SubmitReport,
    *,
    now: datetime,
    texts: Mapping[str, str] | None = None,
    reason: str = "",
) -> None:
    """Finish and queue one record of many, and note in the report what became of it.

    Args:
        texts: What its fields shall say instead; the others stay.
        reason: As in :func:`submit`.
    """
    try:
        opened = open_record(store, library, record_id)
    except EnteringError as error:
        problem = Problem("form-missing", "08数据关联性检查", "hard", (), str(error))
        report.refused.append(RefusedRecord(record_id, "", [problem]))
        return
    typed, reasons = {**opened.texts, **(texts or {})}, dict(opened.reasons)
    if reason:
        reading = check(store, library, opened.form, typed, record_id=record_id, now=now)
        reasons |= {p.code: reasons.get(p.code) or reason for p in reading.problems if p.strength == "soft"}
    finished = finish(store, library, calendar, opened, typed, reasons, now=now)
    if finished.revision is not None:
        report.queued += 1
    else:
        title = summarise(opened.form, finished.reading.texts).title
        report.refused.append(RefusedRecord(record_id, title, finished.blocking))


def withdraw(
    store: Store, library: FormLibrary, calendar: Calendar, record_id: str, reason: str, *, now: datetime
) -> None:
    """Withdraw a record: a never finished one goes to the 回收站, a finished one gets a revision ``d``.

    The platform is told only when it has accepted something of the record.

    Raises:
        EnteringError: there is no such record, or no reason was given for a finished one.
        StoreError: the record is on its way; its answer decides.
    """
    revision = store.records.last_revision(record_id)
    if revision is None:
        store.records.drop_draft(record_id)
        return
    if not reason.strip():
        raise EnteringError("撤回已完成的记录要写明理由，理由会随撤回一起上报。")
    opened = open_record(store, library, record_id)
    reasons = {**revision.reasons, "withdraw": reason.strip()}
    last = _next_revision(store, opened, revision.content, reasons, now=now, withdraw=True)
    summary = summarise(opened.form, library.checker(opened.form).to_texts(revision.content))
    urgent = urgent_by(opened.form, revision.content, calendar)
    store.records.add_revision(last, summary, urgent, stays_here=last.base_revision == 0)
