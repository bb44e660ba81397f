"""Write ``docs/reference``: every form with all its fields, rules and time limits, in Chinese.

``--check`` writes nothing and fails when a page is not what the form files say now.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from jgclient.deadlines.term_rules import shipped_rules
from jgclient.forms.definition import Check, Duplicate, Duty, Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.library import FormLibrary, load_library, resources_folder

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
_STRENGTH = {"hard": "必改", "soft": "提醒"}


def pages(library: FormLibrary) -> dict[str, str]:
    """File name → text of every page."""
    made = {f"{form.id}.md": "\n".join(_form(form, library)) + "\n" for form in library.forms}
    return {"README.md": "\n".join(_index(library)) + "\n", **made}


def _index(library: FormLibrary) -> Iterator[str]:
    yield "# 表单参考"
    yield "由 `resources/forms` 里的表单文件生成（`make reference`），请勿手工修改。"
    yield ""
    yield "| 表单 | 编号 | 版本 | 栏目 | 规则 | 期限 |"
    yield "|---|---|---|---|---|---|"
    for form in library.forms:
        rules = len(form.checks) + len(form.duplicates)
        cells = (
            f"[{form.title}]({form.id}.md)",
            form.id,
            form.version,
            len(form.fields),
            rules,
            len(form.duties),
        )
        yield _row(*cells)


def _form(form: Form, library: FormLibrary) -> Iterator[str]:
    yield f"# {form.title}（{form.id} 第{form.version}版）"
    yield f"生效日期 {form.valid_from}。" + (
        f"交换表 `{form.exchange_table}`。" if form.exchange_table else ""
    )
    if form.basis:
        yield f"\n依据：{form.basis}"
    for section in form.sections:
        yield f"\n## {section.title}"
        yield "| 栏目 | 字段名 | 必填 | 怎么填 | 说明 | 依据 |"
        yield "|---|---|---|---|---|---|"
        for field in section.fields:
            yield _field(field, library)
    yield from _rules(form)
    if form.duties:
        yield "\n## 期限"
        yield "| 要做什么 | 从何时起 | 期限 | 做到什么为止 | 什么情况下 | 依据 |"
        yield "|---|---|---|---|---|---|"
        for duty in form.duties:
            yield _duty(duty, form)


def _field(field: Field, library: FormLibrary) -> str:
    how = FIELD_TYPES[field.type].describe(field, library.codes)
    example = f"例：{field.example}" if field.example else ""
    local = "" if field.exchanged else "（只存本机，不上报）"
    when = f"`{field.required_if}` 时" if field.required_if else ""
    shown = f"只在 `{field.shown_if}` 时出现。" if field.shown_if else ""
    told = "".join(filter(None, (shown, field.help, example)))
    return _row(
        field.title + local, f"`{field.name}`", "是" if field.required else when, how, told, field.basis
    )


def _rules(form: Form) -> Iterator[str]:
    if not form.checks and not form.duplicates:
        return
    yield "\n## 规则"
    yield "| 编号 | 检核类型 | 强度 | 涉及栏目 | 不符合时的提示 | 怎么改 | 依据 |"
    yield "|---|---|---|---|---|---|---|"
    for rule in (*form.checks, *form.duplicates):
        yield _rule(rule, form)


def _rule(rule: Check | Duplicate, form: Form) -> str:
    titles = "、".join(form.field(name).title for name in rule.fields)
    example = f"例：{rule.example}" if isinstance(rule, Check) and rule.example else ""
    remedy = "。".join(filter(None, (rule.help.rstrip("。"), example)))
    return _row(rule.code, rule.kind, _STRENGTH[rule.strength], titles, rule.message, remedy, rule.basis)


def _duty(duty: Duty, form: Form) -> str:
    until = {"accepted": "平台接收", "manual": "人工确认"}.get(
        duty.until
    ) or f"填写“{form.field(duty.until).title}”"
    when = f"`{duty.when}`" if duty.when else "都适用"
    return _row(duty.title, form.field(duty.starts).title, _term(duty, form), until, when, duty.basis)


def _term(duty: Duty, form: Form) -> str:
    rule = shipped_rules().rule(duty.term)
    words = [str(rule)]
    if duty.extension:
        most = "" if rule.open_extension else f"，最多再加 {sum(rule.extensions)}"
        words.append(f"可按“{form.field(duty.extension).title}”延长{most}")
    if duty.pauses:
        pairs = (pause.split("..") for pause in duty.pauses)
        spans = "、".join(f"“{form.field(a).title}”至“{form.field(b).title}”" for a, b in pairs)
        words.append(f"不计入 {spans}")
    return "；".join(words)


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def main() -> int:
    """Write the pages, or with ``--check`` name those that are stale."""
    wanted = pages(load_library(resources_folder()))
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    if "--check" in sys.argv[1:]:
        print(f"stale: {stale}. Run: make reference" if stale else "docs/reference is current")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
