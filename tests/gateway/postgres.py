"""A PostgreSQL server of Debian's package for the tests: started once, one database a test.

The server refuses to run as root; then it runs as the system user ``postgres``, whom Debian's package brings.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Set by ``make postgres-test``: the gateway's tests then run on PostgreSQL.
WANTED = os.environ.get("JGGATEWAY_TEST_POSTGRES") == "1"
SYSTEM_USER = "postgres"


def programs() -> Path | None:
    """Folder of ``initdb`` and ``postgres``; None when Debian's package is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def missing() -> str:
    """Why no server can be started; empty when one can."""
    if programs() is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if os.getuid() == 0 and SYSTEM_USER not in {entry.pw_name for entry in pwd.getpwall()}:
        return f"PostgreSQL does not run as root and there is no system user {SYSTEM_USER}"
    return ""


class Server:
    """A running server; every database is a copy of an empty one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._made = 0

    def run(self, sql: str, database: str = "postgres") -> None:
        """Run one statement outside a transaction."""
        import psycopg  # noqa: PLC0415  # only where PostgreSQL is tested

        address = f"host=127.0.0.1 port={self.port} user=tester dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[arg-type]  # written in this file

    def new(self, template: str = "template1") -> str:
        """The name of a new database."""
        self._made += 1
        name = f"gateway_{os.getpid()}_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def address(self, name: str) -> str:
        """The gateway's ``--database`` for it."""
        return f"postgresql+psycopg://tester@127.0.0.1:{self.port}/{name}"


@contextmanager
def served() -> Iterator[Server]:
    """Start a server that keeps nothing; stopped at the end."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="jg-postgres-"))  # short: a socket path has at most 107 characters
    as_user = ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups"]
    prefix = as_user if os.getuid() == 0 else []
    if prefix:
        shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    data = folder / "data"
    make = [
        bin_folder / "initdb",
        "-D",
        data,
        "-U",
        "tester",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    subprocess.run([*prefix, *map(str, make)], check=True, capture_output=True, cwd="/")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {
        "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "max_connections": 200,
        "shared_buffers": "32MB", "fsync": "off",
    }  # fmt: skip
    serve = [bin_folder / "postgres", "-D", data, "-p", port]
    serve += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*prefix, *map(str, serve)], stdout=log, stderr=log, cwd="/")
        try:
            yield _ready(port)
        finally:
            process.terminate()
            process.wait(30)
            shutil.rmtree(folder, ignore_errors=True)


def _ready(port: int) -> Server:
    import psycopg  # noqa: PLC0415

    server, end = Server(port), time.monotonic() + 30
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            assert time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.1)
        else:
            return server
