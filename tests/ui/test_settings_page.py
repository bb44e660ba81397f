"""Settings that are chosen: looks, backups, reporting by itself; groups and doors."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from ui_seeing import clipped
from ui_stories import NOW

from jgclient.attaching import KEEP_LOCATION
from jgclient.packages import Keys
from jgclient.store import Store
from jgclient.sync.devices import PLATFORM_KEY
from jgclient.sync.schedule import AUTOMATIC, HOURS
from jgclient.ui import looks, theme
from jgclient.ui.frame import MainWindow
from jgclient.ui.settings_page import SettingsPage


def _certified(name: str) -> tuple[bytes, bytes]:
    """A certificate and its private key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(key.public_key())
        .serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return made.public_bytes(pem), key.private_bytes(pem, pkcs8, plain)


_CLERK = _certified("clerk")
GROUPS = ("单位和人员", "上报平台", "代理与证书", "期限与提醒", "备份", "账户与安全", "外观", "本机")


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    window.show_page("settings")
    made = window.page("settings")
    assert isinstance(made, SettingsPage)
    return made


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_fits_without_scrolling(window: MainWindow, page: SettingsPage, group: str) -> None:
    window.show_page("settings", group=group)
    area: Any = page.stack.currentWidget()
    assert area.widget().sizeHint().height() <= area.viewport().height()
    assert clipped(window) == []


def test_a_door_opens_the_group_of_its_field(window: MainWindow, page: SettingsPage, qtbot: Any) -> None:
    window.show_page("settings", field="gateway_url")
    qtbot.waitUntil(page.rows["gateway_url"].box.hasFocus)
    assert page.stack.currentIndex() == 1


def test_colours_change_at_once_and_are_kept(qapp: QApplication, page: SettingsPage, store: Store) -> None:
    card = page.looks
    try:
        card.scheme.setCurrentIndex(card.scheme.findData("dark"))
        card.scheme.activated.emit(card.scheme.currentIndex())
        assert theme.roles() is theme.DARK
        card.size_choice.setCurrentIndex(card.size_choice.findData(125))
        card.size_choice.activated.emit(card.size_choice.currentIndex())
        assert looks.read(store.folder) == looks.Looks("dark", 125)
    finally:
        theme.apply(qapp, theme.LIGHT)


def test_backups_are_made_here_and_in_a_second_place(
    window: MainWindow, page: SettingsPage, store: Store, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    window.show_page("settings", group="备份")
    assert "还没有备份" in page.backup.last.text()
    answers.file = tmp_path / "second"
    answers.file.mkdir()
    page.backup._choose_place()
    assert page.backup.place.text() == str(answers.file)
    qtbot.mouseClick(page.backup.now_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)
    assert "手动" in page.backup.last.text()
    assert window.foot._said.text().startswith("已备份：")
    assert list(store.backups.second().iterdir())  # type: ignore[union-attr]  # chosen above
    page.backup.clear_button.click()
    assert store.backups.place() is None


def test_a_second_place_inside_the_data_folder_is_refused(
    window: MainWindow, page: SettingsPage, store: Store, answers: Any
) -> None:
    answers.file = store.folder
    page.backup._choose_place()
    assert store.backups.place() is None
    assert window.foot._said.text()


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("gateway_proxy", "http://10.1.2.3:8080/", "http://10.1.2.3:8080"),
        ("gateway_proxy", "10.1.2.3:8080", "http://10.1.2.3:8080"),
        ("gateway_proxy", "http://[", None),
        ("gateway_proxy", "http://10.1.2.3:x", None),
        ("gateway_proxy", "socks5://10.1.2.3:1080", None),
        ("gateway_url", "https://platform.example/", "https://platform.example"),
        ("gateway_url", "https://[", None),
        ("gateway_url", "http://platform.example", None),
        ("gateway_ca_file", "/no/such/file.pem", None),
        ("gateway_ca_file", __file__, None),
        ("gateway_ca_file", "长" * 3000, None),
        ("gateway_certificate", __file__, None),
        ("gateway_certificate_key", __file__, None),
    ],
)
def test_proxy_and_certificate_are_judged(
    window: MainWindow, page: SettingsPage, store: Store, name: str, typed: str, kept: str | None
) -> None:
    window.show_page("settings", field=name)
    row = page.rows[name]
    assert row.isVisible()
    row.box.setText(typed)
    row.box.editingFinished.emit()
    assert store.settings.get(name) == kept
    assert bool(kept) != ("没有保存" in row.under.text())


def test_a_client_certificate_and_its_key_are_judged_together(
    window: MainWindow, page: SettingsPage, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "clerk.pem").write_bytes(_CLERK[0])
    (tmp_path / "clerk.key").write_bytes(_CLERK[1])
    (tmp_path / "other.key").write_bytes(_certified("other")[1])
    window.show_page("settings", group="代理与证书")
    certificate, key = (page.rows[name] for name in ("gateway_certificate", "gateway_certificate_key"))
    certificate.box.setText(f'"{tmp_path / "clerk.pem"}"')
    certificate.box.editingFinished.emit()
    assert store.settings.get("gateway_certificate") == str(tmp_path / "clerk.pem")
    assert "还缺私钥" in certificate.under.text()
    key.box.setText(str(tmp_path / "other.key"))
    key.box.editingFinished.emit()
    assert "不配对" in key.under.text()
    assert store.settings.get("gateway_certificate_key") is None
    key.box.setText(str(tmp_path / "clerk.key"))
    key.box.editingFinished.emit()
    assert store.settings.get("gateway_certificate_key") == str(tmp_path / "clerk.key")
    page.refresh()
    assert [certificate.under.text(), key.under.text()] == ["平台要求时出示", "与证书配对"]
    assert clipped(window) == []


def test_reporting_by_itself_can_be_switched_off(page: SettingsPage, store: Store) -> None:
    assert page.automatic.isChecked()
    page.automatic.click()
    assert store.settings.get(AUTOMATIC) is False


def test_hours_and_the_platforms_key_are_typed_and_kept(page: SettingsPage, store: Store) -> None:
    hours = page.rows["sync_hours"]
    hours.box.setText("16:30，9:00")
    hours.box.editingFinished.emit()
    assert store.settings.get(HOURS) == ["09:00", "16:30"]
    page.refresh()
    assert hours.box.text() == "09:00、16:30"
    hours.box.setText("25:00")
    hours.box.editingFinished.emit()
    assert "“25:00”不是时间" in hours.under.text()
    hours.box.setText("")
    hours.box.editingFinished.emit()
    assert not store.settings.get(HOURS)
    key = page.rows["platform_key"]
    right = Keys.generate().public
    key.box.setText(f" {right} ")
    assert right.fingerprint in key.under.text()
    key.box.editingFinished.emit()
    assert store.settings.get(PLATFORM_KEY) == str(right)
    key.box.setText("nonsense")
    key.box.editingFinished.emit()
    assert store.settings.get(PLATFORM_KEY) == str(right)
    assert "没有保存" in key.under.text()


def test_where_photos_were_taken_is_kept_only_when_chosen(page: SettingsPage, store: Store) -> None:
    assert not page.location.isChecked()
    page.location.setChecked(True)
    assert store.settings.get(KEEP_LOCATION) is True
