"""Secrets in the credential store of Windows, through the two functions of advapi32 that this takes.

(keyring does it as well; what it brings along makes every start by a fifth slower.)
Structures and limits: Microsoft, “CREDENTIALW structure (wincred.h)”,
https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, byref, c_uint32, c_void_p, c_wchar_p

_GENERIC = 1
#: Stays on this computer, as the data do: it does not roam with the user.
_LOCAL_MACHINE = 2
_NOT_FOUND = 1168
_MOST_BYTES = 2560


class Credential(ctypes.Structure):
    """``CREDENTIALW``."""

    _fields_ = (
        ("flags", c_uint32),
        ("type", c_uint32),
        ("target", c_wchar_p),
        ("comment", c_wchar_p),
        ("last_written", c_uint32 * 2),
        ("size", c_uint32),
        ("blob", c_void_p),
        ("persist", c_uint32),
        ("attribute_count", c_uint32),
        ("attributes", c_void_p),
        ("alias", c_wchar_p),
        ("user", c_wchar_p),
    )


class WindowsCredentials:
    """The credential store of the user who is logged on."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret kept under this name, None when there is none.

        Raises:
            OSError: the credential store does not answer.
        """
        found = POINTER(Credential)()
        library = _library()
        if not library.CredReadW(c_wchar_p(_target(service, username)), _GENERIC, 0, byref(found)):
            if _last_error() == _NOT_FOUND:
                return None
            raise _refusal()
        try:
            kept = found.contents
            return ctypes.string_at(kept.blob, kept.size).decode("utf-16-le") if kept.size else ""
        finally:
            library.CredFree(found)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret.

        Raises:
            OSError: the credential store does not take it.
            ValueError: it is longer than Windows keeps.
        """
        data = password.encode("utf-16-le")
        if len(data) > _MOST_BYTES:
            raise ValueError(f"{len(data)} bytes, more than {_MOST_BYTES}")
        room = ctypes.create_string_buffer(data, max(len(data), 1))
        kept = Credential(
            type=_GENERIC, target=_target(service, username), user=username, persist=_LOCAL_MACHINE,
            blob=ctypes.cast(room, c_void_p), size=len(data),
        )  # fmt: skip
        if not _library().CredWriteW(byref(kept), 0):
            raise _refusal()


def _target(service: str, username: str) -> str:
    return f"{username}@{service}"


def _library() -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.WinDLL("advapi32", use_last_error=True)
    raise OSError("Windows only")


def _last_error() -> int:
    if sys.platform == "win32":
        return ctypes.get_last_error()
    return 0


def _refusal() -> OSError:
    return OSError(f"Windows 错误 {_last_error()}")
