"""The platform's feedback list closes or returns the records it names, once, whatever comes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from limits_office import NOW, Office, library

from jgclient.exchange.errors import WorkbookError
from jgclient.feedback import FeedbackReport, is_feedback, take_feedback
from jgclient.receipting import verify
from jgclient.records import Revision, State, chain_hash, payload_hash
from jgclient.store import Summary

HEAD = ["处罚文书号", "处理结果", "退回原因"]
Take = Callable[..., FeedbackReport]


@pytest.fixture
def take(office: Office, tmp_path: Path) -> Take:
    """Write a list and take it in."""

    def taken(
        *rows: list[str], head: list[str] = HEAD, name: str = "反馈.xlsx", **options: object
    ) -> FeedbackReport:
        return take_feedback(office.store, library(), book(tmp_path / name, head, *rows), now=NOW, **options)

    return taken


def book(path: Path, head: list[str], *rows: list[str]) -> Path:
    made = openpyxl.Workbook()
    for row in (["某平台数据质量反馈表"], head, *rows):
        made.active.append(row)
    made.save(path)
    return path


def penalty(office: Office, code: str, form: str = "penalty") -> Revision:
    name = {"penalty": "punish_document_code", "publicity_penalty": "cf_wsh"}[form]
    return office.finished(form, **{name: code})


def mended(office: Office, revision: Revision) -> None:
    """A second revision of a record waits."""
    content = revision.content | {"punish_content": "改过"}
    said = office.store.records.next_operation(revision.record_id)
    sha = payload_hash(
        form="penalty", form_version=1, operation=said.operation, content=content, reasons={}, attachments=[]
    )
    chain = chain_hash(
        said.previous, record_id=revision.record_id, revision=2, author="李某", made_at=NOW, sha256=sha
    )
    made = replace(
        revision, revision=2, operation=said.operation, base_revision=said.base_revision, content=content,
        sha256=sha, previous=said.previous, chain=chain,
    )  # fmt: skip
    office.store.records.add_revision(made, Summary(title="改过的"))


def state(office: Office, revision: Revision) -> State:
    row = office.store.records.row(revision.record_id)
    assert row is not None
    return row.state


def test_accepted_closes_and_refused_comes_back_with_its_reason(office: Office, take: Take) -> None:
    good, bad, other = (penalty(office, f"郑市监罚〔2026〕{n}号") for n in (1, 2, 3))
    report = take(
        ["郑市监罚[2026]1号", "审核通过", ""],
        ["郑市监罚〔2026〕2号", "退回", "处罚结果过于简单"],
        ["郑市监罚〔2026〕3号", "待审核", ""],
        ["郑市监罚〔2026〕9号", "审核通过", ""],
    )
    assert [row.outcome for row in report.rows] == ["accepted", "returned", "pending", "unknown"]
    assert (state(office, good), state(office, bad), state(office, other)) == (
        State.ACCEPTED, State.RETURNED, State.QUEUED
    )  # fmt: skip
    [problem] = office.store.records.platform_problems(bad.record_id)
    assert (problem.message, problem.fields) == ("处罚结果过于简单", ("penalty_result",))
    [(receipt, verdict)] = verify(office.store, good.record_id)
    assert verdict.holds
    assert "反馈清单" in receipt.receipt_no
    assert office.store.contradictions() == []
    assert office.store.stale_rows() == []
    assert "第6行" in report.lines()[-1]
    assert "本机没有" in report.lines()[-1]


def test_a_list_that_comes_again_changes_nothing(office: Office, take: Take) -> None:
    good, bad = penalty(office, "甲1号"), penalty(office, "甲2号")
    rows = (["甲1号", "接收成功", ""], ["甲2号", "不通过", "金额不符"])
    take(*rows)
    assert [row.outcome for row in take(*reversed(rows), name="另存.xlsx").rows] == ["same", "same"]
    mended(office, bad)
    mended(office, good)
    again = take(*rows, ["甲2号", "不通过", "又错了"], name="累计.xlsx")
    assert [row.outcome for row in again.rows] == ["refused", "refused", "returned"]
    assert (state(office, good), state(office, bad)) == (State.QUEUED, State.RETURNED)
    assert "改正之前的版本" in again.rows[0].reason


def test_what_was_accepted_can_be_returned_later_and_keeps_its_receipt(office: Office, take: Take) -> None:
    record = penalty(office, "乙1号")
    head = [*HEAD, "反馈时间", "回执编号"]
    take(["乙1号", "已接收", "", "2026-11-21", "HZ-7"], head=head)
    assert [r.receipt_no for r in office.store.outbox.receipts(record.record_id)] == ["HZ-7"]
    later = (NOW + timedelta(days=2)).strftime("%Y/%m/%d %H:%M")
    take(["乙1号", "退回", "对象写错", later, ""], head=head)
    assert state(office, record) is State.RETURNED
    said = office.store.records.next_operation(record.record_id)
    assert (said.operation, said.base_revision) == ("u", 1)
    assert office.store.contradictions() == []


def test_a_result_older_than_the_revision_is_not_believed(office: Office, take: Take) -> None:
    record = penalty(office, "丙1号")
    report = take(["丙1号", "退回", "缺附件", "2026-11-20"], head=[*HEAD, "审核时间"])
    assert (report.rows[0].outcome, state(office, record)) == ("refused", State.QUEUED)
    assert "早于本机最近一次完成" in report.rows[0].reason


def test_ambiguous_unfinished_and_contradictory_rows_are_told_and_change_nothing(
    office: Office, take: Take
) -> None:
    twins = [penalty(office, "丁1号"), penalty(office, "丁1号")]
    torn = penalty(office, "丁2号")
    draft = office.draft("penalty", punish_document_code="丁3号")
    report = take(
        ["丁1号", "通过", ""], ["丁2号", "通过", ""], ["丁2号", "退回", "不符"], ["丁3号", "通过", ""],
        ["丁2号", "另行通知", ""], ["", "通过", "x"],
    )  # fmt: skip
    assert [row.outcome for row in report.rows] == [
        "ambiguous", "refused", "refused", "refused", "refused", "unknown"
    ]  # fmt: skip
    assert {state(office, one) for one in (*twins, torn)} == {State.QUEUED}
    assert "草稿" in report.rows[3].reason
    assert draft == report.rows[3].record_id
    named = take(
        [twins[0].record_id, "通过"],
        [twins[1].record_id.replace("-", ""), "失败"],
        head=["记录编号", "处理结果"],
    )
    assert [row.outcome for row in named.rows] == ["accepted", "returned"]


def test_several_reasons_of_one_record_come_back_together(office: Office, take: Take) -> None:
    record = penalty(office, "戊1号")
    take(["戊1号", "处罚内容为空"], ["戊1号", "处罚种类有误"], head=["文书号", "错误信息"])
    said = [problem.message for problem in office.store.records.platform_problems(record.record_id)]
    assert said == ["处罚内容为空", "处罚种类有误"]


def test_a_heading_only_one_form_knows_tells_records_with_one_number_apart(
    office: Office, take: Take
) -> None:
    ours, public = penalty(office, "己1号"), penalty(office, "己1号", "publicity_penalty")
    take(["己1号", "入库成功"], head=["行政处罚决定文书号", "入库状态"])
    assert (state(office, ours), state(office, public)) == (State.QUEUED, State.ACCEPTED)


def test_dry_run_and_cancel_change_nothing(office: Office, take: Take) -> None:
    record = penalty(office, "庚1号")
    assert take(["庚1号", "通过", ""], dry_run=True).rows[0].outcome == "accepted"
    assert take(["庚1号", "通过", ""], is_cancelled=lambda: True).cancelled
    assert state(office, record) is State.QUEUED


def test_the_answer_of_a_batch_under_way_may_come_by_list(office: Office, take: Take) -> None:
    record = penalty(office, "辛1号")
    office.store.outbox.store_batch("b1", b"{}", [(record.record_id, 1)])
    take(["辛1号", "退回", "重报"])
    assert state(office, record) is State.RETURNED
    assert office.store.outbox.unanswered_batches() == []
    assert office.store.contradictions() == []


def test_other_workbooks_are_refused_and_not_taken_for_a_list(tmp_path: Path, office: Office) -> None:
    ledger = book(tmp_path / "台账.xlsx", ["处罚文书号", "当事人"], ["1号", "某公司"])
    odd = book(tmp_path / "台账2.xlsx", ["处罚文书号", "处理结果"], ["1号", "罚款500元"], ["2号", "警告"])
    fits = book(tmp_path / "清单.xlsx", HEAD, ["1号", "通过", ""])
    assert [is_feedback(library(), path) for path in (ledger, odd, fits)] == [False, False, True]
    with pytest.raises(WorkbookError, match="不是平台的反馈清单"):
        take_feedback(office.store, library(), ledger, now=NOW)
