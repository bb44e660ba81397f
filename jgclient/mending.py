"""Equal mistakes grouped, mended once for all of them, and taken back as one step."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jgclient import entering
from jgclient.entering import EnteringError
from jgclient.forms.checker import Reading
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem
from jgclient.records import State, canonical_json
from jgclient.store import ListQuery, Store

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
#: Records changed in one transaction, so that somebody typing meanwhile need not wait.
PORTION = 200
_LAST = "mending.last"
_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Mistake:
    """The same mistake in one or more drafts.

    Attributes:
        name: The field concerned.
        title: Its title.
        value: What stands in it, the same in all of them; empty where it is missing.
        problem: What is wrong, the same for all of them.
        record_ids: The drafts, newest first.
    """

    form: str
    name: str
    title: str
    value: str
    problem: Problem
    record_ids: tuple[str, ...]

    @property
    def key(self) -> str:
        """A short name that stays the same while the mistake does."""
        said = [self.form, self.name, self.value, self.problem.code, self.problem.message]
        return hashlib.sha256(canonical_json(said).encode()).hexdigest()[:8]

    @property
    def line(self) -> str:
        """One Chinese line: how many, where, what, remedy."""
        value = f"＝“{self.value}”" if self.value else ""
        hint = f" → {self.problem.candidates[0]}" if self.problem.candidates else ""
        return f"{len(self.record_ids)} 条：{self.title}{value}：{self.problem.message}{hint}"


@dataclass(slots=True)
class Mended:
    """What mending did.

    Attributes:
        text: What stands in the field now.
        right: Records without any hard problem now.
        wrong: Records that still have one.
        left: (record id, why) of those not changed.
        cancelled: The user stopped it; everything is as before.
    """

    name: str
    text: str
    right: int = 0
    wrong: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    cancelled: bool = False

    @property
    def changed(self) -> int:
        """Number of records changed."""
        return self.right + self.wrong


def mistakes(
    store: Store, library: FormLibrary, *, form: str = "", record_ids: Sequence[str] | None = None
) -> list[Mistake]:
    """Hard problems of drafts by field, value and what is wrong; the largest group first.

    Args:
        store: This thread's store.
        library: The forms.
        form: Only drafts of this form.
        record_ids: Only these drafts, None for all.
    """
    if record_ids is None:
        query = ListQuery(form=form, states=frozenset({State.INVALID, State.DRAFT}), limit=_ALL)
        record_ids = [row.id for row in store.records.list(query) if row.hard_problems]
    members: defaultdict[tuple[str, str, str, str, str], list[str]] = defaultdict(list)
    first: dict[tuple[str, str, str, str, str], tuple[str, Problem]] = {}
    for record_id in record_ids:
        draft = store.records.draft(record_id)
        for problem in draft.problems if draft else ():
            if draft is not None and problem.strength == "hard" and problem.fields:
                name = problem.fields[0]
                value = draft.texts.get(name, "")
                key = (draft.form, name, value, problem.code, problem.message)
                first.setdefault(key, (_title(library, draft.form, draft.form_version, name), problem))
                members[key].append(record_id)
    found = [
        Mistake(key[0], key[1], first[key][0], key[2], first[key][1], tuple(ids))
        for key, ids in members.items()
    ]
    return sorted(found, key=lambda mistake: -len(mistake.record_ids))


def _title(library: FormLibrary, form: str, version: int, name: str) -> str:
    try:
        return library.get(form, version).field(name).title
    except KeyError:
        return name


def mend(
    store: Store,
    library: FormLibrary,
    mistake: Mistake,
    text: str,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> Mended:
    """Put one text into the field of every draft with this mistake: one step, see :func:`undo`.

    A draft whose field says something else by now is left alone. A backup is made before.
    """
    done = Mended(mistake.name, text)
    changed: dict[str, str] = {}
    store.backups.make("bulk")
    for start in range(0, len(mistake.record_ids), PORTION):
        if is_cancelled():
            undo(store, library, now=now)
            return Mended(mistake.name, text, cancelled=True)
        on_progress(start, len(mistake.record_ids))
        with store.atomic():
            for record_id in mistake.record_ids[start : start + PORTION]:
                _mend_one(store, library, record_id, mistake, done, changed, now=now)
            step = {"name": mistake.name, "before": mistake.value, "text": text, "after": changed}
            store.settings.set(_LAST, step)
    on_progress(len(mistake.record_ids), len(mistake.record_ids))
    return done


def _mend_one(
    store: Store,
    library: FormLibrary,
    record_id: str,
    mistake: Mistake,
    done: Mended,
    changed: dict[str, str],
    *,
    now: datetime,
) -> None:
    draft = store.records.draft(record_id)
    if draft is None or draft.texts.get(mistake.name, "") != mistake.value:
        done.left.append((record_id, "这一条已在别处改过"))
        return
    try:
        reading = _put(store, library, record_id, mistake.name, done.text, now=now)
    except EnteringError as error:
        done.left.append((record_id, str(error)))
        return
    changed[record_id] = reading.texts.get(mistake.name, "")
    wrong = any(problem.strength == "hard" for problem in reading.problems)
    done.right, done.wrong = done.right + (not wrong), done.wrong + wrong


def _put(
    store: Store, library: FormLibrary, record_id: str, name: str, text: str, *, now: datetime
) -> Reading:
    """Put a text into a field of a draft, as the field shows it once it is left."""
    opened = entering.open_record(store, library, record_id)
    texts = {key: value for key, value in (opened.texts | {name: text}).items() if value}
    shown = entering.check(store, library, opened.form, texts, record_id=record_id, now=now).texts
    texts[name] = shown.get(name, "")
    return entering.keep(store, library, opened, texts, opened.reasons, now=now)


def last(store: Store) -> tuple[str, str, int]:
    """Text before, text after and number of records of the step :func:`undo` would take back; 0 for none."""
    step = store.settings.get(_LAST)
    return (step["before"], step["text"], len(step["after"])) if step else ("", "", 0)


def undo(store: Store, library: FormLibrary, *, now: datetime) -> int:
    """Take the last mending back; records whose field was typed into meanwhile keep what was typed.

    Returns:
        Number of records put back.
    """
    step = store.settings.get(_LAST)
    if not step:
        return 0
    back = 0
    after = list(step["after"].items())
    for start in range(0, len(after), PORTION):
        with store.atomic():
            for record_id, text in after[start : start + PORTION]:
                draft = store.records.draft(record_id)
                if draft is not None and draft.texts.get(step["name"], "") == text:
                    _put_back(store, library, record_id, step["name"], step["before"], now=now)
                    back += 1
    store.settings.set(_LAST, None)
    return back


def _put_back(
    store: Store, library: FormLibrary, record_id: str, name: str, text: str, *, now: datetime
) -> None:
    opened = entering.open_record(store, library, record_id)
    texts = {key: value for key, value in (opened.texts | {name: text}).items() if value}
    entering.keep(store, library, opened, texts, opened.reasons, now=now)
