"""Many objects with one act: a record for each object, which differ in nothing but the object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from jgclient import entering
from jgclient.aids import objects
from jgclient.deadlines.calendar import Calendar
from jgclient.forms.cleaning import code as cleaned_code
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.store import Store

#: Types that belong to one record only.
OWN = frozenset({"document_number", "attachments"})
_CODE = re.compile(r"[0-9A-Za-z]{15,20}")
_EDGES = " \t　,，;；、"


@dataclass(frozen=True, slots=True)
class Party:
    """One object of a list.

    Attributes:
        line: Its line in the list, from 1.
        missing: What is not known of it: ``名称``, ``代码`` or nothing.
    """

    line: int
    name: str
    code: str

    @property
    def missing(self) -> str:
        """What the record will lack."""
        return "名称" if not self.name else "代码" if not self.code else ""


@dataclass(slots=True)
class Made:
    """What became of the list: ids of the records queued, and of those that must be mended first."""

    queued: list[str] = field(default_factory=list)
    to_mend: list[str] = field(default_factory=list)


def read_parties(store: Store, text: str) -> list[Party]:
    """The objects of a list, one a line: name, code or both in any order; each object once.

    What a line leaves out is taken from the known objects.
    """
    parties: dict[tuple[str, str], Party] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = _CODE.search(line)
        code = cleaned_code(found[0]) if found else ""
        name = (line.replace(found[0], " ") if found else line).strip(_EDGES)
        if not name and not code:
            continue
        row = next(iter(store.registers.rows(objects.REGISTER, code)), {}) if code and not name else {}
        name = name or str(row.get("object_name") or "")
        code = code or objects.code_of(store, name)
        parties.setdefault((name if not code else "", code), Party(number, name, code))
    return list(parties.values())


def make(
    store: Store,
    library: FormLibrary,
    calendar: Calendar,
    form: Form,
    texts: Mapping[str, str],
    reasons: Mapping[str, str],
    parties: Iterable[Party],
    *,
    now: Callable[[], datetime],
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Made:
    """Finish one record for each object; what is not right yet stays a draft with its problems.

    Args:
        texts: The act, as typed for one object or for none.
    """
    wanted, made = list(parties), Made()
    for done, party in enumerate(wanted):
        if is_cancelled():
            break
        on_progress(done, len(wanted))
        moment = now()
        given = for_party(store, library, form, texts, party, moment.date())
        opened = entering.open_new(store, library, form.id, now=moment, texts=given)
        finished = entering.finish(store, library, calendar, opened, opened.texts, reasons, now=moment)
        ids = made.queued if finished.revision is not None else made.to_mend
        ids.append(opened.record_id)
    on_progress(len(wanted), len(wanted))
    return made


def for_party(
    store: Store, library: FormLibrary, form: Form, texts: Mapping[str, str], party: Party, today: date
) -> dict[str, str]:
    """The texts of the act for another object: nothing of the first object is left in them."""
    of_object = {one.name for one in objects.section_of_party(form)}
    kept = {
        name: text
        for name, text in texts.items()
        if name in form.by_name and name not in of_object and form.field(name).type not in OWN
    }
    kept.pop(form.number_field, None)
    before = texts.get(form.party_field, "")
    if before:
        kept = {name: text.replace(before, party.name) for name, text in kept.items()}
    own = {form.party_field: party.name, form.party_code_field: party.code}
    alike = {name: texts[name] for name in of_object if _is_shared(name, texts, form)}
    known = objects.known(store, library, form, own, today)
    return kept | alike | known | {name: text for name, text in own.items() if text}


def _is_shared(name: str, texts: Mapping[str, str], form: Form) -> bool:
    """Whether a field about the object is chosen from a list, so that most objects of a batch share it."""
    return bool(texts.get(name)) and bool(form.field(name).codes) and form.field(name).codes != "region"
