from __future__ import annotations

import ctypes

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from jgclient.store import StoreError, open_store
from jgclient.store.windows_credentials import Credential, WindowsCredentials


class DesktopKeyring(KeyringBackend):
    """A credential store as a desktop offers it, in memory; it can be locked."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._refuse_if_locked()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._refuse_if_locked()
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]

    def _refuse_if_locked(self) -> None:
        if self.locked:
            raise KeyringLocked("locked")


@pytest.fixture
def desktop() -> DesktopKeyring:
    backend = DesktopKeyring()
    keyring.set_keyring(backend)
    return backend


def test_settings_hold_any_json_and_outlive_the_program(folder, clock):
    values = {
        "unit_name": "郑州市某某局",
        "unit_code": "11410100005184672L",
        "numbers": [1, None, {"a": True}],
    }
    with open_store(folder, clock=clock) as store:
        for name, value in values.items():
            store.settings.set(name, "旧")
            store.settings.set(name, value)
    with open_store(folder, clock=clock) as store:
        assert store.settings.all() == values
        assert store.settings.get("numbers") == values["numbers"]
        assert store.settings.get("gateway_url") is None
        assert store.settings.get("gateway_url", "http://127.0.0.1") == "http://127.0.0.1"


def test_without_a_credential_store_the_token_lies_in_the_encrypted_file(store):
    store.settings.set("token", "geheim")
    assert store.settings.get("token") == "geheim"
    assert "钥匙文件" in store.key_place()


def test_with_a_credential_store_key_and_token_are_there_and_nowhere_else(folder, clock, desktop):
    with open_store(folder, clock=clock) as store:
        store.settings.set("token", "geheim")
        store.settings.set("unit_name", "某某局")
        assert store.settings.all() == {"unit_name": "某某局"}
        assert store.key_place() == "操作系统凭据管理器"
    with open_store(folder, clock=clock) as store:
        assert store.settings.get("token") == "geheim"
        assert store.settings.get("unit_name") == "某某局"
    assert not (folder / "store.key").exists()
    assert "geheim" in desktop.secrets.values()


def test_a_folder_that_was_moved_still_finds_its_key(tmp_path, folder, clock, desktop):
    with open_store(folder, clock=clock) as store:
        store.settings.set("unit_name", "某某局")
    moved = folder.rename(tmp_path / "anderswo")
    with open_store(moved, clock=clock) as store:
        assert store.settings.get("unit_name") == "某某局"


def test_two_folders_have_two_keys(tmp_path, clock, desktop):
    codes = set()
    for name in ("a", "b"):
        with open_store(tmp_path / name, clock=clock) as store:
            codes.add(store.recovery_code())
    assert len(codes) == 2


def test_a_credential_store_that_does_not_work_is_not_trusted_with_the_key(folder, clock, desktop):
    desktop.locked = True
    with open_store(folder, clock=clock) as store:
        store.settings.set("unit_name", "某某局")
    desktop.locked = False
    with open_store(folder, clock=clock) as store:
        assert store.settings.get("unit_name") == "某某局"
    assert desktop.secrets == {}


def test_a_credential_store_that_is_locked_later_is_told_from_a_lost_key(folder, clock, desktop):
    open_store(folder, clock=clock).close()
    desktop.locked = True
    with pytest.raises(StoreError, match="凭据管理器没有回应"):
        open_store(folder, clock=clock)


def test_a_row_imported_once_is_known_until_its_record_is_dropped(store, draft):
    record_id = draft(store)
    store.imports.add("f1", record_id, "台账.xlsx", 7)
    assert store.imports.seen(["f1", "f2"]) == {"f1": record_id}
    store.records.drop_draft(record_id)
    assert store.imports.seen(["f1"]) == {}
    store.trash.restore(store.trash.list()[0].trash_id)
    assert store.imports.seen(["f1"]) == {"f1": record_id}


def test_a_row_imported_again_points_to_its_newest_record(store, draft):
    first, second = draft(store), draft(store)
    store.imports.add("f1", first, "台账.xlsx", 7)
    store.imports.add("f1", second, "台账.xlsx", 7)
    assert store.imports.seen(["f1"]) == {"f1": second}


def test_what_windows_is_handed_is_laid_out_as_windows_reads_it():
    """Offsets in bytes of ``CREDENTIALW`` on x64; the calls themselves are tried by ``make windows-test``."""
    places = {name: getattr(Credential, name).offset for name, *_ in Credential._fields_}
    assert places == {
        "flags": 0, "type": 4, "target": 8, "comment": 16, "last_written": 24, "size": 32, "blob": 40,
        "persist": 48, "attribute_count": 52, "attributes": 56, "alias": 64, "user": 72,
    }  # fmt: skip
    assert ctypes.sizeof(Credential) == 80


def test_a_secret_that_windows_would_cut_is_refused():
    with pytest.raises(ValueError, match="2560"):
        WindowsCredentials().set_password("jgclient", "token", "x" * 1281)
