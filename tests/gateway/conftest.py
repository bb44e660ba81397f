"""A real gateway on loopback over a tiny form, with a clock that the test sets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from gateway_items import NOON, PASSWORD, USERS
from gateway_server import Clock, Gateway
from postgres import WANTED, Server, missing, served

from jgclient.forms.library import FormLibrary, load_library
from jggateway.accounts import Accounts
from jggateway.storage import Storage, open_storage

VISIT = """
id = "visit"
title = "走访"
version = 1
valid_from = 2026-01-01
number_field = "number"
title_field = "object"
date_field = "day"
[[section]]
title = "走访情况"
[[section.field]]
name = "number"
title = "走访编号"
type = "text"
required = true
max_length = 20
[[section.field]]
name = "object"
title = "走访对象"
type = "text"
required = true
max_length = 40
[[section.field]]
name = "day"
title = "走访日期"
type = "date"
[[section.field]]
name = "people"
title = "走访人数"
type = "integer"
[[check]]
code = "ZF-001"
kind = "08数据关联性检查"
strength = "hard"
fields = ["people"]
rule = "people == null || people >= 2.0"
message = "走访人数少于两人"
help = "请填写全部走访人员的人数"
[[check]]
code = "ZF-002"
kind = "10时间信息检查"
strength = "soft"
fields = ["day"]
rule = "day == null || day >= '2026-01-01'"
message = "走访日期在本年以前"
help = "补录往年数据请说明理由"
"""


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A resources folder with one tiny form."""
    folder = tmp_path_factory.mktemp("resources")
    (folder / "forms").mkdir()
    (folder / "codes").mkdir()
    (folder / "forms" / "visit.toml").write_text(VISIT, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def library(resources: Path) -> FormLibrary:
    """The library of the tiny form."""
    loaded = load_library(resources)
    assert loaded.broken == []
    return loaded


@pytest.fixture
def clock() -> Clock:
    """Noon of 2026-09-07 in Beijing until the test says otherwise."""
    return Clock()


# -- where it is kept: SQLite, or PostgreSQL when that is wanted ------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server | None]:
    """The PostgreSQL server that is wanted, None when the tests run on SQLite."""
    if not WANTED:
        yield None
        return
    if missing():
        pytest.skip(missing())
    with served() as server:
        yield server


@pytest.fixture
def sqlite_only() -> None:
    """For tests of what only SQLite has; the others run on both."""
    if WANTED:
        pytest.skip("only for SQLite")


@pytest.fixture
def database(postgres: Server | None) -> str:
    """An empty database for the test, as ``--database`` names it."""
    return postgres.address(postgres.new()) if postgres else ""


@pytest.fixture
def storage(tmp_path: Path, database: str) -> Iterator[Storage]:
    """An empty gateway's storage."""
    opened = open_storage(tmp_path / "data", database)
    yield opened
    opened.close()


@pytest.fixture
def new_storage(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server | None
) -> Callable[[], AbstractContextManager[Storage]]:
    """Opens an empty storage of its own, any number of times."""

    @contextmanager
    def opened() -> Iterator[Storage]:
        name = postgres.new() if postgres else ""
        address = postgres.address(name) if postgres else ""
        storage = open_storage(tmp_path_factory.mktemp("storage"), address)
        try:
            yield storage
        finally:
            storage.close()
            if postgres:
                postgres.run(f"DROP DATABASE {name}")

    return opened


@dataclass(frozen=True)
class Fresh:
    """A data folder with users, and the database that belongs to it."""

    folder: Path
    database: str


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory, postgres: Server | None) -> Fresh:
    """Clerks and administrators of one unit, a clerk of another; made once, hashing takes its time."""
    folder = tmp_path_factory.mktemp("fresh") / "gateway"
    name = postgres.new() if postgres else ""
    storage = open_storage(folder, postgres.address(name) if postgres else "")
    for user, (unit, role) in USERS.items():
        Accounts(storage).add(user, PASSWORD, unit=unit, role=role, now=NOON)
    storage.close()
    return Fresh(folder, name)


@pytest.fixture
def data(fresh: Fresh, tmp_path: Path) -> Path:
    """The test's own copy of the data folder."""
    return shutil.copytree(fresh.folder, tmp_path / "gateway")


@pytest.fixture
def gateway(
    data: Path, fresh: Fresh, postgres: Server | None, resources: Path, clock: Clock
) -> Iterator[Gateway]:
    """A running gateway."""
    database = postgres.address(postgres.new(fresh.database)) if postgres else ""
    running = Gateway(data, resources, clock, database)
    yield running
    running.stop()
