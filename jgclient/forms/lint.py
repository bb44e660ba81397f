"""What a form must satisfy to be used: names, types, code lists, roles, and rules that always answer."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache

from jgclient.forms.codes import CodeLists, CodesError
from jgclient.forms.definition import Duty, Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.identifiers import KIND_TITLES
from jgclient.forms.problems import KINDS
from jgclient.forms.resources import resources_folder
from jgclient.forms.rules import RuleError, Rules, names_in

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_REGISTER = re.compile(r"item|implementation|region|person|object|record:[a-z][a-z0-9_]*")
_DEFAULT = re.compile(
    r"author|today|number|implementation_code|unit\.(?:name|code|region)|field\.(?P<field>\w+)"
    r"|(?:item|implementation)\.\w+|=.+",
    re.DOTALL,
)
_TERM = re.compile(r"[1-9]\d{0,3} [a-z]+")
_ROLES = ("number_field", "title_field", "party_field", "party_code_field", "date_field", "item_field")
_STRENGTHS = ("hard", "soft")


class Fault(ValueError):  # noqa: N818 - becomes a FormError with its file
    """A form cannot be used.

    Attributes:
        where: The field, rule or key concerned; empty for the form as a whole.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where = where
        self.reason = reason


def rules_of(form: Form) -> Rules:
    """The rule compiler that knows the fields of ``form``."""
    return Rules({field.name: FIELD_TYPES[field.type].shape for field in form})


def lint(form: Form, codes: CodeLists) -> None:
    """Make sure that ``form`` can be filled in, checked and reported.

    Raises:
        Fault: the first thing that is wrong.
    """
    _head(form)
    for field in form:
        _field(field, form, codes)
    _roles(form)
    rules = rules_of(form)
    _checks(form, rules)
    _conditions(form, rules)
    _duties(form, rules)
    _duplicates(form)


def _head(form: Form) -> None:
    _require(_NAME.fullmatch(form.id), "id", f"“{form.id}”只能由小写字母、数字和下划线组成")
    _require(form.version >= 1, "version", "版本号从 1 起")
    _require(form.kind in ("record", "register"), "kind", "只能是 record 或 register")
    _require(form.fields, "", "没有任何字段")
    _unique("字段", (field.name for field in form))
    _unique("字段标题", (field.title for field in form))


def _field(field: Field, form: Form, codes: CodeLists) -> None:
    where = f"字段 {field.name}"
    fits = _NAME.fullmatch(field.name) and field.name != "today"
    _require(fits, where, "名称只能由小写字母、数字和下划线组成，且不能叫 today")
    _require(field.title.strip(), where, "title 不能为空")
    _require(field.type in FIELD_TYPES, where, f"没有 {field.type} 这种类型，可用：{'、'.join(FIELD_TYPES)}")
    _codes(field, where, codes)
    _identifier(field, where)
    _limits(field, where)
    _default(field, where, form)


def _codes(field: Field, where: str, codes: CodeLists) -> None:
    chooses = field.type in ("code", "codes")
    _require(chooses == bool(field.codes), where, "code、codes 类型要写 codes（代码表），其他类型不写")
    if field.codes:
        try:
            _require(field.codes in codes, where, f"没有代码表 {field.codes}")
            codes.get(field.codes)
        except CodesError as error:
            raise Fault(where, f"代码表不能用：{error}") from error


def _identifier(field: Field, where: str) -> None:
    kinds = "、".join(KIND_TITLES)
    _require(
        field.identifier in ("", *KIND_TITLES), where, f"没有 {field.identifier} 这种号码，可用：{kinds}"
    )
    _require(
        field.identifier or field.type != "identifier", where, "identifier 类型要写 identifier（号码种类）"
    )
    known = not field.register or _REGISTER.fullmatch(field.register)
    _require(known, where, f"没有 {field.register} 这种登记库")
    _require(field.register or field.type != "reference", where, "reference 类型要写 register")


def _limits(field: Field, where: str) -> None:
    _require(field.unit in ("", "元", "万元"), where, "unit 只能是 元 或 万元")
    _require(field.max_length >= 0 and field.min_items >= 0, where, "max_length、min_items 不能是负数")
    _require(not field.min_items or FIELD_TYPES[field.type].plural, where, "min_items 只用于可填多项的类型")


