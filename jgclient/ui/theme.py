"""How the window looks: colour roles, font families and the one style sheet built from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from jgclient.forms.resources import resources_folder
from jgclient.records import State

ToneName = Literal["danger", "warning", "waiting", "accepted", "draft"]

#: Chinese families, best first; set once so that no fallback picks Japanese glyphs or SimSun.
FAMILIES = ("Microsoft YaHei UI", "Noto Sans CJK SC")
#: Heights and sizes in device-independent pixels; the screen's scale factor multiplies them all.
TEXT, SMALL, TITLE, NUMBER = 14, 12, 17, 26
ROW, RAIL, HEAD, FOOT = 33, 152, 48, 28
#: Below this width the rail shows its icons alone and buttons leave their keys out.
NARROW, NARROW_RAIL = 1080, 48
BUTTON_PAD = 14
_KEYCAP_GAP, _KEYCAP_PAD, _KEYCAP_STEP, _KEYCAP_MOST = 8, 5, 6, 90


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of one meaning: words, ground and outline of a chip or message."""

    text: str
    fill: str
    line: str


@dataclass(frozen=True, slots=True)
class Roles:
    """Every colour of the window by what it is for; a dark scheme is another instance."""

    window: str
    card: str
    line: str
    rule: str
    band: str
    text: str
    muted: str
    edge: str
    edge_strong: str
    accent: str
    accent_down: str
    accent_tint: str
    accent_text: str
    on_accent: str
    pill: str
    badge: str
    tones: Mapping[ToneName, Tone]


LIGHT = Roles(
    window="#f4f6f9", card="#ffffff", line="#dde3ea", rule="#eef1f5", band="#f7f9fb",
    text="#1f2933", muted="#66727f", edge="#c6ced8", edge_strong="#8f9ba8",
    accent="#1f5fbf", accent_down="#184c9a", accent_tint="#e8f0fb", accent_text="#14448c",
    on_accent="#ffffff", pill="#e6eaef", badge="#d0d8e0",
    tones={
        "danger": Tone("#b42318", "#fef1f0", "#f3b8b3"),
        "warning": Tone("#8a5300", "#fff6e5", "#f0d19a"),
        "waiting": Tone("#14448c", "#e8f0fb", "#b3ccf0"),
        "accepted": Tone("#1b6b3a", "#eaf7ef", "#b0dcc0"),
        "draft": Tone("#52606d", "#f1f4f7", "#d0d8e0"),
    },
)  # fmt: skip

DARK = Roles(
    window="#14181d", card="#1c2127", line="#333c47", rule="#272e37", band="#222830",
    text="#e6eaef", muted="#a3afbb", edge="#4a5563", edge_strong="#7b8896",
    accent="#74aaf7", accent_down="#93bdf9", accent_tint="#1e324e", accent_text="#b3d2fc",
    on_accent="#0c1622", pill="#2c343e", badge="#46515e",
    tones={
        "danger": Tone("#ffa79f", "#3b1f1e", "#7a3a36"),
        "warning": Tone("#f2bf68", "#362a11", "#6b5422"),
        "waiting": Tone("#a3c8fb", "#1c2d46", "#375683"),
        "accepted": Tone("#86d8a2", "#183221", "#326244"),
        "draft": Tone("#bac5d0", "#282f38", "#46515e"),
    },
)  # fmt: skip

#: Black on white, every edge as dark as the words: for weak eyes and bad screens.
CONTRAST = Roles(
    window="#ffffff", card="#ffffff", line="#000000", rule="#595959", band="#ffffff",
    text="#000000", muted="#262626", edge="#000000", edge_strong="#000000",
    accent="#00309a", accent_down="#001f66", accent_tint="#dbe7ff", accent_text="#001f66",
    on_accent="#ffffff", pill="#ededed", badge="#d9d9d9",
    tones={
        "danger": Tone("#8f0000", "#ffffff", "#8f0000"),
        "warning": Tone("#5c3600", "#ffffff", "#5c3600"),
        "waiting": Tone("#001f66", "#ffffff", "#001f66"),
        "accepted": Tone("#004a1c", "#ffffff", "#004a1c"),
        "draft": Tone("#262626", "#ffffff", "#262626"),
    },
)  # fmt: skip

#: Schemes by the word they are kept under.
SCHEMES: Mapping[str, Roles] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

#: The tone in which the state of a record is shown, always beside its word.
STATE_TONES: Mapping[State, ToneName] = {
    State.DRAFT: "draft",
    State.INVALID: "danger",
    State.QUEUED: "waiting",
    State.SENDING: "waiting",
    State.PARKED: "warning",
    State.ACCEPTED: "accepted",
    State.RETURNED: "danger",
    State.CONFLICT: "danger",
    State.WITHDRAWN: "draft",
}

