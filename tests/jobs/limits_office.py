"""An office with records whose limits matter, on a real store."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.limits import Basis, Renewal, renew
from jgclient.records import Revision, chain_hash, new_record_id, payload_hash
from jgclient.store import Store, Summary, open_store

CHINA = timezone(timedelta(hours=8))
#: A Saturday.
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=CHINA)


@cache
def library() -> FormLibrary:
    return load_library(resources_folder())


@cache
def basis() -> Basis:
    return Basis(library(), load_calendar(resources_folder() / "calendars"))


class Office:
    """A store with a hand on its clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.store: Store = self._open()
        self._count = 0

    def _open(self) -> Store:
        return open_store(self.folder, clock=lambda: self.now)

    def restart(self) -> None:
        self.store.close()
        self.store = self._open()

    def draft(self, form: str = "check", author: str = "李某", record_id: str = "", **texts: str) -> str:
        record_id = record_id or self._id()
        self.store.records.save_draft(
            record_id, form=form, form_version=1, texts=texts, author=author,
            summary=Summary(title=f"记录{self._count}", party="某公司"),
        )  # fmt: skip
        return record_id

    def finished(self, form: str = "check", **content: object) -> Revision:
        record_id, content = self._id(), dict(content)
        sha256 = payload_hash(
            form=form, form_version=1, operation="i", content=content, reasons={}, attachments=[]
        )
        chain = chain_hash("", record_id=record_id, revision=1, author="李某", made_at=NOW, sha256=sha256)
        made = Revision(record_id, 1, form, 1, "i", 0, content, {}, "李某", NOW, sha256, "", chain)
        self.store.records.add_revision(made, Summary(title=f"记录{self._count}", party="某公司"))
        return made

    def renew(self, with_basis: Basis | None = None) -> Renewal:
        return renew(self.store, with_basis or basis(), now=self.now)

    def _id(self) -> str:
        self._count += 1
        return new_record_id(NOW + timedelta(milliseconds=self._count))


def year_file(folder: Path, year: int = 2027, *more: str) -> Path:
    """A calendar of a coming year with the holidays whose days are fixed, and a spring festival."""
    rest = [f"{year}-01-01,rest,元旦", f"{year}-01-02,rest,元旦"]
    rest += [f"{year}-02-{day:02d},rest,春节" for day in range(5, 13)]
    rest += [f"{year}-04-05,rest,清明节", f"{year}-06-09,rest,端午节", f"{year}-09-15,rest,中秋节"]
    rest += [f"{year}-05-{day:02d},rest,劳动节" for day in range(1, 6)]
    rest += [f"{year}-10-{day:02d},rest,国庆节" for day in range(1, 8)]
    path = folder / f"{year}年安排.csv"
    path.write_text("\n".join(["date,kind,name", *rest, *more, ""]), encoding="utf-8")
    return path
