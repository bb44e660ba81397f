"""A gateway served on loopback by a thread of the test, and a clock that the test sets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from gateway_items import DEVICE, NOON, PASSWORD
from loopback import Served

from jggateway.app import create_app


class Clock:
    """The platform's time."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Gateway:
    """A gateway served by uvicorn in a thread of the test, and a client for it."""

    def __init__(self, data: Path, resources: Path, clock: Clock, database: str = "") -> None:
        self.data = data
        self.database = database
        self.clock = clock
        self._resources = resources
        self._client = requests.Session()
        self._tokens: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        """Serve on a free port."""
        self.app = create_app(self.data, resources=self._resources, clock=self.clock, database=self.database)
        self._served = Served(self.app)
        self.url = self._served.url

    def stop(self) -> None:
        """Stop serving; what is kept stays."""
        self._client.close()
        self._served.stop()

    def call(self, method: str, path: str, *, user: str | None = "clerk", **more: Any) -> requests.Response:
        """One request, with the token of ``user`` (None for no token)."""
        headers = dict(more.pop("headers", {}))
        if user is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(user)}")
        return self._client.request(method, self.url + path, headers=headers, timeout=20, **more)

    def log_in(self, user: str = "clerk", password: str = PASSWORD) -> requests.Response:
        """Try to open a session."""
        wanted = {"user": user, "password": password, "device_id": DEVICE}
        return self.call("POST", "/v1/sessions", user=None, json=wanted)

    def token(self, user: str) -> str:
        """The token of a user, who is logged in when needed."""
        if user not in self._tokens:
            self._tokens[user] = self.log_in(user).json()["token"]
        return self._tokens[user]

    def send(self, batch: Any, *, user: str = "clerk", **headers: str) -> requests.Response:
        """Send a batch's exact bytes."""
        return self.call(
            "POST", "/v1/batches", user=user, data=batch.to_bytes(),
            headers={"Content-Type": "application/json", **headers},
        )  # fmt: skip

    def kept(self) -> list[tuple[str, int]]:
        """(id, revision) of everything kept."""
        with self.app.state.storage.reading() as connection:
            found = connection.exec_driver_sql("SELECT id, revision FROM records_kept ORDER BY id, revision")
            return [(row[0], row[1]) for row in found]
