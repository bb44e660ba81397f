"""The versions of one record, the newest first, each with what it changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from jgclient.contract import parse_time
from jgclient.history import Difference, Version
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Chip, label
from jgclient.ui.theme import ToneName
from jgclient.ui.words import moment_words

#: Differences told of one version; a first version fills everything and is told by a number.
_TOLD = 12
#: Characters of a long text that are told.
_LONG = 60
_TONES: dict[str, ToneName] = {"新增": "waiting", "修改": "warning", "撤回": "danger", "草稿": "draft"}


class HistoryView(QWidget):
    """A line of facts and the differences of each version."""

    def __init__(self, desk: Desk, versions: Sequence[Version]) -> None:
        super().__init__()
        self.setObjectName("inside")
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 2, 12, 10)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        for number, version in enumerate(versions):
            name = f"第 {version.number} 版 {version.what}" if version.number else version.what
            grid.addWidget(Chip(name, _TONES[version.what]), number, 0, top)
            when = moment_words(version.made_at, desk.clock())
            grid.addWidget(label(f"{version.author or '未署名'}　{when}"), number, 1, top)
            grid.addWidget(label(_words(version, desk), wraps=True), number, 2, top)
        grid.setRowStretch(len(versions), 1)


def _words(version: Version, desk: Desk) -> str:
    lines = []
    if version.reason:
        lines.append(f"理由：{version.reason}")
    if version.number == 1 or (not version.number and all(not d.before for d in version.differences)):
        lines.append(f"填写 {len(version.differences)} 项")
    else:
        lines += [_difference_words(one) for one in version.differences[:_TOLD]]
        if len(version.differences) > _TOLD:
            lines.append(f"……另有 {len(version.differences) - _TOLD} 项不同")
    for receipt, verdict in zip(version.receipts, version.verdicts, strict=True):
        moment = parse_time(receipt.received_at)
        when = f"　{moment_words(moment, desk.clock())} 接收" if moment else ""
        lines.append(f"回执号 {receipt.receipt_no}{when}　核验：{verdict.sentence}")
    return "\n".join(lines) or "内容没有变化"


def _difference_words(one: Difference) -> str:
    return f"{one.title}：{_short(one.before)} → {_short(one.after)}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return (flat[:_LONG] + "……" if len(flat) > _LONG else flat) or "（未填）"
