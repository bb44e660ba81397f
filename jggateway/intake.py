"""Decides what becomes of a batch: one verdict an item, none of which depends on another item's fate."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from jgclient.contract import BatchAnswer, Item, Result
from jgclient.forms.checker import Context
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem, blocking
from jgclient.records import Json
from jggateway import kept, verdicts
from jggateway.incoming import Incoming
from jggateway.kept import Arrival, Head, Raced, Receipt
from jggateway.registers import KeptRegisters
from jggateway.storage import Storage
from jggateway.verdicts import refused

_LOG = logging.getLogger("jggateway.intake")


class KeyReused(Exception):  # noqa: N818  # the client's fault, told as an answer
    """Other bytes were sent under the same batch id or Idempotency-Key."""


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


class Intake:
    """Takes batches in. Safe to use from several threads.

    Args:
        clock: Tells the platform's time; must be aware.
    """

    def __init__(self, storage: Storage, library: FormLibrary, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._library = library
        self._clock = clock

    def receive(self, incoming: Incoming, *, user: str, key: str, body_sha256: str) -> Json:
        """Judge every item, keep what is accepted, and remember the answer.

        The same bytes again get the same answer; nothing is judged twice.

        Args:
            incoming: The batch.
            user: Name of the user who sends it; the batch's unit must be the user's.
            key: Idempotency-Key, empty when there was none.
            body_sha256: Hash of the bytes the batch arrived as.

        Raises:
            KeyReused: other bytes came under this batch id or key before.
        """
        now = self._clock()
        batch = incoming.envelope
        arrival = Arrival(
            batch.batch_id, key or batch.batch_id, batch.unit_code, user, batch.device_id, body_sha256,
            now.isoformat(timespec="seconds"),
        )  # fmt: skip
        if batch.mode == "validate":
            return self._dry_run(incoming, arrival, now)
        try:
            with self._storage.writing() as connection:
                kept.claim_batch(connection, arrival)
                answer = self._answer(connection, incoming, arrival, now)
                kept.keep_answer(connection, arrival.unit, arrival.batch_id, answer)
        except Raced:
            return self._again(arrival)
        _log_outcomes(arrival, answer)
        return answer

    def _again(self, arrival: Arrival) -> Json:
        with self._storage.reading() as connection:
            answer = kept.earlier_answer(connection, arrival)
        if answer is None:
            raise KeyReused
        return answer

    def _dry_run(self, incoming: Incoming, arrival: Arrival, now: datetime) -> Json:
        # Under an id of its own, so that the same batch may have been sent before and may be sent afterwards.
        trial = str(uuid4())
        with self._storage.writing(keep=False) as connection:
            passing = replace(arrival, batch_id=trial, key=trial)
            kept.claim_batch(connection, passing)
            answer = self._answer(connection, incoming, passing, now)
        issued = {result["receipt_no"] for result in answer["results"] if result["outcome"] == "accepted"}
        for result in answer["results"]:
            if result["receipt_no"] in issued:  # nothing stands behind this receipt any more
                result.update(receipt_no="", received_at="")
        return answer

    def _answer(self, connection: Connection, incoming: Incoming, arrival: Arrival, now: datetime) -> Json:
        results = [
            entry if isinstance(entry, Result) else self._judge(connection, entry, arrival, now)
            for entry in incoming.items
        ]
        return BatchAnswer(incoming.envelope.batch_id, arrival.received_at, results).to_json()

    def _judge(self, connection: Connection, item: Item, arrival: Arrival, now: datetime) -> Result:
        try:
            with connection.begin_nested():
                return self._decide(connection, item, arrival, now)
        except Raced:
            # Another revision of this record came in the same moment; sent again, it meets what is kept then.
            return refused(item, verdicts.failed(), outcome="deferred")
        except DBAPIError:
            raise  # not this item's fault: the whole batch is undone and can be sent again
        except Exception:
            _LOG.exception("item failed", extra={"record": item.id, "form": item.form})
            return refused(item, verdicts.failed(), outcome="deferred")

    def _decide(self, connection: Connection, item: Item, arrival: Arrival, now: datetime) -> Result:
        if item.true_hash() != item.sha256:
            return refused(item, verdicts.wrong_hash())
        head = kept.head_of(connection, item.id)
        receipt = kept.receipt_of(connection, item.id, item.revision) if head else None
        answer = standing(item, head, receipt, arrival.unit)
        if answer is not None:
            return answer
        try:
            form = self._library.get(item.form, item.form_version)
        except KeyError:
            return refused(item, self._unknown_form(item))
        problems = self._problems(connection, item, form, arrival.unit, now)
        if problems:
            return Result(item.id, item.revision, "rejected", problems=problems)
        return kept.keep_revision(connection, item, form, arrival).result()

    def _unknown_form(self, item: Item) -> Problem:
        versions = [form.version for form in self._library.versions(item.form)]
        return verdicts.unknown_form(item.form, item.form_version, versions)

    def _problems(
        self, connection: Connection, item: Item, form: Form, unit: str, now: datetime
    ) -> list[Problem]:
        if item.attachments:
            return [verdicts.no_attachments()]
        if item.operation == "d":
            return []  # a withdrawal must never fail on rules that became stricter since
        registers = KeptRegisters(connection, unit=unit, record_id=item.id, form=form)
        context = Context(registers=registers, today=now.date(), unit={"code": unit})
        return blocking(self._library.checker(form).check(item.content, context), item.reasons)


def _log_outcomes(arrival: Arrival, answer: Json) -> None:
    outcomes = Counter(result["outcome"] for result in answer["results"])
    _LOG.info("batch", extra={"batch": arrival.batch_id, "unit": arrival.unit, "outcomes": dict(outcomes)})
