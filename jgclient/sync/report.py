"""What a run has done so far, and the one line that says it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from jgclient.records import Json


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts of one run; a new object at each step, so it can be handed to another thread.

    Attributes:
        sent: Items put on the wire, again counted again.
        accepted: Items answered *accepted*, or found accepted when asked.
        duplicate: Items the platform already had.
        rejected: Items returned with problems.
        conflict: Items of which the platform holds another version.
        deferred: Items the platform put off; they wait for the next run.
        parked: Items set aside with a reason; a person has to look at them.
        waiting: Rows of the outbox that still have to go.
        receipts: Receipts kept in this run.
        requests: Requests made.
        changes: Entries of the platform's feed that were applied.
        changes_refused: Entries that were not, each with its reason in ``store.changes.refused()``.
        reload: Forms, code lists or calendars changed; whoever has them loaded loads them again.
        note: A few words on what holds the run up, empty while nothing does.
        stopped: Sentence with the remedy when the run ended early, else empty.
    """

    sent: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    conflict: int = 0
    deferred: int = 0
    parked: int = 0
    waiting: int = 0
    receipts: int = 0
    requests: int = 0
    changes: int = 0
    changes_refused: int = 0
    reload: bool = False
    note: str = ""
    stopped: str = ""

    @property
    def done(self) -> int:
        """Items that have their final answer."""
        return self.accepted + self.duplicate + self.rejected + self.conflict

    @property
    def total(self) -> int:
        """Items this run had or has to deal with."""
        return self.done + self.parked + self.waiting

    def line(self) -> str:
        """The run in one line, e.g. “上报 1 204 / 3 000 · 被退回 2 · 等待网络”."""
        if not self.total:
            return " · ".join(["没有待上报的记录", *([self.note] if self.note else [])])
        counts = {
            "被退回": self.rejected,
            "冲突": self.conflict,
            "已搁置": self.parked,
            "平台暂缓": self.deferred,
        }
        parts = [f"上报 {_grouped(self.done)} / {_grouped(self.total)}"]
        parts += [f"{word} {_grouped(count)}" for word, count in counts.items() if count]
        return " · ".join([*parts, self.note] if self.note else parts)

    def to_json(self) -> dict[str, Json]:
        """The report as a JSON object."""
        return {**asdict(self), "done": self.done, "total": self.total}


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", " ")
