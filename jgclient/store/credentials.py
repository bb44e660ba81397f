"""Where the key of the file is: the system's credential store, else a private file beside the data."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path
from typing import Protocol

from jgclient.store.errors import StoreError, file_fault

SERVICE = "jgclient"
_NAME_FILE = "store.id"
_KEY_FILE = "store.key"
#: In the data folder of a portable copy: its key must travel with it from one computer to the next.
_PORTABLE_NOTE = "portable.txt"


class Backend(Protocol):
    """A credential store, as far as it is used here; keyring's backends are some."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret kept under this name."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""


class Vault:
    """Secrets of one data folder.

    In the credential store they are named after a random id kept in the folder, so that a folder that was
    moved or renamed still finds them. Without a credential store the key lies in a file only its owner can
    read: that protects a copied backup, not a stolen computer (decision 002).

    Attributes:
        is_real: There is a credential store.
    """

    def __init__(self, folder: Path, backend: Backend | None) -> None:
        self._folder = folder
        self._backend = backend
        self.is_real = backend is not None

    def read(self, name: str) -> str:
        """A secret, empty when there is none.

        Raises:
            StoreError: the credential store does not answer.
        """
        path = self._folder / (_NAME_FILE if self.is_real else _KEY_FILE)
        if not path.exists():
            return ""
        text = path.read_text("ascii", "replace").strip()
        if self._backend is None:
            return text if name == "key" else ""
        try:
            return self._backend.get_password(SERVICE, f"{text}:{name}") or ""
        except Exception as error:
            raise StoreError("no_key", f"凭据管理器没有回应：{error}") from error

    def write(self, name: str, secret: str) -> None:
        """Keep a secret (``key``, or in a credential store only, one of the settings' secrets).

        Raises:
            StoreError: it could not be kept.
        """
        if self._backend is None:
            _write_private(self._folder / _KEY_FILE, secret)
            return
        try:
            self._backend.set_password(SERVICE, f"{self._id()}:{name}", secret)
        except Exception as error:
            raise StoreError("no_key", f"凭据管理器没有回应：{error}") from error

    def where(self) -> str:
        """Where the key is kept, in words for 自检."""
        place = f"数据文件夹中的钥匙文件 {_KEY_FILE}（仅当前用户可读）"
        return "操作系统凭据管理器" if self.is_real else place

    def _id(self) -> str:
        path = self._folder / _NAME_FILE
        if not path.exists():
            _write_private(path, uuid.uuid4().hex)
        return path.read_text("ascii").strip()


def open_vault(folder: Path, *, choose: bool) -> Vault:
    """The vault of a data folder.

    Args:
        folder: The data folder.
        choose: No key is kept yet (new folder, or opened by recovery code): a credential store is tried out
            before it is trusted with the key. Otherwise what was chosen then decides.
    """
    if (folder / _KEY_FILE).exists() or (folder / _PORTABLE_NOTE).exists():
        return Vault(folder, None)
    backend = _system_backend()
    if choose and backend is not None and not _works(backend):
        backend = None
    return Vault(folder, backend)


def _system_backend() -> Backend | None:
    """The operating system's credential store, None when there is none."""
    if sys.platform == "win32":
        from jgclient.store.windows_credentials import WindowsCredentials  # noqa: PLC0415 - for Windows only

        return WindowsCredentials()
    import keyring  # noqa: PLC0415 - 160 ms that a folder with a key file need not pay

    found = keyring.get_keyring()
    return found if found.priority >= 1 else None


def _works(backend: Backend) -> bool:
    """Whether a secret comes back: a desktop may name a credential store that is locked or not running."""
    probe = uuid.uuid4().hex
    try:
        backend.set_password(SERVICE, "probe", probe)
        return backend.get_password(SERVICE, "probe") == probe
    except Exception:
        return False


def _write_private(path: Path, text: str) -> None:
    """Write a file readable by its owner only, whole or not at all.

    Raises:
        StoreError: it could not be written.
    """
    scratch = path.with_suffix(".new")
    try:
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        raise file_fault(error, path) from error
