"""One verdict an item. Nothing is written here: what a batch adds is seen by its later items all the same."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from jgclient.contract import Item, Result, attachments_from_json
from jgclient.forms.checker import Context
from jgclient.forms.definition import Form
from jgclient.forms.problems import Problem, blocking
from jggateway import kept, verdicts
from jggateway.keeping import Accepted, indexed_texts
from jggateway.kept import Head, Receipt
from jggateway.neighbours import Neighbours
from jggateway.reference import Reference
from jggateway.registers import KeptRegisters, Surroundings
from jggateway.tables import attachments
from jggateway.verdicts import refused

_LOG = logging.getLogger("jggateway.intake")


def standing(item: Item, head: Head | None, receipt: Receipt | None, unit: str) -> Result | None:
    """The answer that follows from what is kept already, or None when the item may be the next revision.

    Args:
        item: The item, whose hash is right.
        head: Newest accepted revision of the record, of whatever unit.
        receipt: Receipt of exactly this revision, if it was accepted before.
        unit: The sending unit.
    """
    if head is not None and head.unit != unit:
        return refused(item, verdicts.foreign_record())
    if receipt is not None:
        if receipt.sha256 == item.sha256:
            return receipt.result("duplicate")
        return refused(item, verdicts.other_content(), outcome="conflict")
    newest = head.revision if head else 0
    if item.base_revision != newest:
        return refused(item, verdicts.other_base(newest), outcome="conflict")
    problem = verdicts.operation_problem(item, head)
    return refused(item, problem) if problem else None


class Judging:
    """Judges the items of one batch in order, inside one transaction.

    Args:
        connection: The transaction.
        reference: What is checked with.
        items: All readable items of the batch.
        unit: The sending unit.
        received_at: Server time, ISO 8601.
        today: The platform's day.

    Attributes:
        heads: What there was before, by record id.
        accepted: What is to be kept, in order. Its receipts have no number yet.
    """

    def __init__(
        self, connection: Connection, reference: Reference, items: Sequence[Item], *,
        unit: str, received_at: str, today: date,
    ) -> None:  # fmt: skip
        self.accepted: list[Accepted] = []
        self.heads = kept.heads_of(connection, {item.id for item in items}) if items else {}
        self._reference = reference
        self._unit = unit
        self._received_at = received_at
        self._today = today
        self._newest = dict(self.heads)
        self._receipts = {(r.id, r.revision): r for r in kept.receipts_of(connection, self.heads)}
        self._forms = _forms_of(items, reference)
        known = [
            (self._forms[key], i.content) for i in items if (key := (i.form, i.form_version)) in self._forms
        ]
        self._neighbours = Neighbours(connection, unit, known)
        self._around = Surroundings(connection, reference, self._neighbours, unit)
        self._files = _confirmed(connection, unit, items)

    def judge(self, item: Item) -> Result:
        """The answer to one item; the failure of one is nobody else's."""
        try:
            return self._decide(item)
        except DBAPIError:
            raise  # not this item's fault: the whole batch is undone and can be sent again
        except Exception:
            _LOG.exception("item failed", extra={"record": item.id, "form": item.form})
            return refused(item, verdicts.failed(), outcome="deferred")

    def _decide(self, item: Item) -> Result:
        receipt = self._receipts.get((item.id, item.revision))
        answer = standing(item, self._newest.get(item.id), receipt, self._unit)
        if answer is not None:
            return answer
        form = self._forms.get((item.form, item.form_version))
        if form is None:
            return refused(item, self._unknown_form(item))
        problems = self._problems(item, form)
        if problems:
            return Result(item.id, item.revision, "rejected", problems=problems)
        missing = self._missing(item)
        if missing:
            return refused(item, *missing, outcome="deferred")
        return self._accept(item, form)

    def _accept(self, item: Item, form: Form) -> Result:
        entry = Accepted(item, indexed_texts(item.content, form))
        receipt = Receipt(item.id, item.revision, item.sha256, "", self._received_at)
        self.accepted.append(entry)
        self._neighbours.add(entry)
        self._newest[item.id] = Head(item.id, self._unit, item.form, item.revision, item.operation)
        self._receipts[item.id, item.revision] = receipt
        return receipt.result()

    def _unknown_form(self, item: Item) -> Problem:
        versions = [form.version for form in self._reference.library.versions(item.form)]
        return verdicts.unknown_form(item.form, item.form_version, versions)

    def _problems(self, item: Item, form: Form) -> list[Problem]:
        if item.operation == "d":
            return []  # a withdrawal must never fail on rules that became stricter since
        registers = KeptRegisters(self._around, record_id=item.id, form=form)
        context = Context(registers=registers, today=self._today, unit={"code": self._unit})
        found = blocking(self._reference.library.checker(form).check(item.content, context), item.reasons)
        return [*found, *self._wrong_files(item, form)]

    def _wrong_files(self, item: Item, form: Form) -> list[Problem]:
        """Files that a field names and the item does not bring, or that have another size."""
        brought = attachments_from_json(item.attachments)
        hashes = {file.sha256 for file in brought}
        named = [
            (field.name, file)
            for field in form
            if field.type == "attachments"
            for file in item.content.get(field.name) or ()
            if isinstance(file, dict)
        ]
        unbacked = [
            verdicts.unbacked_attachment(name, str(file.get("name", "")))
            for name, file in named
            if file.get("sha256") not in hashes
        ]
        sizes = [(file, self._files.get(file.sha256, file.size)) for file in brought]
        return unbacked + [verdicts.other_size(file, size) for file, size in sizes if size != file.size]

    def _missing(self, item: Item) -> list[Problem]:
        if item.operation == "d":
            return []  # what is withdrawn shows its files no more
        brought = attachments_from_json(item.attachments)
        return [verdicts.missing_attachment(file) for file in brought if file.sha256 not in self._files]


def numbered(results: Sequence[Result], accepted: Sequence[Accepted], numbers: Sequence[str]) -> list[Result]:
    """The results with the receipt numbers that were drawn for what was accepted."""
    known = {(e.item.id, e.item.revision): number for e, number in zip(accepted, numbers, strict=True)}
    return [
        replace(result, receipt_no=known[result.id, result.revision])
        if result.outcome in ("accepted", "duplicate") and not result.receipt_no
        else result
        for result in results
    ]


def _forms_of(items: Sequence[Item], reference: Reference) -> dict[tuple[str, int], Form]:
    forms = {}
    for key in {(item.form, item.form_version) for item in items}:
        try:
            forms[key] = reference.library.get(*key)
        except KeyError:
            continue
    return forms


def _confirmed(connection: Connection, unit: str, items: Sequence[Item]) -> dict[str, int]:
    """Sizes of those of the items' files that have arrived whole."""
    named = {str(file["sha256"]) for item in items for file in item.attachments}
    if not named:
        return {}
    rows = connection.execute(
        select(attachments.c.sha256, attachments.c.size).where(
            attachments.c.unit == unit, attachments.c.confirmed_at != "", attachments.c.sha256.in_(named)
        )
    )
    return {row.sha256: row.size for row in rows}
