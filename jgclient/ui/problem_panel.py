"""The right column of the entry window: problems that jump, the rule card, the record's time limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jgclient.deadlines.duties import DutyState
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.problems import Problem, blocking
from jgclient.ui.parts import Card, Chip, label
from jgclient.ui.theme import ToneName
from jgclient.ui.words import day_words

#: Width of the right column.
RIGHT_WIDTH = 264
_MOST = 40
#: So many limits that have not begun are still named one by one.
_FEW = 3
_LEAST = 112  # two lines
_LINE_WIDTH = RIGHT_WIDTH - 16  # the card's edges and a scroll bar


class ProblemPanel(Card):
    """What is wrong, one line each; a click or Enter goes to the field.

    Signals:
        wanted: Name of the field to go to.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("检查", flush=True)
        self._key = keycap("F8")
        self.head.addWidget(self._key)
        self.body.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        inside = QWidget()
        inside.setObjectName("inside")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(0)
        self._scroll = _Shrinking(inside)
        self._scroll.hide()
        self._key.hide()
        self.body.addWidget(self._scroll)
        self._shown: list[tuple[Problem, bool]] = []
        self.lines: list[ProblemLine] = []

    def show_problems(
        self, problems: list[Problem], reasons: dict[str, str], form: Form, missing: int
    ) -> None:
        """Show these problems; must-mend ones first."""
        back = blocking(problems, reasons)
        self.title.setText(_headline(back, missing))
        listed = sorted(((p, p in back) for p in problems), key=lambda entry: not entry[1])[:_MOST]
        if listed != self._shown:
            self._shown = listed
            self._rebuild(form)

    def _rebuild(self, form: Form) -> None:
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [ProblemLine(p, form, must_mend=must) for p, must in self._shown]
        self._key.setVisible(bool(self.lines))
        for line in self.lines:
            line.wanted.connect(self.wanted)
            self._column.addWidget(line)
        self._scroll.setVisible(bool(self.lines))
        self._scroll.want(sum(line.height() for line in self.lines) + 4)


class _Shrinking(QScrollArea):
    """As high as what it holds while there is room, down to two lines when there is not."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._wanted = 0
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def want(self, height: int) -> None:
        """Ask for so many pixels."""
        self._wanted = height
        self.setMinimumHeight(min(height, _LEAST))
        self.setMaximumHeight(height)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The height that was asked for."""
        return QSize(RIGHT_WIDTH, self._wanted)


class ProblemLine(QPushButton):
    """One problem: how grave, what, where."""

    wanted = Signal(str)

    def __init__(self, problem: Problem, form: Form, *, must_mend: bool) -> None:
        super().__init__()
        self.setProperty("kind", "problem")
        self.setAutoDefault(False)
        place = _place(problem, form)
        words = (
            f"未填“{form.field(problem.fields[0]).title}”" if problem.code == "required" else problem.message
        )
        word, tone = _grade(problem, must_mend=must_mend)
        self.setAccessibleName(f"{word}：{words}")
        self.setAccessibleDescription(place)
        self.setToolTip("　".join(filter(None, (problem.help, problem.basis and f"依据 {problem.basis}"))))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(2)
        column.addLayout(_beside(Chip(word, tone), label(words, wraps=True)))
        column.addWidget(label(place, "note", wraps=True))
        for part in self.findChildren(QLabel):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        field = problem.fields[0] if problem.fields else ""
        self.clicked.connect(lambda _checked: self.wanted.emit(field))
        self.setFixedHeight(column.heightForWidth(_LINE_WIDTH))


