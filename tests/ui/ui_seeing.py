"""Looking at widgets: pictures, cut-off words, typing that input methods would do."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QWidget,
)

from jgclient.ui.month import Month
from jgclient.ui.month_grid import MonthGrid
from jgclient.ui.parts import InTurns, ShortLabel

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


def grab(widget: QWidget, path: Path) -> Path:
    """Save a picture of a widget."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert widget.grab().save(str(path))
    return path


def clipped(widget: QWidget) -> list[str]:
    """The words of visible labels and buttons that do not get the room they need."""
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]
    buttons = [button for button in widget.findChildren(QPushButton) if button.isVisible()]
    cut = [label.text() for label in labels if _is_cut(label)]
    return cut + [button.text() for button in buttons if button.width() < button.sizeHint().width()]


def all_told(window: QWidget) -> None:
    """Let the window tell all it has to, also what it leaves for later turns of the loop."""
    QApplication.processEvents()
    while left := [turns for turns in window.findChildren(InTurns) if turns.isActive()]:
        for turns in left:
            turns.setInterval(0)
        QApplication.processEvents()


def overlapping(widget: QWidget) -> list[str]:
    """Pairs of visible siblings that lie on one another, in a layout that should keep them apart."""
    found = []
    for parent in [widget, *widget.findChildren(QWidget)]:
        if not parent.isVisible() or isinstance(parent, (QAbstractScrollArea, QStackedWidget, QComboBox)):
            continue
        parts = [part for part in parent.findChildren(QWidget, options=_DIRECT) if _counts(part)]
        for number, one in enumerate(parts):
            for other in parts[number + 1 :]:
                common = one.geometry().intersected(other.geometry())
                if common.width() > 1 and common.height() > 1:
                    found.append(f"{_named(one)} / {_named(other)}")
    return found


def squeezed(widget: QWidget) -> list[str]:
    """What is painted by hand in less room than it asks for, and pages wider than their scroll area."""
    painted = [part for part in widget.findChildren(QWidget) if isinstance(part, (Month, MonthGrid))]
    small = [_named(part) for part in painted if part.isVisible() and _is_small(part)]
    areas = [area for area in widget.findChildren(QScrollArea) if area.isVisible()]
    wide: list[QWidget] = [
        area for area in areas if area.widget() and area.widget().width() > area.viewport().width() + 1
    ]
    tables = [table for table in widget.findChildren(QTableView) if table.isVisible()]
    wide += [one for one in tables if one.horizontalHeader().length() > one.viewport().width() + 1]
    return small + [f"wider than its frame: {_named(area)}" for area in wide]


def _is_small(part: QWidget) -> bool:
    least = part.minimumSizeHint()
    return part.width() < least.width() or part.height() < least.height()


def pale(widget: QWidget, least: float = 4.5) -> list[str]:
    """The words of labels, buttons and boxes that are seen with less contrast than ``least``, as painted."""
    picture = widget.grab().toImage()
    found = []
    for part in widget.findChildren(QWidget):
        if not isinstance(part, (QLabel, QPushButton, QCheckBox)) or not part.isVisible():
            continue
        if not any(letter.isalnum() for letter in part.text()):  # thin signs never show their full colour
            continue
        area = _seen_area(part, widget)
        if area.width() < 6 or area.height() < 6:
            continue
        ratio = _painted_contrast(picture, area)
        if ratio < least:
            found.append(f"{part.text()} {ratio:.1f}")
    return found


def _seen_area(part: QWidget, widget: QWidget) -> QRect:
    seen = part.visibleRegion().boundingRect()
    return QRect(part.mapTo(widget, seen.topLeft()), seen.size()).adjusted(1, 1, -1, -1)


def _painted_contrast(picture: QImage, area: QRect) -> float:
    ratio = picture.devicePixelRatio()
    colours = Counter(
        picture.pixel(int(x * ratio), int(y * ratio))
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    )
    ground = _luminance(colours.most_common(1)[0][0])
    return max(_ratio(ground, _luminance(colour)) for colour in colours)


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@cache
def _luminance(pixel: int) -> float:
    parts = [(pixel >> shift & 255) / 255 for shift in (16, 8, 0)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _counts(part: QWidget) -> bool:
    frame = type(part) in (QWidget, QFrame) and not part.children()
    return part.isVisible() and not part.isWindow() and not frame and part.width() > 0 and part.height() > 0


def _named(part: QWidget) -> str:
    words = getattr(part, "text", str)()
    return f"{type(part).__name__} {part.objectName() or part.accessibleName() or words}".strip()


def type_text(widget: QWidget, text: str) -> None:
    """Commit a text as an input method does (``keyClicks`` aborts on Chinese)."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def _is_cut(label: QLabel) -> bool:
    if isinstance(label, ShortLabel):  # shortened on purpose, with all of it in the tool tip
        return label.toolTip() != label.text() or label.width() < label.minimumSizeHint().width()
    if label.wordWrap():
        return label.height() < label.heightForWidth(label.width())
    return label.width() < label.sizeHint().width() or label.height() < label.sizeHint().height()
