"""Pictures for ``docs/用户手册.md``, taken of the program on its practice profile."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import openpyxl
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from jgclient import app, practice
from jgclient.forms.library import resources_folder
from jgclient.ui.driving import Driver
from jgclient.ui.frame import PAGES

OUT = Path(__file__).resolve().parent.parent / "docs" / "images" / "manual"
_WIDTH = 960  # wide enough to read in the manual, a third of the bytes of the whole window
_COLOURS = 256  # as many as an indexed picture can name
_SHADE = 0xE0E0E0  # the part of a colour by which shades are told apart
_LEDGER = resources_folder() / "samples" / "行政检查台账（科室自用）.xlsx"
_LEFT_OUT = {"help", "selfcheck", "conflict", "inbox"}


def main() -> int:
    """Take every picture the manual names."""
    OUT.mkdir(parents=True, exist_ok=True)
    app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        client = app.build(Path(folder))
        client.desk.load()
        driver = Driver(client.window, OUT)
        client.window.resize(1366, 728)
        client.window.show()
        _take(driver, "start")
        practice.fill(client.desk.store, client.desk.library, client.desk.calendar, now=app.now)
        client.desk.data_changed.emit()
        arguments = {"entry": {"form": "penalty"}, "import": {"path": str(_ledger(Path(folder)))}}
        for name in PAGES.keys() - _LEFT_OUT - {"start"}:
            _take(driver, name, **arguments.get(name, {}))
        driver.wait("后台工作结束", lambda: not client.desk.jobs.busy)
        client.close()
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT}")
    return 0


def _ledger(folder: Path) -> Path:
    """The practice ledger as it comes the next month: other places, and one word for the result is wrong."""
    book = openpyxl.load_workbook(_LEDGER)
    rows = list(book.active.iter_rows())
    [head] = [row for row in rows if "被检查单位" in [cell.value for cell in row]]
    columns = {cell.value: cell.column - 1 for cell in head}
    for row in rows[rows.index(head) + 1 :]:
        if row[columns["被检查单位"]].value:
            row[columns["被检查单位"]].value += "二分店"
        if row[columns["检查结果"]].value == "未发现问题":
            row[columns["检查结果"]].value = "未发现毛病"
    path = folder / "行政检查台账（12月）.xlsx"
    book.save(path)
    return path


def _take(driver: Driver, name: str, **arguments: str) -> None:
    driver.window.show_page(name, **arguments)
    driver.wait("后台工作结束", lambda: not driver.window.desk.jobs.busy)
    driver.settle()
    whole = driver.window.grab()
    smaller = whole.scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation)
    _in_few_colours(smaller.toImage()).save(str(OUT / f"{name}.png"))


def _in_few_colours(picture: QImage) -> QImage:
    """With a palette of its own, which makes it smaller; Qt's own choice would lose pale borders."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    seen = Counter(memoryview(plain.constBits()).cast("B").cast("I"))
    often = [colour for colour, _ in seen.most_common()]
    # The frequent ones keep pale borders apart; then one of each shade, for the rare red and green.
    shades = {colour & _SHADE: colour for colour in reversed(often[_COLOURS // 2 :])}
    palette = [*often[: _COLOURS // 2], *sorted(shades.values(), key=seen.__getitem__, reverse=True)]
    return plain.convertToFormat(
        QImage.Format.Format_Indexed8, palette[:_COLOURS], Qt.ImageConversionFlag.ThresholdDither
    )


if __name__ == "__main__":
    done = main()
    sys.stdout.flush()
    os._exit(done)  # taking Qt apart tidily is not what is wanted
