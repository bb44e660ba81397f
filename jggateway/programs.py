"""Update packages of the client, told downwards in pieces; the clients check the publisher's signature."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from jgclient.contract import MOST_PIECES, PIECE_BYTES, ContractError, ProgramPiece
from jgclient.records import Json
from jggateway.feed import Entry
from jggateway.publishing import PublishError

_MANIFEST = "manifest.json"
_MOST_MANIFEST = 8 * 1024 * 1024


def entries_of(package: Path) -> list[Entry]:
    """The entries that carry a package (``.jgu``) to every unit.

    Raises:
        PublishError: it cannot be read, or is no update package.
    """
    try:
        data = package.read_bytes()
        version = _version(package)
    except OSError as error:
        raise PublishError(f"读不到 {package}：{error.strerror}。请核对文件名。") from None
    count = -(-len(data) // PIECE_BYTES)
    if count > MOST_PIECES:
        raise PublishError(f"{package} 太大，不能下发。请用安装程序升级。")
    sha256 = hashlib.sha256(data).hexdigest()
    made = []
    for number in range(1, count + 1):
        part = data[(number - 1) * PIECE_BYTES : number * PIECE_BYTES]
        piece = ProgramPiece(version, number, count, sha256, part)
        made.append(Entry("program", piece.entry_id, _checked(piece)))
    return made


def _version(package: Path) -> str:
    try:
        with zipfile.ZipFile(package) as archive:
            if archive.getinfo(_MANIFEST).file_size > _MOST_MANIFEST:
                raise ValueError("manifest")
            manifest = json.loads(archive.read(_MANIFEST))
        if manifest["product"] != "jgclient":
            raise ValueError(manifest["product"])
        return str(manifest["version"])
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise PublishError(f"{package} 不是客户端的更新包（.jgu），或已损坏。请重新拷贝。") from error


def _checked(piece: ProgramPiece) -> dict[str, Json]:
    content = piece.to_json()
    try:
        ProgramPiece.from_json(content)
    except ContractError as error:
        raise PublishError(f"更新包的版本号“{piece.version}”不能用。请向发布单位重新索取。") from error
    return content
