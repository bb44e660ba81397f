"""How much everybody has open; a person is a filter."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel

from jgclient.store.duty_rows import PersonCount
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Button, Card, Chip, label, link

#: Persons named; the others are in the sum.
_MOST = 6


class PersonsCard(Card):
    """Counts per person.

    Attributes:
        author: Whose limits alone are shown; None for everybody's.
    """

    chosen = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__("各人未办结")
        self._desk = desk
        self.author: str | None = None
        self._shown: list[PersonCount] = []
        self._everybody = link("看全部", on_click=lambda: self._choose(None))
        self.head.addWidget(self._everybody)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._lines = [self._line(row) for row in range(_MOST)]
        self._none = label("没有未办结的期限", "muted")
        self.body.addLayout(self._grid)
        self.body.addWidget(self._none)
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Count again."""
        self._shown = self._desk.store.duties.persons(self._desk.today())[:_MOST]
        for row, (door, late, count) in enumerate(self._lines):
            person = self._shown[row] if row < len(self._shown) else None
            for widget in (door, count):
                widget.setVisible(person is not None)
            late.setVisible(person is not None and person.overdue > 0)
            if person is not None:
                door.setText(person.author or "（未填）")
                door.setAccessibleName(f"只看 {person.author}")
                door.setAccessibleDescription(f"{person.open} 件未办结，{person.overdue} 件逾期")
                late.setText(f"逾期 {person.overdue:,}")
                count.setText(f"{person.open:,} 件")
        self._none.setVisible(not self._shown)
        self.note.setText(f"只看 {self.author}" if self.author is not None else "")
        self._everybody.setVisible(self.author is not None)

    def _line(self, row: int) -> tuple[Button, Chip, QLabel]:
        door = link("", on_click=partial(self._choose_line, row))
        late, count = Chip("", "danger"), label()
        self._grid.addWidget(door, row, 0)
        self._grid.addWidget(late, row, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(count, row, 2, Qt.AlignmentFlag.AlignRight)
        return door, late, count

    def _choose_line(self, row: int) -> None:
        if row < len(self._shown):
            self._choose(self._shown[row].author)

    def _choose(self, author: str | None) -> None:
        self.author = author
        self.chosen.emit()
