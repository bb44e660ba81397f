"""Reporting without a network: what waits goes into a package, its answer comes back as a receipt package.

Both carry the same batches and answers as the network. A record that travels both ways is kept once.
"""

from __future__ import annotations

from jgclient.packaging.errors import PackagingError
from jgclient.packaging.packing import Packed, pack, take_back
from jgclient.packaging.unpacking import Unpacked, unpack

__all__ = ["PackagingError", "Packed", "Unpacked", "pack", "take_back", "unpack"]
