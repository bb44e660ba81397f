"""Equal mistakes of an import: one line a kind; once kept, one decision mends all of a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from jgclient.mending import Mistake
from jgclient.ui.import_lines import Line
from jgclient.ui.parts import Button, Card, Chip, button, label, line_edit, link, rule

#: Kinds shown at once; more would take long to lay out, and the largest ones come first.
_SHOWN = 12


class GroupsCard(Card):
    """What is wrong, kind by kind."""

    #: (mistake, text): put the text into all of its drafts.
    mend = Signal(object, str)
    undo = Signal()
    #: (record id, field): open this one.
    opened = Signal(str, str)
    #: To the list of records.
    left = Signal()

    def __init__(self) -> None:
        super().__init__("同类问题", flush=True)
        self.boxes: dict[str, QLineEdit] = {}
        self.buttons: dict[str, Button] = {}
        self.undo_button = link("", on_click=self.undo.emit)
        self.head.addWidget(self.undo_button)
        self.undo_button.hide()
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area)

    def show_kinds(self, kinds: Sequence[tuple[int, Line]]) -> None:
        """Before anything is kept: what is wrong, to be looked at.

        Args:
            kinds: How many lines have equal problems, and the first of them.
        """
        self.undo_button.hide()
        self._fill([partial(_told, *kind) for kind in kinds])

    def show_mistakes(self, mistakes: Sequence[Mistake], undoable: int) -> None:
        """After rows were kept: what is wrong in them, to be mended.

        Args:
            mistakes: The largest kind first.
            undoable: Records the last mending changed, 0 for none.
        """
        self.boxes, self.buttons = {}, {}
        self.undo_button.setText(f"撤销刚才改的 {undoable} 条")
        self.undo_button.setVisible(undoable > 0)
        self._fill([partial(self._mendable, mistake) for mistake in mistakes], kept=True)

    def focus_first(self) -> None:
        """Go to the box of the largest kind that can be mended, if there is one."""
        for box in list(self.boxes.values())[:1]:
            box.setFocus()

    def _fill(self, makers: Sequence[Callable[[], QWidget]], *, kept: bool = False) -> None:
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(8)
        for make in makers[:_SHOWN]:
            column.addWidget(make())
            column.addWidget(rule())
        if len(makers) > _SHOWN:
            left = f"还有 {len(makers) - _SHOWN} 类，改完前面的再显示。"
            column.addWidget(label(left, "muted", wraps=True))
        if not makers:
            column.addWidget(label("没有要改的行。", "muted"))
        if kept:
            column.addWidget(link("到“记录”里查看和提交", on_click=self.left.emit))
        column.addStretch(1)
        self._area.setWidget(inside)

    def _mendable(self, mistake: Mistake) -> QWidget:
        problem, count = mistake.problem, len(mistake.record_ids)
        value = f"＝“{mistake.value}”" if mistake.value else ""
        box = line_edit(f"{mistake.title}改成", "改成")
        box.setText(next(iter(problem.candidates), ""))
        apply = button(f"改 {count} 条", on_click=lambda: self._mend(mistake, box))
        box.returnPressed.connect(apply.click)
        self.boxes[mistake.key], self.buttons[mistake.key] = box, apply
        where = "" if mistake.title in problem.message and not value else f"{mistake.title}{value}："
        made, words = _group(f"{count} 条", where + problem.message, problem.help)
        row = QHBoxLayout()
        row.addWidget(box, 1)
        row.addWidget(apply)
        first = mistake.record_ids[0]
        row.addWidget(link("逐条看", on_click=lambda: self.opened.emit(first, mistake.name)))
        words.addLayout(row)
        return made

    def _mend(self, mistake: Mistake, box: QLineEdit) -> None:
        if box.text().strip():
            self.mend.emit(mistake, box.text().strip())
        else:
            box.setFocus()


def _told(count: int, line: Line) -> QWidget:
    problem = line.problem
    assert problem is not None  # noqa: S101 - only lines with a problem are grouped
    words = f"{problem.column}：{problem.message}" if problem.column else problem.message
    return _group(f"{count} 行", words, problem.help, line)[0]


def _group(count: str, words: str, hint: str, line: Line | None = None) -> tuple[QWidget, QVBoxLayout]:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Chip(count, line.tone if line else "danger"), 0, Qt.AlignmentFlag.AlignTop)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(label(words, "", wraps=True))
    if hint:
        column.addWidget(label(hint, "note", wraps=True))
    row.addLayout(column, 1)
    return box, column
