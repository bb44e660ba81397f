"""The bill of materials (CycloneDX 1.5) and the licence texts of all parts."""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from installer.contents import parts
from installer.packing import build_time, sha256
from installer.places import HERE, VERSION

_LICENCE_WORDS = ("licen", "copying", "notice", "authors")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the program.

    Attributes:
        name: As its maker writes it.
        version: Its version.
        licence: SPDX expression.
        wheel_sha256: Checksum of the wheel it came in, empty for parts inside others.
        texts: Licence files.
    """

    name: str
    version: str
    licence: str
    wheel_sha256: str
    texts: tuple[Path, ...]


def parts_of(wheels: list[Path], unpacked: Path) -> list[Part]:
    """All parts, from the wheels' own data and ``parts.toml``.

    Raises:
        ValueError: a part's licence is not known: look it up and add it to ``parts.toml``.
    """
    by_prefix = {"-".join(wheel.name.split("-")[:2]).lower(): wheel for wheel in wheels}
    found = []
    for info in sorted(unpacked.glob("*.dist-info")):
        wheel = by_prefix[info.name.removesuffix(".dist-info").lower()]
        found.append(_from_wheel(info, sha256(wheel)))
    return [*found, *_inside()]


def _from_wheel(info: Path, checksum: str) -> Part:
    head = HeaderParser().parsestr((info / "METADATA").read_text("utf-8"))
    name = str(head["Name"])
    known = {_same(other): licence for other, licence in parts()["spdx"].items()}
    licence = head["License-Expression"] or known.get(_same(name))
    if not licence:
        raise ValueError(f"{name}: licence unknown; add it to installer/parts.toml")
    texts = tuple(p for p in sorted(info.rglob("*")) if p.is_file() and _is_licence(p))
    return Part(name, str(head["Version"]), str(licence), checksum, texts)


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_licence(file: Path) -> bool:
    return any(word in file.name.lower() for word in _LICENCE_WORDS)


def _inside() -> Iterator[Part]:
    places = (HERE / "licences", Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    for entry in parts()["inside"]:
        texts = (next(p / name for p in places if (p / name).exists()) for name in entry["texts"])
        yield Part(entry["name"], entry["version"], entry["licence"], "", tuple(texts))


def write_licences(found: list[Part], folder: Path) -> None:
    """A folder for every part with its texts, and ``licences.txt``: which part is under which."""
    folder.mkdir(parents=True)
    lines = [f"{part.name} {part.version}：{part.licence}" for part in found]
    (folder / "licences.txt").write_bytes(("\r\n".join(lines) + "\r\n").encode())
    for part in found:
        for text in part.texts:
            target = folder / part.name / text.name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(text, target)


def write_bom(found: list[Part], out: Path) -> None:
    """Write the bill of materials; the same parts give the same file."""
    components = [_component(part) for part in found]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([VERSION, components], sort_keys=True))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(build_time(), UTC).isoformat().replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": "jgclient",
                "name": "jgclient",
                "version": VERSION,
            },
        },
        "components": components,
        "dependencies": [{"ref": "jgclient", "dependsOn": [str(c["bom-ref"]) for c in components]}],
    }
    out.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _component(part: Part) -> Mapping[str, Any]:
    component: dict[str, Any] = {
        "type": "library", "bom-ref": f"{part.name}@{part.version}",
        "name": part.name, "version": part.version, "licenses": [{"expression": part.licence}],
    }  # fmt: skip
    if part.wheel_sha256:
        component["purl"] = f"pkg:pypi/{part.name.lower()}@{part.version}"
        component["hashes"] = [{"alg": "SHA-256", "content": part.wheel_sha256}]
    return component
