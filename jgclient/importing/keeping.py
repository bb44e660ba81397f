"""Where checked rows go: acts become drafts, rows of register forms replace their like."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from jgclient.entering import author_of, summarise
from jgclient.exchange.source_rows import SourceRow
from jgclient.forms.catalogue import VALID_FROM, VALID_TO
from jgclient.forms.checker import Reading
from jgclient.forms.definition import Form, RegisterKey
from jgclient.forms.problems import Problem
from jgclient.forms.registers import Registers
from jgclient.importing.report import RowProblem, RowReport
from jgclient.importing.steps import Steps
from jgclient.records import Json, new_record_id
from jgclient.store import RegisterRow, Store


class Keeper(Protocol):
    """Knows where checked rows go."""

    def take(self, row: SourceRow, report: RowReport, reading: Reading) -> None:
        """Lay a checked row ready, and say in its report what will become of it."""

    def keep(self, steps: Steps) -> None:
        """Keep everything that was laid ready; called inside a transaction."""


class Drafts:
    """Rows of acts become drafts; wrong ones too, unless the clerk wants them left out."""

    def __init__(
        self, store: Store, form: Form, file: str, *, keep_refused: bool, now: datetime, dry_run: bool
    ) -> None:
        self._store, self._form, self._file, self._now = store, form, file, now
        self._keep_refused, self._dry_run = keep_refused, dry_run
        self._author = author_of(store)
        self._ready: list[tuple[SourceRow, str, dict[str, str], list[Problem]]] = []

    def take(self, row: SourceRow, report: RowReport, reading: Reading) -> None:
        """Lay a row ready under a new record id (none in a dry run)."""
        if report.outcome == "refused" and self._keep_refused:
            report.outcome = "draft"
        if report.outcome != "refused" and not self._dry_run:
            report.record_id = new_record_id(self._now)
            self._ready.append((row, report.record_id, reading.texts, reading.problems))

    def keep(self, steps: Steps) -> None:
        """Save every row as an offered draft and remember its fingerprint."""
        for row, record_id, texts, problems in self._ready:
            steps.step()
            self._store.records.save_draft(
                record_id,
                form=self._form.id,
                form_version=self._form.version,
                texts=texts,
                author=self._author,
                offered=True,
                hard_problems=sum(problem.strength == "hard" for problem in problems),
                problems=problems,
                summary=summarise(self._form, texts),
            )
            self._store.imports.add(row.fingerprint, record_id, self._file, row.number)


class RegisterRows:
    """Rows of register forms replace the rows with the same key; wrong ones are left out."""

    def __init__(self, store: Store, form: Form, register: RegisterKey, file: str) -> None:
        self._store, self._form, self._register, self._file = store, form, register, file
        self._kept: Registers = store.registers
        self._ready: dict[tuple[str, ...], RegisterRow] = {}
        self._rows: dict[tuple[str, ...], int] = {}

    def take(self, row: SourceRow, report: RowReport, reading: Reading) -> None:
        """Lay a row ready, unless the register has it already or the file another one with its key."""
        if report.outcome == "refused":
            return
        content = reading.content
        key = tuple(_key_text(content.get(name)) for name in self._register.fields)
        if key in self._rows:
            report.outcome = "refused"
            report.problems.append(self._same_key(row, key))
            return
        self._rows[key] = row.number
        if content in self._kept.rows(self._register.name, key[0]):
            report.outcome, report.reason = "duplicate", "清单里已有内容相同的一条，未重复导入"
        else:
            dates = (str(content.get(VALID_FROM, "")), str(content.get(VALID_TO, "")))
            self._ready[key] = RegisterRow(key, content, *dates)

    def _same_key(self, row: SourceRow, key: tuple[str, ...]) -> RowProblem:
        name = next((n for n in self._register.fields if n in row.headings), self._register.fields[0])
        titles = "、".join(self._form.field(n).title for n in self._register.fields)
        return RowProblem(
            column=row.headings.get(name, ""), field=name, title=self._form.field(name).title,
            value=row.texts.get(name, ""), strength="hard", code="same-key",
            message=f"与第{self._rows[key]}行的{titles}相同，内容却不同",
            help="清单里只能留一条；请合并成一行，或改正后再导入",
        )  # fmt: skip

    def keep(self, steps: Steps) -> None:
        """Put all rows into the register."""
        steps.step()
        self._store.registers.upsert(self._register.name, list(self._ready.values()), self._file)


def _key_text(value: Json) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str("" if value is None else value)
