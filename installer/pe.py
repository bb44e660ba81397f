"""What a Windows binary asks of others and offers: its import, delay-import and export tables.

Layout: Microsoft, “PE Format” (https://learn.microsoft.com/windows/win32/debug/pe-format).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

AMD64 = 0x8664
SUFFIXES = frozenset({".exe", ".dll", ".pyd"})
_PE32_PLUS = 0x20B
_EXPORTS, _IMPORTS, _DELAY_IMPORTS = 0, 1, 13
_BY_ORDINAL = 1 << 63


class NotPortableExecutableError(ValueError):
    """The file is no 64-bit Windows binary."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one binary.

    Attributes:
        machine: Processor, :data:`AMD64` for what we ship.
        imports: DLL name in lower case → names of the functions taken from it, without those by ordinal.
        delayed: The same for DLLs that are loaded only when first called.
        exports: Names of the functions offered.
    """

    machine: int
    imports: dict[str, list[str]]
    delayed: dict[str, list[str]]
    exports: list[str]


def read(path: Path) -> Tables:
    """The tables of a binary.

    Raises:
        NotPortableExecutableError: it is none, or damaged.
    """
    try:
        return tables_of(path.read_bytes())
    except NotPortableExecutableError as error:
        raise NotPortableExecutableError(f"{path}: {error}") from error


def tables_of(data: bytes) -> Tables:
    """The tables of a binary's bytes.

    Raises:
        NotPortableExecutableError: it is none, or damaged.
    """
    try:
        return _Reader(data).tables()
    except (struct.error, IndexError, ValueError) as error:
        raise NotPortableExecutableError(str(error)) from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        (start,) = struct.unpack_from("<I", data, 0x3C)
        if data[start : start + 4] != b"PE\0\0":
            raise ValueError("no PE signature")
        self._machine, sections, _, _, _, optional, _ = struct.unpack_from("<HHIIIHH", data, start + 4)
        header = start + 24
        (magic,) = struct.unpack_from("<H", data, header)
        if magic != _PE32_PLUS:
            raise ValueError("not 64-bit")
        (count,) = struct.unpack_from("<I", data, header + 108)
        self._directories = [struct.unpack_from("<II", data, header + 112 + 8 * n) for n in range(count)]
        table = header + optional
        self._sections = [struct.unpack_from("<IIII", data, table + 40 * n + 8) for n in range(sections)]

    def tables(self) -> Tables:
        return Tables(
            self._machine, dict(self._imports()), dict(self._delay_imports()), sorted(self._exports())
        )

    def _at(self, address: int) -> int:
        for size, start, raw_size, raw in self._sections:
            if start <= address < start + max(size, raw_size):
                return int(address - start + raw)
        raise ValueError(f"address {address:#x} lies in no section")

    def _text(self, address: int) -> str:
        start = self._at(address)
        return self._data[start : self._data.index(b"\0", start)].decode("ascii")

    def _directory(self, which: int) -> int:
        return self._directories[which][0] if which < len(self._directories) else 0

    def _imports(self) -> list[tuple[str, list[str]]]:
        found = []
        place = self._directory(_IMPORTS) and self._at(self._directory(_IMPORTS))
        while place:
            lookup, _, _, name, first = struct.unpack_from("<IIIII", self._data, place)
            if not name:
                break
            found.append((self._text(name).lower(), self._functions(lookup or first)))
            place += 20
        return found

    def _delay_imports(self) -> list[tuple[str, list[str]]]:
        found = []
        place = self._directory(_DELAY_IMPORTS) and self._at(self._directory(_DELAY_IMPORTS))
        while place:
            _, name, _, _, lookup = struct.unpack_from("<IIIII", self._data, place)
            if not name:
                break
            found.append((self._text(name).lower(), self._functions(lookup)))
            place += 32
        return found

    def _functions(self, table: int) -> list[str]:
        names, place = [], self._at(table)
        while (entry := struct.unpack_from("<Q", self._data, place)[0]) != 0:
            if not entry & _BY_ORDINAL:
                names.append(self._text(entry + 2))
            place += 8
        return names

    def _exports(self) -> list[str]:
        directory = self._directory(_EXPORTS)
        if not directory:
            return []
        count, _, names = struct.unpack_from("<III", self._data, self._at(directory) + 24)
        table = self._at(names) if count else 0
        return [self._text(struct.unpack_from("<I", self._data, table + 4 * n)[0]) for n in range(count)]
