"""Which items have records this quarter: a bar a kind of record, each number the door to its list."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar

from jgclient.forms.definition import Form
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Button, Card, label, link
from jgclient.ui.periods import days_of

PERIOD = "quarter"


@dataclass(frozen=True, slots=True)
class _Line:
    """What is shown of one form."""

    name: QLabel
    bar: QProgressBar
    covered: Button
    missing: Button


class CoverageCard(Card):
    """Per kind of record: items with a finished record this quarter, and how many are still without."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("本季度事项覆盖")
        self._desk = desk
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self.lines: dict[str, _Line] = {}
        self._total = 0
        self.hide()

    @property
    def has_items(self) -> bool:
        """Whether any item is known."""
        return self._total > 0

    def refresh(self) -> None:
        """Count again."""
        today = self._desk.today()
        first, last = days_of(PERIOD, today)
        for form in self._desk.record_forms():
            if form.item_field:
                found = self._desk.store.registers.coverage(form.id, first, last, today.isoformat())
                self._total = found.total
                self._show(form, len(found.covered), len(found.missing))
        self.note.setText(f"目标 100%，共 {self._total:,} 项")
        self.setVisible(self.has_items)

    def _show(self, form: Form, covered: int, missing: int) -> None:
        line = self.lines.get(form.id)
        if line is None:
            line = self.lines[form.id] = self._line(len(self.lines), form)
        words = self._desk.form_short(form.id)
        line.bar.setRange(0, max(covered + missing, 1))
        line.bar.setValue(covered)
        line.bar.setAccessibleDescription(f"{covered} / {covered + missing}")
        line.covered.setText(f"{covered:,} 项")
        line.covered.setAccessibleName(f"{words}：{covered} 项有记录，查看这些记录")
        line.missing.setText(f"差 {missing:,}" if missing else "已全")
        line.missing.setAccessibleName(f"{words}：还差 {missing} 项，查看是哪些事项")
        line.missing.setEnabled(missing > 0)

    def _line(self, number: int, form: Form) -> _Line:
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setProperty("thin", True)
        bar.setAccessibleName(f"{form.title}事项覆盖")
        covered = link("", on_click=lambda: self._desk.go("records", form=form.id, period=PERIOD))
        missing = link("", on_click=lambda: self._desk.go("catalogue", missing=form.id))
        made = _Line(label(self._desk.form_short(form.id)), bar, covered, missing)
        for column, widget in enumerate((made.name, bar, covered, missing)):
            self._grid.addWidget(widget, number, column)
        for widget in (covered, missing):
            self._grid.setAlignment(widget, Qt.AlignmentFlag.AlignRight)
        return made
