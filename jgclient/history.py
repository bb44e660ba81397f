"""The history of a record: every version, who made it, its receipts, what differs from the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jgclient.attached import in_words
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.receipting import Verdict, verdict
from jgclient.records import Operation, Revision
from jgclient.store import ReceiptRow, Store

_OPERATIONS: Mapping[Operation, str] = {"i": "新增", "u": "修改", "d": "撤回"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs between two versions, in the words the screen shows; empty means not filled."""

    field: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record.

    Attributes:
        number: Number of the revision, 0 for a draft that is not finished.
        what: What was done: 新增, 修改, 撤回, or 草稿.
        differences: Against the version before; for the first one every field that is filled.
        receipts: Receipts the platform gave for it.
        verdicts: Whether each of them stands for what is kept here, proven without any network.
        reason: Why it was withdrawn, empty for other versions.
    """

    number: int
    what: str
    author: str
    made_at: datetime
    differences: list[Difference]
    receipts: list[ReceiptRow] = field(default_factory=list)
    reason: str = ""
    verdicts: list[Verdict] = field(default_factory=list)


def history(store: Store, library: FormLibrary, record_id: str) -> list[Version]:
    """All versions of a record, the newest first; a draft over them comes before the revisions."""
    versions: list[Version] = []
    before: dict[str, str] = {}
    receipts = store.outbox.receipts(record_id)
    revisions = store.records.revisions(record_id)
    for revision in revisions:
        texts = _texts(library, revision)
        form = _form(library, revision.form, revision.form_version)
        own = [receipt for receipt in receipts if receipt.revision == revision.revision]
        verdicts = [verdict(receipt, revisions) for receipt in own]
        versions.append(_version(revision, differences(form, before, texts), own, verdicts))
        before = texts
    draft = store.records.draft(record_id)
    if draft is not None:
        form = _form(library, draft.form, draft.form_version)
        changes = differences(form, before, draft.texts)
        versions.append(Version(0, "草稿", draft.author, draft.saved_at, changes))
    return versions[::-1]


def differences(form: Form | None, before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """The fields whose texts differ, in the order of the form; fields it does not know come last, by name."""
    before, after = in_words(form, before), in_words(form, after)
    known = [known.name for known in form] if form else []
    others = sorted((before.keys() | after.keys()) - set(known))
    return [
        Difference(name, _title(form, name), before.get(name, ""), after.get(name, ""))
        for name in [*known, *others]
        if before.get(name, "") != after.get(name, "")
    ]


def _version(
    revision: Revision, changes: list[Difference], receipts: list[ReceiptRow], verdicts: list[Verdict]
) -> Version:
    return Version(
        revision.revision, _OPERATIONS[revision.operation], revision.author, revision.made_at, changes,
        receipts, revision.reasons.get("withdraw", "") if revision.operation == "d" else "", verdicts,
    )  # fmt: skip


def _texts(library: FormLibrary, revision: Revision) -> dict[str, str]:
    form = _form(library, revision.form, revision.form_version)
    if form is None:
        return {name: str(value) for name, value in revision.content.items()}
    return library.checker(form).to_texts(revision.content)


def _form(library: FormLibrary, form_id: str, version: int) -> Form | None:
    """The form in its version, else in the newest one, None when this client has none of them."""
    for wanted in (version, None):
        try:
            return library.get(form_id, wanted)
        except KeyError:
            continue
    return None


def _title(form: Form | None, name: str) -> str:
    return form.by_name[name].title if form and name in form.by_name else name
