"""Records in every state, made through the store as the program makes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from jgclient.contract import Result
from jgclient.forms.problems import Problem
from jgclient.records import Revision, chain_hash, new_record_id, payload_hash
from jgclient.store import Store, Summary
from jgclient.store.duty_rows import DutyRow

#: A Saturday; the tests' present.
NOW = datetime(2026, 11, 21, 10, 46, tzinfo=timezone(timedelta(hours=8)))
TODAY = NOW.date()
MISMATCH = Problem(
    "1001",
    "08数据关联性检查",
    "hard",
    ("administrative_cp",),
    "主体信息不匹配",
    help="请核对营业执照上的名称",
)
BAD_CODE = Problem(
    "uscc", "06统一社会信用代码编码规则检查", "hard", ("administrative_cp_ui_code",), "校验码不对",
    help="请核对", candidates=("91410100MA4000158Q",),
)  # fmt: skip


class Story:
    """Writes records; each method returns the record's id."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._count = 0

    def draft(
        self,
        party: str = "郑州安顺物业管理有限公司",
        *,
        problems: tuple[Problem, ...] = (),
        day: date = TODAY,
    ) -> str:
        """Typed, not finished; with problems it was offered and refused."""
        record_id = self._new_id()
        self.store.records.save_draft(
            record_id, form="check", form_version=1, author="李某",
            texts={"administrative_cp": party, "check_date": day.isoformat()},
            offered=bool(problems), hard_problems=len(problems), problems=list(problems),
            summary=_summary(party, day, self._count),
        )  # fmt: skip
        return record_id

    def queued(
        self, party: str = "郑州恒通客运有限公司", *, urgent_by: date | None = TODAY, form: str = "check"
    ) -> str:
        """Finished, waiting in the outbox."""
        return self._revision(party, urgent_by, form).record_id

    def sent(self, party: str = "郑州新都客运有限公司") -> str:
        """Sent, not answered yet."""
        made = self._revision(party, TODAY, "check")
        self._send(made)
        return made.record_id

    def accepted(self, party: str = "郑州惠民物业管理有限公司", *, urgent_by: date = TODAY) -> str:
        """With a receipt."""
        made = self._revision(party, urgent_by, "check")
        self._answer(made, Result(
            made.record_id, 1, "accepted", receipt_no=f"HN2026{self._count:08d}", received_at=NOW.isoformat(),
            sha256=made.sha256,
        ))  # fmt: skip
        return made.record_id

    def returned(self, party: str = "中原区顺发餐馆", problem: Problem = MISMATCH) -> str:
        """Sent back by the platform."""
        made = self._revision(party, TODAY + timedelta(days=3), "penalty")
        self._answer(made, Result(made.record_id, 1, "rejected", problems=[problem]))
        return made.record_id

    def parked(self, reason: str = "这条记录超过平台每批上限") -> str:
        """Set aside with a reason."""
        made = self._revision("郑州华兴餐饮服务有限公司", TODAY, "force")
        self.store.outbox.park(self._send(made), reason)
        return made.record_id

    def everything(self) -> None:
        """One or more of each."""
        self.draft()
        self.draft(problems=(BAD_CODE,))
        self.queued(urgent_by=TODAY - timedelta(days=2))
        self.queued(urgent_by=TODAY)
        self.queued(urgent_by=TODAY + timedelta(days=1))
        self.sent()
        self.accepted()
        self.returned()
        self.returned("中原区老王餐馆")
        self.parked()

    def _new_id(self) -> str:
        self._count += 1
        return new_record_id(NOW + timedelta(seconds=self._count))

    def _revision(self, party: str, urgent_by: date | None, form: str) -> Revision:
        record_id = self._new_id()
        content = {"administrative_cp": party, "number": self._count}
        sha256 = payload_hash(
            form=form, form_version=1, operation="i", content=content, reasons={}, attachments=[]
        )
        chain = chain_hash("", record_id=record_id, revision=1, author="李某", made_at=NOW, sha256=sha256)
        made = Revision(record_id, 1, form, 1, "i", 0, content, {}, "李某", NOW, sha256, "", chain)
        self.store.records.add_revision(made, _summary(party, TODAY, self._count), urgent_by)
        self._limit(urgent_by)
        return made

    def _limit(self, urgent_by: date | None) -> None:
        """The limit of the record just finished, whatever its content would make of it."""
        row = DutyRow(0, "录入上报", urgent_by, urgent_by, reporting=True)
        finished = [record for record in self.store.duties.stale(1000) if record.texts is None]
        self.store.duties.put([(record, [row]) for record in finished])

    def _send(self, made: Revision) -> str:
        batch_id = f"batch-{self._count}"
        self.store.outbox.store_batch(batch_id, b"{}", [(made.record_id, 1)])
        return batch_id

    def _answer(self, made: Revision, result: Result) -> None:
        self.store.outbox.apply_answer(self._send(made), [result], NOW.isoformat())


def _summary(party: str, day: date, number: int) -> Summary:
    return Summary(
        title=f"对{party}的日常检查", number=f"郑检〔2026〕{number:03d}号", party=party,
        party_code="91410100MA4000158Q", item="41010020200401", act_date=day.isoformat(),
    )  # fmt: skip
