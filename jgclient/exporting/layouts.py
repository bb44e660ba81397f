"""How a record is written into a row: for the exchange, for a platform's template, for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jgclient.forms.bulk_filled import Filled
from jgclient.forms.definition import Field, Form
from jgclient.records import Json
from jgclient.store import RecordRow

#: exchange: the national exchange columns. platform: what a platform's own import reads. list: for people.
LayoutName = Literal["exchange", "platform", "list"]
#: Columns of the exchange tables that every act carries, in the order they are written.
TECHNICAL = ("record_unique_identity", "cd_id", "cd_time", "cd_source", "cd_batch", "cd_operation")
#: Columns of the list and what they are called.
LISTED = {
    "state": "状态", "title": "名称", "number": "业务编号", "party": "相对人", "party_code": "相对人编码",
    "item": "监管事项", "act_date": "行为日期", "author": "录入人", "receipt_no": "回执编号",
    "reason": "退回或有错的原因", "updated_at": "更新时间", "urgent_by": "最迟上报", "id": "记录编号",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write rows.

    Attributes:
        fields: The fields, in order.
        listed: Names of list columns (:data:`LISTED`), before the fields.
        technical: Exchange columns, behind the fields.
        words: Codes are written as their words, several joined by “;”, dates with slashes (双公示 practice).
        explained: A second row says what may be filled in; platforms drop it.
        order: Places of the columns among list columns and fields; empty for just so.
    """

    fields: tuple[Field, ...]
    listed: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()
    words: bool = False
    slashes: bool = False
    explained: bool = False
    order: tuple[int, ...] = ()

    @property
    def headings(self) -> list[str]:
        """The first row."""
        shown = [*(LISTED[name] for name in self.listed), *(f.title for f in self.fields)]
        return [*self.arranged(shown), *self.technical]

    def arranged(self, cells: Sequence[str]) -> Sequence[str]:
        """List columns and fields in the order of the layout."""
        return [cells[place] for place in self.order] if self.order else cells

    def column(self, form_field: Field, filled: Filled) -> Sequence[str]:
        """What is written for the texts of one field, see :meth:`cell`."""
        if form_field.type == "code" and not self.words:
            return [
                text if code is None else code for code, text in zip(filled.data, filled.shown, strict=True)
            ]
        if form_field.type == "codes" or (self.slashes and form_field.type == "date"):
            pairs = zip(filled.data, filled.shown, strict=True)
            return [self.cell(form_field, data, text) for data, text in pairs]
        return filled.shown

    def cell(self, form_field: Field, data: Json, text: str) -> str:
        """What is written for a value.

        Args:
            form_field: The field.
            data: Its JSON value; None when it is empty or was not understood.
            text: The text that shows it.
        """
        if data is None:
            return text
        if not self.words and form_field.type == "code":
            return str(data)
        if form_field.type == "codes" and isinstance(data, list):
            return text.replace("；", ";") if self.words else ",".join(data)
        if self.slashes and form_field.type == "date":
            return text.replace("-", "/")
        return text


def layout_of(form: Form, name: LayoutName, columns: Sequence[str] | None = None) -> Layout:
    """The layout called ``name`` for a form.

    Args:
        form: The form.
        name: Which.
        columns: For ``list``: names of list columns and fields, None for the usual ones.

    Raises:
        KeyError: there is no such column.
    """
    exchanged = tuple(f for f in form if f.exchanged)
    if name == "list":
        standing = list(LISTED)[:10] if form.register is None else []
        wanted = columns if columns is not None else [*standing, *(f.name for f in exchanged)]
        shown = LISTED if form.register is None else {}
        listed = tuple(column for column in wanted if column in shown)
        fields = tuple(form.field(column) for column in wanted if column not in shown)
        names = [*listed, *(f.name for f in fields)]
        return Layout(fields, listed, words=True, order=tuple(names.index(column) for column in wanted))
    if name == "platform":
        publicity = form.kind == "record" and not form.exchange_table
        return Layout(exchanged, words=publicity, slashes=publicity, explained=not publicity)
    return Layout(exchanged, technical=TECHNICAL if form.register is None else ())


def listed_cells(layout: Layout, row: RecordRow) -> list[str]:
    """The list columns of a record."""
    return [_shown(getattr(row, name)) for name in layout.listed]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(getattr(value, "title", value)) if not isinstance(value, str) else value


Technical = Callable[[str, str], list[str]]


def technical_cells(*, batch: str, source: str, now: datetime) -> Technical:
    """Gives the exchange columns of a record from its id and operation.

    Args:
        batch: cd_batch: date and running number.
        source: cd_source: region and department, “410100|11410100000000019W”.
        now: cd_time.
    """
    time = now.strftime("%Y-%m-%d %H:%M:%S")
    return lambda record_id, operation: [
        record_id, record_id.replace("-", ""), time, source, batch, operation
    ]  # fmt: skip
