"""Why a package is refused."""

from __future__ import annotations


class PackageError(ValueError):
    """A package or a key cannot be used; the text is a Chinese sentence with the remedy.

    Attributes:
        code: Stable English word: ``incomplete``, ``damaged``, ``tampered``, ``foreign``, ``too-new``,
            ``missing-volume``, ``mixed-volumes``, ``too-large`` or ``key``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def damaged(what: str) -> PackageError:
    """Bytes are not those that were written."""
    return PackageError("damaged", f"数据包已损坏：{what}。请从原件重新拷贝；仍不行请重新导出。")


def tampered(what: str) -> PackageError:
    """Something does not fit the signature: changed on purpose, or put together from several packages."""
    return PackageError("tampered", f"数据包被改动过：{what}。请勿使用，并请发送单位重新导出。")


def incomplete(what: str) -> PackageError:
    """The file ends too early or lacks a part."""
    return PackageError("incomplete", f"数据包不完整：{what}。可能没有拷贝完，请重新拷贝。")
