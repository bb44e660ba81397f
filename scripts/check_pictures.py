"""Fail when a folder of screenshots is empty or holds a blank picture."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtGui import QImage

FEWEST_COLOURS = 24  # a page of text with anti-aliasing has hundreds; a blank or crashed one has a few


def colours(path: Path) -> int:
    """Number of distinct colours on a coarse grid of the picture; 0 when it cannot be read."""
    picture = QImage(str(path))
    if picture.isNull():
        return 0
    points = ((x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2))
    return len({picture.pixel(x, y) for x, y in points})


def main() -> int:
    """Check every PNG of the folder named on the command line."""
    pictures = sorted(Path(sys.argv[1]).glob("*.png"))
    blank = [p.name for p in pictures if colours(p) < FEWEST_COLOURS]
    print(f"{len(pictures)} pictures, {len(blank)} blank: {blank}")
    return 1 if blank or not pictures else 0


if __name__ == "__main__":
    sys.exit(main())
