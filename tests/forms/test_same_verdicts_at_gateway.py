"""The gateway refuses what the client refuses and nothing else: random records through both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyring.backends import fail
from shipped_forms import ITEM, RIGHT, UNIT, form, shipped
from typed_texts import typed

from jgclient import entering
from jgclient.contract import Batch, Item, Mode
from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import resources_folder
from jgclient.forms.problems import Problem
from jgclient.records import Content, canonical_json
from jgclient.store import RegisterRow, Store, open_store
from jggateway import feed
from jggateway.incoming import read_batch
from jggateway.intake import Intake
from jggateway.publishing import register_entry
from jggateway.reference import References
from jggateway.storage import open_storage

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))
CALENDAR = load_calendar(resources_folder() / "calendars")
RECORD_FORMS = [f.id for f in shipped().forms if f.kind == "record"]
_OVER = {"cancel_date": "2025-12-31", "take_effect_date": "2020-01-01"}
#: An item in force and one that is over; two officers in service and one whose certificate is over.
ROWS: dict[str, list[Content]] = {
    "catalogue": [
        RIGHT["catalogue"],
        {**RIGHT["catalogue"], **_OVER, "supervise_item_code": "41010020200402"},
    ],
    "implementation": [RIGHT["implementation"]],
    "person": [
        RIGHT["person"],
        {**RIGHT["person"], "person_name": "李四", "certificate_no": "16010012346"},
        {**RIGHT["person"], "person_name": "王五", "certificate_no": "16010012347",
         "certificate_valid_to": "2026-01-01"},
    ],
}  # fmt: skip
#: Texts that the registers and the earlier records of both know.
KNOWN = {
    "supervise_item_code": [ITEM, "41010020200402", "41010020200409"],
    "supervise_item_implement_code": [ITEM, "41010020200402"],
    "supervise_item_check_icode": ["11410100000000019W3", "11410100000000019W4"],
    "check_personnel": ["张三、李四", "张三、王五", "张三、赵六"],
    "check_action_code": ["J-1", "J-2", "J-404"], "check_behavior_number": ["J-1", "J-404"],
    "punish_document_code": ["郑某罚决字〔2026〕12号", "郑某罚决字〔2026〕13号"],
}  # fmt: skip
#: The client knows whether it holds a check; at the gateway one that is missing may still be on its way.
ONLY_HERE = {"record-unknown"}

Verdict = list[tuple[str, str, tuple[str, ...], str]]


class _Undo(Exception):  # noqa: N818
    def __init__(self, done: entering.Finished) -> None:
        self.done = done


class Both:
    """A client with its store and a gateway with its database, which hold the same registers and records."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = open_store(folder / "client", clock=lambda: NOW)
        for name, value in UNIT.items():
            self.store.settings.set(f"unit_{name}", value)
        self.store.settings.set("user_name", "李某")
        self.storage = open_storage(folder / "gateway")
        references = References(self.storage, resources_folder(), lambda: NOW)
        self._intake = Intake(self.storage, references, lambda: NOW)
        for form_id, rows in ROWS.items():
            self._publish(form_id, rows)
        for form_id in RECORD_FORMS:
            self._report(form_id)

    def close(self) -> None:
        self.store.close()
        self.storage.close()

    def _publish(self, form_id: str, rows: list[Content]) -> None:
        register = form(form_id).register
        assert register is not None
        entries = [register_entry(form(form_id), row, "") for row in rows]
        with self.storage.writing() as connection:
            assert feed.put(connection, entries, NOW) == len(rows)
        made = [
            RegisterRow(
                tuple(str(row[name]) if name in row else "" for name in register.fields), row,
                str(row.get("take_effect_date", "")), str(row.get("cancel_date", "")),
            )
            for row in rows
        ]  # fmt: skip
        self.store.registers.upsert(register.name, made, "试验")

    def _report(self, form_id: str) -> None:
        """The right record of a form, finished here and accepted there."""
        texts = shipped().checker(form(form_id)).to_texts(RIGHT[form_id])
        done = self._finish(form_id, texts, "说明")
        assert done.revision is not None, done.blocking
        assert self.gateway(form_id, done.revision.content, done.revision.reasons, mode="commit") == []

    def client(self, form_id: str, texts: dict[str, str], reason: str) -> entering.Finished:
        """What becomes of a record that a clerk finishes; nothing is left of it."""
        try:
            with self.store.atomic():
                raise _Undo(self._finish(form_id, texts, reason))
        except _Undo as undone:
            return undone.done

    def _finish(self, form_id: str, texts: dict[str, str], reason: str) -> entering.Finished:
        opened = entering.open_new(self.store, shipped(), form_id, now=NOW)
        reading = entering.check(
            self.store, shipped(), opened.form, texts, record_id=opened.record_id, now=NOW
        )
        reasons = {p.code: reason for p in reading.problems if p.strength == "soft" and reason}
        return entering.finish(self.store, shipped(), CALENDAR, opened, texts, reasons, now=NOW)

    def gateway(
        self, form_id: str, content: Content, reasons: dict[str, str], *, mode: Mode = "validate"
    ) -> Verdict:
        """What the gateway says is wrong with a record; nothing is left of it unless the mode is commit."""
        plain = Item(
            id=f"{form_id}-{mode}", form=form_id, form_version=form(form_id).version, revision=1,
            base_revision=0, operation="i", author="李某", content=content, reasons=reasons, sha256="",
        )  # fmt: skip
        item = replace(plain, sha256=plain.true_hash())
        batch = Batch(f"b-{form_id}-{mode}", "device-1", UNIT["code"], mode, [item])
        body = batch.to_bytes()
        answer = self._intake.receive(read_batch(json.loads(body)), user="clerk", key="", body_sha256="x")
        (result,) = json.loads(answer)["results"]
        assert result["outcome"] == ("rejected" if result["problems"] else "accepted")
        return verdict([Problem.from_json(p) for p in result["problems"]])


