"""Commands on a data folder: set up, import, list, submit, report."""

from __future__ import annotations

import argparse
from typing import Any

from jgclient import entering
from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError
from jgclient.forms.identifiers import judge
from jgclient.records import Revision, State
from jgclient.store import ListQuery, ReceiptRow, RecordRow, Store

_UNFINISHED = frozenset({State.DRAFT, State.INVALID, State.RETURNED})
_ALL = 1_000_000_000


def init(options: argparse.Namespace, out: Out) -> None:
    """``init``: the profile of one unit and person; may be repeated to change them."""
    library = answers.library(options.data)
    for kind, value, flag in (
        ("uscc", options.unit_code, "--unit-code"),
        ("region", options.region, "--region"),
    ):
        verdict = judge(kind, value, today=answers.now().date(), codes=library.codes)
        if not verdict.valid:
            said = "；".join(p.message for p in verdict.problems)
            hints = f" 是不是：{'、'.join(verdict.candidates)}？" if verdict.candidates else ""
            raise RefusedError(f"{flag} {value}：{said}{hints}")
    if not options.unit.strip() or not options.user.strip():
        raise RefusedError("单位名称和录入人姓名不能为空，请用 --unit 和 --user 填写。")
    settings = {
        "unit_name": options.unit.strip(),
        "unit_code": options.unit_code.strip(),
        "unit_region": options.region.strip(),
        "user_name": options.user.strip(),
    } | ({"gateway_url": options.gateway} if options.gateway else {})
    with answers.store_of(options, create=True) as store, store.atomic():
        for name, value in settings.items():
            store.settings.set(name, value)
    words = f"已建立：{options.data}（{settings['unit_name']} · {settings['user_name']}）"
    out.answer({"data": str(options.data), **settings}, [words])


def list_records(options: argparse.Namespace, out: Out) -> None:
    """``list``: the records that fit form, state and text."""
    try:
        states = frozenset({State.named(options.state)} if options.state else ())
    except ValueError as error:
        raise RefusedError(str(error)) from None
    if options.form:
        answers.form_id(answers.library(options.data), options.form)
    query = ListQuery(form=options.form or "", states=states, text=options.text, limit=options.limit)
    with answers.store_of(options) as store:
        rows = store.records.list(query)
        total = store.records.count(query)
    out.answer(
        {"total": total, "records": [_row_json(row) for row in rows]},
        [*map(_row_line, rows), f"共 {total} 条"],
    )


def _row_line(row: RecordRow) -> str:
    last = row.receipt_no or row.reason
    return f"{row.id}  {row.state.title}  {row.form}  {row.act_date}  {row.title}  {last}"


def _row_json(row: RecordRow) -> dict[str, Any]:
    return {
        "id": row.id, "form": row.form, "state": row.state.value, "state_title": row.state.title,
        "title": row.title, "number": row.number, "party": row.party, "party_code": row.party_code,
        "item": row.item, "act_date": row.act_date, "author": row.author, "revision": row.revision,
        "receipt_no": row.receipt_no, "reason": row.reason, "hard_problems": row.hard_problems,
    }  # fmt: skip


def show(options: argparse.Namespace, out: Out) -> None:
    """``show ID``: one record with its draft, revisions, receipts and problems."""
    with answers.store_of(options) as store:
        row = store.records.row(options.id)
        if row is None:
            raise RefusedError(_unknown([options.id]))
        draft = store.records.draft(options.id)
        revisions = store.records.revisions(options.id)
        receipts = store.outbox.receipts(options.id)
        problems = store.records.problems(options.id)
    last = revisions[-1].content if revisions else {}
    content = draft.texts if draft else last
    reasons = draft.reasons if draft else revisions[-1].reasons if revisions else {}
    data = _row_json(row) | {
        "draft": draft.texts if draft else None,
        "reasons": reasons,
        "revisions": [_revision_json(r) for r in revisions],
        "receipts": [_receipt_json(r) for r in receipts],
        "problems": [p.to_json() for p in problems],
    }
    lines = [f"{row.state.title}  {row.title}", *(f"  {name}: {value}" for name, value in content.items())]
    lines += [f"  理由 {code}：{reason}" for code, reason in reasons.items()]
    lines += [f"  回执 {r.receipt_no}  {r.received_at}" for r in receipts]
    out.answer(data, lines + [answers.problem_line(p) for p in problems])


def _revision_json(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.revision, "operation": revision.operation, "author": revision.author,
        "made_at": revision.made_at.isoformat(), "sha256": revision.sha256,
        "content": revision.content, "reasons": revision.reasons,
    }  # fmt: skip


def _receipt_json(receipt: ReceiptRow) -> dict[str, Any]:
    return {
        "revision": receipt.revision, "receipt_no": receipt.receipt_no,
        "received_at": receipt.received_at, "sha256": receipt.sha256,
    }  # fmt: skip


def _unknown(ids: list[str]) -> str:
    return f"没有编号为 {'、'.join(ids)} 的记录。请用 jgclient list 查看编号。"


def submit(options: argparse.Namespace, out: Out) -> None:
    """``submit --all | ID…``: finish drafts and put them into the outbox."""
    if bool(options.ids) == options.all:
        raise RefusedError("请给出记录编号，或用 --all 提交全部草稿（二者选一）。")
    library = answers.library(options.data)
    with answers.store_of(options) as store:
        ids = options.ids or [row.id for row in store.records.list(ListQuery(states=_UNFINISHED, limit=_ALL))]
        _refuse_unfit(store, options.ids)
        report = entering.submit(
            store, library, answers.calendar(options, store), ids, now=answers.now(), reason=options.reason
        )
        waiting = store.outbox.count()
    out.refused = bool(report.refused)
    lines = [f"已放入队列 {report.queued} 条，未通过 {len(report.refused)} 条；队列共 {waiting} 条。"]
    for refused in report.refused:
        lines += [f"{refused.record_id} {refused.title}", *map(answers.problem_line, refused.problems)]
    refusals = [
        {"id": r.record_id, "title": r.title, "problems": [p.to_json() for p in r.problems]}
        for r in report.refused
    ]
    out.answer({"queued": report.queued, "waiting": waiting, "refused": refusals}, lines)


def _refuse_unfit(store: Store, ids: list[str]) -> None:
    if unknown := [i for i in ids if store.records.row(i) is None]:
        raise RefusedError(_unknown(unknown))
    if finished := [i for i in ids if store.records.draft(i) is None]:
        raise RefusedError(f"{'、'.join(finished)} 没有未完成的修改，不用再提交。")
