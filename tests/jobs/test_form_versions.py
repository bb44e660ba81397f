"""A record keeps the form version it was made with, whatever arrives later."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from jgclient import entering
from jgclient.contract import Batch, Item, Result
from jgclient.deadlines.calendar import Calendar
from jgclient.entering import EnteringError
from jgclient.forms.library import FormLibrary, load_library
from jgclient.store import Store
from jggateway.incoming import read_batch
from jggateway.intake import Intake
from jggateway.reference import References
from jggateway.storage import open_storage

NO_HOLIDAYS = Calendar()
UNIT_CODE = "11410100000000019W"


def form(version: int, valid_from: str, more: str = "") -> str:
    return f"""
id = "visit"
title = "走访"
version = {version}
valid_from = {valid_from}
title_field = "name"
[[section]]
title = "内容"
[[section.field]]
name = "name"
title = "名称"
type = "text"
required = true
{more}"""


NEW_FIELD = """
[[section.field]]
name = "place"
title = "地点"
type = "text"
required = true
"""
BROKEN_FIELD = NEW_FIELD.replace('"text"', '"moon"')

Arrive = Callable[[int, str], FormLibrary]


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    for name in ("forms", "codes", "calendars"):
        (tmp_path / "resources" / name).mkdir(parents=True)
    return tmp_path / "resources"


@pytest.fixture
def arrive(resources: Path) -> Arrive:
    """Let a version of the form arrive; returns the library as it is then."""

    def do(version: int, text: str) -> FormLibrary:
        (resources / "forms" / f"visit-{version}.toml").write_text(text, encoding="utf-8")
        return load_library(resources)

    return do


def test_a_draft_stays_with_its_version_to_the_end(
    store: Store, arrive: Arrive, resources: Path, tmp_path: Path, now: datetime
) -> None:
    old = arrive(1, form(1, "2020-01-01"))
    draft = entering.open_new(store, old, "visit", now=now)
    entering.keep(store, old, draft, {"name": "甲"}, {}, now=now)

    both = arrive(2, form(2, "2026-11-01", NEW_FIELD))
    assert entering.open_new(store, both, "visit", now=now).form.version == 2
    again = entering.open_record(store, both, draft.record_id)
    assert (again.form.version, again.texts) == (1, {"name": "甲"})
    entering.keep(store, both, again, {"name": "甲公司"}, {}, now=now)
    last = entering.open_record(store, both, draft.record_id)
    finished = entering.finish(store, both, NO_HOLIDAYS, last, last.texts, {}, now=now)
    assert finished.revision is not None
    assert (finished.revision.form_version, finished.revision.content) == (1, {"name": "甲公司"})

    assert outcome_at_gateway(store, resources, tmp_path, now) == "accepted"
    changed = entering.open_record(store, both, draft.record_id)
    assert changed.form.version == 1
    entering.keep(store, both, changed, {"name": "甲公司（新）"}, {}, now=now)
    report = entering.submit(store, both, NO_HOLIDAYS, [draft.record_id], now=now)
    assert report.queued == 1
    assert [r.form_version for r in store.records.revisions(draft.record_id)] == [1, 1]


def outcome_at_gateway(store: Store, resources: Path, folder: Path, now: datetime) -> str:
    """What the gateway, which has all versions, makes of the revision that waits; the client is told so."""
    (made,) = store.outbox.waiting(10)
    item = Item(
        id=made.record_id, form=made.form, form_version=made.form_version, revision=made.revision,
        base_revision=made.base_revision, operation=made.operation, author=made.author,
        content=made.content, reasons=made.reasons, sha256=made.sha256,
    )  # fmt: skip
    body = Batch("b1", "device-1", UNIT_CODE, "commit", [item]).to_bytes()
    storage = open_storage(folder / "gateway")
    intake = Intake(storage, References(storage, resources, lambda: now), lambda: now)
    answer = intake.receive(read_batch(json.loads(body)), user="clerk", key="", body_sha256="x")
    storage.close()
    (told,) = json.loads(answer)["results"]
    store.outbox.store_batch("b1", body, [(made.record_id, made.revision)])
    result = Result(
        made.record_id, made.revision, told["outcome"], sha256=made.sha256, receipt_no=told["receipt_no"]
    )
    store.outbox.apply_answer("b1", [result], now.isoformat())
    return str(told["outcome"])


def test_before_a_new_version_is_in_force_records_begin_with_the_old_one(
    store: Store, arrive: Arrive, now: datetime
) -> None:
    arrive(1, form(1, "2020-01-01"))
    both = arrive(2, form(2, "2027-01-01", NEW_FIELD))
    assert entering.open_new(store, both, "visit", now=now).form.version == 1


def test_a_version_that_is_refused_changes_nothing(store: Store, arrive: Arrive, now: datetime) -> None:
    arrive(1, form(1, "2020-01-01"))
    both = arrive(2, form(2, "2026-11-01", BROKEN_FIELD))
    (error,) = both.broken
    assert str(error).startswith("visit-2.toml：字段 place：没有 moon 这种类型")
    opened = entering.open_new(store, both, "visit", now=now)
    assert opened.form.version == 1
    assert entering.finish(store, both, NO_HOLIDAYS, opened, {"name": "甲"}, {}, now=now).revision is not None


def test_a_record_of_a_version_that_is_gone_waits_unharmed(
    store: Store, arrive: Arrive, resources: Path, now: datetime
) -> None:
    old = arrive(1, form(1, "2020-01-01"))
    draft = entering.open_new(store, old, "visit", now=now)
    entering.keep(store, old, draft, {"name": "甲"}, {}, now=now)
    arrive(2, form(2, "2026-11-01", NEW_FIELD))
    (resources / "forms" / "visit-1.toml").unlink()
    without = load_library(resources)
    with pytest.raises(EnteringError, match="第1版，暂不能打开"):
        entering.open_record(store, without, draft.record_id)
    report = entering.submit(store, without, NO_HOLIDAYS, [draft.record_id], now=now)
    assert [refused.problems[0].code for refused in report.refused] == ["form-missing"]
    kept = store.records.draft(draft.record_id)
    assert kept is not None
    assert (kept.form_version, kept.texts) == (1, {"name": "甲"})
