"""Which rows below a header are no data: empty rows, totals, notes, explanations, samples, headers again."""

from __future__ import annotations

import re

from jgclient.exchange.cells import Cell, cell_text

#: First cells that mark a row of a template; our own templates use the first of each.
EXPLANATION_MARK, SAMPLE_MARK = "填写说明", "示例"
_EXPLANATION_MARKS = frozenset((EXPLANATION_MARK, "说明", "填表说明", "字段说明", "填报说明"))
_SAMPLE_MARKS = frozenset((SAMPLE_MARK, "样例", "例", "填写示例", "示例行"))

_TOTAL = re.compile(r"(?:本[页月季年])?[合总小累共]\s*计(?:$|[\s:：（(\d共])")
_NOTE = re.compile(
    r"(?:备\s*注|注意?(?:事项)?|附注|说\s*明|填[表报写]说明)\s*\d*[:：]"
    r"|(?:填[表报]|制[表单]|审[核批]|复核|经办|负责|单位负责|联系)人?(?:签[字名])?\s*[:：]"
)
_EXPLAINS = re.compile(
    r"[必选]填|非必|填写|填报|不超过|最多|字以内|格式|yyyy|代码[表:：]|字典|值域|下拉|[如例][:：]|例如|示例"
    r"|长度|可为空|不能为空|可多选|隔开|分隔|见说明|自动生成",
    re.IGNORECASE,
)


class RowJudge:
    """Says of each row below a header whether it is data.

    Rows are shown in order, because an explanation row is only looked for before the first data row.

    Args:
        headers: Texts of each header row by column index.
        columns: Indices of the columns of the table, first one first.
        sequence: Indices of columns that only number the rows.
    """

    def __init__(
        self, *, headers: list[dict[int, str]], columns: list[int], sequence: frozenset[int]
    ) -> None:
        self._headers = headers
        self._first, self._width = columns[0], len(columns)
        self._sequence = sequence
        self._before_data = True

    def note(self, cells: list[Cell]) -> str:
        """Why the row is not data; empty when it is."""
        reason = self._reason(cells)
        if not reason:
            self._before_data = False
        return reason

    def _reason(self, cells: list[Cell]) -> str:
        if len(cells) - cells.count("") > 2:  # nearly always, and quicker than to look at every cell
            filled: list[int] | None = None
            begin = 0 if cells[0] != "" else next(i for i, cell in enumerate(cells) if cell != "")
        else:
            filled = [index for index, cell in enumerate(cells) if cell != "" and cell_text(cell)]
            if not filled:
                return "空行"
            begin = filled[0]
        first = cell_text(cells[begin])
        return (
            _by_first_text(first)
            or (self._lonely(first, begin) if filled is not None and len(filled) == 1 else "")
            or ("重复的表头" if self._repeats_header(cells, begin, first) else "")
            or ("填写说明行" if self._before_data and _explains(cells) else "")
        )

    def _lonely(self, text: str, index: int) -> str:
        if index in self._sequence and text.isdecimal():
            return "只有序号，没有内容"
        return "说明文字（只有第一格有内容）" if index == self._first and self._width > 2 else ""

    def _repeats_header(self, cells: list[Cell], begin: int, first: str) -> bool:
        for header in self._headers:
            if header.get(begin) == first:
                filled = [index for index, cell in enumerate(cells) if cell != ""]
                same = sum(header.get(index) == cell_text(cells[index]) for index in filled)
                return same >= max(2, 0.8 * len(filled))
        return False


def _by_first_text(first: str) -> str:
    if first.isascii() and first.isalnum():
        return ""
    if first in _SAMPLE_MARKS:
        return "示例行"
    if first in _EXPLANATION_MARKS:
        return "填写说明行"
    if len(first) <= 12 and _TOTAL.match(first):
        return "合计行"
    return "备注" if _NOTE.match(first) else ""


def _explains(cells: list[Cell]) -> bool:
    texts = [cell_text(cell) for cell in cells if cell != ""]
    return sum(1 for text in texts if _EXPLAINS.search(text)) >= max(2, 0.3 * len(texts))
