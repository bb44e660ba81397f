"""对账: what both sides hold, compared; every difference with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from jgclient.contract import TransportError
from jgclient.store import Store
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.login import Login
from jgclient.ui.parts import Card, Choice, EmptyState, PageBase, button, label, page_column, primary_button
from jgclient.ui.periods import PERIODS, days_of
from jgclient.ui.reporter import platform_of
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName
from jgclient.ui.words import iso_day, moment_words
from jgclient.ui.workbar import WorkBar

if TYPE_CHECKING:  # the network library loads slowly
    from jgclient.contract import Mark
    from jgclient.forms.library import FormLibrary
    from jgclient.reconciling import Reconciled, Reconciling
    from jgclient.sync.comparing import Comparison, Difference
    from jgclient.sync.mending import Mended

_TONES: dict[str, ToneName] = {"missing": "warning", "extra": "warning", "different": "danger"}
_TABLE, _EMPTY = 0, 1


class ReconcilePage(PageBase):
    """Choose form and period, compare, mend each difference or all of them."""

    title = "对账"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.outcome: Reconciled | None = None
        self.busy = False
        self._mending: Sequence[Difference] = ()
        self.form_choice = Choice("类别")
        self.period_choice = Choice("行为日期")
        for key, words in PERIODS.items():
            self.period_choice.addItem(words, key)
        self.compare_button = primary_button("开始对账", on_click=self.compare)
        self.mend_button = button("全部处理", on_click=self._mend_all)
        self.login = Login(desk, "登录并对账")
        self.login.wanted.connect(self.compare)
        self.work = WorkBar()
        self.stopped = label("", tone="warning", wraps=True)
        self.table = RowTable(
            "与平台不一致的记录", RowsModel(self._columns(), self._load), lambda one: one.record_id
        )
        self.table.opened.connect(self.mend)
        self.table.clicked.connect(self._clicked)
        self.empty = EmptyState("", "")
        self._lay_out()

    # -- what the frame asks -----------------------------------------------------------------------

    def head_note(self) -> str:
        """How the last complete comparison went."""
        last = self.desk.store.settings.get("last_reconciliation") or {}
        if not last.get("at"):
            return "还没有对过账"
        when = moment_words(datetime.fromisoformat(last["at"]), self.desk.clock())
        open_ones = sum(int(last.get(kind, 0)) for kind in _TONES)
        underway = int(last.get("underway", 0))
        parts = [f"{open_ones:,} 处不一致"] if open_ones else []
        parts += [f"{underway:,} 条待重新上报"] if underway else []
        return f"上次 {when}：" + ("，".join(parts) or "两边一致")

    def head_buttons(self) -> list[QWidget]:
        """Begin."""
        return [self.compare_button]

    def shown(self, **_args: str) -> None:
        """The button is where she goes on."""
        self.compare_button.setFocus()

    def refresh(self) -> None:
        """Offer the forms there are; show what was found."""
        if not self.form_choice.count():
            self.form_choice.addItem("全部类别", "")
            for form in self.desk.record_forms():
                self.form_choice.addItem(form.title, form.id)
        self._settle_decided()
        self._show()

    # -- what she does -----------------------------------------------------------------------------

    @Slot(str)
    def compare(self, password: str = "") -> None:
        """Compare now; with a password log in first."""
        self._run("正在与平台对账", (), password)

    def mend(self, difference: Difference) -> None:
        """Apply the remedy of one difference; two versions that lie here already are shown."""
        if difference.shown:
            self.desk.go("conflict", record_id=difference.record_id)
        else:
            self._run("正在处理", [difference])

    def _mend_all(self) -> None:
        self._run("正在处理", [one for one in self._differences() if not one.shown])

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        """A click on the remedy applies it."""
        if index.column() == self.table.rows_model.columnCount() - 1:
            self.mend(self.table.rows_model.row(index.row()))

    def _run(self, words: str, differences: Sequence[Difference], password: str = "") -> None:
        if self.busy:
            return
        self.busy = True
        self._mending = differences
        self.login.hide()
        self.stopped.setText("")
        self.stopped.hide()
        self.compare_button.setEnabled(False)
        self.mend_button.setEnabled(False)
        first, last = days_of(self.period_choice.currentData() or "", self.desk.today())
        days = (date.fromisoformat(first), date.fromisoformat(last)) if first else (None, None)
        chosen = (self.form_choice.currentData() or "", *days)
        task = _Compare(self.desk.library, self.desk.clock, chosen, differences, password)
        self.work.follow(self.desk.jobs.run(task, done=self._done, failed=self._failed), words)

    @Slot(object)
    def _done(self, outcome: Reconciled | TransportError) -> None:
        self.busy = False
        if isinstance(outcome, TransportError):
            self.login.ask(outcome.message)
            self._show()
            return
        if not outcome.stopped:
            self.outcome = outcome
        elif outcome.note == "等待登录":
            self.login.ask(outcome.stopped)
        else:
            self.stopped.setText(_stopped_words(outcome))
        if outcome.stopped:
            self._forget(outcome.mended.ids)
        self.desk.data_changed.emit()
        self._show()
        if self.isVisible() and self.login.isHidden():
            self.table.choose(0)
            again = outcome.stopped or not self._differences()
            (self.compare_button if again else self.table).setFocus()
        self._tell(outcome)

    def _settle_decided(self) -> None:
        """A conflict that was decided meanwhile waits to be sent; it is not offered for decision again."""
        if not any(one.shown for one in self._differences()):
            return
        from jgclient.sync.comparing import is_underway  # noqa: PLC0415 - loaded when there is a difference

        store = self.desk.store
        decided = [
            one.record_id
            for one in self._differences()
            if one.shown and is_underway(store, one.record_id, one.ours, one.theirs)
        ]
        if self.outcome is not None and decided:
            self.outcome.comparison.underway += len(decided)
            self._forget(decided)

    def _forget(self, ids: Sequence[str]) -> None:
        """What was mended before it stopped is no difference any more; the next comparison says the rest."""
        if self.outcome is not None:
            found = self.outcome.comparison
            found.differences = [one for one in found.differences if one.record_id not in ids]

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.busy = False
        self.stopped.setText(sentence)
        self._show()

    def _tell(self, outcome: Reconciled) -> None:
        """Say what was done; a single conflict is opened, because now a person decides."""
        words = _mended_words(outcome.mended)
        if outcome.stopped:
            if words:
                self.desk.say(f"没有处理完，已处理的：{words}。请再对一次账。", "warning")
            return
        if len(self._mending) == 1 and outcome.mended.shown:
            self.desk.go("conflict", record_id=self._mending[0].record_id)
        settled = not self._differences() and not outcome.comparison.underway
        advice = "按 F9 上报。" if outcome.comparison.underway and not self._differences() else ""
        line = f"{words}。{outcome.line()}" if words else outcome.line()
        self.desk.say(f"{line}。{advice}" if advice else line, "accepted" if settled else "warning")

    # -- showing -----------------------------------------------------------------------------------

    def _differences(self) -> list[Difference]:
        return self.outcome.comparison.differences if self.outcome else []

    def _open(self) -> list[Difference]:
        return self.outcome.comparison.open() if self.outcome else []

    def _show(self) -> None:
        self.compare_button.setEnabled(not self.busy)
        self.stopped.setVisible(bool(self.stopped.text()) and not self.busy and self.login.isHidden())
        open_ones = self._open()
        self.mend_button.setVisible(bool(open_ones))
        self.mend_button.setEnabled(not self.busy)
        self.mend_button.setText(f"全部处理 {len(open_ones):,} 处")
        self.card.note.setText(self.outcome.line() if self.outcome else "")
        self.table.reload()
        self.stack.setCurrentIndex(_TABLE if self._differences() else _EMPTY)
        if self.desk.store.settings.get("reconcile_before_sending"):
            self.empty.say("数据由备份恢复，请先对账", "对账一致以前不会上报，以免覆盖平台上较新的内容。")
        elif self.outcome is None:
            self.empty.say(
                "核对本机和平台上的记录",
                "逐日比对已接收的记录：平台缺的重新上报，平台多的取回，内容不同的两版对照。不会改动任何一边。",
            )
        else:
            self._say_agreed(self.outcome.comparison)
        self.head_changed.emit()

    def _say_agreed(self, found: Comparison) -> None:
        same = f"{found.agreed:,} 条记录的内容和版次都相同。"
        if found.underway:
            title = f"{found.underway:,} 条等待重新上报"
            self.empty.say(title, f"已在上报队列里，按 F9 上报后再对一次账；其余 {same}")
        else:
            self.empty.say("两边一致", same)

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[Difference]:
        return self._differences()[offset : offset + limit]

    def _columns(self) -> list[Column[Difference]]:
        return [
            Column("差异", _kind, 4, tone=lambda one: _TONES[one.kind], chip=True),
            Column("类别", lambda one: self.desk.form_short(one.form), 6),
            Column("行为日期", lambda one: iso_day(one.day, self.desk.today()), 5, muted=True),
            Column("记录", self._title),
            Column("本机", self._ours, 8, muted=True),
            Column("平台", lambda one: _version(one.theirs), 8, muted=True),
            Column("处理（Enter）", _remedy, 7, tone=lambda _one: "waiting"),
        ]

    def _title(self, one: Difference) -> str:
        row = self.desk.store.records.row(one.record_id)
        return (row.title or row.number or "（未填名称）") if row else "（本机没有这条记录）"

    def _ours(self, one: Difference) -> str:
        """What has a receipt here; a record that is here without one is not missing."""
        if one.ours is None and self.desk.store.records.row(one.record_id) is not None:
            return "没有回执"
        return _version(one.ours)

    def _lay_out(self) -> None:
        column = page_column(self)
        line = QHBoxLayout()
        line.setSpacing(8)
        for choice in (self.form_choice, self.period_choice):
            name = label(choice.accessibleName())
            name.setBuddy(choice)
            line.addWidget(name)
            line.addWidget(choice)
        line.addStretch(1)
        column.addLayout(line)
        for part in (self.work, self.stopped, self.login):
            column.addWidget(part)
        self.card = Card("不一致的记录", flush=True)
        self.card.head.addWidget(self.mend_button)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.card.body.addWidget(self.stack)
        column.addWidget(self.card, 1)


class _Compare:
    """The background work: apply remedies, if any are given, then compare."""

    def __init__(
        self,
        library: FormLibrary,
        clock: Callable[[], datetime],
        chosen: tuple[str, date | None, date | None],
        differences: Sequence[Difference],
        password: str,
    ) -> None:
        self._library = library
        self._clock = clock
        self._chosen = chosen
        self._differences = differences
        self._password = password

    def __call__(self, store: Store, progress: Progress) -> Reconciled | TransportError:
        try:
            job = self._job(store, progress)
        except TransportError as error:
            return error
        mended = job.mend(self._differences) if self._differences else None
        if mended is not None and mended.stopped:
            return mended
        found = job.compare(*self._chosen)
        found.mended = mended.mended if mended is not None else found.mended
        return found

    def _job(self, store: Store, progress: Progress) -> Reconciling:
        from jgclient import entering  # noqa: PLC0415 - see above
        from jgclient.reconciling import Reconciling  # noqa: PLC0415 - the network library loads slowly

        return Reconciling(
            store, platform_of(store, self._clock, self._password), self._library,
            unit_code=entering.unit_of(store)["code"], now=self._clock,
            on_progress=progress.report, is_cancelled=progress.is_cancelled,
        )  # fmt: skip


def _kind(one: Difference) -> str:
    from jgclient.sync.comparing import TITLES  # noqa: PLC0415 - loaded when there is a difference

    return TITLES[one.kind]


def _remedy(one: Difference) -> str:
    from jgclient.sync.comparing import REMEDIES  # noqa: PLC0415 - see above

    return "打开两版对照" if one.shown else REMEDIES[one.remedy]


def _mended_words(done: Mended) -> str:
    parts = ((done.requeued, "重新排队"), (done.fetched, "取回"), (done.shown, "待两版对照"))
    return "，".join(f"{what} {count:,} 条" for count, what in parts if count)


def _stopped_words(outcome: Reconciled) -> str:
    """Why it stopped; a cancel says what was not touched."""
    if outcome.note != "已取消":
        return outcome.stopped
    return "已停下，其余的没有改动。" if outcome.mended.ids else "对账已停下，没有改动任何记录。"


def _version(mark: Mark | None) -> str:
    if mark is None:
        return "没有"
    return f"第 {mark.revision} 版" + ("（已撤回）" if mark.operation == "d" else "")
