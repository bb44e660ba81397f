"""Looking at widgets: pictures, cut-off words, typing that input methods would do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from jgclient.ui.parts import ShortLabel


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
