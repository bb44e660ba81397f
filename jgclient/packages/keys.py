"""Keys of a device or a gateway: one secret seed, from it a signing key and a key to seal for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jgclient.packages.errors import PackageError

SEED_BYTES = 32
_PREFIX = "JGK1-"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What others may know: the keys to verify a signature (Ed25519) and to seal for (X25519)."""

    signing: bytes
    sealing: bytes

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        """Read what ``str()`` wrote; spaces and line breaks around and inside do no harm.

        Raises:
            PackageError: it is no public key, or a part of one.
        """
        bare = "".join(text.split())
        try:
            raw = base64.b64decode(bare.removeprefix(_PREFIX) + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if not bare.startswith(_PREFIX) or len(raw) != 2 * _KEY_BYTES:
            raise PackageError(
                "key", f"公钥写法不对：应以 {_PREFIX} 开头，共 91 个字符。请完整复制对方给出的公钥。"
            )
        return cls(raw[:_KEY_BYTES], raw[_KEY_BYTES:])

    def __str__(self) -> str:
        raw = base64.urlsafe_b64encode(self.signing + self.sealing).decode()
        return _PREFIX + raw.rstrip("=")

    @property
    def fingerprint(self) -> str:
        """To compare by telephone: the first 80 bits of the SHA-256, in groups of four hex digits."""
        digest = hashlib.sha256(self.signing + self.sealing).hexdigest()[:20].upper()
        return "-".join(digest[start : start + 4] for start in range(0, len(digest), 4))

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether ``signature`` was made over ``data`` with the key behind this one."""
        try:
            Ed25519PublicKey.from_public_bytes(self.signing).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class Keys:
    """The secret side. The seed belongs where secrets are kept; everything else follows from it.

    Args:
        seed: 32 random bytes.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise PackageError("key", "密钥文件内容不对。请用备份恢复密钥，或重新生成后登记新的公钥。")
        self.seed = seed
        self._signing = Ed25519PrivateKey.from_private_bytes(derived(seed, b"signing"))
        self._sealing = X25519PrivateKey.from_private_bytes(derived(seed, b"sealing"))
        self.public = PublicKey(
            self._signing.public_key().public_bytes_raw(), self._sealing.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> Keys:
        """New keys."""
        return cls(os.urandom(SEED_BYTES))

    def sign(self, data: bytes) -> bytes:
        """Ed25519 signature over ``data``."""
        return self._signing.sign(data)

    def shared_with(self, other: bytes) -> bytes:
        """X25519 secret shared with the owner of the public sealing key ``other``.

        Raises:
            PackageError: ``other`` is no usable key.
        """
        try:
            return self._sealing.exchange(X25519PublicKey.from_public_bytes(other))
        except ValueError:
            raise PackageError("key", "数据包的密钥不能用。请发送单位重新导出。") from None


def derived(secret: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    """A key for one purpose from a secret (HKDF-SHA256, RFC 5869)."""
    kdf = HKDF(SHA256(), length=_KEY_BYTES, salt=salt, info=b"jgclient packages 1 " + purpose)
    return kdf.derive(secret)
