"""Puts the gateway together. Decides nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from jgclient.contract import CONTRACT_VERSION
from jgclient.forms.library import FormLibrary
from jggateway.accounts import Accounts
from jggateway.intake import Intake
from jggateway.logs import AccessLog
from jggateway.openapi import publish
from jggateway.refusals import answer_with_problems
from jggateway.routes import router
from jggateway.storage import open_storage


def create_app(data: Path, *, library: FormLibrary, clock: Callable[[], datetime]) -> FastAPI:
    """The gateway over the database in ``data``, which is closed when the server stops.

    Args:
        data: Data folder, made when it is not there.
        library: The forms that records are checked with.
        clock: Tells the platform's time; must be aware.

    Raises:
        StorageError: the data folder or the database cannot be used.
    """
    storage = open_storage(data)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        storage.close()

    app = FastAPI(
        title="jggateway",
        version=str(CONTRACT_VERSION),
        description="“互联网+监管”数据上报接口：批次、回执、逐条答复",
        lifespan=lifespan,
        docs_url=None,  # the page loads its scripts from the internet, which office networks do not have
        redoc_url=None,
        redirect_slashes=False,  # a redirect is no proof of anything to a client
    )
    app.state.storage = storage
    app.state.library = library
    app.state.clock = clock
    app.state.accounts = Accounts(storage)
    app.state.intake = Intake(storage, library, clock)
    app.include_router(router)
    app.add_middleware(AccessLog)
    answer_with_problems(app, storage)
    publish(app)
    return app
