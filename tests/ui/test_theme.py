"""Looks: contrast, fonts, one style sheet without loose ends, Chinese texts of Qt."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication, QMessageBox

from jgclient.records import State
from jgclient.ui import theme

SCHEME = theme.LIGHT
PAIRS = [
    ("text on card", SCHEME.text, SCHEME.card),
    ("text on window", SCHEME.text, SCHEME.window),
    ("muted on card", SCHEME.muted, SCHEME.card),
    ("muted on window", SCHEME.muted, SCHEME.window),
    ("muted on band", SCHEME.muted, SCHEME.band),
    ("muted on selection", SCHEME.tones["draft"].text, SCHEME.accent_tint),
    ("accent words", SCHEME.accent, SCHEME.card),
    ("rail in front", SCHEME.accent_text, SCHEME.accent_tint),
    ("primary", SCHEME.on_accent, SCHEME.accent),
    ("pill", SCHEME.text, SCHEME.pill),
    *((name, tone.text, tone.fill) for name, tone in SCHEME.tones.items()),
    *((f"{name} on selection", tone.text, SCHEME.accent_tint) for name, tone in SCHEME.tones.items()),
]


@pytest.mark.parametrize(("pair", "ink", "ground"), PAIRS)
def test_words_have_enough_contrast(pair: str, ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5, pair


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = QColor(colour).getRgbF()[:3]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))


def test_every_role_of_the_style_sheet_exists() -> None:
    assert re.findall(r"@[a-z_-]+", theme.style_sheet(SCHEME)) == []


def test_the_font_is_a_chinese_one(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() in theme.FAMILIES
    assert qapp.font().pixelSize() == 14


def test_every_state_has_its_tone() -> None:
    assert set(theme.STATE_TONES) == set(State)


def test_qt_speaks_chinese(qapp: QApplication) -> None:
    box = QMessageBox(QMessageBox.Icon.Question, "", "", QMessageBox.StandardButton.Cancel)
    assert box.button(QMessageBox.StandardButton.Cancel).text() == "取消"
