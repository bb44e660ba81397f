"""LibreOffice opens our workbooks without complaint, and what it saves again is read back identical.

Needs Debian's package libreoffice-calc; ``make office-test`` says so when it is missing.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from round_trips import LAYOUTS, NOW, drawn, filled_template, kept, profile, take

from jgclient.exporting import export, template
from jgclient.forms.library import FormLibrary
from jgclient.importing import import_workbook
from jgclient.importing.marking import mark_problems
from jgclient.store import Store

pytestmark = pytest.mark.heavy
OFFICE = shutil.which("soffice")
#: LibreOffice's filters that Excel and WPS read: today's, that of 1997, and the open one.
FORMATS = ("xlsx", "xls", "ods")


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """LibreOffice's command, with a profile of its own that only its first start has to make."""
    assert OFFICE, "LibreOffice 没有安装：apt-get install libreoffice-calc"
    return [OFFICE, f"-env:UserInstallation=file://{tmp_path_factory.mktemp('soffice')}", "--headless"]


def saved_again(soffice: list[str], paths: Sequence[Path], folder: Path) -> dict[str, Path]:
    """Every workbook as LibreOffice saves it, by format; the names stay. One start a format."""
    out = {}
    for kind in FORMATS:
        out[kind] = folder / kind
        done = subprocess.run(
            [*soffice, "--convert-to", kind, "--outdir", str(out[kind]), *map(str, paths)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        complaints = [line for line in done.stderr.splitlines() if "rror" in line]
        assert not complaints, complaints
        assert {path.stem for path in out[kind].iterdir()} == {path.stem for path in paths}
    return out


def test_every_template_opens_and_stays_a_template(
    store: Store, library: FormLibrary, soffice: list[str], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{form.id}.xlsx" for form in library.forms]
    for form, path in zip(library.forms, paths, strict=True):
        template(library, form.id, path)
    for kind, folder in saved_again(soffice, paths, tmp_path).items():
        for form in library.forms:
            report = import_workbook(store, library, folder / f"{form.id}.{kind}", now=NOW)
            assert (report.form, report.rows_read, report.unmatched) == (form.id, 0, []), kind
            assert [row.reason for row in report.rows] == ["填写说明行", "示例行"], kind


@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_exports_come_back_identical(
    data: st.DataObject, library: FormLibrary, soffice: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("office")
    wanted, paths = {}, []
    for form in library.forms:
        (own := folder / form.id).mkdir()
        filled = filled_template(form, library, drawn(data, form, library, 8), own)
        with profile(own / "data") as one:
            take(one, library, filled, form)
            wanted[form.id] = kept(one, library, form)
            for layout in LAYOUTS:
                paths.append(folder / f"{form.id}-{layout}.xlsx")
                export(one, library, form.id, paths[-1], layout=layout, now=NOW)
    for kind, there in saved_again(soffice, paths, folder).items():
        for path in paths:
            form = library.get(path.stem.partition("-")[0])
            with profile(folder / kind / path.stem / "data") as two:
                take(two, library, there / f"{path.stem}.{kind}", form)
                assert kept(two, library, form) == wanted[form.id], (path.stem, kind)


def test_a_marked_workbook_that_was_saved_again_changes_nothing(
    store: Store, library: FormLibrary, samples: Path, soffice: list[str], tmp_path: Path
) -> None:
    ledger = samples / "行政检查台账（科室自用）.xlsx"
    report = import_workbook(store, library, ledger, now=NOW)
    mark_problems(store, library, ledger, report, tmp_path / "marked.xlsx")
    for kind, folder in saved_again(soffice, [tmp_path / "marked.xlsx"], tmp_path).items():
        again = import_workbook(store, library, folder / f"marked.{kind}", now=NOW)
        assert again.rows_read == report.rows_read, kind
        assert again.count("duplicate") == again.rows_read, kind
