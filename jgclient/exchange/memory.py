"""How Python's garbage collector behaves while hundreds of thousands of cells are at hand."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 100_000


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely: a quarter of the time of big work went into finding none."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