def verdict(problems: list[Problem]) -> Verdict:
    """What both must agree in."""
    return [(p.code, p.strength, p.fields, p.message) for p in problems if p.code not in ONLY_HERE]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]  # keyring tells no types
    made = Both(tmp_path_factory.mktemp("both"))
    yield made
    made.close()
    keyring.set_keyring(before)


def changed(form_id: str) -> st.SearchStrategy[dict[str, str]]:
    """Texts of the right record with some fields typed anew, emptied, or added."""
    right = shipped().checker(form(form_id)).to_texts(RIGHT[form_id])
    fields = [field for field in form(form_id) if field.type != "attachments"]
    any_field = st.sampled_from(fields).flatmap(
        lambda field: st.tuples(
            st.just(field.name),
            st.just("") | typed(field) | st.sampled_from(KNOWN.get(field.name, [right.get(field.name, "")])),
        )
    )
    return st.lists(any_field, max_size=8).map(lambda changes: right | dict(changes))


@pytest.mark.parametrize("form_id", RECORD_FORMS)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_say_the_same_of_any_record(both: Both, form_id: str, data: st.DataObject) -> None:
    typed_in = data.draw(changed(form_id))
    reason = data.draw(st.sampled_from(["", "情况属实"]))
    checker = shipped().checker(form(form_id))
    content = both.client(form_id, typed_in, reason).reading.content
    # What was not understood cannot be sent; the rest is a record like any other.
    done = both.client(form_id, checker.to_texts(content), reason)
    assert canonical_json(done.reading.content) == canonical_json(content)
    reasons = {p.code: reason for p in done.reading.problems if p.strength == "soft" and reason}
    assert both.gateway(form_id, content, reasons) == verdict(done.blocking)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    ["", " ", "乱写", "９", "2026-02-30", 0, 1.5, -1, True, None, [], ["01", "01"], ["99"], {}, "长" * 3000]
)


@pytest.mark.parametrize("form_id", RECORD_FORMS)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_say_the_same_of_any_json(both: Both, form_id: str, data: st.DataObject) -> None:
    names = st.sampled_from([field.name for field in form(form_id) if field.type != "attachments"] + ["odd"])
    content = {**RIGHT[form_id], **data.draw(st.dictionaries(names, JUNK, max_size=4))}
    context = entering.context(both.store, record_id="x", now=NOW)
    found = shipped().checker(form(form_id)).check(content, context)
    wanted = [p for p in found if p.strength == "hard" or p.reason_required]
    assert both.gateway(form_id, content, {}) == verdict(wanted)


@pytest.mark.parametrize(
    ("form_id", "changes", "code"),
    [
        ("check", {"check_personnel": "张三、王五"}, "certificate-expired"),
        ("check", {"supervise_item_implement_code": "41010020200402"}, "item-not-in-force"),
        ("check", {"supervise_item_implement_code": "41010020200409"}, "item-unknown"),
        ("check", {"supervise_item_check_icode": "11410100000000019W4"}, "implementation-mismatch"),
        ("penalty", {"punish_action_code": "C-1"}, "CF-901"),
    ],
)
def test_registers_and_earlier_records_are_asked_by_both(
    both: Both, form_id: str, changes: dict[str, str], code: str
) -> None:
    texts = shipped().checker(form(form_id)).to_texts(RIGHT[form_id]) | changes
    done: Any = both.client(form_id, texts, "")
    assert code in {p.code for p in done.blocking}
    assert code in {found[0] for found in both.gateway(form_id, done.reading.content, {})}
