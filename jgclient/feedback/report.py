"""What became of every row of a feedback list."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: accepted: closes its record. returned: sends it back to be mended. same: was taken in before. pending: the
#: platform has not decided. unknown: no record here. ambiguous: several records. refused: does not fit what
#: is kept.
Outcome = Literal["accepted", "returned", "same", "pending", "unknown", "ambiguous", "refused"]
TITLES: dict[Outcome, str] = {
    "accepted": "已接收", "returned": "被退回", "same": "处理过", "pending": "平台未办完",
    "unknown": "本机没有", "ambiguous": "不止一条", "refused": "没有采用",
}  # fmt: skip
#: Outcomes a person has to look at.
OPEN: tuple[Outcome, ...] = ("unknown", "ambiguous", "refused")


@dataclass(slots=True)
class RowTold:
    """One row of the list and what became of it.

    Attributes:
        row: Row number as Excel shows it.
        name: What the row calls the record.
        reason: The platform's reason, or why the row was passed over.
        title: Name of the record, empty when there is none.
    """

    sheet: str
    row: int
    name: str
    outcome: Outcome
    reason: str = ""
    record_id: str = ""
    title: str = ""

    @property
    def line(self) -> str:
        """One Chinese line."""
        title = f"（{self.title}）" if self.title else ""
        why = f"：{self.reason}" if self.reason else ""
        return f"{self.sheet} 第{self.row}行　{self.name}{title}　{TITLES[self.outcome]}{why}"


@dataclass(slots=True)
class FeedbackReport:
    """What a feedback list did, or in a dry run would do.

    Attributes:
        cancelled: Stopped by the user; nothing was changed.
    """

    file: str
    dry_run: bool
    rows: list[RowTold] = field(default_factory=list)
    cancelled: bool = False

    def count(self, *outcomes: Outcome) -> int:
        """Number of rows with one of these outcomes."""
        return sum(row.outcome in outcomes for row in self.rows)

    @property
    def open(self) -> int:
        """Number of rows a person has to look at."""
        return self.count(*OPEN)

    def counts(self) -> dict[str, int]:
        """Number of rows of each outcome."""
        return {outcome: self.count(outcome) for outcome in TITLES}

    def sums(self) -> str:
        """The counts in one sentence."""
        if self.cancelled:
            return "已取消，没有改动任何记录。"
        told = "、".join(f"{TITLES[o]} {self.count(o)} 行" for o in TITLES if self.count(o))
        return f"读到 {len(self.rows)} 行：{told}。" if self.rows else "清单里没有一行数据。"

    def lines(self) -> list[str]:
        """What a clerk reads: the sums, then every row that returns a record or needs a look."""
        head = f"{self.file}　平台反馈清单{'（只检查，没有改动）' if self.dry_run else ''}"
        return [head, self.sums(), *(row.line for row in self.rows if row.outcome in ("returned", *OPEN))]

    def to_json(self) -> dict[str, Any]:
        """Everything as one JSON object."""
        return asdict(self) | self.counts()
