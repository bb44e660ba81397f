"""The fields of one form, two columns where they are short, in a scroll area."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from jgclient.forms.definition import Form, Section
from jgclient.ui.attachment_field import AttachmentField
from jgclient.ui.desk import Desk
from jgclient.ui.entry_lookup import Lookup, lookup_for
from jgclient.ui.entry_row import LABEL_WIDTH, FieldRow
from jgclient.ui.parts import label, rule

_MARGIN = 36
#: Width below which the fields stand in one column.
_TWO_COLUMNS = 640


class FormView(QScrollArea):
    """Lays the fields out and moves among them. Knows nothing of what stands in them.

    Attributes:
        rows: The field rows by name, in the order of the form.
        lookups: The look-ups of the fields that have one.
    """

    def __init__(self, form: Form, desk: Desk) -> None:
        super().__init__()
        self.form = form
        self.lookups: dict[str, Lookup] = {
            field.name: lookup for field in form if (lookup := lookup_for(field, form, desk)) is not None
        }
        self.rows = {f.name: FieldRow(f, has_choices=f.name in self.lookups) for f in form}
        if form.title_field:
            self.rows[form.title_field].is_wide = True
        for row in self.rows.values():
            if isinstance(row.input, AttachmentField):
                row.input.use(desk)
        self._headings = [_Heading(section) for section in form.sections]
        self._shown: list[str] = []
        self._columns = 2
        inside = QWidget()
        inside.setObjectName("inside")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(16, 8, 16, 16)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._divide()
        for part in self._parts():
            part.setParent(inside)
            part.hide()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(form.title)

    def arrange(self, visible: frozenset[str], required: frozenset[str]) -> None:
        """Show exactly these fields; nothing moves that need not, and the focus stays where it is."""
        for name, row in self.rows.items():
            row.set_required(name in required)
        wanted = [name for name in self.rows if name in visible]
        if wanted == self._shown:
            return
        self._shown = wanted
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where they fit."""
        super().resizeEvent(event)
        columns = 2 if self.width() >= _TWO_COLUMNS else 1
        if columns != self._columns:
            self._columns = columns
            self._divide()
            self._place()

    def _divide(self) -> None:
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(2, LABEL_WIDTH if self._columns == 2 else 0)
        self._grid.setColumnStretch(3, 1 if self._columns == 2 else 0)

    def _place(self) -> None:
        while self._grid.takeAt(0) is not None:
            pass
        for part in self._parts():
            part.setVisible(False) if not self._is_wanted(part) else None
        self._fill()
        # Whoever brings a field into view next must meet the new places, not the old ones.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def focus(self, name: str) -> None:
        """Go to a field and bring it into view."""
        if name in self._shown:
            self.rows[name].focus()
            self.reveal(name)

    def reveal(self, name: str) -> None:
        """Scroll until a field can be seen with what is said under it."""
        self.ensureWidgetVisible(self.rows[name], 0, _MARGIN)

    def reveal_section(self, section: Section) -> None:
        """Scroll a section's heading to the top and go to its first field."""
        first = self.first_of(section)
        if first:
            heading = self._headings[self.form.sections.index(section)]
            self.verticalScrollBar().setValue(heading.y() - 8)
            self.rows[first].focus()

    def first_of(self, section: Section) -> str:
        """Name of the first shown field of a section, empty when none is shown."""
        return next((field.name for field in section.fields if field.name in self._shown), "")

    def beside(self, name: str, step: int) -> str:
        """Name of the shown field ``step`` further; empty beyond either end."""
        if name not in self._shown:
            return self._shown[0] if self._shown else ""
        place = self._shown.index(name) + step
        return self._shown[place] if 0 <= place < len(self._shown) else ""

    def shown(self) -> list[str]:
        """Names of the shown fields in order."""
        return list(self._shown)

    def section_of(self, name: str) -> Section:
        """The section a field belongs to."""
        return next(s for s in self.form.sections if any(f.name == name for f in s.fields))

    def _parts(self) -> Iterator[QWidget]:
        yield from self._headings
        for row in self.rows.values():
            yield row.title
            yield row

    def _is_wanted(self, part: QWidget) -> bool:
        return any(part in (self.rows[name], self.rows[name].title) for name in self._shown)

    def _fill(self) -> None:
        line = 0
        for heading in self._headings:
            names = [field.name for field in heading.section.fields if field.name in self._shown]
            if names:
                self._grid.addWidget(heading, line, 0, 1, 4)
                heading.show()
                line = self._fill_section(names, line + 1)
        self._grid.setRowStretch(line, 1)

    def _fill_section(self, names: list[str], line: int) -> int:
        column = 0
        for name in names:
            row = self.rows[name]
            wide = row.is_wide or self._columns == 1
            if wide and column:
                line, column = line + 1, 0
            self._grid.addWidget(row.title, line, column, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(row, line, column + 1, 1, 3 if wide else 1, Qt.AlignmentFlag.AlignTop)
            row.title.show()
            row.show()
            column = 0 if wide or column else 2
            line += not column
        return line + bool(column)


class _Heading(QWidget):
    """The title of a section and the line under it."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(section.title, "section"))
        column.addWidget(rule())
