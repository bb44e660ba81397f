"""The single checks: each looks at one thing and says in Chinese what it found and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from jgclient.contract import parse_time
from jgclient.selfcheck.report import Verdict
from jgclient.store import Backup, Store
from jgclient.store.backups import found_in
from jgclient.store.restoring import RECONCILE, RESTORED

Watch = Callable[[int, int], None]
Check = Callable[[Store, datetime, Watch], tuple[Verdict, str]]

#: A backup older than this, while there is work it does not have, deserves a word.
_OLD = timedelta(days=1)
#: A second copy may be so much older: sticks are not always plugged in.
_OLD_SECOND = timedelta(days=7)
#: Difference to the platform's clock from which receipts and deadlines could be misread.
_CLOCK_SLACK = timedelta(minutes=5)
_NAMED = 5
_MIB = 1 << 20
#: Free space under which a day's work may no longer fit.
_LOW, _VERY_LOW = 1024 * _MIB, 200 * _MIB


def integrity(store: Store, _now: datetime, _watch: Watch) -> tuple[Verdict, str]:
    """Every page is authentic and in order."""
    found = store.damages()
    if not found:
        return "good", "每一页都能读出，且未被改动。"
    return "bad", (
        f"数据文件有损坏（{found[0]}）。现在起只读不写：请用最近一次完好的备份恢复；"
        "恢复前可先“导出能读出的记录”"
    )


def chain(store: Store, _now: datetime, watch: Watch) -> tuple[Verdict, str]:
    """Every revision is what it was when it was finished."""
    broken = store.records.verify_chain(watch)
    if not broken:
        return "good", "所有已完成版本的校验值都对得上。"
    return "bad", (
        f"{len(broken):,} 条记录的版本与校验值不符：{_some(broken)}。请保留数据文件并联系管理员，"
        "可从备份中找回这些记录的原文"
    )


def outbox(store: Store, _now: datetime, watch: Watch) -> tuple[Verdict, str]:
    """Every revision has its place in the outbox, every receipt its revision."""
    watch(0, 1)
    found = store.contradictions()
    if not found:
        return (
            "good",
            f"待上报 {store.outbox.count():,} 条，回执 {store.outbox.receipt_count():,} 份，均对得上。",
        )
    kinds = "；".join(sorted({each.what for each in found}))
    return "bad", (
        f"{len(found):,} 处对不上（{kinds}）：{_some([each.record_id for each in found])}。"
        "请先不要上报，把本报告交给管理员"
    )


def lists(store: Store, _now: datetime, watch: Watch) -> tuple[Verdict, str]:
    """What lists and searches show follows from the facts."""
    stale, counts = store.stale_rows(watch), store.wrong_counts()
    if not stale and not counts:
        return "good", "列表、计数和搜索都与记录一致。"
    return "warning", (
        f"{len(stale):,} 条记录的列表显示、{len(counts)} 项计数与记录本身不符；记录没有问题。"
        "请重建列表（自检页的“重建列表”，或 jgclient selfcheck --mend）"
    )


def backup(store: Store, now: datetime, watch: Watch) -> tuple[Verdict, str]:
    """The last backup can be restored, and everything in it is here."""
    restored = store.settings.get(RESTORED) or {}
    since = datetime.fromisoformat(restored["at"]).replace(microsecond=0) if restored else None
    backups = [each for each in store.backups.list() if since is None or each.made_at >= since]
    if not backups:
        what = "恢复以后还没有备份" if restored else "还没有任何备份"
        return "bad", f"{what}。请马上备份一次（自检页的“立即备份”，或 jgclient backup）"
    watch(0, 1)
    found = store.rehearse(backups[0].path)
    if found.alien:
        return "bad", (
            f"备份 {backups[0].title} 里有 {found.alien:,} 个版本或回执是现有数据没有的，"
            "现有数据可能丢过内容。请把备份另存一份并联系管理员"
        )
    said = f"{backups[0].title}，{backups[0].size / _MIB:.1f} MB，{found.records:,} 条记录，试恢复成功"
    later = f"；此后新增 {found.loss()}" if found.loss() else ""
    if now - backups[0].made_at > _OLD and found.loss():
        return "warning", f"{said}{later}，已超过一天没有备份。请马上备份一次"
    return "good", f"{said}{later}。"


def second(store: Store, now: datetime, _watch: Watch) -> tuple[Verdict, str]:
    """There is a copy on another disk."""
    place, own = store.backups.place(), store.backups.second()
    if place is None or own is None:
        return "warning", (
            "没有设第二备份位置：这块磁盘坏了，数据和备份会一起丢。请在自检页设一个U盘或另一块磁盘上的文件夹"
        )
    copies = found_in(own)
    if not copies:
        return "bad", f"{place} 里没有备份（U盘可能没有插）。请插好后点“立即备份”"
    same_disk = place.stat().st_dev == store.folder.stat().st_dev
    said = f"{own}：{copies[0].title}"
    if not _is_same(copies[0], store.backups.list()):
        return "bad", f"{said}，与本机同一份备份的大小不同，可能没有写完。请换一个U盘，再点“立即备份”"
    if now - copies[0].made_at > _OLD_SECOND:
        return "warning", f"{said}，已超过一周。请插好U盘，点“立即备份”"
    if same_disk:
        return "warning", f"{said}；它与数据在同一块磁盘上，磁盘坏了会一起丢。请换U盘或另一块磁盘"
    return "good", f"{said}。"


def disk(store: Store, _now: datetime, _watch: Watch) -> tuple[Verdict, str]:
    """There is room for the work and for its backups."""
    free = shutil.disk_usage(store.folder).free
    said = f"剩余 {free / _MIB / 1024:.1f} GB"
    newest = store.backups.list()[:1]
    if free < _VERY_LOW:
        return "bad", f"{said}，随时可能存不下。请马上清理磁盘"
    if free < _LOW or any(free < 2 * each.size for each in newest):
        return "warning", f"{said}，可能不够做备份。请清理磁盘"
    return "good", f"{said}。"


def clock(store: Store, now: datetime, _watch: Watch) -> tuple[Verdict, str]:
    """The clock stands where work and platform say it should."""
    times = store.times()
    if times.last_change and now < times.last_change - _CLOCK_SLACK:
        return "bad", (
            f"现在是 {now:%Y-%m-%d %H:%M}，却已有 {times.last_change:%Y-%m-%d %H:%M} 保存的记录："
            "时钟被拨慢了，期限会算错。请在系统设置里打开“自动设置时间”"
        )
    server = parse_time(times.server_time)
    if server is None or times.answered_at is None:
        return "good", f"{now:%Y-%m-%d %H:%M}，晚于所有已保存的记录；还没有平台时间可以对照。"
    off = times.answered_at - server
    if abs(off) > _CLOCK_SLACK:
        way = "快" if off > timedelta(0) else "慢"
        return "warning", (
            f"上次上报时本机比平台{way} {abs(off).total_seconds() / 60:.0f} 分钟。"
            "请在系统设置里打开“自动设置时间”"
        )
    return "good", f"{now:%Y-%m-%d %H:%M}，与平台相差不到 5 分钟。"


def key(store: Store, _now: datetime, _watch: Watch) -> tuple[Verdict, str]:
    """Where the key is, and that it is not the only way in."""
    return "good", f"保存在{store.key_place()}。换电脑时要用打印的恢复码，请确认它锁在安全的地方。"


def reconciled(store: Store, _now: datetime, _watch: Watch) -> tuple[Verdict, str]:
    """After a restore this computer does not know what it sent since the backup."""
    if store.settings.get(RECONCILE):
        return (
            "warning",
            "数据刚从备份恢复，还没有与平台对账，对账通过前不会上报。请联网上报一次，会先自动对账",
        )
    return "good", "没有待完成的对账。"


def _is_same(copy: Backup, backups: Sequence[Backup]) -> bool:
    return all(each.size == copy.size for each in backups if each.path.name == copy.path.name)


def _some(ids: Sequence[str]) -> str:
    rest = f" 等 {len(ids):,} 条" if len(ids) > _NAMED else ""
    return "、".join(ids[:_NAMED]) + rest
