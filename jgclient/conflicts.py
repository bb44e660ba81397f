"""Conflicts (冲突): both versions side by side, and a person's word on which one holds. Never silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jgclient.contract import Item, KeptRecord
from jgclient.deadlines.calendar import Calendar
from jgclient.entering import Opened, finish, installed_form, withdraw
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem
from jgclient.records import Revision
from jgclient.store import Store


class ConflictError(Exception):
    """A conflict cannot be settled that way; the text says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Both:
    """Both versions of a record.

    Attributes:
        ours: The newest revision kept here.
        theirs: What the platform holds.
        differing: Names of the fields whose content differs, in alphabetical order.
    """

    ours: Revision
    theirs: KeptRecord
    differing: tuple[str, ...]


def both(store: Store, record_id: str) -> Both | None:
    """Both versions of a record; None while the platform's was not fetched, or when there is no conflict."""
    ours = store.records.last_revision(record_id)
    counterpart = store.counterparts.get(record_id)
    if ours is None or counterpart is None:
        return None
    theirs = counterpart.kept.item.content
    names = sorted({*ours.content, *theirs})
    differing = tuple(name for name in names if ours.content.get(name) != theirs.get(name))
    return Both(ours, counterpart.kept, differing)


def keep_ours(
    store: Store, library: FormLibrary, calendar: Calendar, record_id: str, *, now: datetime
) -> list[Problem]:
    """Our version holds: it becomes a new revision that follows the platform's, and is queued.

    Returns:
        What keeps it from being queued; it is then kept as a draft. Empty when it is queued.

    Raises:
        ConflictError: there are not two versions here, or the platform's is withdrawn.
        EnteringError: its form version is not installed.
    """
    versions = _decidable(store, record_id)
    return _follow(store, library, calendar, versions.ours, record_id, now=now)


def keep_theirs(
    store: Store, library: FormLibrary, calendar: Calendar, record_id: str, *, now: datetime
) -> list[Problem]:
    """The platform's version holds: it becomes our newest revision, and is queued so that both sides agree.

    Returns and raises as :func:`keep_ours`.
    """
    versions = _decidable(store, record_id)
    return _follow(store, library, calendar, versions.theirs.item, record_id, now=now)


def _decidable(store: Store, record_id: str) -> Both:
    versions = both(store, record_id)
    if versions is None:
        raise ConflictError("还没有取回平台上的版本：请先联网上报一次或对账，再选择采用哪一版。")
    if versions.theirs.item.operation == "d":
        raise ConflictError("平台上这条记录已撤回，不能再更正：需要继续上报的，请复制成新记录后上报。")
    return versions


def _follow(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    holds: Revision | Item,
    record_id: str,
    *,
    now: datetime,
) -> list[Problem]:
    form = installed_form(library, holds.form, holds.form_version)
    with store.atomic():
        store.counterparts.decide(record_id)
        if holds.operation == "d":
            reason = holds.reasons.get("withdraw", "") or "撤回"
            withdraw(store, library, calendar, record_id, reason, now=now)
            return []
        texts = library.checker(form).to_texts(holds.content)
        opened = Opened(record_id, form, texts, dict(holds.reasons))
        return finish(store, library, calendar, opened, texts, holds.reasons, now=now).blocking
