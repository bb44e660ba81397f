"""Sealing for one receiver: X25519 with a key of one use, HKDF, ChaCha20-Poly1305 in pieces of 64 KiB.

The pieces follow the STREAM construction (counter and last-piece flag in the nonce), so that none can be
dropped, doubled, reordered or cut off unseen. Nothing is ever written in the clear: pieces are sealed while
they are written and opened while they are read.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jgclient.packages.errors import damaged, incomplete
from jgclient.packages.keys import Keys, PublicKey, derived

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

PIECE = 64 * 1024
_TAG = 16
_HEAD = 32  # the public key of one use comes first


class SealingWriter(io.RawIOBase):
    """Seals what is written to it; :meth:`close` writes the last piece and leaves ``target`` open."""

    def __init__(self, target: BinaryIO, receiver: PublicKey) -> None:
        once = X25519PrivateKey.generate()
        head = once.public_key().public_bytes_raw()
        shared = once.exchange(X25519PublicKey.from_public_bytes(receiver.sealing))
        self._cipher = ChaCha20Poly1305(derived(shared, b"piece", head + receiver.sealing))
        self._target = target
        self._rest = bytearray()
        self._written = 0
        target.write(head)

    def writable(self) -> bool:
        """It can only be written to."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Seal every piece that is certainly not the last one."""
        self._rest += data
        while len(self._rest) > PIECE:
            self._seal(bytes(self._rest[:PIECE]), last=False)
            del self._rest[:PIECE]
        return len(memoryview(data))

    def close(self) -> None:
        """Seal the last piece."""
        if not self.closed:
            self._seal(bytes(self._rest), last=True)
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._written, last=last), piece, None))
        self._written += 1


class SealedReader(io.RawIOBase):
    """Reads what was sealed for ``keys``, from any place; every piece is verified when it is first needed.

    Args:
        source: Seekable; holds nothing but the sealed bytes.

    Raises:
        PackageError: there are too few bytes, here or from :meth:`read` when a piece does not fit.
    """

    def __init__(self, source: BinaryIO, keys: Keys) -> None:
        self._source = source
        sealed = source.seek(0, io.SEEK_END) - _HEAD
        source.seek(0)
        head = source.read(_HEAD)
        self._pieces = max(1, -(-sealed // (PIECE + _TAG)))
        self._size = sealed - self._pieces * _TAG
        if self._size < 0:
            raise incomplete("内容是空的")
        self._cipher = ChaCha20Poly1305(derived(keys.shared_with(head), b"piece", head + keys.public.sealing))
        self._place = 0
        self._open = (-1, b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        """The place from which is read next."""
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read at most to the end of the piece."""
        if self._place >= self._size:
            return 0
        view = memoryview(buffer).cast("B")
        number, start = divmod(self._place, PIECE)
        part = self._piece(number)[start : start + len(view)]
        view[: len(part)] = part
        self._place += len(part)
        return len(part)

    def _piece(self, number: int) -> bytes:
        if self._open[0] != number:
            self._source.seek(_HEAD + number * (PIECE + _TAG))
            sealed = self._source.read(PIECE + _TAG)
            try:
                nonce = _nonce(number, last=number == self._pieces - 1)
                self._open = (number, self._cipher.decrypt(nonce, sealed, None))
            except InvalidTag:
                raise damaged("封装内容校验不符") from None
        return self._open[1]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