def _default(field: Field, where: str, form: Form) -> None:
    if field.default:
        found = _DEFAULT.fullmatch(field.default)
        if not found:
            raise Fault(where, f"不认识的 default：{field.default}")
        source = found["field"]
        _require(source is None or source in form.by_name, where, f"default 用到的字段 {source} 不存在")


def _roles(form: Form) -> None:
    for role in _ROLES:
        name = getattr(form, role)
        _require(not name or name in form.by_name, role, f"没有名为 {name} 的字段")
    if form.date_field:
        _dated(form, form.date_field, "date_field")
    has_key = form.register is not None and bool(form.register.fields)
    _require(
        has_key == (form.kind == "register"),
        "register",
        "kind 为 register 的表单、也只有它要写 register（name、fields）",
    )
    _known("register", form, form.register.fields if form.register else ())


def _checks(form: Form, rules: Rules) -> None:
    _unique("规则", (check.code for check in form.checks))
    for check in form.checks:
        where = f"规则 {check.code}"
        _problem_keys(where, form, check.kind, check.strength, check.fields)
        _prove(rules, where, check.rule, check.fields)


def _conditions(form: Form, rules: Rules) -> None:
    for field in form:
        for expression in filter(None, (field.required_if, field.shown_if)):
            _prove(rules, f"字段 {field.name}", expression, None)


def _duties(form: Form, rules: Rules) -> None:
    for duty in form.duties:
        where = f"期限 {duty.title}"
        _known(
            where, form, (duty.starts, *((duty.until,) if duty.until not in ("accepted", "manual") else ()))
        )
        _dated(form, duty.starts, where)
        _require(
            _TERM.fullmatch(duty.term) or duty.term in _term_ids(),
            where,
            f"term “{duty.term}”应写成 7 workdays 的样子，或 terms.toml 中期限的 id",
        )
        _amended(form, duty, where)
        if duty.when:
            _require("today" not in names_in(duty.when), where, "when 不能用 today，期限何时产生不看今天")
            _prove(rules, where, duty.when, None)


@lru_cache(maxsize=1)
def _term_ids() -> frozenset[str]:
    """Ids of the terms that ``resources/terms.toml`` counts in a way of their own."""
    text = (resources_folder() / "terms.toml").read_text(encoding="utf-8")
    return frozenset(term["id"] for term in tomllib.loads(text)["term"])


def _amended(form: Form, duty: Duty, where: str) -> None:
    """What changes the length of a duty names fields of the right kind."""
    if duty.extension:
        _known(where, form, (duty.extension,))
        kind = form.field(duty.extension).type
        _require(kind in ("integer", "yes_no"), where, "extension 应指向整数或是/否字段")
    for pause in duty.pauses:
        first, _, last = pause.partition("..")
        _known(where, form, (first, last))
        _dated(form, first, where)
        _dated(form, last, where)


def _duplicates(form: Form) -> None:
    _unique("查重", (rule.code for rule in form.duplicates))
    for rule in form.duplicates:
        where = f"查重 {rule.code}"
        _problem_keys(where, form, rule.kind, rule.strength, rule.fields)
        _require(rule.period in ("", "quarter"), where, "period 只能不写或写 quarter")
        _require(not rule.period or form.date_field, where, "写了 period 的表单要有 date_field")


def _problem_keys(where: str, form: Form, kind: str, strength: str, fields: tuple[str, ...]) -> None:
    _require(kind in KINDS.values(), where, f"kind 应为十类之一：{'、'.join(KINDS.values())}")
    _require(strength in _STRENGTHS, where, "strength 应为 hard 或 soft")
    _require(fields, where, "fields 不能为空")
    _known(where, form, fields)


def _prove(rules: Rules, where: str, expression: str, allowed: Iterable[str] | None) -> None:
    try:
        rules.prove(rules.compile(expression, allowed))
    except RuleError as error:
        raise Fault(where, str(error)) from error


def _dated(form: Form, name: str, where: str) -> None:
    _require(FIELD_TYPES[form.field(name).type].shape == "date", where, f"{name} 不是日期")


def _known(where: str, form: Form, names: Iterable[str]) -> None:
    for name in names:
        _require(name in form.by_name, where, f"没有名为 {name} 的字段")


def _unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        _require(name not in seen, f"{what} {name}", "重复")
        seen.add(name)


def _require(holds: object, where: str, reason: str) -> None:
    if not holds:
        raise Fault(where, reason)
