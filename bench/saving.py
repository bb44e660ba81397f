"""Saving one finished record, against a bare SQLite commit of the same bytes on the same disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench import ledger
from bench.full_store import clock
from bench.lists import milliseconds, p95
from jgclient import entering
from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import load_library, resources_folder
from jgclient.records import canonical_json
from jgclient.store import ListQuery, Store

PAIRS = 200
#: Numbers from here on are not those of the ledger the store was filled with.
_BEYOND = 2_000_000


def measure(store: Store, place: Path) -> tuple[float, float]:
    """Milliseconds at the 95th percentile, ours (check, revision, search index, outbox, commit) and the bare.

    The two take turns. The bare one inserts the record's content as one text into one table without index
    (WAL, ``synchronous=FULL``, not encrypted) and commits.
    """
    library = load_library(resources_folder())
    calendar = load_calendar(resources_folder() / "calendars")
    form = library.get("check")
    bare = _bare(place / "bare.db")
    ours_took, bare_took = [], []
    for number, texts in enumerate(_texts(form, _BEYOND + 2 * store.records.count(ListQuery()))):
        now = clock() + timedelta(seconds=number)
        opened = entering.open_new(store, library, "check", now=now)
        content = canonical_json(texts)
        bare_took.append(milliseconds(lambda: bare.execute("INSERT INTO kept VALUES (?)", [content])))  # noqa: B023
        done = []
        ours_took.append(
            milliseconds(
                lambda: done.append(  # noqa: B023 - called at once
                    entering.finish(store, library, calendar, opened, texts, {}, now=now)  # noqa: B023
                )
            )
        )
        if done[0].revision is None:
            raise SystemExit(f"not finished: {[problem.message for problem in done[0].blocking]}")
    bare.close()
    return p95(ours_took), p95(bare_took)


def _texts(form: ledger.Form, first: int) -> Iterator[dict[str, str]]:
    names = [field.name for field in form if field.exchanged]
    for number, row in enumerate(ledger.rows(form, PAIRS)):
        if number % 50 != 7:  # those of the ledger are wrong on purpose
            texts = {name: text for name, text in zip(names, row, strict=True) if text}
            yield texts | {
                "check_action_code": f"4101002026{first + number:09d}",
                "administrative_cp": f"新登记{number:05d}物业服务有限公司",
                "supervise_object": f"新登记{number:05d}物业服务有限公司",
                "administrative_cp_ui_code": ledger._credit_code(first + number, wrong=False),
            }


def _bare(path: Path) -> sqlite3.Connection:
    path.unlink(missing_ok=True)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE kept (content TEXT)")
    return raw
