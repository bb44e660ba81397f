"""The status line: the run under way or the last one, what waits and until when, who works here."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.ui import theme
from jgclient.ui.desk import Desk
from jgclient.ui.parts import label
from jgclient.ui.words import day_words, moment_words

_WAITING = frozenset({State.QUEUED, State.SENDING})


class Foot(QWidget):
    """One line of facts; what was just said stands beside them until the next page."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(theme.FOOT)
        self._desk = desk
        self._dot = label("●", "dot")
        self._network, self._waiting, self._said, self._who = label(), label(), label(), label()
        # A long sentence must not widen the window; the tool tip has all of it.
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(6)
        row.addWidget(self._dot)
        row.addWidget(self._network)
        row.addSpacing(14)
        row.addWidget(self._waiting)
        row.addSpacing(14)
        row.addWidget(self._said, 1)
        row.addWidget(self._who)
        desk.said.connect(self.say)
        desk.reporter.line_changed.connect(self._show_network)

    @Slot(str, str)
    def say(self, text: str, tone: str) -> None:
        """Show one sentence; empty text takes it away."""
        self._said.setText(text)
        self._said.setToolTip(text)
        theme.restyle(self._said, "tone", tone if tone != "draft" else "")

    def refresh(self) -> None:
        """Read the facts again."""
        self._show_network()
        if not self._desk.reporter.line:
            words, tone = self._waiting_words()
            self._waiting.setText(words)
            theme.restyle(self._waiting, "tone", tone)
        who = [self._desk.setting("unit_name"), self._desk.setting("user_name"), "已加密保存"]
        self._who.setText(" · ".join(part for part in who if part))

    @Slot()
    def _show_network(self) -> None:
        """The run under way, or how the last one went."""
        line = self._desk.reporter.line
        last = self._desk.store.settings.get("last_sync") or {} if not line else {}
        words, tone = (line, "waiting") if line else network_words(last, self._desk.clock())
        self._network.setText(words)
        if line:  # it counts what waits; once it ends, nothing is said of that before it is counted again
            self._waiting.setText("")
        theme.restyle(self._dot, "tone", tone)

    def _waiting_words(self) -> tuple[str, str]:
        outbox, today = self._desk.store.outbox, self._desk.today()
        count = outbox.count()
        if not count:
            sent = self._desk.store.records.counts_by_state().get(State.SENDING, 0)
            return (f"{sent:,} 条已发出，等待回执", "waiting") if sent else ("没有待上报的记录", "")
        late = outbox.count_until(today - timedelta(days=1))
        if late:
            return f"待上报 {count:,} 条 · {late:,} 条已逾期，请立即联网上报", "danger"
        if urgent := outbox.count_until(today):
            return f"待上报 {count:,} 条 · 最迟今天 24:00 前联网，{urgent:,} 条待上报", "warning"
        query = ListQuery(states=_WAITING, sort="urgent_by", descending=False, limit=1)
        first = next((row.urgent_by for row in self._desk.store.records.list(query) if row.urgent_by), None)
        if first is None:
            return f"待上报 {count:,} 条", ""
        return f"待上报 {count:,} 条 · 最迟{day_words(first, today)}", ""


def network_words(last: dict[str, str], now: datetime) -> tuple[str, str]:
    """What is truly known of the network: how the last sync went. Text and tone.

    Args:
        last: The setting ``last_sync``: ``at`` (ISO time) and ``stopped`` (why it ended early, or empty).
        now: The time to count from.
    """
    if not last.get("at"):
        return "还没有联网上报过", "draft"
    when = moment_words(datetime.fromisoformat(last["at"]), now)
    if last.get("stopped"):
        return f"上次上报未完成 · {when}", "warning"
    return f"上次上报 {when}", "accepted"
