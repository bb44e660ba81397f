"""Reads a platform's feedback list: which record, what became of it, and why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Literal

from jgclient.exchange.cells import cell_text
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.headings import heading_key, short_key
from jgclient.exchange.kept_reading import Read
from jgclient.exchange.reader import read_workbook
from jgclient.exchange.tables import Column, Row, Table, find_table

Verdict = Literal["accepted", "returned", "pending", "unclear"]
Part = Literal["id", "number", "result", "reason", "time", "receipt"]

_HEADINGS: dict[Part, str] = {
    "id": "记录编号 记录id 数据唯一标识 唯一标识 record_unique_identity cd_id 主键",
    "number": "文书号 文书编号 文号 决定书文号 业务编号 行为编号 编号 单号 数据编号 记录号",
    "result": "结果 处理结果 反馈结果 审核结果 入库结果 校验结果 导入结果 上报结果 接收结果 比对结果 处理状态"
    " 审核状态 反馈状态 上报状态 入库状态 接收状态 数据状态 校验状态",
    "reason": "原因 退回原因 失败原因 错误原因 驳回原因 不通过原因 未通过原因 反馈意见 审核意见 退回意见"
    " 错误信息 错误提示 错误描述 问题描述 反馈信息 错误代码",
    "time": "反馈时间 审核时间 接收时间 入库时间 处理时间 退回时间 反馈日期 审核日期 接收日期 处理日期",
    "receipt": "回执编号 回执号 接收编号 受理编号 平台流水号",
}
_PARTS: dict[str, Part] = {
    heading_key(heading): part for part, headings in _HEADINGS.items() for heading in headings.split()
}
_PENDING = re.compile(r"待|未[审处校入反]|[处审校]\w{0,2}中")
_RETURNED = re.compile(r"不|未|失败|退回|驳回|错|异常|拒|无效|rejected|fail|error", re.IGNORECASE)
_ACCEPTED = re.compile(r"成功|通过|接收|入库|正常|合格|有效|完成|已报|accepted|success|ok", re.IGNORECASE)
_TIME = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One row of the list.

    Attributes:
        number: Row number as Excel shows it.
        record_id: The record's id, empty when the list has none.
        names: (heading, text) of the cells that hold a document or business number.
        verdict: What the platform decided; ``unclear`` when its words are not known here.
        result: These words.
        reason: Why, empty when it does not say.
        time: When it decided, as the list says it; empty when it does not.
        receipt_no: Its receipt, empty when there is none.
    """

    sheet: str
    number: int
    record_id: str
    names: tuple[tuple[str, str], ...]
    verdict: Verdict
    result: str
    reason: str
    time: str
    receipt_no: str

    @property
    def name(self) -> str:
        """What the row calls the record."""
        return self.record_id or next((text for _, text in self.names), "")

    @property
    def says_hour(self) -> bool:
        """Whether the time is more than a day."""
        found = _TIME.search(self.time)
        return bool(found and found[4])

    def moment(self, zone: tzinfo | None) -> datetime | None:
        """The time of the decision, None when there is none that can be read."""
        found = _TIME.search(unicodedata.normalize("NFKC", self.time))
        try:
            parts = [int(part or 0) for part in found.groups()] if found else []
            return datetime(*parts, tzinfo=zone) if parts else None  # type: ignore[misc, arg-type]  # year to second
        except ValueError:
            return None


def read_feedback(path: Path, numbers: Sequence[str], *, read: Read = read_workbook) -> list[FeedbackRow]:
    """All rows of all tables of a feedback list.

    Args:
        path: The workbook.
        numbers: Headings under which forms know their document and business numbers.
        read: Reads the workbook.

    Raises:
        WorkbookError: the file cannot be read, or holds no such table.
    """
    parts = {**{heading_key(heading): "number" for heading in numbers}, **_PARTS}
    rows: list[FeedbackRow] = []
    found = False
    for sheet in read(path):
        table = None if sheet.hidden else find_table(sheet, lambda heading: heading_key(heading) in parts)
        columns = _columns(table, parts) if table else {}
        if table and {"id", "number"} & columns.keys() and {"result", "reason"} & columns.keys():
            found = True
            rows += _rows(table, columns)
    if not found:
        raise WorkbookError(
            f"“{path.name}”不是平台的反馈清单：要有一列记录编号或文书号，和一列处理结果或退回原因。"
            "请从平台重新导出，或把这几列的表头改成这些名称。"
        )
    return rows


def is_feedback(path: Path, numbers: Sequence[str], *, read: Read = read_workbook) -> bool:
    """Whether a workbook is a feedback list: it has its columns, and most results are words known here."""
    try:
        rows = read_feedback(path, numbers, read=read)
    except WorkbookError:
        return False
    clear = [row for row in rows if row.verdict != "unclear"]
    return bool(rows) and len(clear) >= 0.8 * len(rows)


def _columns(table: Table, parts: Mapping[str, str]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in table.columns:
        part = parts.get(heading_key(column.headings[0])) or parts.get(short_key(column.headings[0]))
        if part:
            found.setdefault(part, []).append(column)
    return found


def _rows(table: Table, columns: Mapping[str, list[Column]]) -> Iterator[FeedbackRow]:
    for row in table.rows():
        if not row.note:
            said = {part: _texts(row, those) for part, those in columns.items()}
            result, reason = _joined(said.get("result")), _joined(said.get("reason"))
            yield FeedbackRow(
                table.sheet.name, row.number,
                record_id=_first(said.get("id")),
                names=tuple(
                    (column.label, text)
                    for column, text in zip(columns.get("number", ()), said.get("number", ()), strict=True)
                    if text
                ),
                verdict=_verdict(result, reason, has_result="result" in columns),
                result=result, reason=reason, time=_first(said.get("time")),
                receipt_no=_first(said.get("receipt")),
            )  # fmt: skip


def _texts(row: Row, columns: Sequence[Column]) -> list[str]:
    return [cell_text(row.cells[c.index]) if c.index < len(row.cells) else "" for c in columns]


def _first(texts: Sequence[str] | None) -> str:
    return next((text for text in texts or () if text), "")


def _joined(texts: Sequence[str] | None) -> str:
    return "；".join(dict.fromkeys(text for text in texts or () if text))


def _verdict(result: str, reason: str, *, has_result: bool) -> Verdict:
    """What the words mean. A list without results holds only what failed."""
    if not has_result:
        return "returned" if reason else "unclear"
    if not result or _PENDING.search(result):
        return "pending"
    if _RETURNED.search(result):
        return "returned"
    return "accepted" if _ACCEPTED.search(result) else "unclear"
