"""Attachments as a job: a photo or scanned document becomes a kept file that a record can name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jgclient.contract import MAX_ATTACHMENT_BYTES, Attachment
from jgclient.exchange.photo_location import WithoutLocation
from jgclient.exchange.whole_file import whole_file
from jgclient.store import Store

#: Setting: photos keep the place where they were taken. Off unless an office needs it as evidence.
KEEP_LOCATION = "keep_photo_location"
#: Kinds of files that may hold a place and cannot be rid of it here.
_UNSTRIPPABLE = frozenset({".heic", ".heif", ".png", ".webp", ".tif", ".tiff", ".dng", ".mp4", ".mov"})
_LONGEST_NAME = 255

Location = Literal["none", "stripped", "kept", "unknown"]


class AttachingError(Exception):
    """A file cannot be attached; the text says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Added:
    """An attached file.

    Attributes:
        attachment: What the record's field names.
        location: What became of the place a photo was taken at: there was ``none``, it was ``stripped``, it
            was ``kept`` as the setting says, or ``unknown``: this kind of file may hold one that stays.
    """

    attachment: Attachment
    location: Location


def add(store: Store, path: Path) -> Added:
    """Take a file in; its bytes are kept, the file itself may go. Durable on return.

    Raises:
        AttachingError: it cannot be read, is empty or too large.
        StoreError: it could not be kept.
    """
    try:
        size = path.stat().st_size
        if not 0 < size <= MAX_ATTACHMENT_BYTES:
            raise AttachingError(_size_refusal(path, size))
        with path.open("rb") as source:
            keep = bool(store.settings.get(KEEP_LOCATION))
            photo = WithoutLocation(source)
            kept = store.attachments.add(iter(lambda: source.read(1024 * 1024), b"") if keep else photo)
    except OSError as error:
        raise AttachingError(
            f"读不到附件 {path.name}：{error.strerror or error}。请核对文件是否还在、是否正被别的程序使用。"
        ) from error
    name = path.name[-_LONGEST_NAME:]
    return Added(Attachment(kept.sha256, name, kept.size), _location(path, photo, keep=keep))


def save(store: Store, attachment: Attachment, to: Path) -> None:
    """Write a kept file to ``to``, to be looked at or handed on.

    Raises:
        AttachingError: it is not kept here.
        WorkbookError: ``to`` cannot be written.
    """
    if store.attachments.get(attachment.sha256) is None:
        raise AttachingError(f"附件“{attachment.name}”不在本机：它由别的电脑上报，请在那里打开。")
    with whole_file(to) as target:
        for block in store.attachments.read(attachment.sha256):
            target.write(block)


def _size_refusal(path: Path, size: int) -> str:
    if not size:
        return f"附件 {path.name} 是空文件：请重新拍照或扫描后再添加。"
    return (
        f"附件 {path.name} 有 {size / 2**20:.0f} MB，上限 {MAX_ATTACHMENT_BYTES // 2**20} MB："
        "请压缩或分成几个文件后再添加。"
    )


def _location(path: Path, photo: WithoutLocation, *, keep: bool) -> Location:
    if keep:
        return "kept"
    if photo.found:
        return "stripped"
    return "unknown" if path.suffix.lower() in _UNSTRIPPABLE else "none"
