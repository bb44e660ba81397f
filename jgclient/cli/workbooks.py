"""Commands that read and write workbooks of the office."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jgclient.cli import answers
from jgclient.cli.answers import Out
from jgclient.forms.library import FormLibrary
from jgclient.store import Store

if TYPE_CHECKING:
    from jgclient.importing import ImportReport


def import_file(options: argparse.Namespace, out: Out) -> None:
    """``import FILE``: every row is kept, kept to be mended, or passed over with a reason."""
    from jgclient.importing import import_workbook  # noqa: PLC0415 - the workbook reader loads slowly

    library = answers.library(options.data)
    form_id = answers.form_id(library, options.form) if options.form else None
    with answers.store_of(options) as store:
        report = import_workbook(
            store,
            library,
            options.file,
            form_id=form_id,
            dry_run=options.dry_run,
            keep_refused=not options.leave_out,
            now=answers.now(),
        )
        marked = _mark(store, library, report, options)
    out.refused = report.refused > 0
    out.answer(report.to_json() | {"errors": str(options.errors or "")}, report.lines() + marked)


def _mark(
    store: Store, library: FormLibrary, report: ImportReport, options: argparse.Namespace
) -> list[str]:
    """Write the marked workbook if it was asked for; what there is to say of it."""
    if not options.errors:
        return []
    from jgclient.importing.marking import mark_problems  # noqa: PLC0415 - openpyxl loads slowly

    marked = mark_problems(store, library, options.file, report, options.errors)
    formats = "" if marked.formats_kept else "（原格式写不进去，已另建一份内容相同的表）"
    return [f"已把 {marked.problems} 处问题标回：{options.errors}{formats}。改好后直接再导入这一份即可。"]


def export(options: argparse.Namespace, out: Out) -> None:
    """``export FORM OUT.xlsx``."""
    from jgclient.exporting import export as write  # noqa: PLC0415 - the workbook writer loads slowly

    library = answers.library(options.data)
    form_id = answers.form_id(library, options.form)
    with answers.store_of(options) as store:
        written = write(store, library, form_id, options.out)
    words = f"已导出 {written} 条到 {options.out}"
    out.answer({"form": form_id, "file": str(options.out), "records": written}, [words])
