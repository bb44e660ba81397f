"""TOML form file → :class:`Form`, linted: a form that loads can be filled in without surprises."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields as members_of
from datetime import date
from pathlib import Path
from typing import Any

from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Check, Duty, Field, Form, RegisterKey, Section
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.identifiers import KIND_TITLES
from jgclient.forms.problems import KINDS
from jgclient.forms.rules import RuleError, Rules

MAX_BYTES = 1_000_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_REGISTERS = ("item", "implementation", "region", "person", "object")
_ROLES = ("number_field", "title_field", "party_field", "party_code_field", "date_field", "item_field")
_TERM = re.compile(r"[1-9]\d{0,3} [a-z]+")
_EXPECTED = {
    "str": (str, "文字"),
    "int": (int, "整数"),
    "bool": (bool, "true 或 false"),
    "date": (date, "日期"),
}


class FormError(ValueError):
    """A form file cannot be used.

    Attributes:
        file: Name of the file.
        field: The field, rule or key concerned; empty for the file as a whole.
        reason: What is wrong, in Chinese.
    """

    def __init__(self, file: str, field: str, reason: str) -> None:
        super().__init__(f"{file}：{field}：{reason}" if field else f"{file}：{reason}")
        self.file = file
        self.field = field
        self.reason = reason


def load_form(path: Path, codes: CodeLists) -> Form:
    """Read and lint one form file.

    Raises:
        FormError: the file is refused as a whole; the text is one Chinese line.
    """
    loader = _Loader(path.name, codes)
    return loader.form(loader.document(path))


def rules_of(form: Form) -> Rules:
    """The rule compiler that knows the fields of ``form``."""
    return Rules({field.name: FIELD_TYPES[field.type].shape for field in form})


class _Loader:
    def __init__(self, file: str, codes: CodeLists) -> None:
        self._file = file
        self._codes = codes

    def _fail(self, where: str, reason: str) -> FormError:
        return FormError(self._file, where, " ".join(reason.split()))

    def document(self, path: Path) -> dict[str, Any]:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise self._fail("", f"文件 {path.stat().st_size} 字节，上限 {MAX_BYTES} 字节")
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise self._fail("", f"读不出来（{error}）") from error
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise self._fail("", f"不是正确的 TOML（{error}）") from error

    def form(self, data: dict[str, Any]) -> Form:
        sections = tuple(self._section(entry) for entry in self._tables(data.pop("section", []), "section"))
        checks = tuple(self._check(entry) for entry in self._tables(data.pop("check", []), "check"))
        duties = tuple(self._duty(entry) for entry in self._tables(data.pop("duty", []), "duty"))
        register = self._register(data.pop("register", None))
        form = self._built(Form, data, "", sections=sections, checks=checks, duties=duties, register=register)
        self._lint(form)
        return form

    def _section(self, data: dict[str, Any]) -> Section:
        where = f"分组 {data.get('title', '')}"
        fields = tuple(self._field(entry) for entry in self._tables(data.pop("field", []), where))
        return self._built(Section, data, where, fields=fields)

    def _field(self, data: dict[str, Any]) -> Field:
        return self._built(Field, data, f"字段 {data.get('name', '（无名）')}")

    def _check(self, data: dict[str, Any]) -> Check:
        return self._built(Check, data, f"规则 {data.get('code', '（无编号）')}")

    def _duty(self, data: dict[str, Any]) -> Duty:
        if "from" in data:
            data["starts"] = data.pop("from")
        return self._built(Duty, data, f"期限 {data.get('title', '（无名）')}")

    def _register(self, data: Any) -> RegisterKey | None:
        if data is None:
            return None
        if not isinstance(data, dict):
            raise self._fail("register", "应为一个表（name、fields）")
        return self._built(RegisterKey, data, "register")

    def _tables(self, data: Any, where: str) -> list[dict[str, Any]]:
        if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
            raise self._fail(where, "应写成 [[…]] 的列表")
        return data

    def _built(self, kind: Any, data: Mapping[str, Any], where: str, **ready: Any) -> Any:
        """An instance of the dataclass ``kind`` from a table whose keys and types must fit."""
        known = {m.name: m for m in members_of(kind) if m.init and m.name not in ready}
        for key, value in data.items():
            if key not in known:
                raise self._fail(where, f"不认识的键 {key}")
            self._fits(where, key, value, str(known[key].type))
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
        try:
            return kind(**values, **ready)
        except TypeError:
            missing = [name for name, m in known.items() if name not in data and _is_required(m)]
            raise self._fail(where, f"缺少 {'、'.join(missing)}") from None

    def _fits(self, where: str, key: str, value: Any, annotation: str) -> None:
        if annotation.startswith("tuple"):
            if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
                raise self._fail(where, f"{key} 应为文字列表")
            return
        expected, words = _EXPECTED.get(annotation, (str, "文字"))
        if not isinstance(value, expected) or (expected is not bool and isinstance(value, bool)):
            raise self._fail(where, f"{key} 应为{words}")

    # -- lint ------------------------------------------------------------------------------------------

    def _lint(self, form: Form) -> None:
        if not _NAME.fullmatch(form.id):
            raise self._fail("id", f"“{form.id}”只能由小写字母、数字和下划线组成")
        if form.version < 1 or form.kind not in ("record", "register"):
            raise self._fail("version / kind", "version 从 1 起；kind 为 record 或 register")
        self._lint_fields(form)
        self._lint_roles(form)
        self._lint_expressions(form)
        self._lint_duties(form)

    def _lint_fields(self, form: Form) -> None:
        if not form.fields:
            raise self._fail("", "没有任何字段")
        self._unique("字段", (field.name for field in form.fields))
        self._unique("字段标题", (field.title for field in form.fields))
        for field in form.fields:
            reason = self._field_fault(field)
            if reason:
                raise self._fail(f"字段 {field.name}", reason)

    def _field_fault(self, field: Field) -> str:
        if not _NAME.fullmatch(field.name) or field.name == "today":
            return "名称只能由小写字母、数字和下划线组成，且不能叫 today"
        field_type = FIELD_TYPES.get(field.type)
        if field_type is None:
            return f"没有 {field.type} 这种类型，可用：{'、'.join(FIELD_TYPES)}"
        needs_codes = field.type in ("code", "codes")
        if needs_codes != bool(field.codes):
            return "code、codes 类型要写 codes（代码表），其他类型不写"
        if field.codes and field.codes not in self._codes:
            return f"没有代码表 {field.codes}"
        if field.identifier and field.identifier not in KIND_TITLES:
            return f"没有 {field.identifier} 这种证件号码，可用：{'、'.join(KIND_TITLES)}"
        if field.type == "identifier" and not field.identifier:
            return "identifier 类型要写 identifier（号码种类）"
        return self._limits_fault(field, plural=field_type.plural)

    def _limits_fault(self, field: Field, *, plural: bool) -> str:
        register, _, target = field.register.partition(":")
        if (
            field.register
            and not (register in _REGISTERS and not target)
            and not (register == "record" and target)
        ):
            return f"没有 {field.register} 这种登记库"
        if (field.type == "reference") and not field.register:
            return "reference 类型要写 register"
        if field.unit not in ("", "元", "万元"):
            return "unit 只能是 元 或 万元"
        if field.max_length < 0 or field.min_items < 0:
            return "max_length、min_items 不能是负数"
        return "min_items 只用于可填多项的类型" if field.min_items and not plural else ""

    def _lint_roles(self, form: Form) -> None:
        for role in _ROLES:
            name = getattr(form, role)
            if name and name not in form.by_name:
                raise self._fail(role, f"没有名为 {name} 的字段")
        if form.date_field and FIELD_TYPES[form.field(form.date_field).type].shape != "date":
            raise self._fail("date_field", f"{form.date_field} 不是日期")
        if form.kind == "register" and form.register is None:
            raise self._fail("register", "kind 为 register 的表单要写 register（name、fields）")
        self._known("register", form, form.register.fields if form.register else ())

    def _lint_expressions(self, form: Form) -> None:
        rules = rules_of(form)
        self._unique("规则", (check.code for check in form.checks))
        for check in form.checks:
            where = f"规则 {check.code}"
            if check.kind not in KINDS.values():
                raise self._fail(where, f"kind 应为十类之一：{'、'.join(KINDS.values())}")
            if check.strength not in ("hard", "soft") or not check.fields:
                raise self._fail(where, "strength 应为 hard 或 soft，fields 不能为空")
            self._known(where, form, check.fields)
            self._prove(rules, where, check.rule, check.fields)
        for field in form.fields:
            for expression in filter(None, (field.required_if, field.shown_if)):
                self._prove(rules, f"字段 {field.name}", expression, None)

    def _lint_duties(self, form: Form) -> None:
        rules = rules_of(form)
        for duty in form.duties:
            where = f"期限 {duty.title}"
            self._known(where, form, (duty.starts,))
            if duty.until not in ("accepted", "manual"):
                self._known(where, form, (duty.until,))
            if FIELD_TYPES[form.field(duty.starts).type].shape != "date":
                raise self._fail(where, f"{duty.starts} 不是日期")
            if not _TERM.fullmatch(duty.term):
                raise self._fail(where, f"term “{duty.term}”应写成 7 workdays 的样子")
            if duty.when:
                self._prove(rules, where, duty.when, None)

    def _prove(self, rules: Rules, where: str, expression: str, allowed: Iterable[str] | None) -> None:
        try:
            rules.prove(rules.compile(expression, allowed))
        except RuleError as error:
            raise self._fail(where, str(error)) from error

    def _known(self, where: str, form: Form, names: Iterable[str]) -> None:
        for name in names:
            if name not in form.by_name:
                raise self._fail(where, f"没有名为 {name} 的字段")

    def _unique(self, what: str, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self._fail(f"{what} {name}", "重复")
            seen.add(name)


def _is_required(member: Any) -> bool:
    from dataclasses import MISSING

    return member.default is MISSING and member.default_factory is MISSING
