"""A run with nothing to do costs next to nothing: few requests, and no table of records is walked through."""

from __future__ import annotations

from sync_profile import Profile

from jgclient.platform_api import HttpPlatform

#: What may be read from end to end: a few lines, whatever the number of records.
_SMALL = {"setting", "record_count", "CONSTANT"}
#: Statements that read or change rows; the rest are pragmas and the ends of transactions.
_WORK = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def statements(profile: Profile, platform: HttpPlatform) -> list[str]:
    """Every statement of one run."""
    seen: list[str] = []
    raw = profile.store.records._db.raw
    raw.set_trace_callback(seen.append)
    try:
        report = profile.sync(platform)
    finally:
        raw.set_trace_callback(None)
    assert (report.stopped, report.total, report.requests <= 3) == ("", 0, True)
    return [sql for sql in seen if sql.lstrip().upper().startswith(_WORK)]


def scans(profile: Profile, sql: str) -> list[str]:
    """What a statement walks through from end to end and grows with the records, as SQLite plans it."""
    plan = profile.store.records._db.rows(f"EXPLAIN QUERY PLAN {sql}")
    steps = [str(row["detail"]).split() for row in plan]
    return [" ".join(words) for words in steps if words[0] == "SCAN" and words[1] not in _SMALL]


def test_a_run_with_nothing_to_do_reads_no_table_from_end_to_end(
    profile: Profile, platform: HttpPlatform
) -> None:
    profile.finish_many(60)
    profile.sync(platform)
    profile.sync(platform)
    run = statements(profile, platform)
    assert run
    assert {sql: scans(profile, sql) for sql in run if scans(profile, sql)} == {}


def test_a_walk_would_be_seen(profile: Profile) -> None:
    profile.finish_many(3)
    assert scans(profile, "SELECT * FROM revision WHERE author = 'x'") == ["SCAN revision"]
