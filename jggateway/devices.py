"""Devices whose packages are taken, and the gateway's own keys."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from jgclient.packages import Keys, PackageError, PublicKey
from jggateway import audit
from jggateway.storage import StorageError
from jggateway.tables import devices

KEY_FILE = "gateway.key"
MAX_DEVICE = 128


class DeviceError(ValueError):
    """A device cannot be registered; the text says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device."""

    unit: str
    id: str
    public_key: PublicKey
    added_by: str
    added_at: str


def register(
    connection: Connection, unit: str, device_id: str, public_key: str, now: datetime, *, actor: str
) -> bool:
    """Register a device; again with the same key does no harm. Returns whether it is new.

    Raises:
        DeviceError: the key is none, or the device is known with another key.
    """
    try:
        key = PublicKey.from_text(public_key)
    except PackageError as error:
        raise DeviceError(str(error)) from None
    if not 0 < len(device_id) <= MAX_DEVICE or not device_id.isprintable():
        raise DeviceError(f"设备编号应为 1 到 {MAX_DEVICE} 个字。请照交接单上的设备编号填写。")
    known = find(connection, unit, device_id)
    if known is not None and known.public_key == key:
        return False
    if known is not None:
        raise DeviceError(
            f"设备“{device_id}”已用另一个公钥登记（指纹 {known.public_key.fingerprint}）。"
            "如确已更换密钥，请先用 devices remove 注销后重新登记。"
        )
    row = {
        "unit": unit, "id": device_id, "public_key": str(key), "added_by": actor,
        "added_at": now.isoformat(timespec="seconds"),
    }  # fmt: skip
    connection.execute(insert(devices).values(row))
    audit.note(connection, now, actor, "device-add", device_id, unit=unit, detail={"key": key.fingerprint})
    return True


def remove(connection: Connection, unit: str, device_id: str, now: datetime, *, actor: str) -> None:
    """Take packages of a device no more.

    Raises:
        DeviceError: there is no such device.
    """
    mine = (devices.c.unit == unit) & (devices.c.id == device_id)
    if not connection.execute(delete(devices).where(mine)).rowcount:
        raise DeviceError(f"没有登记设备“{device_id}”。请用 devices list 查看已登记的设备。")
    audit.note(connection, now, actor, "device-remove", device_id, unit=unit)


def find(connection: Connection, unit: str, device_id: str) -> Device | None:
    """A registered device."""
    row = connection.execute(
        select(devices).where(devices.c.unit == unit, devices.c.id == device_id)
    ).first()  # fmt: skip
    return _device(row) if row else None


def listed(connection: Connection) -> list[Device]:
    """All registered devices by unit and id."""
    return [
        _device(row) for row in connection.execute(select(devices).order_by(devices.c.unit, devices.c.id))
    ]


def _device(row: Sequence[str]) -> Device:
    unit, device_id, public_key, added_by, added_at = row
    return Device(unit, device_id, PublicKey.from_text(public_key), added_by, added_at)


def gateway_keys(folder: Path) -> Keys:
    """The gateway's keys, made when there are none yet.

    They lie in the data folder, readable for its owner only. Without them packages that were sealed for this
    gateway cannot be opened; they belong into the backup.

    Raises:
        StorageError: the file cannot be read or written, or holds no key.
    """
    path = folder / KEY_FILE
    try:
        _make_once(path)
        return Keys(path.read_bytes())
    except OSError as error:
        raise StorageError(f"密钥文件 {path} 不能读写（{error.strerror or error}）。请检查权限。") from error
    except PackageError as error:
        raise StorageError(f"{path}：{error}") from error


def _make_once(path: Path) -> None:
    """Write the file whole before it gets its name, so that two processes agree on one."""
    if path.exists():
        return
    draft = path.with_name(f"{KEY_FILE}.{os.getpid()}")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, Keys.generate().seed)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        draft.unlink()
