"""One run of the outbox against a platform that behaves, apart from what each test says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from faulty_server import (
    FaultyServer,
    login_page,
    no_receipt_number,
    reset,
    reset_after_commit,
    says,
    wrong_batch_id,
)
from sync_model import ModelPlatform, problem_answer
from sync_profile import NOW, UNIT, Profile

from jgclient.contract import Batch, Item
from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.store import StoreError, open_store
from jgclient.sync import SyncBusy, SyncReport
from jgclient.sync.delivery import REFUSALS


def test_everything_arrives_once_and_a_second_run_asks_one_thing(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, settled: Callable[[], None]
) -> None:
    profile.finish_many(57)
    report = profile.sync(platform)
    assert (report.accepted, report.receipts, report.waiting, report.stopped) == (57, 57, 0, "")
    assert profile.states() == {State.ACCEPTED: 57}
    settled()
    again = profile.sync(platform)
    assert again == SyncReport(requests=1)
    told = {"at": NOW.isoformat(), "line": "没有待上报的记录", "stopped": ""}
    assert profile.store.settings.get("last_sync") == told
    assert sum(model.batch_sizes) == 57


def test_batches_grow_while_answers_are_fast_up_to_what_the_platform_takes(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.capabilities = replace(model.capabilities, max_items=50)
    profile.finish_many(200)
    profile.sync(platform)
    # The second batch is made ready before the first is answered.
    assert model.batch_sizes == [20, 20, 40, 50, 50, 20]


def test_batches_do_not_grow_while_answers_are_slow(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    times = iter(NOW + timedelta(seconds=6 * n) for n in range(100))
    profile.finish_many(50)
    profile.sync(platform, now=lambda: next(times))
    assert model.batch_sizes == [20, 20, 10]


def test_most_urgent_first(profile: Profile, platform: HttpPlatform, model: ModelPlatform) -> None:
    model.capabilities = replace(model.capabilities, max_items=1)
    profile.finish("later", urgent_by=date(2026, 9, 30))
    profile.finish("none")
    profile.finish("soon", urgent_by=date(2026, 9, 8))
    profile.sync(platform)
    assert [record_id for record_id, _ in model.kept] == ["soon", "later", "none"]


def test_batches_keep_below_the_platforms_bytes(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    model.capabilities = replace(model.capabilities, max_bytes=8192)
    profile.finish_many(30, text="长" * 300)
    profile.finish("huge", text="长" * 4000)
    report = profile.sync(platform)
    assert (report.accepted, report.parked) == (30, 1)
    assert max(int(h["Content-Length"]) for m, _, h in server.seen if m == "POST") <= 8192
    row = profile.store.records.row("huge")
    assert row is not None
    assert (row.state, "超过平台每批上限 8 KB" in row.reason) == (State.PARKED, True)


def test_answers_reach_their_records(profile: Profile, platform: HttpPlatform, model: ModelPlatform) -> None:
    fates = {"r0001": "rejected", "r0002": "conflict", "r0003": "deferred"}
    model.judge = lambda item: fates.get(item.id, "accepted")
    profile.finish_many(6)
    report = profile.sync(platform)
    assert (report.accepted, report.rejected, report.conflict, report.deferred) == (3, 1, 1, 1)
    assert report.line() == "上报 5 / 6 · 被退回 1 · 冲突 1 · 平台暂缓 1"
    assert profile.states() == {State.ACCEPTED: 3, State.RETURNED: 1, State.CONFLICT: 1, State.QUEUED: 1}
    assert [p.message for p in profile.store.records.problems("r0001")] == ["名称不符"]


def test_deferred_items_wait_for_the_next_run(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, settled: Callable[[], None]
) -> None:
    model.judge = lambda item: "deferred" if item.id < "r0030" else "accepted"
    profile.finish_many(60)
    report = profile.sync(platform)
    assert (report.accepted, report.deferred, report.sent, report.waiting) == (30, 30, 60, 30)
    model.judge = lambda _item: "accepted"
    assert profile.sync(platform).accepted == 30
    settled()


def test_returned_record_is_mended_and_sent_again(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.judge = lambda item: "rejected" if item.content["name"] == "错" else "accepted"
    profile.finish("r1", name="错")
    assert profile.sync(platform).rejected == 1
    profile.finish("r1", name="对")
    assert profile.sync(platform).accepted == 1
    assert set(model.kept) == {("r1", 2)}


def test_edit_and_withdrawal_follow_the_accepted_revision(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    seen: list[Item] = []
    model.judge = lambda item: seen.append(item) or "accepted"  # type: ignore[func-returns-value]  # None, so “or”
    profile.finish("r1")
    profile.sync(platform)
    profile.finish("r1", name="改后")
    profile.sync(platform)
    assert [(i.revision, i.base_revision, i.operation) for i in seen] == [(1, 0, "i"), (2, 1, "u")]
    assert [r.revision for r in profile.store.outbox.receipts("r1")] == [1, 2]


# -- two programs, edits while sending -------------------------------------------------------------


def test_two_runs_never_go_on_together(
    profile: Profile, platform: HttpPlatform, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    refused: list[str] = []

    def second_run(_done: int, _total: int, _report: SyncReport) -> None:
        with pytest.raises(SyncBusy) as found:
            profile.sync(platform)
        refused.append(str(found.value))

    profile.sync(platform, on_progress=second_run)
    assert set(refused) == {"另一次上报正在进行，本次没有开始。请等它结束后再报，记录不会漏报或重报"}
    settled()


def test_lock_of_a_killed_program_is_free(profile: Profile, platform: HttpPlatform) -> None:
    program = (
        "import sys; from pathlib import Path; from jgclient.sync.lock import only_run\n"
        "with only_run(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(profile.store.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SyncBusy):
            profile.sync(platform)
        other.kill()
    assert profile.sync(platform).stopped == ""


def test_typing_and_finishing_while_a_run_sends(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    """A window of the same profile goes on working while the batch is on the wire."""
    profile.finish("r1")
    done: list[str] = []

    def typed_meanwhile(handler: Any) -> None:
        with open_store(profile.store.folder, clock=lambda: NOW) as window:
            window.records.save_draft(
                "r1", form="note", form_version=1, texts={"name": "改到一半"}, author="李某", base_revision=1
            )
            with pytest.raises(StoreError, match="正在上报"):
                window.records.next_operation("r1")
        done.append("typed")
        handler.answer(handler.forward())

    server.script("/v1/batches", typed_meanwhile)
    report = profile.sync(platform)
    assert (report.accepted, done) == (1, ["typed"])
    draft = profile.store.records.draft("r1")
    assert draft is not None
    assert draft.texts == {"name": "改到一半"}
    assert [r.revision for r in profile.store.outbox.receipts("r1")] == [1]
    profile.finish("r1", name="改完")
    assert profile.sync(platform).accepted == 1
    assert set(model.kept) == {("r1", 1), ("r1", 2)}


def test_record_finished_during_a_run_goes_with_it(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(25)

    def finished_meanwhile(handler: Any) -> None:
        window = Profile(profile.store.folder)
        window.finish("new")
        window.store.close()
        handler.answer(handler.forward())

    server.script("/v1/batches", finished_meanwhile)
    report = profile.sync(platform)
    assert (report.accepted, report.total) == (26, 26)
    settled()


# -- what an earlier run left ----------------------------------------------------------------------


def test_unanswered_batch_is_asked_about_before_anything_is_sent(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, model: ModelPlatform,
    settled: Callable[[], None],
) -> None:  # fmt: skip
    """The program was killed after the server had kept half of the batch."""
    ids = profile.finish_many(10)
    items = [Item.of(r) for r in profile.store.outbox.waiting(10)]
    batch = Batch("b-old", "device-1", UNIT, "commit", items)
    profile.store.outbox.store_batch("b-old", batch.to_bytes(), [(i.id, i.revision) for i in items])
    half = replace(batch, batch_id="b-half", items=items[:5])
    model("POST", "/v1/batches", {"Idempotency-Key": '"b-half"'}, half.to_bytes())

    report = profile.sync(platform)
    assert [path.partition("?")[0] for _, path, _ in server.seen] == [
        "/v1/capabilities", "/v1/receipts", "/v1/batches"
    ]  # fmt: skip
    assert (report.accepted, report.sent) == (10, 5)
    assert profile.ids(State.ACCEPTED) == ids
    settled()


def test_receipt_for_other_content_is_not_ours(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    """Asked, the platform shows another content; sent again, it says conflict itself."""
    profile.finish("r1")
    model.kept[("r1", 1)] = ("0" * 64, "R000009")
    server.script("/v1/batches", reset)
    report = profile.sync(platform)
    assert (report.conflict, report.receipts, report.sent) == (1, 0, 2)
    assert profile.store.outbox.receipts("r1") == []
    assert profile.states() == {State.CONFLICT: 1}


def test_many_ids_are_asked_for_in_addresses_that_proxies_take(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    server.script("/v1/batches", says(200), says(200), says(200))
    profile.finish_many(150)
    profile.sync(platform)
    profile.sync(platform)
    assert max(len(path) for _, path, _ in server.seen) < 2000
    settled()


# -- trouble ---------------------------------------------------------------------------------------


def test_5xx_twice_halves_down_to_the_poisoned_record(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    poison = {"r0003", "r0017"}
    model.refuse = lambda b: problem_answer(500, "内部错误") if poison & {i.id for i in b.items} else None
    profile.finish_many(40)
    report = profile.sync(platform)
    assert (report.accepted, report.parked, report.waiting, report.stopped) == (38, 2, 0, "")
    assert profile.ids(State.PARKED) == sorted(poison)
    row = profile.store.records.row("r0003")
    assert row is not None
    assert "平台说明：内部错误" in row.reason
    model.refuse = lambda _batch: None
    for record_id in poison:
        profile.store.outbox.unpark(record_id)
    assert profile.sync(platform).accepted == 2


def test_single_record_that_always_fails_is_parked(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.refuse = lambda _batch: problem_answer(503)
    profile.finish("r1")
    report = profile.sync(platform)
    assert (report.parked, report.waiting, model.batch_sizes) == (1, 0, [1, 1])
    assert report.line() == "上报 0 / 1 · 已搁置 1"


def test_platform_that_is_ill_parks_nobody(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, settled: Callable[[], None]
) -> None:
    model.refuse = lambda _batch: problem_answer(500)
    profile.finish_many(30)
    report = profile.sync(platform)
    assert (report.parked, report.waiting, report.note) == (0, 30, "等待平台")
    assert "HTTP 500" in report.stopped
    assert profile.states() == {State.QUEUED: 30}
    model.refuse = lambda _batch: None
    profile.sync(platform)
    settled()


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 415, 418, 422])
def test_refused_batch_is_halved_to_find_its_item_which_is_parked(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, status: int
) -> None:
    model.refuse = lambda b: problem_answer(status, "看不懂") if "r0004" in [i.id for i in b.items] else None
    profile.finish_many(12)
    report = profile.sync(platform)
    assert (report.accepted, report.parked, report.stopped) == (11, 1, "")
    row = profile.store.records.row("r0004")
    assert row is not None
    assert row.state == State.PARKED
    assert f"HTTP {status}" in row.reason
    assert "看不懂" in row.reason


def test_platform_that_refuses_everything_ends_the_run(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.refuse = lambda _batch: problem_answer(404)
    profile.finish_many(REFUSALS + 5)
    report = profile.sync(platform)
    assert (report.parked, report.waiting) == (REFUSALS, 5)
    assert "HTTP 404" in report.stopped


def test_413_halves_without_parking_what_fits(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, settled: Callable[[], None]
) -> None:
    model.refuse = lambda b: problem_answer(413) if len(b.items) > 6 else None
    profile.finish_many(40)
    assert profile.sync(platform).accepted == 40
    settled()


def test_reused_key_stops_and_is_never_rekeyed(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", says(503), says(422, "同一批号内容不同"))
    report = profile.sync(platform)
    assert (report.parked, report.note) == (3, "已停止")
    assert "同一批号内容不同" in report.stopped
    assert profile.sync(platform).sent == 0
    assert model.kept == {}


def test_passing_trouble_sends_the_same_bytes_under_the_same_key(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", says(503, committed=True))
    report = profile.sync(platform)
    keys = [h["Idempotency-Key"] for m, _, h in server.seen if m == "POST"]
    assert (report.accepted, len(keys), len(set(keys))) == (3, 2, 1)
    assert sum(profile.pauses) == 2
    assert max(profile.pauses) <= 0.25
    settled()


def test_retry_after_is_honoured(profile: Profile, platform: HttpPlatform, server: FaultyServer) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", says(429, Retry_After="17"))
    assert profile.sync(platform).accepted == 3
    assert sum(profile.pauses) == 17
    assert "上报 0 / 3 · 等待平台" in profile.lines


def test_long_retry_after_ends_the_run(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", says(503, Retry_After="1800"))
    report = profile.sync(platform)
    assert (profile.pauses, report.waiting, report.note) == ([], 3, "等待平台")
    assert report.stopped.endswith("平台要求 30 分钟后再报。")
    assert profile.states() == {State.SENDING: 3}  # a 503 may come after the platform took them in
    profile.sync(platform)
    settled()


def test_batch_that_was_put_off_waits_again(
    profile: Profile, platform: HttpPlatform, server: FaultyServer
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", *[says(429)] * 3)
    report = profile.sync(platform)
    assert (report.note, sum(profile.pauses)) == ("等待平台", 2 + 4)
    assert profile.states() == {State.QUEUED: 3}


def test_failures_with_success_between_do_not_add_up(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    model.capabilities = replace(model.capabilities, max_items=5)
    profile.finish_many(25)
    server.script("/v1/batches", *[says(429), lambda h: h.answer(h.forward())] * 5)
    assert profile.sync(platform).accepted == 25


def test_acceptance_without_receipt_number_is_asked_about(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", no_receipt_number)
    report = profile.sync(platform)
    assert (report.accepted, report.sent, report.requests) == (3, 3, 3)
    settled()


def test_receipt_without_number_proves_nothing(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", reset_after_commit)
    server.script("/v1/receipts", no_receipt_number)
    report = profile.sync(platform)
    assert (report.accepted, report.duplicate, report.sent) == (0, 3, 6)
    settled()


def test_network_that_is_away_ends_the_run_after_three_tries(profile: Profile) -> None:
    profile.finish_many(3)
    with HttpPlatform("http://127.0.0.1:9", timeout=(2, 1)) as nowhere:
        report = profile.sync(nowhere)
    assert (report.requests, sum(profile.pauses), report.sent) == (3, 2 + 4, 0)
    assert report.line() == "上报 0 / 3 · 等待网络"
    assert report.stopped.startswith("连不上上报平台 http://127.0.0.1:9：")
    assert profile.states() == {State.QUEUED: 3}


def test_network_that_goes_away_during_the_run(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(30)
    server.script("/v1/batches", lambda h: h.answer(h.forward()), reset)
    server.script("/v1/receipts", reset, reset, reset)
    report = profile.sync(platform)
    assert (report.accepted, report.waiting, report.note) == (20, 10, "等待平台")
    assert report.line() == "上报 20 / 30 · 等待平台"
    assert profile.states() == {State.ACCEPTED: 20, State.SENDING: 10}
    profile.sync(platform)
    settled()


def test_answers_that_never_prove_anything_do_not_keep_a_run_going(
    profile: Profile, platform: HttpPlatform, server: FaultyServer
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", *[login_page] * 50)
    report = profile.sync(platform)
    assert (report.waiting, report.sent) == (3, 9)
    assert "上网认证页" in report.stopped


def test_wrong_batch_id_of_a_kept_batch_costs_one_question(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", wrong_batch_id)
    report = profile.sync(platform)
    assert (report.accepted, report.sent, report.requests, profile.pauses) == (3, 3, 3, [])
    settled()


@pytest.mark.parametrize("status", [401, 403])
def test_lost_log_in_pauses_the_queue(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, status: int, settled: Callable[[], None]
) -> None:
    profile.finish_many(30)
    server.script("/v1/batches", says(status))
    report = profile.sync(platform)
    assert (report.note, report.waiting, len(server.seen)) == ("等待登录", 30, 2)
    assert f"HTTP {status}" in report.stopped
    assert profile.states() == {State.QUEUED: 30}
    profile.sync(platform)
    settled()


@pytest.mark.parametrize("status", [407, 507, 511])
def test_systemic_trouble_stops_once(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, status: int
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", says(status))
    report = profile.sync(platform)
    assert (report.note, report.waiting, len(server.seen), profile.pauses) == ("已停止", 3, 2, [])
    assert f"HTTP {status}" in report.stopped


# -- terms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [timedelta(minutes=-3), timedelta(seconds=121), timedelta(days=1)])
def test_clocks_apart_stop_the_run(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, offset: timedelta
) -> None:
    model.capabilities = replace(model.capabilities, server_time=(NOW + offset).isoformat())
    profile.finish_many(3)
    report = profile.sync(platform)
    assert (report.sent, report.waiting, report.note) == (0, 3, "已停止")
    assert "本机时间 2026-09-07 09:00:00" in report.stopped
    assert f"平台时间 {NOW + offset:%Y-%m-%d %H:%M:%S}" in report.stopped


def test_clocks_two_minutes_apart_in_other_zones_are_fine(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.capabilities = replace(model.capabilities, server_time="2026-09-07T01:02:00+00:00")
    profile.finish_many(3)
    assert profile.sync(platform).accepted == 3


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"contract_version": 2}, "请安装新版"),
        ({"minimum_client": "99.0"}, "请安装新版"),
        ({"max_items": 0}, "平台管理员更正"),
        ({"max_bytes": -1}, "平台管理员更正"),
        ({"server_time": "yesterday"}, "平台时间 yesterday"),
    ],
)
def test_terms_that_do_not_fit_stop_the_run(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, change: dict[str, object], word: str
) -> None:
    model.capabilities = replace(model.capabilities, **change)
    profile.finish_many(3)
    report = profile.sync(platform)
    assert (report.sent, report.waiting) == (0, 3)
    assert word in report.stopped


# -- cancel and progress ---------------------------------------------------------------------------


def test_cancel_between_batches(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, settled: Callable[[], None]
) -> None:
    profile.finish_many(50)
    report = profile.sync(platform, is_cancelled=lambda: bool(model.batch_sizes))
    assert (report.accepted, report.waiting) == (20, 30)
    assert report.line() == "上报 20 / 50 · 已取消"
    profile.sync(platform)
    settled()


def test_cancel_during_a_wait(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None]
) -> None:
    profile.finish_many(3)
    server.script("/v1/batches", says(429, Retry_After="50"))
    report = profile.sync(platform, is_cancelled=lambda: len(profile.pauses) > 2)
    assert (len(profile.pauses), report.note, report.waiting) == (3, "已取消", 3)
    profile.pauses.clear()
    profile.sync(platform)
    settled()


def test_progress_tells_the_truth_at_every_step(profile: Profile, platform: HttpPlatform) -> None:
    profile.finish_many(50)
    steps: list[tuple[int, int]] = []
    profile.sync(platform, on_progress=lambda done, total, _report: steps.append((done, total)))
    assert steps == sorted(steps)
    assert {total for _, total in steps} == {50}
    assert {done for done, _ in steps} == {0, 20, 40, 50}


def test_line_groups_digits_and_leaves_out_what_is_nothing() -> None:
    report = SyncReport(accepted=1200, duplicate=2, rejected=2, waiting=1796, note="等待网络")
    assert report.line() == "上报 1 204 / 3 000 · 被退回 2 · 等待网络"
    assert SyncReport().line() == "没有待上报的记录"
    assert SyncReport(note="等待网络").line() == "没有待上报的记录 · 等待网络"


def test_full_disk_keeps_what_was_kept(
    profile: Profile, platform: HttpPlatform, monkeypatch: pytest.MonkeyPatch, settled: Callable[[], None]
) -> None:
    """The receipts cannot be kept: the run ends with the store's words, the next one asks for them."""
    profile.finish_many(3)

    def full(*_args: object) -> None:
        raise StoreError("disk_full")

    monkeypatch.setattr(profile.store.outbox, "apply_answer", full)
    with pytest.raises(StoreError, match="磁盘空间已满"):
        profile.sync(platform)
    monkeypatch.undo()
    report = profile.sync(platform)
    assert (report.accepted, report.sent) == (3, 0)
    settled()
