"""Returned records (退回): the same return grouped, mended once for all of them, and learned from.

Both ways a record comes back are treated alike: refused in the answer to its batch, or returned by a person
after it was accepted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jgclient.deadlines.calendar import Calendar
from jgclient.entering import SubmitReport, submit_one
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem
from jgclient.portions import Cancelled, Progress, portions
from jgclient.records import Json, State, canonical_json
from jgclient.store import ListQuery, Store
from jgclient.store.warnings import LearnedWarning

_RETURNED = ListQuery(states=frozenset({State.RETURNED}), limit=10_000)


@dataclass(frozen=True, slots=True)
class ReturnGroup:
    """Records that came back for the same reason with the same values.

    Attributes:
        problem: What the platform says; the same for all of them.
        values: Content of the fields concerned, by name; the same in all of them.
        record_ids: The records, newest first.
    """

    form: str
    problem: Problem
    values: Mapping[str, Json]
    record_ids: tuple[str, ...]


def groups(store: Store) -> list[ReturnGroup]:
    """Returned records by what the platform said and the values it said it about; the largest group first.

    A record with several problems is in several groups; one whose draft was begun is where its platform's
    words put it.
    """
    members: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    first: dict[tuple[str, str, str], tuple[Problem, dict[str, Json]]] = {}
    for row in store.records.list(_RETURNED):
        revision = store.records.last_revision(row.id)
        content = revision.content if revision else {}
        for problem in store.records.platform_problems(row.id):
            values = {name: content[name] for name in problem.fields if name in content}
            same = replace(problem, value="", candidates=())
            key = (row.form, canonical_json(same.to_json()), canonical_json(values))
            first.setdefault(key, (problem, values))
            members[key].append(row.id)
    found = [ReturnGroup(key[0], *first[key], tuple(ids)) for key, ids in members.items()]
    return sorted(found, key=lambda group: -len(group.record_ids))


def mend_all(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    group: ReturnGroup,
    texts: Mapping[str, str],
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> SubmitReport:
    """Put the same corrected texts into every record of a group and queue what is right then.

    Records that are still not right are kept as drafts, each with its reasons.

    Args:
        store: This thread's store.
        library: The forms.
        calendar: The working days.
        group: The records.
        texts: Field name → corrected text; what else was typed stays.
        now: The time of finishing.
        on_progress: Called with records done and in all.
        is_cancelled: Asked before each portion of records.
    """
    report = SubmitReport()
    for part in portions(group.record_ids, on_progress, is_cancelled):
        with store.atomic():
            for record_id in part:
                submit_one(store, library, calendar, record_id, report, now=now, texts=texts)
    return report


# -- learning ----------------------------------------------------------------------------------------------


def offers(store: Store) -> list[LearnedWarning]:
    """Warnings that the returns standing now would justify and nobody has decided about yet.

    Only values of a single field are offered: what depends on several cannot be told from one return.
    """
    found: dict[tuple[str, str, str, str], LearnedWarning] = {}
    for group in groups(store):
        if len(group.problem.fields) == 1 and len(group.values) == 1:
            ((name, value),) = group.values.items()
            warning = LearnedWarning(
                group.form, group.problem.code, name, canonical_json(value), group.problem.message,
                group.problem.help, group.problem.basis,
            )  # fmt: skip
            found.setdefault((warning.form, warning.code, warning.field, warning.value), warning)
    return [warning for warning in found.values() if not store.warnings.is_decided(warning)]
