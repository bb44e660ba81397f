"""Forms, code lists and calendars as files: those that come with this program, and their index."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from jgclient.contract import FileText
from jggateway import feed
from jggateway.feed import Entry

_INDEX = "index.csv"


def ship(connection: Connection, resources: Path, now: datetime) -> int:
    """Put the files of ``resources`` into the feed; what a person published under the same id stays."""
    fresh = [
        entry for entry in shipped(resources) if feed.origin_of(connection, entry) in ("", "shipped")
    ]  # fmt: skip
    return feed.put(connection, fresh, now)


def shipped(resources: Path) -> Iterator[Entry]:
    """Every form, code list and year of the calendar below ``resources``, as entries for everybody."""
    for path in sorted((resources / "forms").glob("*.toml")):
        entry = form_entry(path.read_text(encoding="utf-8-sig"))
        if entry is not None:
            yield entry
    for kind, folder in (("codes", resources / "codes"), ("calendar", resources / "calendars")):
        titles = _titles(folder / _INDEX)
        for path in sorted(folder.glob("*.csv")):
            if path.name != _INDEX:
                title, source = titles.get(path.stem, ("", ""))
                file = FileText(path.name, _text(path), title, source)
                yield Entry(kind, path.stem, asdict(file), origin="shipped")


def form_entry(text: str, origin: str = "shipped") -> Entry | None:
    """The entry of a form file; None when it does not even name its form and version."""
    try:
        members = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    form_id, version, title = members.get("id"), members.get("version"), members.get("title")
    if not isinstance(form_id, str) or not form_id.isidentifier() or type(version) is not int:
        return None
    file = FileText(f"{form_id}-{version}.toml", text, str(title or ""))
    return Entry("form", f"{form_id}@{version}", asdict(file), origin=origin)


def write_index(path: Path, files: Iterable[FileText]) -> None:
    """Write the index that tells titles and sources of code lists."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "title", "source"])
        writer.writerows([Path(file.name).stem, file.title, file.source] for file in files)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _titles(index: Path) -> dict[str, tuple[str, str]]:
    if not index.exists():
        return {}
    rows = csv.DictReader(io.StringIO(_text(index)))
    return {row.get("id") or row.get("year") or "": (row["title"], row["source"]) for row in rows}
