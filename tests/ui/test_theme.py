"""Looks: contrast, fonts, one style sheet without loose ends, Chinese texts of Qt."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo
from PySide6.QtWidgets import QApplication, QMessageBox

from jgclient.records import State
from jgclient.ui import looks, theme


def pairs(scheme: theme.Roles) -> list[tuple[str, str, str]]:
    """Words and their grounds wherever the window puts one on the other."""
    tones = scheme.tones
    return [
        ("text on card", scheme.text, scheme.card),
        ("text on window", scheme.text, scheme.window),
        ("text on band", scheme.text, scheme.band),
        ("text on selection", scheme.text, scheme.accent_tint),
        ("muted on card", scheme.muted, scheme.card),
        ("muted on window", scheme.muted, scheme.window),
        ("muted on band", scheme.muted, scheme.band),
        ("disabled primary", tones["draft"].text, scheme.pill),
        ("muted on selection", tones["draft"].text, scheme.accent_tint),
        ("accent words", scheme.accent, scheme.card),
        ("accent words on window", scheme.accent, scheme.window),
        ("rail in front", scheme.accent_text, scheme.accent_tint),
        ("section", scheme.accent_text, scheme.card),
        ("primary", scheme.on_accent, scheme.accent),
        ("primary pressed", scheme.on_accent, scheme.accent_down),
        ("pill", scheme.text, scheme.pill),
        ("alarm badge", scheme.on_accent, tones["danger"].text),
        ("quiet badge", scheme.text, scheme.badge),
        *((name, tone.text, tone.fill) for name, tone in tones.items()),
        *((f"{name} on selection", tone.text, scheme.accent_tint) for name, tone in tones.items()),
        *((f"{name} on window", tone.text, scheme.window) for name, tone in tones.items()),
    ]


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_words_have_enough_contrast(scheme: str) -> None:
    weak = {
        name: round(contrast(ink, ground), 2)
        for name, ink, ground in pairs(theme.SCHEMES[scheme])
        if contrast(ink, ground) < (7 if scheme == "contrast" else 4.5)
    }
    assert weak == {}


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_the_focus_ring_and_inputs_stand_out(scheme: str) -> None:
    roles = theme.SCHEMES[scheme]
    assert contrast(roles.accent, roles.card) >= 3
    assert contrast(roles.accent, roles.window) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = QColor(colour).getRgbF()[:3]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_every_role_and_picture_of_the_style_sheet_exists(scheme: str) -> None:
    sheet = theme.style_sheet(theme.SCHEMES[scheme])
    assert re.findall(r"@[a-z_-]+", sheet) == []
    pictures = re.findall(r"url\((.+?)\)", sheet)
    assert len(pictures) >= 4
    assert [name for name in pictures if not Path(name).is_file()] == []


def test_schemes_can_be_changed_while_the_window_is_up(qapp: QApplication) -> None:
    try:
        theme.apply(qapp, theme.scheme_for(qapp, "dark"))
        assert qapp.palette().window().color().name() == theme.DARK.window
        assert theme.roles() is theme.DARK
    finally:
        theme.apply(qapp, theme.scheme_for(qapp, "light"))
    assert theme.scheme_for(qapp, "auto") in (theme.LIGHT, theme.DARK)


def test_looks_are_kept_and_a_spoilt_file_is_passed_over(tmp_path: Path) -> None:
    assert looks.read(tmp_path) == looks.Looks("light", 100)
    looks.write(tmp_path, looks.Looks("dark", 150))
    assert looks.read(tmp_path) == looks.Looks("dark", 150)
    for spoilt in ("{", "[]", '{"scheme": "pink", "size": 100}', '{"scheme": "dark", "size": 1000}'):
        (tmp_path / "looks.json").write_text(spoilt, encoding="utf-8")
        assert looks.read(tmp_path) == looks.Looks()


def test_the_size_is_told_to_qt_unless_it_was_set_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    looks.set_size(looks.Looks(size=100))
    assert "QT_SCALE_FACTOR" not in os.environ
    looks.set_size(looks.Looks(size=150))
    looks.set_size(looks.Looks(size=200))
    assert os.environ["QT_SCALE_FACTOR"] == "1.5"


def test_the_font_is_a_chinese_one(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() in theme.FAMILIES
    assert qapp.font().pixelSize() == 14


@pytest.mark.parametrize("kind", ["QAbstractItemView", "QMenu", "QMessageBox", "QTipLabel"])
def test_the_desktops_own_fonts_give_way(qapp: QApplication, kind: str) -> None:
    qapp.setFont(QFont("Tahoma", 8), kind)  # as Windows does
    theme.apply(qapp)
    assert qapp.font(kind).families() == list(theme.FAMILIES)


def test_every_state_has_its_tone() -> None:
    assert set(theme.STATE_TONES) == set(State)


def test_qt_speaks_chinese(qapp: QApplication) -> None:
    box = QMessageBox(QMessageBox.Icon.Question, "", "", QMessageBox.StandardButton.Cancel)
    assert box.button(QMessageBox.StandardButton.Cancel).text() == "取消"
