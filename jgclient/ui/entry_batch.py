"""Many objects with one act, in place above the form: the list, what is known of each, one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jgclient.aids import finding, many
from jgclient.aids.many import Made, Party
from jgclient.forms.definition import Field
from jgclient.store import Store
from jgclient.ui import theme
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.entry_lookup import ChoiceList, Lookup
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.field_widgets import LineField
from jgclient.ui.parts import Card, button, label, primary_button
from jgclient.ui.workbar import WorkBar

#: Milliseconds after the last key until the list is read.
_SETTLE_MS = 200
_LINES = 5
_FINDER = Field("party", "找对象", "text")


class BatchPanel(Card):
    """The list of objects and what will be made of it.

    Signals:
        closed: The clerk has done without.
        made: What became of the list, a :class:`jgclient.aids.many.Made`.
    """

    closed = Signal()
    made = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__("多个对象，同一件事")
        self._desk = desk
        self._session: EntrySession | None = None
        self.parties: list[Party] = []
        self.finder = LineField(_FINDER, arrow=False)
        self.finder.setPlaceholderText("名称、代码或拼音首字母，Enter 加入")
        self.choices = ChoiceList(page, stays=True)
        self.finder.popup = self.choices
        self.area = _ObjectList()
        self.verdict = label("", "note", wraps=True)
        self.make_button = primary_button("各录一条", "Ctrl+Enter", on_click=self.make, bind=False)
        self.work = WorkBar()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.read)
        self._lay_out()
        self._connect()
        self.hide()

    def begin(self, session: EntrySession) -> None:
        """Ask for the objects of the act that is being typed."""
        self._session = session
        self.area.clear()
        self.read()
        self.show()
        self.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def end(self) -> None:
        """Put the panel away."""
        self.choices.close_list()
        self._session = None
        self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is read while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def read(self) -> None:
        """Say what is known of the objects so far."""
        self.parties = many.read_parties(self._desk.store, self.area.toPlainText())
        lacking = [party for party in self.parties if party.missing]
        words = (
            f"共 {len(self.parties):,} 个对象"
            if self.parties
            else "一行一个：名称、代码，或两样都写；可以从 Excel 粘贴"
        )
        if lacking:
            first = "；".join(f"第 {one.line} 行没有{one.missing}" for one in lacking[:3])
            more = f" 等 {len(lacking):,} 个" if len(lacking) > 3 else ""
            words += f"，{first}{more}：这些先存草稿，补上再提交"
        self.verdict.setText(words)
        theme.restyle(self.verdict, "tone", "warning" if lacking else "")
        self.make_button.setText(f"各录一条（{len(self.parties):,} 条）" if self.parties else "各录一条")
        self.make_button.setEnabled(bool(self.parties) and not self.work.isVisible())

    @Slot()
    def make(self) -> None:
        """Make a record of each object."""
        self.read()
        if self._session is None or not self.make_button.isEnabled():
            return
        desk, session, parties = self._desk, self._session, list(self.parties)
        library, calendar = desk.library, desk.calendar
        texts, reasons = dict(session.texts), dict(session.reasons)

        def task(store: Store, progress: Progress) -> Made:
            return many.make(
                store, library, calendar, session.form, texts, reasons, parties, now=desk.clock,
                on_progress=progress.report, is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        self.make_button.setEnabled(False)
        self.work.follow(desk.jobs.run(task, done=self._done, failed=self._failed), "正在逐个录入")

    @Slot(object)
    def _done(self, made: Made) -> None:
        self.end()
        self.made.emit(made)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.read()
        self._desk.say(sentence, "danger")

    @Slot(str)
    def _typed(self, text: str) -> None:
        session = self._session
        if session is not None:
            lookup = Lookup(lambda part: finding.parties(self._desk.store, session.form, part, by_code=False))
            self.choices.offer(self.finder, lookup, text)

    @Slot(object, str, object)
    def _picked(self, _line: object, text: str, fills: dict[str, str]) -> None:
        self._add(" ".join([text, *fills.values()]))

    @Slot(int)
    def _stepped(self, step: int) -> None:
        text = self.finder.text().strip()
        if text and step > 0:
            self._add(text)
        else:
            (self.area if step > 0 else self.make_button).setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self, line: str) -> None:
        self.choices.close_list()
        self.area.appendPlainText(line)
        self.finder.clear()
        self.read()

    def _lay_out(self) -> None:
        self.head.addWidget(button("取消", on_click=self.closed.emit))
        self.head.addWidget(self.make_button)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.finder)
        column.addWidget(self.verdict)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(column, 1)
        row.addWidget(self.area, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.work)

    def _connect(self) -> None:
        self.finder.typed.connect(self._typed)
        self.finder.stepped.connect(self._stepped)
        self.finder.left.connect(self.choices.close_list)
        self.choices.picked.connect(self._picked)
        self.area.textChanged.connect(lambda: self._timer.start(_SETTLE_MS))


class _ObjectList(QPlainTextEdit):
    """The objects, one a line; Tab leaves it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("对象名单，一行一个")
        self.setPlaceholderText("郑州某某物业服务有限公司 91410100MA0000015B")
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 16)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter belongs to the button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)
