"""Settings that are typed: kept when a field is left, what is wrong said under the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from jgclient.forms.identifiers import judge
from jgclient.ui import theme
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, label, line_edit

#: Judges a text: (text to keep, what is wrong or empty, what it means or empty).
Judge = Callable[[str, Desk], tuple[str, str, str]]

_COMMA = "、"


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the page.

    Attributes:
        name: Name in the store.
        judge: Called while typing; a text with something wrong is not kept.
        several: What is kept is a list; it is typed with commas between.
    """

    name: str
    title: str
    example: str
    judge: Judge
    several: bool = False


class SettingRow(QWidget):
    """An input with, under it, what is wrong or what it means."""

    kept = Signal()

    def __init__(self, desk: Desk, setting: Setting) -> None:
        super().__init__()
        self._desk, self._setting = desk, setting
        self.box = line_edit(setting.title, setting.example)
        self.under = label("", "note", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.box)
        column.addWidget(self.under)
        self.box.textChanged.connect(lambda _text: self._show_verdict())
        self.box.editingFinished.connect(self._keep)

    def refresh(self) -> None:
        """Show what is kept, unless she is typing here."""
        if not self.box.hasFocus():
            self.box.setText(self._kept_text())
            self.box.setCursorPosition(0)
            self._show_verdict()

    def _keep(self) -> None:
        text, wrong, _ = self._setting.judge(self.box.text(), self._desk)
        if wrong:
            return
        self.box.setText(text)
        if text != self._kept_text():
            value = text.split(_COMMA) if self._setting.several and text else text
            self._desk.store.settings.set(self._setting.name, value)
            self.kept.emit()

    def _kept_text(self) -> str:
        if self._setting.several:
            return _COMMA.join(self._desk.store.settings.get(self._setting.name) or ())
        return self._desk.setting(self._setting.name)

    def _show_verdict(self) -> None:
        text, wrong, meaning = self._setting.judge(self.box.text(), self._desk)
        unsaved = "，没有保存" if wrong and text else ""
        self.under.setText(f"{wrong}{unsaved}" if wrong else meaning)
        self.under.setVisible(bool(self.under.text()))
        theme.restyle(self.under, "tone", "danger" if wrong else "")
        theme.restyle(self.box, "problem", "hard" if wrong and text else "")
        self.box.setAccessibleDescription(self.under.text())


