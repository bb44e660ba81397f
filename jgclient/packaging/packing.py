"""Out: what waits, sealed for the platform, with its files and a cover sheet."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from jgclient.contract import Attachment, Batch, Item
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.whole_file import whole_file
from jgclient.packages import (
    Envelope,
    PackageContents,
    PackageError,
    PublicKey,
    cover_sheet,
    write_package,
)
from jgclient.packaging.errors import PackagingError
from jgclient.records import Revision, new_record_id
from jgclient.store import Store
from jgclient.sync.devices import PLATFORM_KEY, REFUSED, device_id, device_keys
from jgclient.sync.lock import only_run
from jgclient.sync.running import RECONCILE_FIRST
from jgclient.sync.sending import Sending
from jgclient.sync.uploading import files_of, why_lacking

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Items and bytes of a batch in a package: what every platform takes.
BATCH_ITEMS, BATCH_BYTES = 100, 1024 * 1024


@dataclass(slots=True)
class Packed:
    """A package that was written.

    Attributes:
        files: Its volumes, in order.
        cover: The cover sheet for the office's register.
        left_out: (record id, why) of records that had to stay behind.
    """

    package_id: str
    files: list[Path]
    cover: Path
    records: int
    attachments: int
    left_out: list[tuple[str, str]] = field(default_factory=list)


def pack(
    store: Store,
    out: Path,
    *,
    unit_code: str,
    unit_name: str,
    now: Callable[[], datetime],
    volume_bytes: int = 0,
    despite_restore: bool = False,
) -> Packed:
    """Write everything that waits into a package, with its attachments and a cover sheet.

    Args:
        store: This thread's store.
        out: The package; it gets ``.jgp``, further volumes and the cover sheet get names from it.
        unit_code: Credit code of the reporting unit.
        unit_name: Its name, for the cover sheet.
        now: The clock; aware.
        volume_bytes: Most bytes of a volume, 0 for one volume.
        despite_restore: Pack although both sides were not compared since a restore: for offices without
            any network.

    Raises:
        PackagingError: nothing waits, the platform's key is not known, or a package of that name is there.
        PackageError: the volumes would be too small, or a kept file is damaged.
        WorkbookError: the files cannot be written; everything waits again.
        SyncBusy: a run is going on in this profile.
    """
    receiver = _receiver(store)
    if store.settings.get(RECONCILE_FIRST) and not despite_restore:
        raise PackagingError(
            "数据由备份恢复后还没有与平台对过账：请先联网对账；确实没有网络的，请选择“恢复后直接打包”。"
        )
    out = out if out.suffix.lower() == ".jgp" else out.with_name(f"{out.name}.jgp")
    _refuse_to_overwrite(out)
    with only_run(store.folder):
        _release_unfinished(store)
        packed = _Packing(store, unit_code, now)
        contents = packed.contents(device_id(store))
        files: list[Path] = []
        try:
            envelope = _write(store, contents, receiver, out, volume_bytes, files)
            cover = out.with_suffix(".html")
            with whole_file(cover) as target:
                target.write(_cover(envelope, contents, unit_name, files, packed.records).encode())
        except (PackageError, WorkbookError):
            for path in files:
                path.unlink(missing_ok=True)
            _release_unfinished(store)
            raise
        store.packages.written(contents.package_id, files[0].name, len(files))
    return Packed(
        contents.package_id, files, cover, packed.records, len(contents.attachments), packed.left_out
    )


def take_back(store: Store, package_id: str) -> int:
    """Let the records of a package that will never arrive wait again; returns how many.

    Raises:
        PackagingError: this profile never wrote that package.
    """
    kept = store.packages.get(package_id)
    if kept is None:
        raise PackagingError(f"本机没有导出过数据包 {package_id}：请核对交接单上的包编号。")
    before = store.outbox.count()
    with store.atomic():
        for batch_id in kept.batches:
            store.outbox.release(batch_id)
    return store.outbox.count() - before


def _receiver(store: Store) -> PublicKey:
    text = str(store.settings.get(PLATFORM_KEY) or "")
    if not text:
        raise PackagingError(
            "还没有上报平台的公钥，不能为它封装：请先联网上报一次，或请平台管理员提供公钥后填入设置。"
        )
    if refusal := str(store.settings.get(REFUSED) or ""):
        raise PackagingError(f"上报平台没有接受本机的设备公钥，打包后也收不进去：{refusal}")
    return PublicKey.from_text(text)


def _refuse_to_overwrite(out: Path) -> None:
    """A package on a stick may be the only copy of what is under way."""
    volumes = out.parent.glob(f"{escape(out.stem)}-[0-9]*of[0-9]*{escape(out.suffix)}")
    taken = [path.name for path in (out, out.with_suffix(".html"), *volumes) if path.exists()]
    if taken:
        raise PackagingError(
            f"那里已经有“{taken[0]}”，可能是还没有交出去的数据包，没有覆盖它：请换一个文件名。"
        )


def _release_unfinished(store: Store) -> None:
    """Packages whose files never came to be: their records wait again."""
    with store.atomic():
        for package in store.packages.list():
            if not package.file:
                for batch_id in package.batches:
                    store.outbox.release(batch_id)


class _Packing:
    """Chooses what goes into a package and marks it as sent, before anything is written."""

    def __init__(self, store: Store, unit_code: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._unit = unit_code
        self._now = now
        self._files: dict[str, Attachment] = {}
        self.records = 0
        self.left_out: list[tuple[str, str]] = []

    def contents(self, device: str) -> PackageContents:
        made_at = self._now()
        package_id = new_record_id(made_at)
        documents: list[tuple[str, bytes]] = []
        with self._store.atomic():
            while revisions := self._next():
                batch = self._batch(revisions, device)
                self._store.outbox.store_batch(batch.batch_id, batch.body, batch.items)
                documents.append((batch.batch_id, batch.body))
                self.records += len(batch.items)
            if not documents:
                raise PackagingError("没有待上报的记录，不用打包。")
            self._store.packages.add(package_id, [batch_id for batch_id, _ in documents])
        files = [(file.sha256, file.size, self._opener(file.sha256)) for file in self._files.values()]
        return PackageContents(
            "package", package_id, self._unit, device, made_at.isoformat(timespec="seconds"), documents, files
        )

    def _next(self) -> list[Revision]:
        while revisions := self._store.outbox.waiting(BATCH_ITEMS):
            whole = [revision for revision in revisions if self._has_files(revision)]
            if whole:
                return whole
        return []

    def _has_files(self, revision: Revision) -> bool:
        """Note the files of a revision; one whose file is gone is parked, and left out."""
        files = files_of(revision)
        for file in files:
            if reason := why_lacking(self._store, file):
                self._store.outbox.park([(revision.record_id, revision.revision)], reason)
                self.left_out.append((revision.record_id, reason))
                return False
        self._files |= {file.sha256: file for file in files}
        return True

    def _batch(self, revisions: Sequence[Revision], device: str) -> Sending:
        """As many of the revisions as a batch holds; the rest is chosen again."""
        size = len(revisions)
        while True:
            items = [Item.of(revision) for revision in revisions[:size]]
            batch = Batch(new_record_id(self._now()), device, self._unit, "commit", items)
            body = batch.to_bytes()
            if len(body) <= BATCH_BYTES or size == 1:
                return Sending.of(batch, body)
            size = (size + 1) // 2

    def _opener(self, sha256: str) -> Callable[[], AbstractContextManager[BinaryIO]]:
        return lambda: io.BufferedReader(_Blocks(self._store.attachments.read(sha256)))


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a file to be read from its beginning."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer with what comes next; 0 at the end."""
        self._rest = self._rest or next(self._blocks, b"")
        with memoryview(buffer) as room:
            part = self._rest[: len(room)]
            room[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)


