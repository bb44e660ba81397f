"""The columns of the list of records and which of them she wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QMenu

from jgclient.records import State
from jgclient.store import ListQuery, RecordRow
from jgclient.ui.desk import Desk
from jgclient.ui.tables import Column, RowTable
from jgclient.ui.theme import STATE_TONES, ToneName
from jgclient.ui.words import day_words, iso_day, moment_words

_SETTING = "records.columns"
#: Shown until she chooses.
USUAL = ("状态", "类别", "名称 / 文号", "行政相对人", "代码", "日期", "回执号 / 原因", "录入人")
#: Title of a column → what an exported list calls it (:data:`jgclient.exporting.layouts.LISTED`).
EXPORTED: dict[str, tuple[str, ...]] = {
    "状态": ("state",), "名称 / 文号": ("title",), "行政相对人": ("party",), "代码": ("party_code",),
    "日期": ("act_date",), "回执号 / 原因": ("receipt_no", "reason"), "录入人": ("author",),
    "文号": ("number",), "监管事项": ("item",), "最迟上报": ("urgent_by",), "改动于": ("updated_at",),
}  # fmt: skip
#: Without these a row could not be told from another.
_ALWAYS = ("状态", "名称 / 文号")


@dataclass(frozen=True, slots=True)
class ListedAs:
    """A list to be exported: its columns as exports name them, and what it shows in which order."""

    columns: list[str]
    query: ListQuery


def columns(desk: Desk) -> list[Column[RecordRow]]:
    """Every column there is, the usual ones first."""
    return [
        Column("", lambda _row: "", check=True),
        Column("状态", lambda r: r.state.title, 4, tone=_tone, chip=True, sort="state"),
        Column("类别", lambda r: desk.form_short(r.form), 5, sort="form", spare=True),
        Column("名称 / 文号", lambda r: r.title or r.number or "（未填名称）", share=5, sort="title"),
        Column("行政相对人", lambda r: r.party or "—", share=4, sort="party"),
        Column("代码", lambda r: r.party_code or "—", 12, sort="party_code", spare=True),
        Column("日期", lambda r: iso_day(r.act_date, desk.today()) or "—", 5, sort="act_date"),
        Column("回执号 / 原因", outcome_words, share=4, tone=_outcome_tone, muted=True),
        Column("录入人", lambda r: r.author or "—", 4, sort="author", spare=True),
        Column("文号", lambda r: r.number or "—", share=4, sort="number"),
        Column("监管事项", lambda r: r.item or "—", 9, sort="item"),
        Column("最迟上报", lambda r: _day(r.urgent_by, desk.today()), 5, sort="urgent_by"),
        Column("改动于", lambda r: moment_words(r.updated_at, desk.clock()), 6, sort="updated_at"),
        Column("版次", lambda r: str(r.revision) if r.revision else "—", 3, sort="revision"),
    ]


class ColumnMenu(QMenu):
    """Tick what is to be shown; kept for the next time."""

    def __init__(self, desk: Desk, table: RowTable[RecordRow]) -> None:
        super().__init__()
        self._desk, self._table = desk, table
        chosen = set(desk.store.settings.get(_SETTING, USUAL)) | set(_ALWAYS)
        for column in table.rows_model.columns:
            if column.title:
                action = self.addAction(column.title)
                action.setCheckable(True)
                action.setChecked(column.title in chosen)
                action.setEnabled(column.title not in _ALWAYS)
                action.toggled.connect(self._changed)
        self.addSeparator()
        self.addAction("恢复常用的列").triggered.connect(self._reset)
        table.show_columns(self.chosen())

    def chosen(self) -> list[str]:
        """Titles of the columns shown."""
        return [action.text() for action in self.actions() if action.isChecked()]

    def _changed(self) -> None:
        self._table.show_columns(self.chosen())
        self._desk.store.settings.set(_SETTING, self.chosen())

    def _reset(self) -> None:
        for action in self.actions():
            action.setChecked(action.text() in USUAL)


def outcome_words(row: RecordRow) -> str:
    """Receipt, or why the record does not go on."""
    if row.state in (State.ACCEPTED, State.WITHDRAWN):
        return row.receipt_no or "—"
    if row.hard_problems > 1:
        return f"{row.hard_problems} 处必改：{row.reason}"
    return row.reason or "—"


def _day(day: date | None, today: date) -> str:
    return day_words(day, today) if day else "—"


def _tone(row: RecordRow) -> ToneName:
    return STATE_TONES[row.state]


def _outcome_tone(row: RecordRow) -> ToneName | None:
    return "danger" if row.state in (State.RETURNED, State.CONFLICT, State.INVALID) else None
