"""Commands that need no data folder: templates, checking, counting, identifying."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from jgclient import __version__, entering, installation
from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError
from jgclient.deadlines.terms import due, parse_term
from jgclient.forms.checker import Context
from jgclient.forms.identifiers import judge
from jgclient.forms.library import load_library
from jgclient.forms.problems import Problem
from jgclient.forms.registers import NoRegisters

_EXAMPLE = "2026-11-21"


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


def due_dates(options: argparse.Namespace, out: Out) -> None:
    """``due --term TERM --from DATE``; with ``-`` one JSON object for each line of standard input."""
    term, calendar = parse_term(options.term), answers.calendar()

    def answer(start: str) -> dict[str, Any]:
        try:
            result = due(term, date.fromisoformat(start), calendar)
        except (ValueError, OverflowError):
            raise RefusedError(f"“{start}”不是能计算的日期，请写成 {_EXAMPLE} 这样。") from None
        return {
            "from": start,
            "term": options.term,
            "due": result.date.isoformat(),
            "provisional": result.provisional,
        }

    if options.start == "-":
        out.refused = not _each_line("from", answer)
        return
    data = answer(options.start)
    mark = "（暂按周末推算）" if data["provisional"] else ""
    out.answer(data, [f"{options.start} 起 {options.term} → {data['due']}{mark}"])


def identify(options: argparse.Namespace, out: Out) -> None:
    """``identify KIND CODE``; with ``-`` one JSON object for each line of standard input."""
    codes, today = answers.library().codes, answers.now().date()

    def answer(value: str) -> dict[str, Any]:
        verdict = judge(options.kind, value, today=today, codes=codes)
        return {
            "value": verdict.value,
            "valid": verdict.valid,
            "problems": [p.to_json() for p in verdict.problems],
            "candidates": list(verdict.candidates),
        }

    if options.code == "-":
        _each_line("value", answer)
        return
    data = answer(options.code)
    out.refused = not data["valid"]
    hints = f"　是不是：{'、'.join(data['candidates'])}" if data["candidates"] else ""
    said = [answers.problem_line(Problem.from_json(p)) for p in data["problems"]]
    out.answer(data, [f"{data['value']}　{'正确' if data['valid'] else '有误'}{hints}", *said])


def _each_line(name: str, answer: Any) -> bool:  # noqa: ANN401 - a function of one text
    """Answer every line of standard input by itself; False when one of them was refused."""
    good = True
    for value in _lines():
        try:
            data = answer(value)
        except RefusedError as error:
            good, data = False, {name: value, "error": str(error)}
        print(json.dumps(data, ensure_ascii=False))
    return good


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\r\n")


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
