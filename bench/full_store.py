"""A store with very many records, written past the usual way: ``python -m bench.full_store FOLDER COUNT``.

Saving a million records one by one would take hours of fsync. Here the facts are written in portions, the
columns of the lists beside them, and the indexes are built at the end; a sample is then checked against what
the store itself derives.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from bench import ledger
from jgclient.forms.library import load_library, resources_folder
from jgclient.records import Revision, canonical_json, chain_hash, payload_hash
from jgclient.store import Store, Summary, index, open_store, search
from jgclient.store.codec import all_texts, revision_columns

PORTION = 5_000
#: Share of each standing: (state of the record, state in the outbox, outcome, share).
Standing = tuple[str, str, str, float]
STANDINGS: Sequence[Standing] = (
    ("accepted", "done", "accepted", 0.80), ("queued", "waiting", "", 0.05), ("parked", "parked", "", 0.01),
    ("returned", "done", "rejected", 0.04), ("draft", "", "", 0.10),
)  # fmt: skip
_SEED = 4
_START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
_AUTHOR = "赵某"
_SAMPLE = 300
_SUMMARY = {
    "title": "check_action_name", "number": "check_action_code", "party": "administrative_cp",
    "party_code": "administrative_cp_ui_code", "item": "supervise_item_implement_code",
    "act_date": "check_date",
}  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """One record to write."""

    key: int
    id: str
    texts: dict[str, str]
    at: datetime
    state: str
    outbox: str
    outcome: str

    @property
    def summary(self) -> Summary:
        return Summary(**{column: self.texts.get(name, "") for column, name in _SUMMARY.items()})


def clock() -> datetime:
    """The clock of the benchmark's stores."""
    return datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


#: Everything finished, nothing sent yet.
ALL_WAITING = (("queued", "waiting", "", 1.0),)


def fill(folder: Path, count: int, standings: Sequence[Standing] = STANDINGS) -> None:
    """Make a store of ``count`` records in ``folder``, unless there is a finished one already.

    Raises:
        SystemExit: a sample of what was written does not agree with what the store derives.
    """
    mark = folder / f"filled-{count}"
    if mark.exists():
        return
    with open_store(folder, clock=clock) as store:
        db = store._db
        db.run("PRAGMA synchronous = OFF")  # a benchmark's input may be lost
        indexes = db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'record'")
        for each in indexes:
            db.run(f"DROP INDEX [{each['name']}]")
        cases = _cases(count, standings)
        while portion := list(islice(cases, PORTION)):
            _write(store, portion)
            if sys.stderr.isatty() or portion[-1].key % 100_000 == 0:
                print(f"{portion[-1].key:,}", file=sys.stderr, flush=True)
        for each in indexes:
            db.run(each["sql"])
        db.run("INSERT INTO record_text(record_text) VALUES ('optimize')")
        db.run("DELETE FROM duty_stale")  # duties have a benchmark of their own
        _check(store, count)
    mark.touch()


def _cases(count: int, standings: Sequence[Standing]) -> Iterator[_Case]:
    draw = random.Random(_SEED)  # noqa: S311 - not a secret
    form = load_library(resources_folder()).get("check")
    names = [field.name for field in form if field.exchanged]
    shares = [share for *_, share in standings]
    for key, row in enumerate(ledger.rows(form, count), start=1):
        state, outbox, outcome, _ = draw.choices(standings, shares)[0]
        texts = {name: text for name, text in zip(names, row, strict=True) if text}
        at = _START + timedelta(seconds=25 * key)
        yield _Case(key, f"{draw.getrandbits(128):032x}", texts, at, state, outbox, outcome)


def _write(store: Store, cases: list[_Case]) -> None:
    db = store._db
    with db.atomic():
        _insert(db, "record", map(_record, cases))
        _insert(db, "record_text", map(_text, cases))
        _insert(db, "draft", (_draft(case) for case in cases if not case.outbox))
        revised = [(case, _revision(case)) for case in cases if case.outbox]
        shown = {"urgent_by": "2026-12-31"}
        _insert(db, "revision", (
            revision_columns(case.key, revision) | shown | {"summary": canonical_json(asdict(case.summary))}
            for case, revision in revised
        ))  # fmt: skip
        _insert(db, "outbox", map(_queued, (case for case, _ in revised)))
        _insert(db, "receipt", (_receipt(c, r) for c, r in revised if c.outcome == "accepted"))


