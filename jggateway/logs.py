"""The gateway's log: one JSON object a line, without any content of records."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG_FILE = "gateway.log"
MAX_LOG_BYTES, OLD_LOGS = 5 * 1024 * 1024, 5

_LOG = logging.getLogger("jggateway.access")
#: What a bare log record has; everything else on it was given as ``extra`` and belongs into the line.
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """One line. Of an exception only its type and places: its text may quote a record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        members: dict[str, object] = {
            "time": moment, "level": record.levelname, "name": record.name, "event": record.getMessage(),
        }  # fmt: skip
        members |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[1] is not None:
            members["error"] = _places(record.exc_info[1])
        return json.dumps(members, ensure_ascii=False, default=str)


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    inner = error.__cause__ or error.__context__
    return [type(error).__name__, *places, *(_places(inner) if inner else [])]


def log_into(folder: Path, *, shared: bool = False) -> logging.Handler:
    """Begin to log into ``folder``; hand the handler to :func:`stop_logging` at the end.

    Args:
        folder: The data folder.
        shared: Several processes write the file: then none of them may rotate it, and each notices when
            somebody else has (logrotate).

    Raises:
        OSError: the log file cannot be written.
    """
    path = folder / LOG_FILE
    handler: logging.Handler
    if shared:
        handler = WatchedFileHandler(path, encoding="utf-8")
    else:
        handler = RotatingFileHandler(path, maxBytes=MAX_LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8")
    handler.setFormatter(JsonLines())
    for name in ("jggateway", "uvicorn"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close what :func:`log_into` opened."""
    for name in ("jggateway", "uvicorn"):
        logging.getLogger(name).removeHandler(handler)
    handler.close()


class AccessLog:
    """ASGI middleware: one line a request, with method, path without query, status and milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and log it, also when it fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            spent = round((perf_counter() - started) * 1000)
            facts = {"method": scope["method"], "path": scope["path"], "status": status, "ms": spent}
            _LOG.info("request", extra=facts)
