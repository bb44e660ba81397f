"""Packages ``.jgp`` and their answers ``.jgr``: batches and receipts on a stick, where no network is.

Pure format: bytes in, bytes out. Whoever calls opens the files, keeps the keys and tells the time.
Decisions and layout: docs/decisions/004-packages.md.
"""

from __future__ import annotations

from jgclient.packages.cover import cover_sheet
from jgclient.packages.errors import PackageError
from jgclient.packages.keys import Keys, PublicKey
from jgclient.packages.manifest import BatchReply, Manifest, Piece
from jgclient.packages.opening import OpenedPackage, open_package
from jgclient.packages.packing import PackageContents, write_package
from jgclient.packages.volumes import Envelope, read_envelope

__all__ = [
    "BatchReply",
    "Envelope",
    "Keys",
    "Manifest",
    "OpenedPackage",
    "PackageContents",
    "PackageError",
    "Piece",
    "PublicKey",
    "cover_sheet",
    "open_package",
    "read_envelope",
    "write_package",
]
