"""A store with finished records, a model platform, and a faulty network between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty_server import FaultyServer
from sync_gateway import Gateway, add_user, note_resources
from sync_model import ModelPlatform
from sync_profile import NOW, STALL, Profile

from jgclient.forms.library import FormLibrary, load_library
from jgclient.platform_api import HttpPlatform
from jgclient.store import ListQuery


@pytest.fixture(autouse=True)
def _no_credential_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    """A client without records."""
    made = Profile(tmp_path / "client")
    yield made
    made.store.close()


@pytest.fixture
def model() -> ModelPlatform:
    """A platform that takes everything."""
    return ModelPlatform(lambda: NOW)


@pytest.fixture
def server(model: ModelPlatform) -> Iterator[FaultyServer]:
    """The network in front of the model platform."""
    running = FaultyServer(model)
    yield running
    running.stop()


@pytest.fixture
def platform(server: FaultyServer) -> Iterator[HttpPlatform]:
    """The client's transport to the server."""
    with HttpPlatform(server.url, timeout=(2, STALL)) as made:
        yield made


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real gateway's resources folder, with one tiny form."""
    return note_resources(tmp_path_factory.mktemp("resources"))


@pytest.fixture(scope="session")
def library(resources: Path) -> FormLibrary:
    """The library of that form."""
    return load_library(resources)


@pytest.fixture
def gateway(tmp_path: Path, resources: Path) -> Iterator[Gateway]:
    """A real gateway with one clerk, kept in ``tmp_path / "gateway"``."""
    add_user(tmp_path / "gateway")
    running = Gateway(tmp_path / "gateway", resources)
    yield running
    running.stop()


@pytest.fixture
def settled(profile: Profile, model: ModelPlatform) -> Callable[[], None]:
    """Asserts the promise: every record once on the platform, every receipt at its record."""

    def check() -> None:
        kept = {(r.id, r.revision) for r in profile.store.records.list(ListQuery(limit=10_000))}
        assert set(model.kept) == kept
        assert set(model.copies.values()) <= {1}
        for (record_id, revision), (sha256, number) in model.kept.items():
            receipts = profile.store.outbox.receipts(record_id)
            assert [(r.revision, r.sha256, r.receipt_no) for r in receipts] == [(revision, sha256, number)]

    return check