def _insert(db: Any, table: str, rows: Iterable[dict[str, Any]]) -> None:  # noqa: ANN401 - the store's connection
    listed = list(rows)
    if listed:
        marks = ", ".join(f":{name}" for name in listed[0])
        db.run_many(f"INSERT INTO {table} ({', '.join(listed[0])}) VALUES ({marks})", listed)  # noqa: S608


def _record(case: _Case) -> dict[str, Any]:
    reason = {"parked": "平台每次都说这条出错", "returned": "平台没有说明原因。请向平台管理员询问"}
    return asdict(case.summary) | {
        "key": case.key, "id": case.id, "touched": case.key, "form": "check", "state": case.state,
        "updated_at": case.at.isoformat(), "urgent_by": "2026-12-31" if case.outbox else "9999-12-31",
        "author": _AUTHOR, "receipt_no": _number(case), "reason": reason.get(case.state, ""),
        "revision": 1 if case.outbox else 0, "hard_problems": 0,
    }  # fmt: skip


def _text(case: _Case) -> dict[str, Any]:
    shown = asdict(case.summary)
    texts = dict.fromkeys([shown[n] for n in ("title", "number", "party", "party_code", "item")])
    cut = search.index_text(
        [*texts | dict.fromkeys(all_texts(case.texts))], names=dict.fromkeys([shown["party"], shown["title"]])
    )
    return {"rowid": case.key, **asdict(cut)}


def _draft(case: _Case) -> dict[str, Any]:
    return {
        "record": case.key, "form": "check", "form_version": 1, "texts": canonical_json(case.texts),
        "reasons": "{}", "problems": "[]", "hard_problems": 0, "base_revision": 0, "offered": 0,
        "author": _AUTHOR, "saved_at": case.at.isoformat(), "summary": canonical_json(asdict(case.summary)),
    }  # fmt: skip


def _revision(case: _Case) -> Revision:
    sha256 = payload_hash(
        form="check", form_version=1, operation="i", content=dict(case.texts), reasons={}, attachments=[]
    )
    return Revision(
        record_id=case.id, revision=1, form="check", form_version=1, operation="i", base_revision=0,
        content=dict(case.texts), reasons={}, author=_AUTHOR, made_at=case.at, sha256=sha256, previous="",
        chain=chain_hash("", record_id=case.id, revision=1, author=_AUTHOR, made_at=case.at, sha256=sha256),
    )  # fmt: skip


def _queued(case: _Case) -> dict[str, Any]:
    return {
        "record": case.key, "revision": 1, "state": case.outbox, "urgent_by": "2026-12-31",
        "queued_at": case.at.isoformat(), "outcome": case.outcome,
        "reason": "平台每次都说这条出错" if case.outbox == "parked" else "",
    }  # fmt: skip


def _receipt(case: _Case, revision: Revision) -> dict[str, Any]:
    at = case.at.isoformat()
    return {
        "record": case.key, "revision": 1, "receipt_no": _number(case), "sha256": revision.sha256,
        "received_at": at, "server_time": at, "batch_id": "b", "author": _AUTHOR, "kept_at": at,
    }  # fmt: skip


def _number(case: _Case) -> str:
    return f"HZ{case.key:012d}" if case.outcome == "accepted" else ""


def _check(store: Store, count: int) -> None:
    """What was written must be what the store itself would have written."""
    draw = random.Random(_SEED)  # noqa: S311 - not a secret
    keys = draw.sample(range(1, count + 1), min(_SAMPLE, count))
    wrong = [key for key in keys if index.differs(store._db, key)]
    if wrong or store.wrong_counts():
        raise SystemExit(
            f"the generator no longer writes what the store derives: records {json.dumps(wrong)}"
        )


if __name__ == "__main__":
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    fill(Path(sys.argv[1]), int(sys.argv[2]))
