"""What the trial says: a line a step with its time, and what it found short."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class TrialError(Exception):
    """A step fell short; the text says how."""


def expect(what: str, *, holds: bool, found: object = "") -> None:
    """Stop the trial when something is not as it must be.

    Raises:
        TrialError: it is not.
    """
    if not holds:
        raise TrialError(f"not so: {what}" + (f" (found: {found})" if found != "" else ""))


@contextmanager
def step(name: str) -> Iterator[None]:
    """Name a step and tell how long it took."""
    print(f"  {name} …", flush=True)
    start = time.monotonic()
    yield
    print(f"  {name}: {time.monotonic() - start:.1f} s", flush=True)
