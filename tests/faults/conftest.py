"""Everything that can go wrong between a client and a real gateway; the helpers are those of tests/sync."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sync"))


@pytest.fixture(autouse=True)
def _no_credential_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(autouse=True)
def _no_brake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults come faster here than the gateway lets an office ask."""
    monkeypatch.setattr("jggateway.brake.SESSION_RATE", 1e9)
    monkeypatch.setattr("jggateway.brake.ADDRESS_RATE", 1e9)
