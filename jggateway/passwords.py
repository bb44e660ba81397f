"""Passwords: Argon2id (RFC 9106) in the PHC text format, with the parameters OWASP recommends."""

from __future__ import annotations

import os
from functools import cache
from threading import BoundedSemaphore

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

#: OWASP Password Storage Cheat Sheet, first choice for Argon2id: 19 MiB, 2 passes, 1 lane.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
MIN_LENGTH = 8

# Each check takes 19 MiB and a core: a flood of log-ins must not take the machine.
_AT_ONCE = BoundedSemaphore(4)


class WeakPassword(ValueError):  # noqa: N818  # an event of the domain, not a fault
    """The password is refused; the text says why, in Chinese."""


def hash_password(password: str) -> str:
    """The PHC text to keep instead of ``password``.

    Raises:
        WeakPassword: it is shorter than :data:`MIN_LENGTH` characters.
    """
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"密码太短（{len(password)} 位）。请至少用 {MIN_LENGTH} 位，防止被猜中。")
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(_bytes(password))


def password_fits(password: str, phc: str) -> bool:
    """Whether ``phc`` was made from ``password``. Takes about a tenth of a second on purpose."""
    with _AT_ONCE:
        try:
            Argon2id.verify_phc_encoded(_bytes(password), phc)
        except InvalidKey:
            return False
    return True


@cache
def nobodys_hash() -> str:
    """Checked when the user does not exist, so that the time taken does not tell which names do."""
    return hash_password("no user has this one")


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")  # whatever a terminal or a client sends can be compared
