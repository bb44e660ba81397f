"""Puts the gateway together. Decides nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from jgclient.contract import CONTRACT_VERSION
from jggateway.accounts import Accounts
from jggateway.brake import Brake
from jggateway.devices import gateway_keys
from jggateway.files import Files
from jggateway.intake import Intake
from jggateway.logs import AccessLog
from jggateway.openapi import publish
from jggateway.reference import References
from jggateway.refusals import answer_with_problems
from jggateway.routes import ROUTERS
from jggateway.storage import open_storage


def create_app(data: Path, *, resources: Path, clock: Callable[[], datetime], database: str = "") -> FastAPI:
    """The gateway over one database, which is closed when the server stops.

    Args:
        data: Data folder, made when it is not there.
        resources: Folder with the forms, code lists and calendars that come with the program.
        clock: Tells the platform's time; must be aware.
        database: Address of a PostgreSQL database; empty for SQLite in the data folder.

    Raises:
        StorageError: the data folder or the database cannot be used.
    """
    storage = open_storage(data, database)
    references = References(storage, resources, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        storage.close()

    app = FastAPI(
        title="jggateway",
        version=str(CONTRACT_VERSION),
        description="“互联网+监管”数据上报接口：批次、回执、逐条答复、对账、下行更新、附件、管理",
        lifespan=lifespan,
        docs_url=None,  # the page loads its scripts from the internet, which office networks do not have
        redoc_url=None,
        redirect_slashes=False,  # a redirect is no proof of anything to a client
    )
    app.state.storage = storage
    app.state.references = references
    app.state.clock = clock
    app.state.accounts = Accounts(storage)
    app.state.intake = Intake(storage, references, clock)
    app.state.files = Files(storage)
    app.state.keys = gateway_keys(data)
    app.state.files.sweep(clock())
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Brake)
    app.add_middleware(AccessLog)
    answer_with_problems(app, storage)
    publish(app)
    return app
