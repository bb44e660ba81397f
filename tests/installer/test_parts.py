"""What goes into the program: locked wheels for Windows, the Qt modules in use, byte code that is alike."""

from __future__ import annotations

import re
import sys
import zipfile
from fnmatch import fnmatchcase
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from installer import bom, compiling, contents, wheels
from installer.places import ROOT
from installer.trial import loading
from installer.update_package import signer


def locked() -> list[str]:
    return [line.split("==")[0] for line in wheels.requirements(wheels.CLIENT_LOCK)]


def test_what_only_windows_needs_is_locked() -> None:
    assert "pywin32-ctypes" in locked()


@pytest.mark.parametrize("name", ["jeepney", "secretstorage", "pip"])
def test_what_windows_does_not_need_stays_out(name: str) -> None:
    assert name not in locked()


def test_every_wheel_is_checked_by_its_hash() -> None:
    for lock in (wheels.CLIENT_LOCK, wheels.RUNTIME_LOCK):
        lines = list(wheels.requirements(lock))
        assert lines
        assert all("--hash=sha256:" in line for line in lines)
        assert not any("http" in line for line in lines)


def test_a_wheel_with_another_hash_is_not_used(tmp_path: Path) -> None:
    lock, folder = tmp_path / "a.lock", tmp_path / "wheels"
    lock.write_text(f"part==1.0 \\\n    --hash=sha256:{'0' * 64}\n", "utf-8")
    folder.mkdir()
    (folder / "part-1.0-py3-none-any.whl").write_bytes(b"not what was locked")
    line = next(wheels.requirements(lock))
    assert line == f"part==1.0 --hash=sha256:{'0' * 64}"
    assert wheels.missing(lock, folder) == [line]


def test_parts_of_data_folders_land_where_an_installer_puts_them(tmp_path: Path) -> None:
    wheel = tmp_path / "part.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("part/a.py", "part-1.0.data/purelib/part/b.py", "part-1.0.data/scripts/run"):
            archive.writestr(name, "")
    wheels.unpack(wheel, tmp_path / "out")
    found = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert found == {"part/a.py", "part/b.py"}


def test_every_qt_module_in_use_is_found() -> None:
    found = contents.qt_modules(ROOT / "jgclient")
    assert {"QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtSvg"} <= set(found)
    assert all(
        (Path(sys.modules["PySide6"].__file__ or "").parent / f"{name}.abi3.so").exists() for name in found
    )


def test_an_import_inside_a_function_counts_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    from PySide6.QtSql import QSqlQuery\n", "utf-8")
    assert contents.qt_modules(tmp_path) == ["QtSql"]


def test_every_package_that_the_source_names_is_locked_or_pythons_own() -> None:
    statements = "\n".join(loading.imports(ROOT / "jgclient"))
    tops = set(re.findall(r"^(?:from|import) (\w+)", statements, re.MULTILINE))
    suppliers = packages_distributions()
    left_out = contents.parts()["python_left_out"]
    assert {"PySide6", "requests", "openpyxl", "zlib"} <= tops
    for top in tops:
        if top in sys.stdlib_module_names:
            assert not any(fnmatchcase(name, pattern) for name in (top, f"{top}.py") for pattern in left_out)
        else:
            assert {same(name) for name in suppliers[top]} & {same(name) for name in locked()}, top


def same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_manual_comes_with_every_picture_it_names(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"picture")
    (tmp_path / "images" / "other.png").write_bytes(b"not named")
    manual = tmp_path / "手册.md"
    manual.write_text("# 手册\n![甲](images/a.png)\n", "utf-8")
    contents.lay_manual(manual, tmp_path / "docs")
    laid = {p.relative_to(tmp_path / "docs").as_posix() for p in (tmp_path / "docs").rglob("*.*")}
    assert laid == {"手册.md", "images/a.png"}
    manual.write_text("![乙](images/missing.png)\n", "utf-8")
    with pytest.raises(FileNotFoundError, match="missing"):
        contents.lay_manual(manual, tmp_path / "docs")


def test_the_shipped_manual_is_whole(tmp_path: Path) -> None:
    contents.lay_manual(ROOT / "docs" / "用户手册.md", tmp_path)
    assert len(list((tmp_path / "images").rglob("*.png"))) >= 5


def test_byte_code_is_alike_wherever_it_is_made(tmp_path: Path) -> None:
    made = []
    for place in ("one", "two/deeper"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        (folder / "part.py").write_text("def f():\n    return {'a': 1, 'b': frozenset((1, 2, 3))}\n", "utf-8")
        compiling.compile_tree(folder, shown_from=folder)
        assert not (folder / "part.py").exists()
        made.append((folder / "part.pyc").read_bytes())
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0]


def test_byte_code_does_not_hang_on_what_the_building_process_has_seen(tmp_path: Path) -> None:
    made = []
    for place in ("one", "two"):
        folder = tmp_path / place
        folder.mkdir()
        (folder / "part.py").write_text("sign = '÷'\n", "utf-8")
        compiling.compile_tree(folder, shown_from=folder)
        made.append((folder / "part.pyc").read_bytes())
        sys.intern(chr(0xF7))  # signs of one byte are shared by the whole process
    assert made[0] == made[1]


def test_the_library_archive_leaves_out_what_is_listed_and_can_be_imported_from(tmp_path: Path) -> None:
    library = tmp_path / "library"
    for name in ("useful_part.py", "test/test_useful.py", "package/__init__.py"):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text("answer = 42\n", "utf-8")
    out = tmp_path / "library.zip"
    compiling.library_zip(library, out, left_out=["test"], work=tmp_path)
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["package/__init__.pyc", "useful_part.pyc"]
    sys.path.insert(0, str(out))
    try:
        import useful_part  # type: ignore[import-not-found]  # noqa: PLC0415

        assert useful_part.answer == 42
    finally:
        sys.path.remove(str(out))


def test_a_part_without_a_known_licence_stops_the_build(tmp_path: Path) -> None:
    info = tmp_path / "part-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: part\nVersion: 1.0\n", "utf-8")
    wheel = tmp_path / "part-1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    with pytest.raises(ValueError, match="part: licence unknown"):
        bom.parts_of([wheel], tmp_path)


def test_bill_of_materials_and_licences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    info = tmp_path / "part-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: part\nVersion: 1.0\nLicense-Expression: MIT\n", "utf-8")
    (info / "LICENSE").write_text("the text", "utf-8")
    wheel = tmp_path / "part-1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    found = bom.parts_of([wheel], tmp_path)
    for name in ("one.json", "two.json"):
        bom.write_bom(found, tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert '"purl": "pkg:pypi/part@1.0"' in (tmp_path / "one.json").read_text("utf-8")
    bom.write_licences(found, tmp_path / "licences")
    assert (tmp_path / "licences" / "part" / "LICENSE").read_text("utf-8") == "the text"
    listed = (tmp_path / "licences" / "licences.txt").read_text("utf-8")
    assert "part 1.0：MIT" in listed
    assert "Qt 6.11.3：LGPL-3.0-only" in listed
    assert (tmp_path / "licences" / "Qt" / "LGPL-3.0.txt").exists()


def test_the_publishers_key_is_made_once_and_private(tmp_path: Path) -> None:
    secret = tmp_path / "publisher.key"
    first = signer(secret)
    assert secret.stat().st_mode & 0o077 == 0
    assert signer(secret).public == first.public
