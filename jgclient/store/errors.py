"""What can go wrong with the store, in Chinese with the remedy. The one place that knows sqlcipher3."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlcipher3 import dbapi2

Kind = Literal[
    "locked", "read_only", "disk_full", "io", "damaged", "wrong_key", "no_key", "newer", "network", "place",
    "bad_copy", "no_room", "bad_backup", "gone", "refused",
]  # fmt: skip

_SENTENCES: dict[Kind, str] = {
    "locked": "数据文件正被另一个程序占用。请稍候再试；若一直如此，请关闭其他 jgclient 窗口，"
    "或让杀毒软件不扫描数据文件夹",
    "read_only": "数据文件夹不能写入。请在文件夹属性中取消“只读”并确认当前用户有写入权限",
    "disk_full": "磁盘空间已满，刚才的内容没有存上。请清理磁盘后再保存一次，此前已保存的内容不受影响",
    "io": "读写磁盘时出错，刚才的内容没有存上。请检查磁盘或U盘是否已拔出或损坏，然后重试",
    "damaged": "数据文件已损坏。请不要继续录入，用最近一次备份恢复；仍打不开时请联系管理员",
    "wrong_key": "数据文件打不开：钥匙与文件不符，或文件已损坏。请用打印的恢复码打开，或用最近一次备份恢复",
    "no_key": "找不到数据文件的钥匙（可能换了电脑或换了登录用户）。请用打印的恢复码打开",
    "newer": "数据文件由更新版本的 jgclient 写成，本版本不能打开，以免损坏数据。请安装最新版本；"
    "一定要用回本版本的，用窗口里的恢复或“jgclient restore”恢复升级前自动留下的 before-….db",
    "network": "数据文件夹在网络驱动器上，多台电脑同时写入会损坏数据。请改用本机磁盘上的文件夹",
    "place": "数据文件夹不能使用。请换一个本机磁盘上的文件夹",
    "bad_copy": "备份写好后读不回来，未采用。请换一个位置或换一块磁盘再备份",
    "no_room": "磁盘剩余空间不够再存一份备份，没有备份。请清理磁盘；已录入的内容不受影响",
    "bad_backup": "这份备份不完好，没有用它恢复，现有数据没有改动。请换另一份备份",
    "gone": "数据文件不见了（可能被误删或移走），备份还在。请用“jgclient restore 备份文件”或窗口里的恢复找回",
    "refused": "",
}

_BY_CODE: dict[str, Kind] = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_READONLY": "read_only",
    "SQLITE_PERM": "read_only",
    "SQLITE_FULL": "disk_full",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_IOERR": "io",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_CANTOPEN": "place",
}

_BY_ERRNO: dict[int | None, Kind] = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EROFS: "read_only",
    errno.EIO: "io",
}


class StoreError(Exception):
    """The store cannot do what was asked; the text is a Chinese sentence with the remedy.

    Attributes:
        kind: What it was, for programs; ``refused`` when the request itself was wrong.
    """

    def __init__(self, kind: Kind, detail: str = "") -> None:
        sentence = _SENTENCES[kind]
        super().__init__(f"{sentence}（{detail}）" if sentence and detail else sentence or detail)
        self.kind = kind


@contextmanager
def translated() -> Iterator[None]:
    """Turn faults of the environment into :class:`StoreError`; bugs (wrong SQL …) pass unchanged."""
    try:
        yield
    except dbapi2.Error as error:
        kind = kind_of(error)
        if kind is None:
            raise
        raise StoreError(kind, str(error)) from error


def file_fault(error: OSError, path: Path) -> StoreError:
    """The store's own error for a failed operation on a file or folder."""
    kind = _BY_ERRNO.get(error.errno, "place")
    return StoreError(kind, f"{path}：{error.strerror}")


def kind_of(error: dbapi2.Error) -> Kind | None:
    """The kind of environment fault behind an error of sqlcipher3, None when it is a bug."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    while name:
        if name in _BY_CODE:
            return _BY_CODE[name]
        name = name.rpartition("_")[0]
    return None