def _write(
    store: Store,
    contents: PackageContents,
    receiver: PublicKey,
    out: Path,
    volume_bytes: int,
    files: list[Path],
) -> Envelope:
    """Write the volumes; ``files`` takes the name of each that was begun."""

    def open_volume(number: int, total: int) -> AbstractContextManager[BinaryIO]:
        files.append(_volume_name(out, number, total))
        return whole_file(files[-1])

    try:
        # Not beside the volumes: a stick with FAT32 holds no file of more than 4 GB.
        with tempfile.TemporaryFile(dir=store.folder) as workspace:
            return write_package(
                contents, device_keys(store), receiver, workspace=workspace, open_volume=open_volume,
                volume_bytes=volume_bytes,
            )  # fmt: skip
    except OSError as error:
        why = error.strerror or error
        raise WorkbookError(f"数据文件夹所在的磁盘放不下打包的临时文件（{why}）：请清理磁盘再试。") from error


def _volume_name(out: Path, number: int, total: int) -> Path:
    return out if total == 1 else out.with_name(f"{out.stem}-{number:03d}of{total:03d}{out.suffix}")


def _cover(
    envelope: Envelope, contents: PackageContents, unit_name: str, files: Sequence[Path], records: int
) -> str:
    return cover_sheet(
        envelope, unit_name=unit_name, files=[path.name for path in files], records=records,
        attachments=len(contents.attachments),
    )  # fmt: skip
