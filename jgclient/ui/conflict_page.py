"""两版对照: our version of a record and the platform's side by side; a person says which one holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from jgclient import conflicts
from jgclient.attached import in_words
from jgclient.forms.problems import Problem
from jgclient.records import Content, canonical_json
from jgclient.store import Store
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, EmptyState, PageBase, button, label, page_column, primary_button
from jgclient.ui.tables import Column, Order, RowsModel, RowTable

if TYPE_CHECKING:
    from jgclient.conflicts import Both
    from jgclient.forms.definition import Form

_TABLE, _EMPTY = 0, 1
_WITHDRAWN = "（已撤回）"


@dataclass(frozen=True, slots=True)
class _Line:
    """One field that differs."""

    title: str
    ours: str
    theirs: str


class ConflictPage(PageBase):
    """The fields that differ, and the two ways to decide."""

    title = "两版对照"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.record_id = ""
        self.lines: list[_Line] = []
        self.ours_button = primary_button("采用本机版本", on_click=lambda: self._decide(conflicts.keep_ours))
        self.theirs_button = button("采用平台版本", on_click=lambda: self._decide(conflicts.keep_theirs))
        self.entry_button = button("打开录入页改", on_click=self._edit)
        self.table = RowTable("两版不同的栏目", RowsModel(_columns(), self._load), lambda line: line.title)
        self.empty = EmptyState(
            "没有要对照的版本", "平台上的版本在下次上报或对账时取回，取回后在这里逐栏对照。"
        )
        self.card = Card("不同的栏目", flush=True)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.card.body.addWidget(self.stack)
        column = page_column(self)
        column.addWidget(
            label(
                "两个版本都不会丢：选定后生成新的一版重新上报；本机原来的版本留在历史里，平台原来的版本平台留着。",
                "muted",
                wraps=True,
            )
        )
        column.addWidget(self.card, 1)

    # -- what the frame asks -----------------------------------------------------------------------

    def head_note(self) -> str:
        """Which record."""
        row = self.desk.store.records.row(self.record_id) if self.record_id else None
        return f"{self.desk.form_short(row.form)}　{row.title or row.number}" if row else ""

    def head_buttons(self) -> list[QWidget]:
        """Decide."""
        return [self.entry_button, self.theirs_button, self.ours_button]

    def shown(self, **args: str) -> None:
        """Show the record asked for (``record_id``)."""
        self.record_id = args.get("record_id", self.record_id)
        self.refresh()
        (self.ours_button if self.lines else self.table).setFocus()

    def refresh(self) -> None:
        """Lay both versions side by side again."""
        both = conflicts.both(self.desk.store, self.record_id) if self.record_id else None
        self.lines = self._lines(both) if both else []
        for each in (self.ours_button, self.theirs_button):
            each.setEnabled(both is not None)
        self.entry_button.setEnabled(bool(self.record_id))
        words = f"本机第 {both.ours.revision} 版，平台第 {both.theirs.item.revision} 版" if both else ""
        self.card.note.setText(words)
        self.table.reload()
        self.stack.setCurrentIndex(_TABLE if both else _EMPTY)
        self.head_changed.emit()

    # -- what she does -----------------------------------------------------------------------------

    def _decide(self, keep: Callable[..., list[Problem]]) -> None:
        task = _Decide(self.desk, keep, self.record_id)
        self.ours_button.setEnabled(False)
        self.theirs_button.setEnabled(False)
        self.desk.jobs.run(task, done=self._decided, failed=self._failed)

    @Slot(object)
    def _decided(self, outcome: list[Problem] | str) -> None:
        self.desk.data_changed.emit()
        if isinstance(outcome, str):
            self.desk.say(outcome, "warning")
        elif outcome:
            self.desk.go("entry", record_id=self.record_id, field=(outcome[0].fields or ("",))[0])
            self.desk.say(f"选定的版本还要改正：{outcome[0].message}", "warning")
        else:
            self.desk.go("queue")
            self.desk.say("已选定并放入上报队列，按 F9 上报。", "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.refresh()
        self.desk.say(sentence, "danger")

    def _edit(self) -> None:
        self.desk.go("entry", record_id=self.record_id)

    # -- showing -----------------------------------------------------------------------------------

    def _lines(self, both: Both) -> list[_Line]:
        ours, theirs = both.ours, both.theirs.item
        lines = []
        if ours.operation != theirs.operation and "d" in (ours.operation, theirs.operation):
            states = [_WITHDRAWN if one.operation == "d" else "（有效）" for one in (ours, theirs)]
            lines.append(_Line("记录", *states))
        try:
            form: Form | None = self.desk.library.get(ours.form)
        except KeyError:
            form = None
        mine, other = (self._texts(form, one.content) for one in (ours, theirs))
        for name in both.differing:
            title = form.by_name[name].title if form and name in form.by_name else name
            lines.append(_Line(title, mine.get(name, "（未填）"), other.get(name, "（未填）")))
        return lines

    def _texts(self, form: Form | None, content: Content) -> dict[str, str]:
        if form is None:
            return {
                name: value if isinstance(value, str) else canonical_json(value)
                for name, value in content.items()
            }
        return in_words(form, self.desk.library.checker(form).to_texts(content))

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[_Line]:
        return self.lines[offset : offset + limit]


class _Decide:
    """The background work: one version becomes a new revision and is queued."""

    def __init__(self, desk: Desk, keep: Callable[..., list[Problem]], record_id: str) -> None:
        self._desk = desk
        self._keep = keep
        self._record_id = record_id

    def __call__(self, store: Store, _progress: Progress) -> list[Problem] | str:
        desk = self._desk
        try:
            return self._keep(store, desk.library, desk.calendar, self._record_id, now=desk.clock())
        except conflicts.ConflictError as error:
            return str(error)


def _columns() -> list[Column[_Line]]:
    return [
        Column("栏目", lambda line: line.title, 9),
        Column("本机", lambda line: line.ours),
        Column("平台", lambda line: line.theirs, tone=lambda _line: "warning"),
    ]
