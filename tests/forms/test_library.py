from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from forms_making import HEAD, field_toml, form_toml, library

from jgclient.forms.library import load_library, resources_folder

TEXT = field_toml("name", "text")


def version(number: int, valid_from: str, *extra: str) -> str:
    head = HEAD.replace("version = 1", f"version = {number}").replace("2026-01-01", valid_from)
    return form_toml(TEXT, *extra, head=head)


def test_versions_live_side_by_side(tmp_path: Path) -> None:
    made = library(tmp_path, version(2, "2026-07-01", field_toml("more", "text")), version(1, "2020-01-01"))
    assert made.get("visit").version == 2
    assert made.get("visit", 1).version == 1
    assert [form.version for form in made.versions("visit")] == [1, 2]
    assert [form.version for form in made.forms] == [2]
    assert [
        made.on("visit", day).version for day in (date(2019, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    ] == [1, 1, 2]
    assert made.checker(made.get("visit", 1)) is made.checker(made.get("visit", 1))
    assert made.checker(made.get("visit", 1)) is not made.checker(made.get("visit", 2))


def test_a_broken_new_version_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    made = library(tmp_path, version(1, "2020-01-01"), version(2, "2026-07-01", field_toml("more", "moon")))
    assert made.get("visit").version == 1
    assert [error.file for error in made.broken] == ["visit-2.toml"]


def test_the_same_version_twice_is_refused(tmp_path: Path) -> None:
    made = library(tmp_path, version(1, "2020-01-01"), version(1, "2021-01-01"))
    assert made.get("visit").valid_from == date(2020, 1, 1)
    assert "第 1 版已由别的文件给出" in str(made.broken[0])


def test_records_come_before_registers(tmp_path: Path) -> None:
    register = (
        form_toml(TEXT, head=HEAD.replace("visit", "aaa"), kind="register")
        + "\n[register]\nname = 'r'\nfields = ['name']\n"
    )
    made = library(tmp_path, register, version(1, "2020-01-01"))
    assert made.broken == []
    assert [form.id for form in made.forms] == ["visit", "aaa"]


def test_an_unknown_form_says_which_there_are(tmp_path: Path) -> None:
    made = library(tmp_path, version(1, "2020-01-01"))
    for asked in (
        lambda: made.get("moon"),
        lambda: made.on("moon", date(2026, 1, 1)),
        lambda: made.get("visit", 9),
    ):
        with pytest.raises(KeyError, match="走访（visit）"):
            asked()


def test_an_empty_folder_is_an_empty_library(tmp_path: Path) -> None:
    assert load_library(tmp_path / "nothing").forms == []


def test_the_shipped_folder_is_beside_the_package() -> None:
    assert (resources_folder() / "forms").is_dir()
    assert (resources_folder() / "codes" / "region.csv").is_file()
