"""What can go wrong with a file, said so that a clerk can mend it."""

from __future__ import annotations

import errno
from pathlib import Path


class WorkbookError(ValueError):
    """A file cannot be read or written; the text is one Chinese sentence with the remedy."""


class UnknownTableError(WorkbookError):
    """The file can be read, but no header in it fits a form; a person can say which form it is."""


def cannot_open(path: Path, error: OSError) -> WorkbookError:
    """Why the operating system would not let us read ``path``."""
    if isinstance(error, FileNotFoundError):
        return WorkbookError(f"找不到文件“{path.name}”：可能已被移动或改名，请重新选择。")
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return WorkbookError(f"“{path.name}”是文件夹，请选择其中的文件。")
    if isinstance(error, PermissionError):
        return WorkbookError(f"“{path.name}”正被其他程序占用或没有读取权限，请先在WPS里关闭它再导入。")
    return WorkbookError(f"“{path.name}”读不出来（{error.strerror}），请把文件复制到本机硬盘后再导入。")


def cannot_write(path: Path, error: OSError) -> WorkbookError:
    """Why the operating system would not let us write ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorkbookError(f"磁盘空间不足，“{path.name}”没有写成；请清理磁盘或换一个位置再试。")
    if isinstance(error, FileNotFoundError):
        return WorkbookError(f"文件夹“{path.parent}”不存在，请先建立或换一个位置。")
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return WorkbookError(f"“{path.name}”是文件夹，请另取一个文件名。")
    if isinstance(error, PermissionError):
        return WorkbookError(f"“{path.name}”正在WPS里打开或没有写入权限，请先关闭它，或换一个文件名。")
    return WorkbookError(f"“{path.name}”写不进去（{error.strerror}），请换一个位置再试。")
