"""How the window looks on this computer: colours and size. No Qt.

Kept in a plain file, because it is needed before the encrypted store is open.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)
_FILE = "looks.json"
#: Words the clerk sees, by the word that is kept.
SCHEME_TITLES = {"auto": "跟随系统", "light": "浅色", "dark": "深色", "contrast": "高对比度"}
#: Percent; the desktop's own scaling comes on top.
SIZES = (100, 110, 125, 150, 175, 200)


@dataclass(frozen=True, slots=True)
class Looks:
    """What was chosen.

    Attributes:
        scheme: Key of :data:`SCHEME_TITLES`.
        size: One of :data:`SIZES`.
    """

    scheme: str = "light"
    size: int = 100


USUAL = Looks()


def read(folder: Path) -> Looks:
    """What was chosen for this data folder; the usual looks when nothing readable is there."""
    try:
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        looks = Looks(str(kept["scheme"]), int(kept["size"]))
    except FileNotFoundError:
        return USUAL
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s is not readable: %s", _FILE, error)
        return USUAL
    usable = looks.scheme in SCHEME_TITLES and looks.size in SIZES
    return looks if usable else USUAL


def write(folder: Path, looks: Looks) -> None:
    """Keep a choice.

    Raises:
        OSError: the file cannot be written.
    """
    (folder / _FILE).write_text(json.dumps(asdict(looks)), encoding="utf-8")


def set_size(looks: Looks) -> None:
    """Tell Qt the size, before there is an application; a size set from outside wins."""
    if looks.size != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", str(looks.size / 100))
