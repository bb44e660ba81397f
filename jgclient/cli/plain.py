"""Commands that need no data folder: templates, checking, counting, identifying."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from jgclient import __version__, entering, installation
from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError, each_line
from jgclient.forms.checker import Context
from jgclient.forms.crossing import near_items
from jgclient.forms.identifiers import judge
from jgclient.forms.library import load_library
from jgclient.forms.problems import Problem
from jgclient.forms.registers import NoRegisters


def template(options: argparse.Namespace, out: Out) -> None:
    """``template FORM OUT.xlsx``."""
    from jgclient.exporting import template as write  # noqa: PLC0415 - openpyxl loads slowly

    library = answers.library()
    form_id = answers.form_id(library, options.form)
    write(library, form_id, options.out)
    out.answer({"form": form_id, "file": str(options.out)}, [f"模板已生成：{options.out}"])


def update(options: argparse.Namespace, out: Out) -> None:
    """``update FILE.jgu``."""
    from jgclient.updating import UpdateError, receive  # noqa: PLC0415 - seldom needed

    home = installation.home()
    if home is None:
        raise RefusedError("这个程序不是安装的，不能用更新包更新。")
    try:
        version = receive(options.file, home, __version__)
    except UpdateError as error:
        raise RefusedError(str(error)) from None
    out.answer({"version": version}, [f"{version} 版已检查无误并放好，下次打开程序时启用。"])


def check(options: argparse.Namespace, out: Out) -> None:
    """``check FORM FILE.json``: values as typed texts or JSON values; a profile lends its registers."""
    library = answers.library()
    checker = library.checker(library.get(answers.form_id(library, options.form)))
    record = _read_json(options.file)
    texts = checker.to_texts({name: value for name, value in record.items() if not isinstance(value, str)})
    texts |= {name: value for name, value in record.items() if isinstance(value, str)}
    now = answers.now()
    if answers.is_profile(options.data):
        with answers.store_of(options) as store:
            problems = checker.read(texts, entering.context(store, record_id="", now=now)).problems
    else:
        problems = checker.read(texts, Context(NoRegisters(), now.date(), {})).problems
    out.refused = any(p.strength == "hard" for p in problems)
    out.answer(
        {"form": options.form, "valid": not out.refused, "problems": [p.to_json() for p in problems]},
        [answers.problem_line(p) for p in problems] or ["没有发现问题。"],
    )


def _read_json(name: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        data = json.loads(text)
    except OSError as error:
        raise RefusedError(f"读不到 {name}：{error.strerror}。请核对文件名和权限。") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise RefusedError(f"{name} 不是 UTF-8 编码的 JSON：{error}。请检查该文件。") from None
    if not isinstance(data, dict):
        raise RefusedError(f"{name} 应是一个 JSON 对象（字段名 → 值）。")
    return data


def identify(options: argparse.Namespace, out: Out) -> None:
    """``identify KIND CODE``; with ``-`` one JSON object for each line of standard input."""
    codes, today = answers.library().codes, answers.now().date()

    def answer(value: str) -> dict[str, Any]:
        verdict = judge(options.kind, value, today=today, codes=codes)
        near = verdict.candidates
        if options.kind == "item" and not verdict.valid and answers.is_profile(options.data):
            with answers.store_of(options) as store:
                near = near_items(store.registers, verdict.value)
        return {
            "value": verdict.value,
            "valid": verdict.valid,
            "problems": [p.to_json() for p in verdict.problems],
            "candidates": list(near),
        }

    if options.code == "-":
        each_line("value", answer)
        return
    data = answer(options.code)
    out.refused = not data["valid"]
    hints = f"　是不是：{'、'.join(data['candidates'])}" if data["candidates"] else ""
    said = [answers.problem_line(Problem.from_json(p)) for p in data["problems"]]
    out.answer(data, [f"{data['value']}　{'正确' if data['valid'] else '有误'}{hints}", *said])


def lint_forms(options: argparse.Namespace, out: Out) -> None:
    """``lint-forms DIR``: load every form file of a folder and say what is wrong with it."""
    if not options.folder.is_dir():
        raise RefusedError(f"没有 {options.folder} 这个目录。请给出含有 forms 子目录的目录。")
    library = load_library(options.folder)
    out.refused = bool(library.broken)
    good = [f"可用：{form.id} {form.title} 第{form.version}版" for form in library.forms]
    bad = [f"有错：{error}" for error in library.broken]
    out.answer(
        {"forms": [form.id for form in library.forms], "broken": [str(error) for error in library.broken]},
        good + bad,
    )
