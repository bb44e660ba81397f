"""Back: the platform's answer to a package."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from jgclient.exchange.errors import cannot_open
from jgclient.packages import BatchReply, OpenedPackage, open_package
from jgclient.packaging.errors import PackagingError
from jgclient.records import Json
from jgclient.store import Store
from jgclient.sync.devices import PLATFORM_KEY, device_id, device_keys
from jgclient.sync.lock import only_run

_TITLES = {
    "accepted": "已接收", "duplicate": "平台已有", "rejected": "被退回", "conflict": "冲突",
    "deferred": "平台暂缓", "refused": "整批退回",
}  # fmt: skip


@dataclass(slots=True)
class Unpacked:
    """What an answer said.

    Attributes:
        outcomes: Number of records by outcome; ``refused`` counts those of batches refused as a whole.
        unanswered: Records it says nothing about; they wait again.
    """

    package_id: str
    outcomes: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0

    @property
    def clean(self) -> bool:
        """Every record is closed; nothing is left to do."""
        return not (set(self.outcomes) - {"accepted", "duplicate"} or self.unanswered)

    def line(self) -> str:
        """The report in a line for people."""
        parts = [f"{_TITLES[outcome]} {count}" for outcome, count in self.outcomes.items()]
        parts += [f"没有答复 {self.unanswered}"] if self.unanswered else []
        return f"数据包 {self.package_id}：{' · '.join(parts) or '没有记录'}"

    def to_json(self) -> dict[str, Json]:
        """The report as a JSON object."""
        return asdict(self)


def unpack(store: Store, paths: Sequence[Path]) -> Unpacked:
    """Take in the answer to a package; its records are closed exactly as an online answer would.

    Args:
        store: This thread's store.
        paths: All volumes of the answer, in any order.

    Raises:
        PackageError: incomplete, changed, or not for this device.
        PackagingError: from another sender than the platform, not about a package of this profile, or taken
            in before.
        WorkbookError: a file cannot be read.
        SyncBusy: a run is going on in this profile.
    """
    with only_run(store.folder), _opened(store, paths) as answer:
        package_id = answer.envelope.package_id
        _refuse_unfit(store, answer)
        replies = answer.replies()
        kept = store.packages.get(package_id)
        assert kept is not None  # noqa: S101 - refused otherwise
        if not {reply.batch_id for reply in replies} <= set(kept.batches):
            raise PackagingError("回执包里有不属于这个数据包的批次，没有采用：请平台管理员重新生成。")
        report = Unpacked(package_id)
        with store.atomic():
            for reply in replies:
                _apply(store, reply, report)
            waiting = store.outbox.count()
            for batch_id in kept.batches:
                store.outbox.release(batch_id)
            report.unanswered = store.outbox.count() - waiting
            store.packages.answered(package_id)
    return report


@contextmanager
def _opened(store: Store, paths: Sequence[Path]) -> Iterator[OpenedPackage]:
    with ExitStack() as files:
        volumes: list[BinaryIO] = []
        for path in paths:
            try:
                volumes.append(files.enter_context(path.open("rb")))
            except OSError as error:
                raise cannot_open(path, error) from error
        workspace = files.enter_context(tempfile.TemporaryFile())
        keys = device_keys(store)
        yield files.enter_context(open_package(volumes, keys, kind="answer", workspace=workspace))


def _refuse_unfit(store: Store, answer: OpenedPackage) -> None:
    envelope = answer.envelope
    if str(envelope.sender) != store.settings.get(PLATFORM_KEY):
        raise PackagingError(
            f"回执包不是本单位的上报平台签发的（签发方公钥指纹 {envelope.sender.fingerprint}），没有采用："
            "请核对来源；平台换过公钥的，请先更新设置里的平台公钥。"
        )
    kept = store.packages.get(envelope.package_id)
    if kept is None or envelope.device_id != device_id(store):
        raise PackagingError(
            f"回执包回答的数据包 {envelope.package_id} 不是本机导出的：请在导出它的电脑上导入。"
        )
    if kept.answered_at is not None:
        raise PackagingError(f"这份回执在 {kept.answered_at:%Y-%m-%d %H:%M} 已经导入过，不用再次导入。")


def _apply(store: Store, reply: BatchReply, report: Unpacked) -> None:
    counts = Counter(report.outcomes)
    if reply.answer is None:
        items = store.outbox.unanswered_items(reply.batch_id)
        store.outbox.park(reply.batch_id, f"上报平台整批退回：{reply.refusal or '没有说明原因'}")
        counts["refused"] += len(items)
    else:
        surprises = store.outbox.apply_answer(reply.batch_id, reply.answer.results, reply.answer.server_time)
        unbelieved = {(surprise.record_id, surprise.revision) for surprise in surprises}
        counts.update(r.outcome for r in reply.answer.results if (r.id, r.revision) not in unbelieved)
    report.outcomes = dict(counts)
