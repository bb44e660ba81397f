"""One field in the entry window: label, input, what follows from it, what is wrong with it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from jgclient.forms.definition import Field
from jgclient.forms.problems import Problem
from jgclient.ui import theme
from jgclient.ui.attachment_field import AttachmentField
from jgclient.ui.entry_dress import Dress
from jgclient.ui.field_widgets import InputField, LineField, LongField
from jgclient.ui.parts import label
from jgclient.ui.theme import ToneName

#: Texts longer than this take the whole width, in characters.
_HALF_WIDTH_LIMIT = 450
#: Width of the labels: nine characters and the star.
LABEL_WIDTH = 130


class FieldRow(QWidget):
    """The input with its lines underneath; its label stands beside it in the form's grid.

    Signals:
        applied: The clerk took a candidate: its text.
        reasoned: The clerk wrote a reason: problem code and text.
        passed: The clerk went on from a reason.
        repeated: The clerk typed the value a second time: the text.

    Attributes:
        is_wide: The field takes the whole width of the form.
        candidates: Right values that Alt+↓ offers.
        tells: Whether a problem is told under the field.
    """

    applied = Signal(str)
    reasoned = Signal(str, str)
    passed = Signal()
    repeated = Signal(str)

    def __init__(self, field: Field, *, has_choices: bool) -> None:
        super().__init__()
        self.field = field
        self.input: InputField | AttachmentField = make_input(field, has_choices=has_choices)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.title.setProperty("role", "field")
        self.title.setFixedWidth(LABEL_WIDTH)
        self.title.setBuddy(self.input)
        self._required: bool | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.input)
        self._lines: dict[str, QLabel] = {}
        self._reasons: dict[str, QLineEdit] = {}
        self._again: AgainLine | None = None
        long = field.type == "text" and field.max_length > _HALF_WIDTH_LIMIT
        self.is_wide = long or isinstance(self.input, (LongField, AttachmentField))
        self.candidates: tuple[str, ...] = ()
        self.tells = False

    def set_required(self, required: bool) -> None:
        """Show or take away the red star."""
        if required == self._required:
            return
        self._required = required
        self._write_title()
        self.input.setAccessibleDescription("必填" if required else "")

    def changeEvent(self, event: QEvent) -> None:
        """Another scheme has another red for the star."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._required is not None:
            self._write_title()

    def _write_title(self) -> None:
        star = f'<span style="color:{theme.roles().tones["danger"].text}">*</span> ' if self._required else ""
        lines = self._title_lines()
        self.title.setText(star + "<br>".join(map(escape, lines)))
        self.title.setMinimumHeight(max(30, self.title.fontMetrics().lineSpacing() * len(lines)))

    def show_value(self, raw: str, dress: Dress, below: str) -> None:
        """Show a value and what follows from it."""
        self.input.show_text(raw, dress)
        self._say("below", below or dress.below, "note")

    def show_hint(self, text: str, tone: ToneName | None) -> None:
        """A line about the field that is no problem: the time limit it starts."""
        self._say("hint", text, "small", tone or "")

    def show_problems(self, own: list[Problem], concerned: list[Problem], reasons: dict[str, str]) -> None:
        """Say what is wrong here, and outline the field when it takes part in a problem told elsewhere."""
        self.tells = bool(own)
        theme.restyle(self.input, "problem", _grade(concerned))
        self.candidates = next((p.candidates for p in own if p.candidates), ())
        worst = [p for p in own if _grade([p]) == _grade(own)]
        tone = {"hard": "danger", "soft": "warning"}.get(_grade(own), "")
        self._say("problem", "<br>".join(map(_explain, worst)), "small" if tone else "note", tone, html=True)
        self._ask_reasons([p for p in own if p.strength == "soft" and p.reason_required], reasons)

    def _title_lines(self) -> list[str]:
        """The title in as many lines of about equal length as the label column demands."""
        title, width = self.field.title, self.title.fontMetrics().horizontalAdvance
        room = LABEL_WIDTH - width("* ")
        if width(title) <= room:
            return [title]
        bracket = max(title.find("("), title.find("（"))
        halves = [title[:bracket], title[bracket:]]
        if bracket > 0 and max(map(width, halves)) <= room:
            return halves
        length = -(-len(title) // -(-width(title) // room))
        return [title[start : start + length] for start in range(0, len(title), length)]

    def focus(self) -> None:
        """Give the field the focus, its text marked for typing over."""
        self.input.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.input, LineField):
            self.input.selectAll()

    def missing_reason(self) -> QWidget | None:
        """The first reason that is asked for and not given."""
        return next((line for line in self._reasons.values() if not line.text().strip()), None)

    def ask_again(self) -> None:
        """Ask for the value a second time."""
        if self._again is None:
            self._again = AgainLine(self.field)
            self._again.returnPressed.connect(self._tell_again)
            self._column.insertWidget(1, self._again)
            QWidget.setTabOrder(self.input, self._again)
        self._again.clear()
        self._again.show()
        self._again.setFocus(Qt.FocusReason.TabFocusReason)

    def end_again(self) -> None:
        """The value was typed twice, or is another one now."""
        if self._again is not None:
            self._again.hide()

    @Slot()
    def _tell_again(self) -> None:
        if self._again is not None:
            self.repeated.emit(self._again.text())

    def _ask_reasons(self, problems: list[Problem], reasons: dict[str, str]) -> None:
        wanted = {p.code for p in problems}
        for code in self._reasons.keys() - wanted:
            gone = self._reasons.pop(code)
            gone.hide()
            gone.deleteLater()
        for problem in problems:
            if problem.code not in self._reasons:
                self._reasons[problem.code] = self._reason_line(problem, reasons.get(problem.code, ""))

    def _reason_line(self, problem: Problem, reason: str) -> QLineEdit:
        line = ReasonLine(problem.code, reason)
        line.setAccessibleName(f"{self.field.title}：{problem.message}，理由")
        line.written.connect(self.reasoned)
        line.returnPressed.connect(self.passed)
        self._column.addWidget(line)
        line.show()  # at once: it may get the focus before the layout would show it
        QWidget.setTabOrder(self.input, line)
        return line

    def _say(self, key: str, text: str, role: str, tone: str = "", *, html: bool = False) -> None:
        line = self._lines.get(key)
        if line is None:
            if not text:
                return
            line = self._lines[key] = label(wraps=True)
            if html:
                line.setTextFormat(Qt.TextFormat.RichText)
                line.linkActivated.connect(self._link)
            self._column.insertWidget(1 if key == "problem" else self._column.count(), line)
        line.setText(text)
        theme.restyle(line, "role", role)
        theme.restyle(line, "tone", tone)
        line.setVisible(bool(text))

    @Slot(str)
    def _link(self, target: str) -> None:
        self.applied.emit(self.candidates[int(target)])


