"""Pictures of every page in ``.run/screens``: two screens, 100 % and 150 %, light, dark and high contrast.

Each scale needs a process of its own; Qt reads it once. The records are those of the practice profile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / ".run" / "screens"
SCREENS = ((1366, 768), (1920, 1080))
#: Heights a desktop takes for its task bar and the window for its title.
_BARS = 40
SCALES = (1.0, 1.5)
SCHEMES = ("light", "dark", "contrast")


def main() -> int:
    """Take all pictures; 1 when one is missing or blank."""
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for scale in SCALES:
            environment = dict(os.environ, QT_SCALE_FACTOR=str(scale), QT_QPA_PLATFORM="offscreen")
            command = [sys.executable, __file__, "--take", folder, str(scale)]
            subprocess.run(command, env=environment, check=True)
    check = [sys.executable, str(Path(__file__).with_name("check_pictures.py")), str(OUT)]
    return subprocess.run(check, check=False).returncode


def take(folder: Path, scale: float) -> None:
    """Take the pictures of one scale."""
    from PySide6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - only in the process that paints
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from jgclient import app, practice  # noqa: PLC0415
    from jgclient.ui import theme  # noqa: PLC0415
    from jgclient.ui.frame import PAGES  # noqa: PLC0415

    application: QApplication = app.make_application()
    client = app.build(folder)
    client.desk.load()
    if not practice.is_practice(client.desk.store):
        practice.fill(client.desk.store, client.desk.library, client.desk.calendar, now=app.now)
    client.window.refresh()
    client.window.show()
    for scheme in SCHEMES:
        theme.apply(application, theme.SCHEMES[scheme])
        for (width, height), name in ((screen, name) for screen in SCREENS for name in PAGES):
            client.window.resize(int(width / scale), int((height - _BARS) / scale))
            client.window.show_page(name, **_arguments(name))
            for _ in range(5):
                QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
                application.processEvents()
            client.window.grab().save(str(OUT / f"{width}x{height}-{scale * 100:.0f}-{scheme}-{name}.png"))
    client.close()


def _arguments(name: str) -> dict[str, str]:
    return {"form": "penalty"} if name == "entry" else {}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--take"]:
        take(Path(sys.argv[2]), float(sys.argv[3]))
        os._exit(0)  # the pictures are there; taking Qt apart tidily is not what is wanted
    sys.exit(main())
