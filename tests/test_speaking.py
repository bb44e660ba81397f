"""What the command line says can be read where it arrives: screen, pipe, file, program."""

from __future__ import annotations

import io
import sys

import pytest

from jgclient.cli import speaking

SAID = "没有数据：㐂"  # the last sign is in no code page


class Screen(io.TextIOWrapper):
    """A console: signs arrive as they are."""

    def isatty(self) -> bool:
        return True


def said(monkeypatch: pytest.MonkeyPatch, stream: io.TextIOWrapper, page: int, *words: str) -> bytes:
    """The bytes that arrive when the command line says :data:`SAID`."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setattr(speaking, "console_code_page", lambda: page)
    speaking.prepare(words)
    stream.write(SAID)
    stream.flush()
    return bytes(stream.buffer.getvalue())  # type: ignore[attr-defined]  # a BytesIO


@pytest.mark.parametrize(
    ("page", "words", "arrives"),
    [
        (936, ["list"], "没有数据：?".encode("gbk")),
        (936, ["list", "--json"], SAID.encode()),
        (65001, ["list"], SAID.encode()),
        (437, ["list"], SAID.encode()),
        (0, ["list"], SAID.encode()),
    ],
)
def test_a_pipe_gets_what_its_other_end_reads(
    monkeypatch: pytest.MonkeyPatch, page: int, words: list[str], arrives: bytes
) -> None:
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert said(monkeypatch, pipe, page, *words) == arrives


def test_the_screen_shows_every_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, Screen(io.BytesIO(), encoding="ascii"), 936, "list") == SAID.encode()


def test_half_a_sign_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speaking, "console_code_page", lambda: 0)
    speaking.prepare(["list"])
    sys.stdout.write("名称\ud83d")
    assert capsys.readouterr().out == "名称?"


def test_a_window_program_has_nothing_to_say_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    speaking.prepare(["gui"])
