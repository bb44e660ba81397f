"""Commands that read and write workbooks of the office."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError
from jgclient.forms.library import FormLibrary
from jgclient.records import State
from jgclient.store import ListQuery, Store

if TYPE_CHECKING:
    from jgclient.importing import ImportReport
    from jgclient.mending import Mistake


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
            columns=_chosen(options, library, form_id),
            dry_run=options.dry_run,
            keep_refused=not options.leave_out,
            now=answers.now(),
        )
        marked = _mark(store, library, report, options)
    out.refused = report.refused > 0
    out.answer(report.to_json() | {"errors": str(options.errors or "")}, report.lines() + marked)


def _chosen(options: argparse.Namespace, library: FormLibrary, form_id: str | None) -> dict[str, str] | None:
    """The columns of the options: heading → field name. Titles need ``--form``, code names do not."""
    if not options.column:
        return None
    titles = {field.title: field.name for field in library.get(form_id)} if form_id else {}
    pairs = [said.partition("=") for said in options.column]
    if wrong := [label for label, equals, _ in pairs if not equals]:
        raise RefusedError(f"--column 要写成“列名=栏目”：{'、'.join(wrong)}")
    return {label.strip(): titles.get(name.strip(), name.strip()) for label, _, name in pairs}


def columns(options: argparse.Namespace, out: Out) -> None:
    """``columns FILE``: which column is which field, before anything is imported."""
    from jgclient.importing import propose  # noqa: PLC0415 - the workbook reader loads slowly

    library = answers.library(options.data)
    form_id = answers.form_id(library, options.form) if options.form else None
    with answers.store_of(options) as store:
        found = propose(
            store, library, options.file, form_id=form_id, columns=_chosen(options, library, form_id),
            now=answers.now(),
        )  # fmt: skip
    told = {"known": "", "similar": "（名称相近，请核对）", "chosen": "（已选定）"}
    lines = [
        f"{options.file.name}　工作表：{'、'.join(found.sheets)}　表单：{found.form.title}（{found.form.id}）"
    ]
    for column in found.columns:
        title = found.form.field(column.field).title if column.field else ""
        seen = f"　如 {'、'.join(column.samples)}" if column.samples else ""
        if column.how in ("content", ""):
            hint = f"，内容像“{title}”" if title else ""
            lines.append(f"  {column.label} → 不导入{hint}{seen}")
        else:
            lines.append(f"  {column.label} → {title or '不导入'}{told[column.how]}{seen}")
    lines += [f"必填而没有列的栏目：{'、'.join(found.missing)}"] if found.missing else []
    out.answer(
        {
            "form": found.form.id, "sheets": list(found.sheets), "missing": list(found.missing),
            "columns": [
                {"label": c.label, "field": c.field, "how": c.how, "samples": list(c.samples)}
                for c in found.columns
            ],
        },
        lines,
    )  # fmt: skip


def _mark(store: Store, library: FormLibrary, report: ImportReport, options: argparse.Namespace) -> list[str]:
    """Write the marked workbook if it was asked for; what there is to say of it."""
    if not options.errors:
        return []
    from jgclient.importing.marking import mark_problems  # noqa: PLC0415 - openpyxl loads slowly

    marked = mark_problems(store, library, options.file, report, options.errors)
    formats = "" if marked.formats_kept else "（原格式写不进去，已另建一份内容相同的表）"
    return [f"已把 {marked.problems} 处问题标回：{options.errors}{formats}。改好后直接再导入这一份即可。"]


def feedback(options: argparse.Namespace, out: Out) -> None:
    """``feedback FILE``: the platform's list closes or returns the records it names."""
    from jgclient.feedback import take_feedback  # noqa: PLC0415 - the workbook reader loads slowly

    library = answers.library(options.data)
    with answers.store_of(options) as store:
        report = take_feedback(store, library, options.file, dry_run=options.dry_run, now=answers.now())
    out.refused = report.open > 0
    out.answer(report.to_json(), report.lines())


def export(options: argparse.Namespace, out: Out) -> None:
    """``export FORM OUT.xlsx``: in the exchange layout, a platform's template, or as a list."""
    from jgclient.exporting import export as write  # noqa: PLC0415 - the workbook writer loads slowly

    library = answers.library(options.data)
    form_id = answers.form_id(library, options.form)
    query = None
    if options.state or options.text:
        states = frozenset({_state(options.state)} if options.state else ())
        query = ListQuery(form=form_id, states=states, text=options.text)
    columns = options.columns.split(",") if options.columns else None
    with answers.store_of(options) as store:
        try:
            written = write(
                store, library, form_id, options.out, layout=options.layout, columns=columns, query=query,
                now=answers.now(),
            )  # fmt: skip
        except KeyError as error:
            raise RefusedError(f"没有“{error.args[0]}”这一栏，请核对 --columns。") from None
    words = f"已导出 {written} 条到 {options.out}"
    out.answer({"form": form_id, "file": str(options.out), "records": written}, [words])


def _state(word: str) -> State:
    try:
        return State.named(word)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def mend(options: argparse.Namespace, out: Out) -> None:
    """``mend [KEY --to TEXT | --undo]``: equal mistakes, mended once for all of them."""
    from jgclient import mending  # noqa: PLC0415 - see jgclient.cli

    library = answers.library(options.data)
    with answers.store_of(options) as store:
        if options.undo:
            before, after, _ = mending.last(store)
            back = mending.undo(store, library, now=answers.now())
            words = f"已把 {back} 条的“{after}”改回“{before}”。" if back else "没有可以撤销的批量改正。"
            out.answer({"undone": back}, [words])
            return
        found = mending.mistakes(store, library, form=options.form or "")
        if not options.key:
            lines = [f"{mistake.key}　{mistake.line}" for mistake in found] or ["没有要改的草稿。"]
            out.answer({"mistakes": [_mistake_json(mistake) for mistake in found]}, lines)
            return
        mistake = next((mistake for mistake in found if mistake.key == options.key), None)
        if mistake is None:
            raise RefusedError(f"没有编号为 {options.key} 的同类问题。请用 jgclient mend 查看。")
        text = options.to or next(iter(mistake.problem.candidates), "")
        if not text:
            raise RefusedError("这类问题没有建议的改法，请用 --to 写明改成什么。")
        done = mending.mend(store, library, mistake, text, now=answers.now())
    out.refused = bool(done.wrong or done.left)
    rest = f"{done.right} 条已无错，{done.wrong} 条还有别的错"
    words = f"已改 {done.changed} 条：{rest}；可用 jgclient mend --undo 撤销。"
    out.answer(
        {"changed": done.changed, "right": done.right, "wrong": done.wrong, "left": done.left}, [words]
    )


def _mistake_json(mistake: Mistake) -> dict[str, Any]:
    return {
        "key": mistake.key, "form": mistake.form, "field": mistake.name, "title": mistake.title,
        "value": mistake.value, "code": mistake.problem.code, "message": mistake.problem.message,
        "candidates": list(mistake.problem.candidates), "ids": list(mistake.record_ids),
    }  # fmt: skip
