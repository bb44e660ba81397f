"""Why a package is not made or not taken in."""

from __future__ import annotations


class PackagingError(Exception):
    """A package cannot be made or taken in; the text says why and what to do, in Chinese."""
