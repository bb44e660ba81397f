"""The left rail: the pages there are, with what needs the clerk as badges."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from jgclient import __version__
from jgclient.ui import theme
from jgclient.ui.parts import label, rule
from jgclient.ui.theme import ToneName

_ITEM_HEIGHT = 36
_ICON = 18


class RailButton(QAbstractButton):
    """One page of the rail: icon, word, badge.

    Args:
        name: Name of the page it opens.
        key: Its shortcut, shown as a tool tip.
    """

    def __init__(self, name: str, title: str, icon: str, key: str) -> None:
        super().__init__()
        self.name = name
        self.icon_name = icon
        self.setText(title)
        self.setToolTip(f"{title}（{key}）")
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setMinimumHeight(_ITEM_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.badge = 0
        self.tone: ToneName = "draft"
        self.narrow = False

    def set_badge(self, count: int, tone: ToneName) -> None:
        """Show how many things need the clerk; 0 shows none."""
        self.badge, self.tone = count, tone
        self.setAccessibleDescription(f"{count} 条" if count else "")
        self.update()

    def sizeHint(self) -> QSize:
        """The rail's width, one item high."""
        return QSize(theme.NARROW_RAIL if self.narrow else theme.RAIL, _ITEM_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground, mark of the page in front, icon, word, badge, focus ring."""
        scheme = theme.roles()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        front = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        if front or self.underMouse():
            painter.setBrush(QColor(scheme.accent_tint if front else scheme.band))
            painter.drawRect(self.rect())
        if front:
            painter.setBrush(QColor(scheme.accent))
            painter.drawRect(0, 0, 3, self.height())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = scheme.accent_text if front else scheme.text
        icon = QRectF(15, (self.height() - _ICON) / 2, _ICON, _ICON)
        _picture(self.icon_name, ink if front else scheme.tones["draft"].text).render(painter, icon)
        if not self.narrow:
            painter.setFont(theme.text_font(bold=front))
            painter.setPen(QColor(ink))
            painter.drawText(self.rect().adjusted(42, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        self._paint_badge(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(scheme.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(4, 2, -4, -2), 4, 4)

    def _paint_badge(self, painter: QPainter) -> None:
        if not self.badge:
            return
        words = str(self.badge) if self.badge < 1000 else "999+"
        font = theme.text_font(theme.SMALL, bold=True)
        width = max(19, QFontMetrics(font).horizontalAdvance(words) + 11)
        box = QRect(self.width() - 16 - width, (self.height() - 19) // 2, width, 19)
        if self.narrow:  # over the corner of the icon
            box.moveTopLeft(QPoint(self.width() - width - 3, 1))
        alarm = self.tone == "danger"
        scheme = theme.roles()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(scheme.tones["danger"].text if alarm else scheme.badge))
        painter.drawRoundedRect(box, 9.5, 9.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(font)
        painter.setPen(QColor(scheme.on_accent if alarm else scheme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


class Rail(QWidget):
    """The column of pages.

    Args:
        groups: Groups of (page name, title, icon); a thin line between groups.
    """

    chosen = Signal(str)

    def __init__(self, groups: Iterable[Iterable[tuple[str, str, str]]]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.RAIL)
        self.buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 1, 12)
        column.setSpacing(0)
        self._brand = _brand()
        column.addWidget(self._brand)
        for number, group in enumerate(groups):
            if number:
                column.addSpacing(8)
                column.addLayout(_inset(rule()))
                column.addSpacing(8)
            for name, title, icon in group:
                column.addWidget(self._button(name, title, icon))
        column.addStretch(1)

    def select(self, name: str) -> None:
        """Mark the page that is in front."""
        self.buttons[name].setChecked(True)

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone, or icons and words."""
        self.setFixedWidth(theme.NARROW_RAIL if narrow else theme.RAIL)
        self._brand.setVisible(not narrow)
        for each in self.buttons.values():
            each.narrow = narrow
            each.updateGeometry()
            each.update()

    def set_badge(self, name: str, count: int, tone: ToneName) -> None:
        """Show how many things need the clerk on a page."""
        self.buttons[name].set_badge(count, tone)

    def _button(self, name: str, title: str, icon: str) -> RailButton:
        made = RailButton(name, title, icon, f"Ctrl+{len(self.buttons) + 1}")
        self.buttons[name] = made
        self._group.addButton(made)
        made.clicked.connect(lambda _checked: self.chosen.emit(name))
        return made


def _brand() -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(16, 0, 8, 12)
    column.setSpacing(0)
    name = label("监管数据录入", "section")
    name.setFont(theme.text_font(15, bold=True))
    column.addWidget(name)
    column.addWidget(label(f"离线客户端 {__version__}", "note"))
    return made


def _inset(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(16, 0, 16, 0)
    column.addWidget(widget)
    return column


@lru_cache(maxsize=32)
def _picture(name: str, colour: str) -> QSvgRenderer:
    drawing = theme.icon_file(name).read_text("utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(drawing.encode()))
