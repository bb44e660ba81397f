"""What holds for every test: no display needed, nothing may be logged as an error unseen."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A loaded machine is slow, not wrong: examples are bounded in number, never timed.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


_MANY_OBJECTS = 50_000
gc.disable()


@pytest.fixture(scope="session", autouse=True)
def what_stays() -> None:
    """Modules and what they hold need not be looked through again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def rubbish_in_the_main_thread() -> Iterator[None]:
    """Collect cycles between tests: a gateway's thread must not destroy what is left of a window."""
    yield
    if gc.get_count()[0] > _MANY_OBJECTS:
        gc.collect()


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def logfail() -> Iterator[list[logging.LogRecord]]:
    """Fail when something was logged as an error; a test that wants errors empties the list."""
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    yield handler.records
    logging.getLogger().removeHandler(handler)
    assert not handler.records, [record.getMessage() for record in handler.records]
