"""How much everybody has open; a person is a filter."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Chip, label, link

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
        self._everybody = link("看全部", on_click=lambda: self._choose(None))
        self.head.addWidget(self._everybody)
        self._inside = QWidget()
        self.body.addWidget(self._inside)
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Count again."""
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        persons = self._desk.store.duties.persons(self._desk.today())
        for row, person in enumerate(persons[:_MOST]):
            door = link(person.author or "（未填）", on_click=partial(self._choose, person.author))
            door.setAccessibleDescription(f"{person.open} 件未办结，{person.overdue} 件逾期")
            grid.addWidget(door, row, 0)
            if person.overdue:
                grid.addWidget(
                    Chip(f"逾期 {person.overdue:,}", "danger"), row, 1, Qt.AlignmentFlag.AlignRight
                )
            grid.addWidget(label(f"{person.open:,} 件"), row, 2, Qt.AlignmentFlag.AlignRight)
        if not persons:
            grid.addWidget(label("没有未办结的期限", "muted"), 0, 0)
        self.body.replaceWidget(self._inside, inside)
        self._inside.deleteLater()
        self._inside = inside
        self.note.setText(f"只看 {self.author}" if self.author is not None else "")
        self._everybody.setVisible(self.author is not None)

    def _choose(self, author: str | None) -> None:
        self.author = author
        self.chosen.emit()
