"""One self-check after the other; a check that itself fails is a finding like any other."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import datetime

from jgclient import __version__
from jgclient.selfcheck import checks
from jgclient.selfcheck.checks import Check
from jgclient.selfcheck.report import Finding, Report, Verdict
from jgclient.store import Store, StoreError

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

#: (name, title, check, its share of the time) in the order of the report.
CHECKS: tuple[tuple[str, str, Check, int], ...] = (
    ("integrity", "数据文件完整", checks.integrity, 20),
    ("chain", "修订链（内容没有被改动）", checks.chain, 25),
    ("outbox", "上报队列与版本、回执一致", checks.outbox, 5),
    ("index", "列表和搜索与记录一致", checks.lists, 25),
    ("backup", "最近一次备份（已试恢复并比对）", checks.backup, 20),
    ("second", "第二份备份", checks.second, 1),
    ("disk", "磁盘剩余空间", checks.disk, 1),
    ("clock", "电脑时钟", checks.clock, 1),
    ("key", "钥匙", checks.key, 1),
    ("restored", "恢复后的对账", checks.reconciled, 1),
)


class _StoppedError(Exception):
    """The user wants no more."""


def run(
    store: Store,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> Report:
    """Check everything; takes about a minute for a hundred thousand records.

    Nothing is changed, except that a file in which damage is found is only read from then on.

    Args:
        store: This thread's store.
        now: The present, aware.
        on_progress: Told how many parts of how many are done.
        is_cancelled: Asked again and again; once it is true the report ends there.
    """
    total = sum(share for *_, share in CHECKS)
    findings: list[Finding] = []
    begun = 0
    for name, title, check, share in CHECKS:

        def watch(done: int, of: int, begun: int = begun, share: int = share) -> None:
            if is_cancelled():
                raise _StoppedError
            on_progress(begun + share * done // max(of, 1), total)

        try:
            watch(0, 1)
            verdict, words = _outcome(check, store, now, watch)
        except _StoppedError:
            return Report(now, _facts(store), tuple(findings), cancelled=True)
        findings.append(Finding(name, title, verdict, words))
        begun += share
    on_progress(total, total)
    return Report(now, _facts(store), tuple(findings))


def _outcome(check: Check, store: Store, now: datetime, watch: Progress) -> tuple[Verdict, str]:
    try:
        return check(store, now, watch)
    except StoreError as error:
        return "bad", str(error)


def _facts(store: Store) -> tuple[tuple[str, str], ...]:
    try:
        unit = f"{store.settings.get('unit_name', '')}（{store.settings.get('unit_code', '')}）"
        records = f"{sum(store.records.counts_by_state().values()):,} 条"
    except StoreError as error:
        unit, records = "读不出", str(error)
    return (
        ("单位", unit),
        ("数据文件夹", str(store.folder)),
        ("记录", records),
        ("程序", f"jgclient {__version__}，{platform.system()} {platform.release()}，电脑 {platform.node()}"),
    )
