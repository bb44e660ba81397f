"""Between Python values and columns: times, days, JSON, revisions, drafts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from jgclient.forms.problems import Problem
from jgclient.records import Json, Revision, canonical_json
from jgclient.store.connection import Row
from jgclient.store.rows import DraftRow, Summary

#: Stands for “no day” where days are sorted, so that what is urgent comes first.
FAR = "9999-12-31"


def day_text(day: date | None) -> str:
    """A day as stored."""
    return FAR if day is None else day.isoformat()


def day_of(text: str) -> date | None:
    """A stored day."""
    return None if text == FAR else date.fromisoformat(text)


def problems_text(problems: list[Problem]) -> str:
    """Problems as stored."""
    return canonical_json([problem.to_json() for problem in problems])


def problems_of(text: str) -> list[Problem]:
    """Stored problems."""
    return [Problem.from_json(data) for data in json.loads(text)]


def summary_text(summary: Summary) -> str:
    """A summary as stored."""
    return canonical_json(asdict(summary))


def summary_of(text: str) -> Summary:
    """A stored summary."""
    return Summary(**json.loads(text))


def revision_columns(key: int, revision: Revision) -> dict[str, Any]:
    """The columns of a revision."""
    columns = {name: getattr(revision, name) for name in _REVISION_PLAIN}
    return columns | {
        "record": key,
        "content": canonical_json(revision.content),
        "reasons": canonical_json(revision.reasons),
        "attachments": canonical_json(revision.attachments),
        "made_at": revision.made_at.isoformat(),
    }


_REVISION_PLAIN = (
    "revision", "form", "form_version", "operation", "base_revision", "author", "sha256", "previous", "chain"
)  # fmt: skip


def revision_of(row: Row) -> Revision:
    """A stored revision; the row must also hold the record's ``id``."""
    return Revision(
        record_id=row["id"],
        content=json.loads(row["content"]),
        reasons=json.loads(row["reasons"]),
        attachments=json.loads(row["attachments"]),
        made_at=datetime.fromisoformat(row["made_at"]),
        **{name: row[name] for name in _REVISION_PLAIN},
    )


def draft_of(row: Row) -> DraftRow:
    """A stored draft; the row must also hold the record's ``id``."""
    return DraftRow(
        record_id=row["id"], form=row["form"], form_version=row["form_version"],
        texts=json.loads(row["texts"]), reasons=json.loads(row["reasons"]),
        problems=problems_of(row["problems"]), hard_problems=row["hard_problems"],
        base_revision=row["base_revision"], offered=bool(row["offered"]), author=row["author"],
        saved_at=datetime.fromisoformat(row["saved_at"]), summary=summary_of(row["summary"]),
    )  # fmt: skip


def all_texts(value: Json) -> list[str]:
    """Every text inside a JSON value, for the search index."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in all_texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in all_texts(inner)]
    if value is None or isinstance(value, bool):
        return []
    return [str(value)]
