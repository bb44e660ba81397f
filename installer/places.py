"""Where the build reads and writes, and the figures that everything made carries."""

from __future__ import annotations

from pathlib import Path

import jgclient

VERSION = jgclient.__version__
ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "windows"
DIST = ROOT / "dist"
STAGE = BUILD / "stage"
PYTHON_TAG = "python311"
#: Folder of one version inside the program's folder; several may lie side by side (jgclient/updating.py).
VERSION_FOLDER = f"app-{VERSION}"
