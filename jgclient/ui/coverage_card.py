"""Which items have records this quarter: a bar a kind of record, each number the door to its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar

from jgclient.forms.definition import Form
from jgclient.store import Store
from jgclient.store.coverage import Coverage
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Button, Card, label, link
from jgclient.ui.periods import days_of

PERIOD = "quarter"
#: With more records than this, counting takes longer than a window may stand still (200 000: 0.5 s).
_MANY = 5_000
_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Line:
    """What is shown of one form."""

    name: QLabel
    bar: QProgressBar
    covered: Button
    missing: Button


class CoverageCard(Card):
    """Per kind of record: items with a finished record this quarter, and how many are still without.

    Signals:
        counted: The numbers are there; whoever lays the card out decides whether there is room for it.
    """

    counted = Signal()

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
        self._missing: dict[str, tuple[str, ...]] = {}
        self._counted: datetime | None = None
        self.hide()

    @property
    def has_items(self) -> bool:
        """Whether any item is known."""
        return self._total > 0

    def refresh(self) -> None:
        """Count again; beside the window and now and then only where there are many records."""
        task = partial(_count, forms=self._forms(), today=self._desk.today())
        records = sum(self._desk.store.records.counts_by_state().values())
        if records <= _MANY:
            self._take(task(self._desk.store))
        elif self._counted is None or self._desk.clock() - self._counted >= _EVERY:
            self._counted = self._desk.clock()
            self._desk.jobs.run(lambda store, _progress: task(store), done=self._take, failed=self._fail)

    def _forms(self) -> list[str]:
        return [form.id for form in self._desk.record_forms() if form.item_field]

    @Slot(object)
    def _take(self, found: dict[str, Coverage]) -> None:
        for form in self._desk.record_forms():
            if form.id in found:
                self._show(form, found[form.id])
        self._total = max((one.total for one in found.values()), default=0)
        self.note.setText(f"目标 100%，共 {self._total:,} 项")
        self.counted.emit()

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._desk.say(sentence, "danger")

    def _show(self, form: Form, found: Coverage) -> None:
        covered, missing = len(found.covered), len(found.missing)
        self._missing[form.id] = found.missing
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

    def _go_missing(self, form_id: str) -> None:
        self._desk.go("catalogue", missing=form_id, items=",".join(self._missing.get(form_id, ())))

    def _line(self, number: int, form: Form) -> _Line:
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setProperty("thin", True)
        bar.setAccessibleName(f"{form.title}事项覆盖")
        covered = link("", on_click=lambda: self._desk.go("records", form=form.id, period=PERIOD))
        missing = link("", on_click=lambda: self._go_missing(form.id))
        made = _Line(label(self._desk.form_short(form.id)), bar, covered, missing)
        for column, widget in enumerate((made.name, bar, covered, missing)):
            self._grid.addWidget(widget, number, column)
        for widget in (covered, missing):
            self._grid.setAlignment(widget, Qt.AlignmentFlag.AlignRight)
        return made


def _count(store: Store, *, forms: list[str], today: date) -> dict[str, Coverage]:
    first, last = days_of(PERIOD, today)
    return {form: store.registers.coverage(form, first, last, today.isoformat()) for form in forms}