_active = LIGHT


def roles() -> Roles:
    """The colour roles now in use, for what is painted by hand."""
    return _active


def icon_file(name: str) -> Path:
    """The SVG file of the icon called ``name``."""
    return resources_folder() / "icons" / f"{name}.svg"


#: Widgets for which Windows has fonts of its own (QWindowsTheme); Qt prefers those to the application's.
_KINDS_WITH_FONTS = (
    "QAbstractItemView", "QHeaderView", "QListView", "QMenu", "QMenuBar", "QMessageBox", "QStatusBar",
    "QTipLabel", "QToolButton", "QComboLineEdit", "QComboMenuItem",
)  # fmt: skip


def apply(app: QApplication, scheme: Roles = LIGHT) -> None:
    """Give the application its palette, fonts, style sheet and Chinese texts of Qt itself.

    The style sheet stands on Fusion, which whoever makes the application asks for (``-style fusion``).
    """
    global _active  # noqa: PLW0603 - one application has one scheme
    _active = scheme
    app.setFont(text_font())
    app.setPalette(_palette(scheme))
    app.setStyleSheet(style_sheet(scheme))  # brings the desktop's own fonts back
    for kind in _KINDS_WITH_FONTS:
        app.setFont(text_font(), kind)  # type: ignore[arg-type]  # it takes a str, the stub knows bytes
    if app.property("translated") is None:
        app.setProperty("translated", _translate(app))


def scheme_for(app: QApplication, wanted: str) -> Roles:
    """The colours called ``wanted``; those of the desktop, light or dark, for any other word."""
    dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return SCHEMES.get(wanted, DARK if dark else LIGHT)


def text_font(size: int = TEXT, *, bold: bool = False) -> QFont:
    """The font of the window in ``size`` pixels, with digits of equal width."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(size)
    font.setBold(bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def style_sheet(scheme: Roles) -> str:
    """The style sheet (``resources/style/window.qss``) with the name of every role replaced."""
    values = {name: str(getattr(scheme, name)) for name in Roles.__slots__ if name != "tones"}
    for word, tone in scheme.tones.items():
        values |= {f"{word}-text": tone.text, f"{word}-fill": tone.fill, f"{word}-line": tone.line}
    values["icons"] = (resources_folder() / "icons").as_posix()
    # Pictures in a style sheet cannot take a colour: those for dark grounds are files of their own.
    values["ink"], values["mark"] = ("-light", "-dark") if scheme is DARK else ("", "")
    sheet = (resources_folder() / "style" / "window.qss").read_text("utf-8")
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", values[name])
    steps = range(_KEYCAP_STEP, _KEYCAP_MOST + 1, _KEYCAP_STEP)
    return sheet + "".join(_keycap_rules(width) for width in steps)


def keycap_room(shortcut: str) -> int:
    """Width of the key cap that prints ``shortcut``, in steps for which the style sheet has rules."""
    width = QFontMetrics(text_font(SMALL)).horizontalAdvance(shortcut) + 2 * _KEYCAP_PAD
    return min(-(-width // _KEYCAP_STEP) * _KEYCAP_STEP, _KEYCAP_MOST)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and show the change."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # never styled yet, so there is nothing to renew
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _keycap_rules(width: int) -> str:
    right = width + BUTTON_PAD + _KEYCAP_GAP
    return (
        f'QPushButton[keycap="{width}"] {{ padding: 0 {right}px 0 {BUTTON_PAD}px; }}\n'
        f'QPushButton[keycap="{width}"]:focus {{ padding: 0 {right - 1}px 0 {BUTTON_PAD - 1}px; }}\n'
    )


def _palette(scheme: Roles) -> QPalette:
    palette = QPalette()
    colours = {
        QPalette.ColorRole.Window: scheme.window, QPalette.ColorRole.Base: scheme.card,
        QPalette.ColorRole.AlternateBase: scheme.band, QPalette.ColorRole.Button: scheme.card,
        QPalette.ColorRole.Text: scheme.text, QPalette.ColorRole.WindowText: scheme.text,
        QPalette.ColorRole.ButtonText: scheme.text, QPalette.ColorRole.PlaceholderText: scheme.muted,
        QPalette.ColorRole.Highlight: scheme.accent, QPalette.ColorRole.HighlightedText: scheme.on_accent,
        QPalette.ColorRole.ToolTipBase: scheme.card, QPalette.ColorRole.ToolTipText: scheme.text,
        QPalette.ColorRole.Link: scheme.accent, QPalette.ColorRole.Accent: scheme.accent,
    }  # fmt: skip
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(scheme.muted))
    return palette


def _translate(app: QApplication) -> bool:
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    return translator.load("qtbase_zh_CN", folder) and app.installTranslator(translator)
