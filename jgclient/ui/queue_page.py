"""The queue and what came back: what waits, a run and how it goes, what needs somebody, receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from jgclient.contract import TransportError, parse_time
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow
from jgclient.store.receipts import ReceiptLine, ReceiptQuery
from jgclient.sync.report import SyncReport
from jgclient.ui.attention import Attention
from jgclient.ui.background import Job
from jgclient.ui.desk import Desk
from jgclient.ui.login import Login
from jgclient.ui.parts import (
    Card,
    Chip,
    EmptyState,
    InTurns,
    PageBase,
    button,
    label,
    page_column,
    primary_button,
)
from jgclient.ui.receipt_desk import ReceiptDesk
from jgclient.ui.tables import Column, ListStack, Order, RowsModel, RowTable
from jgclient.ui.theme import STATE_TONES, ToneName
from jgclient.ui.words import day_words, moment_words

_WAITING = frozenset({State.QUEUED, State.SENDING})
_CHIPS: tuple[tuple[str, str, ToneName], ...] = (
    ("accepted", "已接收", "accepted"),
    ("duplicate", "平台已有", "accepted"),
    ("rejected", "被退回", "danger"),
    ("conflict", "冲突", "danger"),
    ("parked", "已搁置", "warning"),
    ("deferred", "平台暂缓", "warning"),
    ("waiting", "排队", "waiting"),
)


class RunCard(Card):
    """How the run goes: truthful words, a bar, counts."""

    def __init__(self, pause: Callable[[], None], login: Login) -> None:
        super().__init__("上报")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("上报进度")
        self.pause_button = button("暂停", on_click=pause)
        self.head.addWidget(label("断网也不要紧：没有回执的会自动查询，不会重复上报", "muted"))
        self.head.addWidget(self.pause_button)
        self.chips = {name: Chip("", tone) for name, _, tone in _CHIPS}
        self.body.setContentsMargins(0, 0, 0, 0)
        self.details = QWidget()
        details = QVBoxLayout(self.details)
        details.setContentsMargins(12, 0, 12, 12)
        details.setSpacing(8)
        self.body.addWidget(self.details)
        details.addWidget(self.bar)
        self.counts = QWidget()
        row = QHBoxLayout(self.counts)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for chip in self.chips.values():
            row.addWidget(chip)
        row.addStretch(1)
        details.addWidget(self.counts)
        self.stopped = label("", tone="warning", wraps=True)
        details.addWidget(self.stopped)
        details.addWidget(login)
        self._login = login
        self.show_report(SyncReport())

    def show_idle(self, waiting: int, unanswered: int, last: str) -> None:
        """Nothing runs: what waits, else what is not known to have arrived, and how the last run went."""
        rest = f"{unanswered:,} 条已发出，等待回执" if unanswered else "没有等待上报的记录"
        self.title.setText(f"{waiting:,} 条等待上报" if waiting else rest)
        self.note.setText(last)
        self.bar.setVisible(False)
        self.pause_button.setVisible(False)
        self._show_details()

    def show_running(self) -> None:
        """A run begins."""
        self.title.setText("正在连接平台")
        self.note.setText("")
        self.bar.setRange(0, 0)
        self.bar.setVisible(True)
        self.pause_button.setVisible(True)
        self.pause_button.setEnabled(True)
        self.show_report(SyncReport())

    def show_report(self, report: SyncReport) -> None:
        """The counts of a run so far."""
        for name, words, _ in _CHIPS:
            count = getattr(report, name)
            self.chips[name].setText(f"{words} {count:,}")
            self.chips[name].setVisible(bool(count))
        self.counts.setVisible(report.total > 0)
        self.stopped.setText(report.stopped)
        self.stopped.setVisible(bool(report.stopped))
        self._show_details()

    def ask_login(self, why: str) -> None:
        """Ask in place for what the platform wants to know."""
        self.stopped.hide()
        self._login.ask(why)
        self._show_details()

    def _show_details(self) -> None:
        parts = (self.bar, self.counts, self.stopped, self._login)
        self.details.setVisible(not all(part.isHidden() for part in parts))


class QueuePage(PageBase):
    """Run card above; queue and receipts left, what needs somebody right."""

    title = "上报回执"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.sent_at: dict[str, datetime] = {}
        self.start_button = primary_button("立即上报", "F9", bind=False, on_click=self.start)
        self.inbox_button = button("平台消息", on_click=partial(desk.go, "inbox"))
        self.login = Login(desk)
        self.login.wanted.connect(self.start)
        self.run_card = RunCard(self.pause, self.login)
        self.queue = RowTable(
            "排队", RowsModel(self._queue_columns(), self._load_queue, Order("urgent_by")), lambda row: row.id
        )
        self.receipts = RowTable(
            "回执",
            RowsModel(self._receipt_columns(), self._load_receipts),
            lambda line: (line.receipt.record_id, line.receipt.revision),
        )
        self.queue.opened.connect(self._open)
        self.receipts.opened.connect(self._open_receipt)
        self.attention = Attention(desk)
        self._outcome: SyncReport | TransportError | str = ""
        self._tell_outcome = InTurns(self, self._show_outcome)
        self.papers = ReceiptDesk(self)
        self.slip_button = button("回执单 PDF", on_click=lambda: self.papers.slips(self.receipts.selected()))
        self.list_button = button("清单 PDF", on_click=self.papers.all_receipts)
        self._lay_out()
        self._lists = InTurns(
            self,
            self.queue_stack.reload,
            self._refresh_receipts,
            self.attention.refresh,
            self._refresh_counts,
        )
        self.receipts.chosen.connect(self._show_papers)
        reporter = desk.reporter
        reporter.started.connect(self._started)
        reporter.progressed.connect(self._progressed)
        reporter.ended.connect(self._ended, Qt.ConnectionType.QueuedConnection)
        if reporter.job is not None:  # it began by itself before anybody came here
            self._started()

    # -- what the frame asks ---------------------------------------------------------------------

    def head_buttons(self) -> list[QWidget]:
        """Report without a network, compare with the platform, report now."""
        doors = (("数据包", "packages"), ("对账", "reconcile"))
        made = [button(words, on_click=partial(self.desk.go, page)) for words, page in doors]
        return [self.inbox_button, *made, self.start_button]

    def shown(self, **args: str) -> None:
        """Begin at once when asked to (``start``)."""
        if args.get("start"):
            self.start()
        elif not self.login.isVisible():
            self.start_button.setFocus()

    def refresh(self) -> None:
        """List what waits, receipts, what needs somebody and the numbers, each at a turn of its own.

        After a run everything is read from the file anew; all in one turn, the window would be seen to stick.
        """
        self.sent_at = {
            record_id: batch.made_at
            for batch in self.desk.store.outbox.unanswered_batches()
            for record_id, _ in batch.items
        }
        unread = self.desk.store.changes.unread(self.desk.today())
        self.inbox_button.setText(f"平台消息 {unread:,}" if unread else "平台消息")
        self._lists.begin()

    def _refresh_receipts(self) -> None:
        self.receipt_stack.reload()
        receipts = self.desk.store.outbox.receipt_count()
        self.receipt_card.note.setText(f"{receipts:,} 张，长期留存" if receipts else "")
        self.list_button.setVisible(bool(receipts))
        self._show_papers()

    def _refresh_counts(self) -> None:
        waiting = self.desk.store.outbox.count()
        unanswered = self.desk.store.records.counts_by_state().get(State.SENDING, 0)
        if self.job is None:
            self.run_card.show_idle(waiting, unanswered, self._last_words())
        asked = f" · {unanswered:,} 条已发出，等待回执" if unanswered else ""
        self.queue_card.note.setText(f"{waiting:,} 条，先报最急的{asked}" if waiting else asked.lstrip(" ·"))

    # -- what she does ---------------------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The run under way, whoever began it."""
        return self.desk.reporter.job

    @Slot(str)
    def start(self, password: str = "") -> None:
        """Report what waits; with a password log in first."""
        self.desk.reporter.start(password)

    def pause(self) -> None:
        """Stop after the batch under way; the rest stays in the queue."""
        self.run_card.pause_button.setEnabled(False)
        self.desk.reporter.cancel()

    @Slot()
    def _started(self) -> None:
        self.login.hide()
        self.run_card.show_running()
        self.start_button.setEnabled(False)

    @Slot(int, int, object)
    def _progressed(self, done: int, total: int, report: SyncReport) -> None:
        self.run_card.title.setText(report.line())
        self.run_card.bar.setRange(0, max(total, 1))
        self.run_card.bar.setValue(done)
        self.run_card.show_report(report)

    @Slot(object)
    def _ended(self, outcome: SyncReport | TransportError | str) -> None:
        self.start_button.setEnabled(True)
        self._outcome = outcome
        self._tell_outcome.begin()

    def _show_outcome(self) -> None:
        """Say what became of the run, at a turn of its own: the card grows and moves the lists."""
        outcome = self._outcome
        if self.job is not None:
            return  # the next one began meanwhile
        if isinstance(outcome, TransportError):
            self.run_card.show_report(SyncReport())
            self.run_card.ask_login(outcome.message)
        elif isinstance(outcome, str):
            self.run_card.show_report(SyncReport(stopped=outcome))
        else:
            self.run_card.show_report(outcome)
            if outcome.note == "等待登录":
                self.run_card.ask_login(outcome.stopped)
            elif outcome.note == "等待对账" and self.isVisible():
                self.desk.go("reconcile")

    def _open(self, row: RecordRow) -> None:
        self.desk.go("entry", record_id=row.id)

    # -- showing ---------------------------------------------------------------------------------

    def _last_words(self) -> str:
        last = self.desk.store.settings.get("last_sync") or {}
        if not last.get("at"):
            return "联网后按 F9，一次报完"
        when = moment_words(datetime.fromisoformat(last["at"]), self.desk.clock())
        return f"上次 {when}：{last.get('line', '')}"

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(self.run_card)
        self.queue_card = Card("排队", flush=True)
        self.queue_stack = ListStack(self.queue, EmptyState("队列是空的", "完成的记录会自动排到这里。"))
        self.queue_card.body.addWidget(self.queue_stack)
        self.receipt_card = Card("回执", flush=True)
        self.receipt_card.head.addWidget(self.slip_button)
        self.receipt_card.head.addWidget(self.list_button)
        self.receipt_stack = ListStack(
            self.receipts, EmptyState("还没有回执", "平台接收一条，就有一张带编号的回执。")
        )
        self.receipt_card.body.addWidget(self.receipt_stack)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.queue_card, 1)
        left.addWidget(self.receipt_card, 1)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addLayout(left, 5)
        lower.addWidget(self.attention, 4)
        column.addLayout(lower, 1)

    def _queue_columns(self) -> list[Column[RecordRow]]:
        return [
            Column("状态", _queue_words, 4, tone=lambda r: STATE_TONES[r.state], chip=True),
            Column("类别", lambda r: self.desk.form_short(r.form), 6),
            Column("名称 / 文号", lambda r: r.title or r.number),
            Column("最迟", self._latest, 4),
            Column("发出", self._sent, 4, muted=True),
        ]

    def _receipt_columns(self) -> list[Column[ReceiptLine]]:
        return [
            Column("接收时间", self._received, 7, muted=True),
            Column("回执号", lambda line: line.receipt.receipt_no, 11),
            Column("类别", lambda line: self.desk.form_short(line.form), 5, spare=True),
            Column("记录", lambda line: line.title or line.number),
            Column("版次", lambda line: str(line.receipt.revision), 3, spare=True),
        ]

    def _load_queue(self, limit: int, offset: int, order: Order) -> list[RecordRow]:
        query = ListQuery(states=_WAITING, sort=order.by, descending=False, limit=limit, offset=offset)
        return self.desk.store.records.list(query)

    def _load_receipts(self, limit: int, offset: int, _order: Order) -> list[ReceiptLine]:
        return self.desk.store.receipts.list(ReceiptQuery(limit=limit, offset=offset))

    def _latest(self, row: RecordRow) -> str:
        return day_words(row.urgent_by, self.desk.today()) if row.urgent_by else "—"

    def _sent(self, row: RecordRow) -> str:
        sent = self.sent_at.get(row.id)
        return moment_words(sent, self.desk.clock()) if sent else ""

    def _received(self, line: ReceiptLine) -> str:
        moment = parse_time(line.receipt.received_at)
        return moment_words(moment, self.desk.clock()) if moment else "—"

    @Slot()
    def _show_papers(self) -> None:
        """A slip is made of the chosen receipts."""
        self.slip_button.setVisible(self.receipts.selected_count() > 0)

    def _open_receipt(self, line: ReceiptLine) -> None:
        self.desk.go("entry", record_id=line.receipt.record_id)


def _queue_words(row: RecordRow) -> str:
    return "排队" if row.state is State.QUEUED else row.state.title
