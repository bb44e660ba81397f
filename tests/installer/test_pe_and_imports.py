"""Import tables: what a Windows binary asks for is seen, and what nobody provides is named."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer import imports, pe


def sample() -> Path:
    """A real 64-bit Windows program that lies in the environment anyway."""
    spec = find_spec("pip")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "_vendor" / "distlib" / "t64.exe"


def test_tables_of_a_real_program() -> None:
    tables = pe.read(sample())
    assert tables.machine == pe.AMD64
    assert "GetModuleFileNameW" in tables.imports["kernel32.dll"]
    assert tables.exports == []


def test_a_32_bit_program_is_refused() -> None:
    with pytest.raises(pe.NotPortableExecutableError, match="not 64-bit"):
        pe.read(sample().with_name("t32.exe"))


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_program_never_ends_in_anything_but_a_refusal(data: st.DataObject) -> None:
    whole = sample().read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0x40, 0x200))
    damaged = bytearray(whole)
    damaged[at] ^= data.draw(st.integers(1, 255))
    for content in (whole[:cut], bytes(damaged)):
        with contextlib.suppress(pe.NotPortableExecutableError):
            assert pe.tables_of(content).machine >= 0


def program(folder: Path, content: bytes) -> Path:
    (folder / "lib" / "part").mkdir(parents=True)
    (folder / "lib" / "part" / "part.pyd").write_bytes(content)
    return folder


def test_what_windows_provides_is_no_shortfall(tmp_path: Path) -> None:
    assert imports.shortfalls(program(tmp_path, sample().read_bytes())) == []


def test_a_library_that_nobody_provides_is_named(tmp_path: Path) -> None:
    changed = sample().read_bytes().replace(b"KERNEL32.dll", b"KERNEL99.dll")
    (line,) = imports.shortfalls(program(tmp_path, changed))
    assert line.startswith("lib/part/part.pyd: kernel99.dll is neither")


def test_a_function_that_our_own_library_lacks_is_named(tmp_path: Path) -> None:
    changed = sample().read_bytes().replace(b"KERNEL32.dll", b"KERNEL99.dll")
    folder = program(tmp_path, changed)
    (folder / "python").mkdir()
    (folder / "python" / "kernel99.dll").write_bytes(sample().read_bytes())
    (line,) = imports.shortfalls(folder)
    assert "kernel99.dll lacks" in line


@pytest.mark.parametrize(
    "name", ["kernel32.dll", "icuuc.dll", "api-ms-win-crt-runtime-l1-1-0.dll", "dwrite.dll"]
)
def test_windows_has(name: str) -> None:
    assert name in imports.provided_by_windows()


@pytest.mark.parametrize(
    "name", ["msvcp140.dll", "vcruntime140.dll", "vcruntime140_1.dll", "icu.dll", "python3.dll"]
)
def test_windows_10_1809_does_not_have(name: str) -> None:
    assert name not in imports.provided_by_windows()