def grid_of(card: Card) -> QGridLayout:
    """Two columns, names and values, in the body of a card."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, card.fontMetrics().horizontalAdvance("汉") * 9)
    grid.setColumnStretch(1, 3)
    grid.setColumnStretch(2, 2)
    card.body.addLayout(grid)
    return grid


def put(grid: QGridLayout, line: int, name: QWidget, value: QWidget) -> None:
    """Put a name and its value on a line."""
    name.setMinimumHeight(30)
    name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    grid.addWidget(value, line, 1)


def filled(missing: str) -> Judge:
    """Anything but nothing."""

    def judged(text: str, _desk: Desk) -> tuple[str, str, str]:
        tidy = text.strip()
        return tidy, "" if tidy else missing, ""

    return judged


def identifier(kind: str) -> Judge:
    """A right identifier of that kind."""

    def judged(text: str, desk: Desk) -> tuple[str, str, str]:
        if not text.strip():
            return "", "还没有填写", ""
        verdict = judge(kind, text, today=desk.today())
        wrong = next((problem for problem in verdict.problems if problem.strength == "hard"), None)
        meaning = (
            desk.library.codes.get("region").title(verdict.value) if kind == "region" and not wrong else ""
        )
        return verdict.value, f"{wrong.message}。{wrong.help}" if wrong else "", meaning

    return judged


def address(text: str, _desk: Desk) -> tuple[str, str, str]:
    """The address of a platform, or nothing."""
    tidy = text.strip().rstrip("/")
    if not tidy:
        return "", "", "向本级“互联网+监管”平台管理员索取；不填也能录入，联网上报时再填"
    from jgclient.platform_api import address_fault  # noqa: PLC0415 - the network's side loads slowly

    plain = "" if tidy.startswith("https:") else "http:// 不加密，只能用于本机上的平台"
    return tidy, address_fault(tidy), plain


def optional(text: str, _desk: Desk) -> tuple[str, str, str]:
    """Anything."""
    return text.strip(), "", ""


def proxy(text: str, _desk: Desk) -> tuple[str, str, str]:
    """The address of a proxy, or nothing."""
    tidy = text.strip().rstrip("/")
    if not tidy:
        return "", "", "不填时使用系统的代理设置"
    from jgclient.platform_api import proxy_fault  # noqa: PLC0415 - see above

    return tidy if "://" in tidy else f"http://{tidy}", proxy_fault(tidy), ""


def roots(text: str, _desk: Desk) -> tuple[str, str, str]:
    """A file with root certificates, or nothing."""
    tidy = _file_name(text)
    if not tidy:
        return "", "", "平台使用本单位自建证书时，填管理员给的 .pem 或 .crt 文件位置"
    from jgclient.platform_api import roots_fault  # noqa: PLC0415 - see above

    return tidy, roots_fault(tidy), "只信任这个文件里的证书"


def certificate(text: str, desk: Desk) -> tuple[str, str, str]:
    """A file with this office's own certificate, or nothing."""
    tidy = _file_name(text)
    if not tidy:
        return "", "", "平台要求客户端证书时，填平台管理员发的 .pem 文件位置"
    from jgclient.platform_api import certificate_fault, client_fault  # noqa: PLC0415 - see above

    key = desk.setting("gateway_certificate_key")
    lacking = client_fault(tidy, key)
    lacks = (lacking if key else "还缺私钥，请填在下一栏") if lacking else ""
    return tidy, certificate_fault(tidy), lacks or "平台要求时出示"


def private_key(text: str, desk: Desk) -> tuple[str, str, str]:
    """A file with the private key of that certificate, or nothing."""
    tidy, shown = _file_name(text), desk.setting("gateway_certificate")
    if not (tidy or shown):
        return "", "", "私钥另存一个文件的，填它的位置；就在证书文件里的不填"
    from jgclient.platform_api import client_fault, key_fault  # noqa: PLC0415 - see above

    if not tidy:  # nothing can always be kept; what is missing then stands at the certificate
        return "", "", "" if client_fault(shown) else "私钥就在证书文件里"
    return tidy, client_fault(shown, tidy) if shown else key_fault(tidy), "与证书配对" if shown else ""


def _file_name(text: str) -> str:
    """As typed or as copied from a file manager, which puts it between quotes."""
    return text.strip().strip('"')


def hours(text: str, _desk: Desk) -> tuple[str, str, str]:
    """Times of the day, or nothing; full-width signs and other commas are understood."""
    plain = unicodedata.normalize("NFKC", text)
    found = [part for part in re.split(r"[,、;\s]+", plain) if part]
    moments = []
    for part in found:
        try:
            moments.append(time.fromisoformat(part if len(part) > 4 else part.zfill(5)))
        except ValueError:
            return text.strip(), f"“{part}”不是时间，写成 09:00、16:30", ""
    tidy = _COMMA.join(f"{moment:%H:%M}" for moment in sorted(set(moments)))
    return tidy, "", "到点自动上报并取回平台更新" if tidy else "不填就不定时；例如 09:00、16:30"


def public_key(text: str, _desk: Desk) -> tuple[str, str, str]:
    """The platform's public key, or nothing."""
    from jgclient.packages import PackageError, PublicKey  # noqa: PLC0415 - few offices type it

    tidy = "".join(text.split())
    if not tidy:
        return "", "", "打数据包用；联网上报一次会自动取得，不联网的由平台管理员提供"
    try:
        key = PublicKey.from_text(tidy)
    except PackageError as error:
        return tidy, str(error), ""
    return str(key), "", f"指纹 {key.fingerprint}，请与平台管理员核对"
