"""What keeps records from going on, grouped by equal reason; every record is a door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jgclient.entering import REVIEW_REASON
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Chip, EmptyState, ShortLink, button, label, link, rule
from jgclient.ui.theme import STATE_TONES

STATES = frozenset({State.RETURNED, State.PARKED, State.CONFLICT})
#: Records named in one group; the rest is behind one door.
_NAMED = 4
#: Records looked at.
_MOST = 1000


class Attention(Card):
    """The list “需要处理”."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("需要处理", flush=True)
        self._desk = desk
        self.head.addWidget(link("退回处理", on_click=lambda: desk.go("returns")))
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area)

    def refresh(self) -> None:
        """List again."""
        rows = self._desk.store.records.list(ListQuery(states=STATES, limit=_MOST))
        self.note.setText(f"{len(rows):,} 条" if rows else "")
        if not rows:
            self._area.setWidget(EmptyState("没有要处理的", "被退回、搁置的记录会按原因列在这里。"))
            return
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(8)
        for group in grouped(rows):
            column.addWidget(rule())
            column.addLayout(self._group(group))
        column.addStretch(1)
        self._area.setWidget(inside)

    def _group(self, rows: Sequence[RecordRow]) -> QVBoxLayout:
        first = rows[0]
        heading = QHBoxLayout()
        heading.setSpacing(8)
        chip = Chip(f"{first.state.title} {len(rows)}", STATE_TONES[first.state])
        heading.addWidget(chip)
        heading.addWidget(label(first.reason or "没有说明原因", "heading", wraps=True), 1)
        heading.addWidget(self._action(rows))
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(heading)
        for row in rows[:_NAMED]:
            column.addWidget(self._door(row))
        if len(rows) > _NAMED:
            states = first.state.value
            column.addWidget(
                link(f"全部 {len(rows)} 条", on_click=lambda: self._desk.go("records", states=states))
            )
        return column

    def _door(self, row: RecordRow) -> QWidget:
        words = " · ".join(part for part in (row.party or row.title, row.number or row.party_code) if part)
        if row.state is State.CONFLICT:
            return ShortLink(words, on_click=lambda: self._desk.go("conflict", record_id=row.id))
        problems = self._desk.store.records.problems(row.id)
        field = problems[0].fields[0] if problems and problems[0].fields else ""
        return ShortLink(words, on_click=lambda: self._desk.go("entry", record_id=row.id, field=field))

    def _action(self, rows: Sequence[RecordRow]) -> QWidget:
        if rows[0].reason == REVIEW_REASON:
            return button("复核通过", on_click=lambda: self._approve(rows))
        if rows[0].state is State.PARKED:
            return button("重新排队", on_click=lambda: self._queue_again(rows))
        if rows[0].state is State.CONFLICT:
            return button("两版对照", on_click=lambda: self._desk.go("conflict", record_id=rows[0].id))
        if rows[0].state is State.RETURNED and len(rows) > 1:
            return button("一起改正", on_click=lambda: self._desk.go("returns"))
        return button("逐条改正", on_click=lambda: self._desk.go("entry", record_id=rows[0].id))

    def _approve(self, rows: Iterable[RecordRow]) -> None:
        from jgclient import accounts  # noqa: PLC0415 - few offices have accounts

        try:
            count = accounts.approve(self._desk.store, [row.id for row in rows])
        except accounts.AccountError as error:
            self._desk.say(str(error), "warning")
            return
        self._desk.data_changed.emit()
        self._desk.say(f"已复核 {count:,} 条，按 F9 上报。", "accepted")

    def _queue_again(self, rows: Iterable[RecordRow]) -> None:
        with self._desk.store.atomic():
            for row in rows:
                self._desk.store.outbox.unpark(row.id)
        self._desk.data_changed.emit()
        self._desk.say("已重新排队，按 F9 上报。", "accepted")


def grouped(rows: Iterable[RecordRow]) -> list[list[RecordRow]]:
    """Rows with the same state and reason together, the largest group first."""
    groups: dict[tuple[State, str], list[RecordRow]] = {}
    for row in rows:
        groups.setdefault((row.state, row.reason), []).append(row)
    return sorted(groups.values(), key=len, reverse=True)