class AgainLine(QLineEdit):
    """The value once more, so that a slip of the finger shows."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.setPlaceholderText("再输入一遍核对")
        self.setAccessibleName(f"{field.title}，再输入一遍")

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on like Enter."""
        if forward:
            self.returnPressed.emit()
            return True
        return super().focusNextPrevChild(forward)


class ReasonLine(QLineEdit):
    """Why a warning does not apply, in the clerk's words."""

    written = Signal(str, str)

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.setPlaceholderText("确认无误请写明理由")
        self.textEdited.connect(self._written)

    @Slot(str)
    def _written(self, text: str) -> None:
        self.written.emit(self.code, text)


def make_input(field: Field, *, has_choices: bool) -> InputField | AttachmentField:
    """The input for a field: files are chosen, long texts grow, everything else is one line."""
    if field.type == "attachments":
        return AttachmentField(field)
    return LongField(field) if field.type == "long_text" else LineField(field, arrow=has_choices)


def _grade(problems: list[Problem]) -> str:
    """``hard``, ``soft`` when a reason is asked for, or empty: what merely cannot be verified is a note."""
    if any(p.strength == "hard" for p in problems):
        return "hard"
    return "soft" if any(p.reason_required for p in problems) else ""


def _explain(problem: Problem) -> str:
    if problem.code == "required":
        return "必填，还没有填。"
    if not problem.candidates:
        return sentence(problem.message) + sentence(problem.help)
    more = f"（共 {len(problem.candidates)} 个）" if len(problem.candidates) > 1 else ""
    best = f'<a href="0">{escape(problem.candidates[0])}</a>'
    return f"{sentence(problem.message)}是不是 {best}？按 Alt+↓ 选用{more}"


def sentence(text: str) -> str:
    """Plain text as one sentence of HTML."""
    text = text.strip()
    return escape(text if not text or text[-1] in "。？！" else text + "。")
