"""Where checked rows go: acts become drafts, rows of register forms replace their like."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from jgclient.entering import author_of, summarise
from jgclient.exchange.source_blocks import SourceBlock
from jgclient.forms.bulk import Block
from jgclient.forms.catalogue import VALID_FROM, VALID_TO
from jgclient.forms.crossing import duplicate_rules
from jgclient.forms.definition import Form, RegisterKey
from jgclient.forms.registers import Registers
from jgclient.importing.report import RowProblem, RowReport
from jgclient.importing.steps import Steps
from jgclient.records import Json, new_record_id
from jgclient.store import Beside, DraftRows, NewDrafts, RegisterRow, Store

#: Rows that are kept in one transaction at most: below a second, so that somebody typing need not wait long.
PORTION = 8_000


class Keeper(Protocol):
    """Knows where checked rows go."""

    def take(
        self, source: SourceBlock, checked: Block, reports: Sequence[RowReport], steps: Steps, /
    ) -> None:
        """Take checked rows; their reports say which are right. May begin to keep what was taken so far."""

    def rest(self) -> None:
        """Wait until nothing is being written, so that the caller can write."""

    def keep(self, steps: Steps) -> None:
        """Keep everything that was taken."""

    def undo(self) -> None:
        """Take out again what was kept."""


class DryRun:
    """Keeps nothing."""

    def take(self, source: SourceBlock, checked: Block, reports: Sequence[RowReport], steps: Steps) -> None:
        """Leave it."""

    def rest(self) -> None:
        """Nothing is written."""

    def keep(self, steps: Steps) -> None:
        """Nothing to keep."""

    def undo(self) -> None:
        """Nothing to take out."""


class Drafts:
    """Rows of acts become drafts, in portions; wrong ones too, unless the clerk wants them left out.

    While one portion is being written, the rows of the next are checked.
    """

    def __init__(self, store: Store, form: Form, file: str, *, now: datetime) -> None:
        self._store, self._form, self._file, self._now = store, form, file, now
        self._author = author_of(store)
        self._keys = sorted({name for rule in duplicate_rules(form) for name in rule.fields})
        self._beside = Beside(store)
        self._waiting: list[DraftRows] = []
        self._writing: tuple[Future[None], list[list[str]]] | None = None
        self._kept: list[list[str]] = []
        self._counted = 0

    def take(self, source: SourceBlock, checked: Block, reports: Sequence[RowReport], steps: Steps) -> None:
        """Give each row a new record id; have them written when nothing is, or when a portion is full."""
        places = [place for place, report in enumerate(reports) if report.outcome in ("kept", "draft")]
        record_ids = sorted(new_record_id(self._now) for _ in places)
        for place, record_id in zip(places, record_ids, strict=True):
            reports[place].record_id = record_id
        if places:
            self._waiting.append(self._store.bulk.rows(self._drafts(source, checked, places, record_ids)))
            idle = self._writing is None or self._writing[0].done()
            if idle or sum(len(rows.records) for rows in self._waiting) >= PORTION:
                self._hand_over(steps)

    def rest(self) -> None:
        """Wait for the portion that is being written.

        Raises:
            StoreError: it could not be kept.
        """
        if self._writing is not None:
            written, record_ids = self._writing
            self._writing = None
            written.result()
            self._kept += record_ids

    def keep(self, steps: Steps) -> None:
        """Save the rows taken as offered drafts and remember their fingerprints. A backup is made before."""
        if self._waiting:
            self._hand_over(steps)
        self.rest()
        if self._kept:
            self._beside.run(lambda store: store.bulk.settle()).result()
        self._beside.close()
        self._count(steps)

    def undo(self) -> None:
        """Take the kept drafts out again, newest first, in portions."""
        if self._writing is not None and self._writing[0].exception() is None:
            self.rest()  # a portion that failed, whatever of, left nothing behind
        self._beside.close()
        while self._kept:
            self._store.bulk.take_back(self._kept[-1])
            self._kept.pop()

    def _hand_over(self, steps: Steps) -> None:
        """Have the rows taken so far written, once the portion before is."""
        steps.step(0)
        if not self._kept and self._writing is None:
            self._store.backups.make("import")
        self.rest()
        self._count(steps)
        rows, self._waiting = self._waiting, []
        written = self._beside.run(lambda store: store.bulk.add(rows))
        self._writing = written, [some.record_ids for some in rows]

    def _count(self, steps: Steps) -> None:
        kept = sum(map(len, self._kept))
        steps.step(kept - self._counted)
        self._counted = kept

    def _drafts(
        self, source: SourceBlock, checked: Block, places: Sequence[int], record_ids: Sequence[str]
    ) -> NewDrafts:
        shown = {name: column.shown for name, column in checked.fields.items()}
        columns = {name: [texts[place] for place in places] for name, texts in shown.items()}
        names = [name for name in _summarised(self._form) if name in columns]
        summaries = [
            summarise(self._form, dict(zip(names, row, strict=True)))
            for row in zip(*(columns[name] for name in names), strict=True)
        ] or [summarise(self._form, {})] * len(places)
        return NewDrafts(
            form=self._form.id, form_version=self._form.version, author=self._author, file=self._file,
            record_ids=record_ids, texts=columns, problems=[checked.problems[place] for place in places],
            summaries=summaries, fingerprints=[source.fingerprints[place] for place in places],
            rows=[source.numbers[place] for place in places], keys=self._keys,
        )  # fmt: skip


def _summarised(form: Form) -> list[str]:
    """Names of the fields that lists show."""
    roles = (form.title_field, form.party_field, form.number_field, form.party_code_field, form.item_field,
             form.date_field)  # fmt: skip
    return list(dict.fromkeys(filter(None, roles)))


class RegisterRows:
    """Rows of register forms replace the rows with the same key; wrong ones are left out."""

    def __init__(self, store: Store, form: Form, register: RegisterKey, file: str, *, dry_run: bool) -> None:
        self._store, self._form, self._register, self._file = store, form, register, file
        self._dry_run = dry_run
        self._kept: Registers = store.registers
        self._ready: dict[tuple[str, ...], RegisterRow] = {}
        self._rows: dict[tuple[str, ...], int] = {}

    def take(self, source: SourceBlock, checked: Block, reports: Sequence[RowReport], _: Steps) -> None:
        """Lay rows ready but those the register has already, or the file under the same key."""
        for place, report in enumerate(reports):
            if report.outcome == "kept":
                self._take(source, place, checked.content(place), report)

    def _take(self, source: SourceBlock, place: int, content: dict[str, Json], report: RowReport) -> None:
        key = tuple(_key_text(content.get(name)) for name in self._register.fields)
        if key in self._rows:
            report.outcome = "refused"
            report.problems.append(self._same_key(source, place, key))
            return
        self._rows[key] = report.row
        if content in self._kept.rows(self._register.name, key[0]):
            report.outcome, report.reason = "duplicate", "清单里已有内容相同的一条，未重复导入"
        else:
            dates = (str(content.get(VALID_FROM, "")), str(content.get(VALID_TO, "")))
            self._ready[key] = RegisterRow(key, content, *dates)

    def _same_key(self, source: SourceBlock, place: int, key: tuple[str, ...]) -> RowProblem:
        name = next((n for n in self._register.fields if n in source.headings), self._register.fields[0])
        titles = "、".join(self._form.field(n).title for n in self._register.fields)
        return RowProblem(
            column=source.headings.get(name, ""), field=name, title=self._form.field(name).title,
            value=source.text(place, name), strength="hard", code="same-key",
            message=f"与第{self._rows[key]}行的{titles}相同，内容却不同",
            help="清单里只能留一条；请合并成一行，或改正后再导入",
        )  # fmt: skip

    def rest(self) -> None:
        """Nothing is written before all rows are taken."""

    def keep(self, steps: Steps) -> None:
        """Put all rows into the register, in one transaction. A backup is made before."""
        steps.step(0)
        if self._ready and not self._dry_run:
            self._store.backups.make("import")
            self._store.registers.upsert(self._register.name, list(self._ready.values()), self._file)

    def undo(self) -> None:
        """Nothing to take out: what was not kept as a whole was not kept."""


def _key_text(value: Json) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str("" if value is None else value)
