"""What a line of the gateway's log tells of an exception."""

from __future__ import annotations

import json
import logging

import pytest

from jggateway.logs import JsonLines


def test_exception_is_told_by_type_and_place_only() -> None:
    def read() -> None:
        try:
            int("张三")
        except ValueError as error:
            raise RuntimeError("李四") from error

    with pytest.raises(RuntimeError) as caught:
        read()
    info = (RuntimeError, caught.value, caught.tb)
    record = logging.LogRecord("jggateway", logging.ERROR, __file__, 1, "item failed", (), info)
    record.record = "r1"
    line = JsonLines().format(record)
    told = json.loads(line)
    assert (told["event"], told["record"]) == ("item failed", "r1")
    assert "RuntimeError" in told["error"]
    assert "ValueError" in line
    assert "read" in line
    assert "张三" not in line
    assert "李四" not in line