class RuleCard(Card):
    """What belongs into the field that has the focus; F1 folds it."""

    def __init__(self, codes: CodeLists) -> None:
        super().__init__("填写说明")
        self._codes = codes
        self.head.addWidget(keycap("F1"))
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._lines = [label(role=role, wraps=True) for role in ("", "muted", "", "note")]
        for line in self._lines:
            column.addWidget(line)
        self.body.addWidget(self._inside)

    def show_field(self, field: Field, kind: str) -> None:
        """Explain a field; ``kind`` is its national 数据检核类型."""
        self.title.setText(field.title)
        basis = [f"依据 {field.basis}"] if field.basis else []
        words = (
            field.help,
            self._shape(field),
            f"例：{field.example}" if field.example else "",
            " · ".join([*basis, f"检核类型 {kind[:2]}"]),
        )
        for line, text in zip(self._lines, words, strict=True):
            line.setText(text)
            line.setVisible(bool(text))

    def toggle(self) -> None:
        """Fold or unfold."""
        self._inside.setVisible(self._inside.isHidden())

    def _shape(self, field: Field) -> str:
        """What may be filled in, unless the list under the field or the help says it already."""
        kind = FIELD_TYPES[field.type]
        described = "" if field.codes or kind.shape == "bool" else kind.describe(field, self._codes)
        return "" if described in (kind.title, field.help) else described


class LimitsCard(Card):
    """The time limits this record has started."""

    def __init__(self) -> None:
        super().__init__("本案期限")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)
        self._shown: list[_Limit] = []

    def show_duties(self, found: list[DutyState], today: date) -> None:
        """Show what has begun, most urgent first, and how much has not begun yet."""
        begun = sorted((d.state == "fulfilled", d.due, n) for n, d in enumerate(found) if d.due)
        limits = [_limit(found[n], today) for _, _, n in begun]
        waiting = [d for d in found if not d.due]
        if len(waiting) <= _FEW:
            limits += [_Limit(d.title, "待起算", "muted", d.text) for d in waiting]
        else:
            limits.append(_Limit(f"另有 {len(waiting)} 项还没有起算"))
        self.setVisible(bool(limits))
        if limits != self._shown:
            self._shown = limits
            self._rebuild()

    def _rebuild(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, limit in enumerate(self._shown):
            name = label(limit.title, "" if limit.when else "note", wraps=True)
            name.setToolTip(limit.explained)
            self._grid.addWidget(name, row, 0)
            if limit.when:
                when = label(limit.when, "heading" if limit.tone != "muted" else "muted", tone=limit.tone)
                self._grid.addWidget(when, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)


@dataclass(frozen=True, slots=True)
class _Limit:
    """One line of the limits card."""

    title: str
    when: str = ""
    tone: str = ""
    explained: str = ""


def _limit(duty: DutyState, today: date) -> _Limit:
    when = "已办" if duty.state == "fulfilled" or duty.due is None else day_words(duty.due, today)
    if duty.state == "overdue":
        when += " 已超期"
    return _Limit(duty.title, when, duty_tone(duty) or "", f"{duty.text}\n依据 {duty.basis}")


def keycap(key: str) -> QLabel:
    """The name of a key, as it is printed on buttons."""
    made = label(key)
    made.setProperty("keycap", True)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def duty_tone(duty: DutyState) -> ToneName | None:
    """The tone of a limit: overdue, within three working days (the usual lead time), or plain."""
    if duty.state == "overdue":
        return "danger"
    if duty.state == "fulfilled":
        return "accepted"
    return "warning" if duty.remaining is not None and duty.remaining <= 3 else None


def _grade(problem: Problem, *, must_mend: bool) -> tuple[str, ToneName]:
    """The word and the tone of a problem's chip."""
    if problem.strength == "hard":
        return "必改", "danger"
    if must_mend:
        return "要说明", "warning"
    return ("已说明", "draft") if problem.reason_required else ("提醒", "draft")


def _headline(back: list[Problem], missing: int) -> str:
    hard = sum(p.strength == "hard" for p in back)
    if hard:
        return f"还有 {hard} 处必须改正"
    if back:
        return f"还有 {len(back)} 处要写明理由"
    return f"还有 {missing} 项必填" if missing else "没有问题，可以完成"


def _place(problem: Problem, form: Form) -> str:
    name = problem.fields[0] if problem.fields else ""
    for section in form.sections:
        for field in section.fields:
            if field.name == name:
                return f"{section.title} › {field.title}"
    return ""


def _beside(chip: Chip, words: QLabel) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words, 1)
    return row
