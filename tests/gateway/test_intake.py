"""What becomes of each item: decided in the intake, without any network."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway_items import OTHER_UNIT, UNIT, batch, edited, item, outcomes
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from jgclient.contract import Batch, ContractError, Item
from jgclient.forms.library import FormLibrary
from jggateway.incoming import read_batch
from jggateway.intake import Intake, KeyReused
from jggateway.kept import counts
from jggateway.reference import References
from jggateway.storage import Storage
from jggateway.tables import records, records_kept


@pytest.fixture
def intake(storage: Storage, resources: Path, clock: Any) -> Intake:
    return Intake(storage, References(storage, resources, clock), clock)


def take(intake: Intake, sent: Batch | dict[str, Any], key: str = "") -> dict[str, Any]:
    """Receive a batch as its bytes would be."""
    body = sent.to_bytes() if isinstance(sent, Batch) else json.dumps(sent).encode()
    read = read_batch(json.loads(body))
    answer = json.loads(intake.receive(read, user="clerk", key=key, body_sha256=str(hash(body))))
    assert isinstance(answer, dict)
    return answer


def codes(answer: dict[str, Any], index: int = 0) -> list[str]:
    return [problem["code"] for problem in answer["results"][index]["problems"]]


def test_accepted_revision_is_kept_whole_with_its_receipt(intake: Intake, storage: Storage) -> None:
    sent = item(content={"object": "乙公司（河南）"}, reasons={"X": "说明"})
    result = take(intake, batch(sent))["results"][0]
    assert (result["outcome"], result["sha256"], result["problems"]) == ("accepted", sent.sha256, [])
    assert result["received_at"] == "2026-09-07T12:00:00+08:00"
    assert result["receipt_no"].startswith("HN20260907")
    with storage.reading() as connection:
        row = connection.execute(select(records_kept)).mappings().one()
    assert json.loads(row["content"]) == sent.content
    assert json.loads(row["reasons"]) == {"X": "说明"}
    assert (row["unit"], row["author"], row["batch_id"]) == (UNIT, "李某", "b1")
    assert (row["receipt_no"], row["received_at"]) == (result["receipt_no"], result["received_at"])


def test_same_revision_again_gets_the_same_receipt(intake: Intake, clock: Any) -> None:
    first = take(intake, batch(item()))["results"][0]
    clock.now += timedelta(days=3)
    again = take(intake, batch(item(), batch_id="b2"))["results"][0]
    assert again == {**first, "outcome": "duplicate"}


def test_twice_in_one_batch_is_kept_once(intake: Intake, storage: Storage) -> None:
    assert outcomes(take(intake, batch(item(), item()))) == ["accepted", "duplicate"]
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 1


def test_same_bytes_again_get_the_same_answer_and_judge_nothing(
    intake: Intake, storage: Storage, clock: Any
) -> None:
    sent = batch(item("r1"), item("r2", content={"people": 1}))
    first = take(intake, sent)
    clock.now += timedelta(days=1)
    assert take(intake, sent) == first
    assert outcomes(first) == ["accepted", "rejected"]
    with storage.reading() as connection:
        assert counts(connection) == {"records": 1, "accepted": 1, "receipts": 1, "batches": 1, "users": 0}


@pytest.mark.parametrize(
    ("second", "key"),
    [
        (batch(item("r2")), ""),
        (batch(item("r2"), batch_id="b2"), "b1"),
    ],
    ids=["same batch id", "same key"],
)
def test_other_bytes_under_a_used_id_or_key_are_refused(
    intake: Intake, storage: Storage, second: Batch, key: str
) -> None:
    take(intake, batch(item("r1")))
    with pytest.raises(KeyReused):
        take(intake, second, key)
    with storage.reading() as connection:
        assert counts(connection)["records"] == 1


def test_another_unit_may_use_the_same_batch_id(intake: Intake) -> None:
    take(intake, batch(item("r1")))
    assert outcomes(take(intake, batch(item("r2"), unit_code=OTHER_UNIT))) == ["accepted"]


def test_same_revision_with_other_content_is_a_conflict_and_changes_nothing(
    intake: Intake, storage: Storage
) -> None:
    take(intake, batch(item()))
    answer = take(intake, batch(item(content={"object": "丙公司"}), batch_id="b2"))
    assert outcomes(answer) == ["conflict"]
    assert codes(answer) == ["same-revision"]
    with storage.reading() as connection:
        assert json.loads(connection.scalars(select(records_kept.c.content)).one())["object"] == "甲公司"


def test_edits_and_withdrawal_follow_the_newest_revision(intake: Intake, storage: Storage) -> None:
    withdrawn = edited(to=3, base=2, operation="d")
    answer = take(intake, batch(item(), edited(content={"object": "乙公司"}), withdrawn))
    assert outcomes(answer) == ["accepted"] * 3
    with storage.reading() as connection:
        head = connection.execute(select(records)).mappings().one()
    assert (head["revision"], head["operation"]) == (3, "d")


@pytest.mark.parametrize("operation", ["i", "u"])
def test_a_withdrawn_record_may_be_entered_anew_on_its_withdrawal(intake: Intake, operation: str) -> None:
    take(intake, batch(item(), edited(operation="d")))
    stale = take(intake, batch(edited(to=3, base=1, operation=operation), batch_id="b2"))
    assert (outcomes(stale), codes(stale)) == (["conflict"], ["base-revision"])
    again = take(intake, batch(edited(to=3, base=2, operation="d"), batch_id="b3"))
    assert (outcomes(again), codes(again)) == (["rejected"], ["operation"])
    anew = take(intake, batch(edited(to=3, base=2, operation=operation), batch_id="b4"))
    assert outcomes(anew) == ["accepted"]
    wrong = take(intake, batch(edited("r2", to=1, base=0, operation=operation), batch_id="b5"))
    assert outcomes(wrong) == ["rejected" if operation == "u" else "accepted"]


def test_revision_number_may_skip_refused_ones(intake: Intake) -> None:
    assert outcomes(take(intake, batch(item(revision=3)))) == ["accepted"]
    assert outcomes(take(intake, batch(edited(to=7, base=3), batch_id="b2"))) == ["accepted"]


@pytest.mark.parametrize(
    ("sent", "outcome", "code"),
    [
        (edited("new", to=2, base=1), "conflict", "base-revision"),
        (edited("kept", to=5, base=2), "conflict", "base-revision"),
        (item("kept", revision=2), "conflict", "base-revision"),
        (edited("kept", operation="i"), "rejected", "operation"),
        (edited("new", to=1, base=0), "rejected", "operation"),
        (edited("new", to=1, base=0, operation="d"), "rejected", "operation"),
        (item("new", form="visits"), "rejected", "form"),
        (item("new", form_version=2), "rejected", "form-version"),
        (item("new", sha256="0" * 64), "rejected", "hash"),
        (
            item("new", attachments=[{"sha256": "0" * 64, "name": "a.jpg", "size": 1}]),
            "deferred",
            "attachment-missing",
        ),
        (item("new", attachments=[{"sha256": "0" * 64, "name": "a.jpg"}]), "rejected", "item-shape"),
        (item("new", content={"people": 1}), "rejected", "ZF-001"),
        (item("new", content={"object": None}), "rejected", None),
        (item("new", content={"day": "2025-12-31"}), "rejected", "ZF-002"),
        (item("new", content={"day": "2025-12-31"}, reasons={"ZF-002": " "}), "rejected", "ZF-002"),
        (item("new", content={"day": "2025-12-31"}, reasons={"ZF-002": "补录"}), "accepted", None),
        (item("new", content={"unheard_of": 1}), "rejected", None),
        (item("坏"), "rejected", "item-shape"),
        (item("new", revision=0), "rejected", "item-shape"),
        (item("new", revision=2**31), "rejected", "item-shape"),
        (edited("new", to=1, base=1), "rejected", "item-shape"),
        (item("new", author="\0"), "rejected", "item-shape"),
    ],
)
def test_one_odd_item_is_answered_and_spoils_no_other(
    intake: Intake, storage: Storage, sent: Any, outcome: str, code: str | None
) -> None:
    take(intake, batch(item("kept")))
    answer = take(intake, batch(item("before"), sent, item("after"), batch_id="b2"))
    assert outcomes(answer) == ["accepted", outcome, "accepted"]
    assert [r["id"] for r in answer["results"]] == ["before", sent.id, "after"]
    if code is not None:
        assert codes(answer, 1) == [code]
    if outcome != "accepted":
        odd = answer["results"][1]
        assert (odd["receipt_no"], odd["received_at"]) == ("", "")
        assert all(problem["message"] and problem["kind"] for problem in odd["problems"])
        assert odd["problems"]
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 3 + (outcome == "accepted")


def test_record_of_another_unit_is_refused_without_telling_about_it(intake: Intake, storage: Storage) -> None:
    take(intake, batch(item()))
    for sent in (item(), item(content={"object": "丙公司"}), edited()):
        stranger = batch(sent, batch_id=f"s{sent.revision}{sent.content['object']}".encode().hex())
        answer = take(intake, replace(stranger, unit_code=OTHER_UNIT))
        assert (outcomes(answer), codes(answer)) == (["rejected"], ["foreign-record"])
        assert answer["results"][0]["receipt_no"] == ""
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 1


def test_form_cannot_change_under_a_record(intake: Intake, storage: Storage) -> None:
    take(intake, batch(item()))
    with storage.writing() as connection:
        connection.execute(records.update().values(form="penalty"))
    answer = take(intake, batch(edited(), batch_id="b2"))
    assert (outcomes(answer), codes(answer)) == (["rejected"], ["operation"])


def test_validate_answers_everything_and_keeps_nothing(intake: Intake, storage: Storage) -> None:
    sent = batch(item("r1"), item("r1"), item("r2", content={"people": 1}))
    answer = take(intake, replace(sent, mode="validate"))
    assert outcomes(answer) == ["accepted", "duplicate", "rejected"]
    assert [r["receipt_no"] for r in answer["results"]] == ["", "", ""]
    assert answer["batch_id"] == "b1"
    with storage.reading() as connection:
        assert counts(connection) == {"records": 0, "accepted": 0, "receipts": 0, "batches": 0, "users": 0}
    assert outcomes(take(intake, sent)) == ["accepted", "duplicate", "rejected"]
    known = take(intake, replace(sent, mode="validate"))
    assert outcomes(known) == ["duplicate", "duplicate", "rejected"]
    assert known["results"][0]["receipt_no"].startswith("HN")


def test_failure_of_the_gateway_itself_defers_the_item_only(
    intake: Intake, storage: Storage, library: FormLibrary, monkeypatch: pytest.MonkeyPatch,
    logfail: list[Any],
) -> None:  # fmt: skip
    honest = FormLibrary.checker

    class Failing:
        def check(self, content: dict[str, Any], context: Any) -> list[Any]:
            if content["object"] == "坏公司":
                raise RuntimeError(content["object"])
            return honest(library, library.get("visit")).check(content, context)

    monkeypatch.setattr(FormLibrary, "checker", lambda _self, _form: Failing())
    answer = take(intake, batch(item("r1"), item("r2", content={"object": "坏公司"}), item("r3")))
    assert outcomes(answer) == ["accepted", "deferred", "accepted"]
    assert [record.getMessage() for record in logfail] == ["item failed"]
    logfail.clear()
    monkeypatch.undo()
    again = take(intake, batch(item("r2", content={"object": "坏公司"}), batch_id="b2"))
    assert outcomes(again) == ["accepted"]
    with storage.reading() as connection:
        assert counts(connection)["accepted"] == 3


@pytest.mark.parametrize(
    "damage",
    [
        {"items": {}}, {"items": [1]}, {"items": [{"id": "r1"}]}, {"items": [{"id": "r1", "revision": True}]},
        {"mode": "perhaps"}, {"batch_id": ""}, {"batch_id": "b 1"}, {"batch_id": 7}, {"device_id": "\ud800"},
        {"unit_code": None},
    ],
)  # fmt: skip
def test_unreadable_envelope_is_refused_as_a_whole(damage: dict[str, Any]) -> None:
    with pytest.raises(ContractError):
        read_batch({**asdict(batch(item())), **damage})


_ITEMS = st.builds(
    lambda number, revision, people, withdraw: edited(
        f"r{number}", to=revision, base=revision - 1, content={"people": people},
        operation="i" if revision == 1 else "d" if withdraw else "u",
    ),
    st.integers(1, 4), st.integers(1, 3), st.sampled_from([1, 2, 3]), st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_ITEMS, max_size=6), max_size=6))
def test_kept_is_exactly_what_was_accepted(
    new_storage: Any, resources: Path, clock: Any, sent: list[list[Any]]
) -> None:
    with new_storage() as storage:
        intake = Intake(storage, References(storage, resources, clock), clock)
        results = []
        for number, items in enumerate(sent):
            for mode in ("validate", "commit", "commit"):
                answer = take(intake, batch(*items, batch_id=f"b{number}-{mode}", mode=mode))
                results += answer["results"] if mode == "commit" else []
        accepted = {(r["id"], r["revision"]): r for r in results if r["outcome"] == "accepted"}
        with storage.reading() as connection:
            kept = connection.execute(select(records_kept)).mappings().all()
            found = counts(connection)
        assert {(row["id"], row["revision"]) for row in kept} == set(accepted)
        assert found["receipts"] == found["accepted"] == len(accepted)
        assert found["records"] == len({record_id for record_id, _ in accepted})
        for result in results:
            if result["outcome"] in ("accepted", "duplicate"):
                proof = accepted[result["id"], result["revision"]]
                assert (result["receipt_no"], result["sha256"]) == (proof["receipt_no"], proof["sha256"])


_NASTY = st.sampled_from(["\ud800", "\0", "9" * 5000, 10**40, -1, [], {}])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | _NASTY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
# The unit is not among them: it has to be the user's before a batch gets this far.
_MEMBERS = [("batch", name) for name in asdict(batch()) if name != "unit_code"] + [
    (part, name)
    for part, names in {"item": asdict(item()), "content": item().content}.items()
    for name in names
]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(member=st.sampled_from(_MEMBERS), value=_JSON, rehash=st.booleans())
@example(member=("item", "id"), value="\ud800", rehash=True)
@example(member=("item", "author"), value="\ud800", rehash=True)
@example(member=("item", "form"), value="\ud800", rehash=False)
@example(member=("content", "object"), value="\ud800", rehash=False)
@example(member=("batch", "device_id"), value="\ud800", rehash=False)
def test_hostile_member_gets_an_answer_or_a_refusal_and_never_a_failure(
    new_storage: Any,
    resources: Path,
    clock: Any,
    member: tuple[str, str],
    value: Any,
    rehash: bool,
) -> None:
    sent = asdict(batch(item("r1"), item("r2")))
    second = sent["items"][1]
    {"batch": sent, "item": second, "content": second["content"]}[member[0]][member[1]] = value
    with suppress(ContractError, ValueError, TypeError):
        second["sha256"] = Item.from_json(second).true_hash() if rehash else second["sha256"]
    try:
        incoming = read_batch(sent)
    except ContractError:
        return
    with new_storage() as storage:
        intake = Intake(storage, References(storage, resources, clock), clock)
        answer = json.loads(intake.receive(incoming, user="clerk", key="", body_sha256="x"))
    assert len(answer["results"]) == len(incoming.items)
    assert "deferred" not in outcomes(answer)
    json.dumps(answer, ensure_ascii=False).encode()
