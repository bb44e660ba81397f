"""Checks against registers and other records: items, people, earlier records, duplicates.

What is not known here is never refused: then a soft finding says that it cannot be verified yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from jgclient.forms import catalogue
from jgclient.forms.definition import Duplicate, Field, Form
from jgclient.forms.findings import Finding
from jgclient.forms.near_codes import one_slip_away
from jgclient.forms.problems import KINDS
from jgclient.forms.registers import Days, Registers
from jgclient.records import Content, Json

Crossed = tuple[Finding, tuple[str, ...]]
MAX_CANDIDATES = 5


class _Case:
    """One record: its content, the day of the act (None when unknown), and whom to ask.

    Attributes:
        asked: What a verdict looked at beside the field itself: ``day``, ``item``.
    """

    def __init__(self, form: Form, content: Content, day: date | None, registers: Registers) -> None:
        self.form, self.content, self.registers = form, content, registers
        self._day = day
        self.asked: set[str] = set()

    @property
    def day(self) -> date | None:
        self.asked.add("day")
        return self._day

    def in_force(self, rows: Iterable[catalogue.Row]) -> list[catalogue.Row]:
        return [row for row in rows if self.day is None or catalogue.in_force(row, self.day)]

    @property
    def item(self) -> str:
        self.asked.add("item")
        return str(self.content.get(self.form.item_field, ""))


class Crossing:
    """The checks of one form that need data beside the record.

    Attributes:
        references: The fields that point at something.
        duplicates: What must not be there twice.
    """

    def __init__(self, form: Form) -> None:
        self._form = form
        self.duplicates = duplicate_rules(form)
        self.references = [field for field in form if _is_checked(field)]

    def findings(self, content: Content, day: date | None, registers: Registers) -> Iterator[Crossed]:
        """Findings with the fields they concern.

        Args:
            content: JSON values of the fields that were understood.
            day: Day of the act, None when it is not known; then nothing is called expired.
            registers: Reference data and earlier records.
        """
        for field in self.references:
            if field.name in content:
                item = content.get(self._form.item_field)
                for found in self.of_reference(field, content[field.name], item, day, registers)[0]:
                    yield found, (field.name,)
        for rule in self.duplicates:
            if all(name in content for name in rule.fields):
                yield from self.twice(rule, content, day, registers)

    def of_reference(
        self, field: Field, value: Json, item: Json, day: date | None, registers: Registers
    ) -> tuple[list[Finding], set[str]]:
        """Findings about a filled field of :attr:`references`, and what they depend on: ``day``, ``item``.

        Args:
            field: The field.
            value: What it holds.
            item: The item of the record, None when it has none.
            day: Day of the act.
            registers: Reference data.
        """
        content = {field.name: value} if item is None else {field.name: value, self._form.item_field: item}
        case = _Case(self._form, content, day, registers)
        found = list(_CHECKS[field.register.partition(":")[0]](case, field, value))
        return found, case.asked

    def twice(
        self, rule: Duplicate, content: Content, day: date | None, registers: Registers
    ) -> Iterator[Crossed]:
        """What a rule of :attr:`duplicates` finds, when all its fields are filled."""
        within = _quarter(day) if rule.period and day else None
        if rule.period and not within:
            return
        fields = {name: content[name] for name in rule.fields}
        same = registers.same_acts(self._form.id, fields, within=within)
        if same:
            message = f"{rule.message}（{same} 条）" if same > 1 else rule.message
            remedy = rule.help or "请核对是否重复录入；重复的请删去一条"
            yield (
                Finding(rule.code, message, remedy, rule.strength, kind=rule.kind, basis=rule.basis),
                rule.fields,
            )


def duplicate_rules(form: Form) -> tuple[Duplicate, ...]:
    """What must not be there twice: as the form says, else number, and party with item and day of the act."""
    if form.duplicates or form.kind != "record":
        return form.duplicates
    rules = []
    if form.number_field:
        title = form.field(form.number_field).title
        rules.append(
            Duplicate(
                "duplicate-number", KINDS["09"], "hard", (form.number_field,), f"“{title}”已被另一条记录使用"
            )
        )
    act = tuple(filter(None, (form.party_code_field or form.party_field, form.item_field, form.date_field)))
    if len(act) == 3:
        message = "同一相对人、同一事项、同一天已有一条记录"
        rules.append(
            Duplicate("duplicate-act", KINDS["05"], "soft", act, message, "确属两次行为的请写明理由")
        )
    return tuple(rules)


@lru_cache(1000)
def _quarter(day: date) -> Days:
    """First and last day of the quarter of ``day``."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    following = date(day.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first.isoformat(), (following - timedelta(days=1)).isoformat()


# -- references ----------------------------------------------------------------------------------------


def _item(case: _Case, _: Field, value: Json) -> Iterator[Finding]:
    rows = _item_rows(case.registers, str(value))
    if not rows:
        yield from _unknown_item(case, str(value))
    elif not case.in_force(rows):
        yield _item_not_in_force(case, str(value), rows[-1])


def _item_rows(registers: Registers, code: str) -> list[catalogue.Row]:
    """Where an item is listed: the catalogue, or an implementation list, which offices often have first."""
    return [row for name in catalogue.ITEM_LISTS for row in registers.rows(name, code)]


def near_items(registers: Registers, code: str) -> tuple[str, ...]:
    """Listed items one slip away from ``code``."""
    near = [slip for slip in one_slip_away(code, 14) if _item_rows(registers, slip)]
    return tuple(near[:MAX_CANDIDATES])


def _unknown_item(case: _Case, code: str) -> Iterator[Finding]:
    if not any(case.registers.has_any(name) for name in catalogue.ITEM_LISTS):
        yield unverified("item-unverified", "尚未导入事项库，暂不能核对监管事项", kind=KINDS["03"])
        return
    candidates = near_items(case.registers, code)
    if len(code) != 14:
        yield Finding("item-code", "", candidates=candidates)
        return
    remedy = "请从事项库中选择；事项未列入清单的不得实施" + ("，最接近的见下" if candidates else "")
    basis = "国办发〔2024〕54号；郑法政办〔2020〕2号"
    yield Finding(
        "item-unknown", f"事项库里没有 {code}", remedy, candidates=candidates, kind=KINDS["03"], basis=basis
    )


def _item_not_in_force(case: _Case, code: str, row: catalogue.Row) -> Finding:
    message = f"监管事项 {code} 在行为当天（{case.day}）不在有效期内：{catalogue.period(row)}"
    return Finding("item-not-in-force", message, "请改选行为当天有效的事项，或核对日期", kind=KINDS["03"])


def _implementation(case: _Case, _: Field, value: Json) -> Iterator[Finding]:
    if not case.item:
        return
    rows = case.registers.rows(catalogue.IMPLEMENTATION, case.item)
    if not rows:
        yield unverified(
            "implementation-unverified",
            f"实施清单库里还没有事项 {case.item} 的清单，暂不能核对",
            kind=KINDS["04"],
        )
        return
    matching = [row for row in rows if catalogue.implementation_code(row) == value]
    if not matching:
        yield _other_implementation(case, str(value), rows)
    elif not case.in_force(matching):
        message = f"实施清单 {value} 在行为当天（{case.day}）不在有效期内：{catalogue.period(matching[-1])}"
        yield Finding(
            "implementation-not-in-force",
            message,
            "请改选行为当天有效的实施清单，或核对日期",
            kind=KINDS["04"],
        )


def _other_implementation(case: _Case, value: str, rows: list[catalogue.Row]) -> Finding:
    codes = dict.fromkeys(filter(None, map(catalogue.implementation_code, case.in_force(rows))))
    message = f"事项 {case.item} 没有编码为 {value} 的实施清单"
    remedy = "实施主体或行使层级与事项不符，请从该事项的实施清单中选择"
    return Finding(
        "implementation-mismatch", message, remedy, candidates=tuple(codes)[:MAX_CANDIDATES], kind=KINDS["04"]
    )


def _person(case: _Case, _: Field, value: Json) -> Iterator[Finding]:
    if not case.registers.has_any("person"):
        yield unverified("person-unverified", "尚未导入执法人员库，暂不能核对执法资格")
        return
    for key in value if isinstance(value, list) else [value]:
        rows = case.registers.rows("person", key)
        if not rows:
            message = f"执法人员库里没有“{key}”"
            yield Finding("person-unknown", message, "请核对姓名或证号；新任人员请先导入执法人员库", "soft")
        elif case.day and not any(catalogue.certificate_valid(row, case.day) for row in rows):
            message = f"“{key}”的执法证件在行为当天（{case.day}）不在有效期内"
            yield Finding(
                "certificate-expired",
                message,
                "无有效证件的人员不得执法；请核对人员和日期",
                basis="行政处罚法 第四十二条",
            )


def _object(case: _Case, _: Field, value: Json) -> Iterator[Finding]:
    if case.registers.has_any("object") and not case.registers.rows("object", value):
        yield unverified("object-unknown", f"监管对象库里没有“{value}”，暂不能核对")


def _record(case: _Case, field: Field, value: Json) -> Iterator[Finding]:
    target = field.register.partition(":")[2]
    known = case.registers.record_exists(target, value)
    if known is None:
        yield unverified("record-unverified", f"本机没有可核对的记录，暂不能核实“{field.title}”{value}")
    elif not known:
        message = f"没有找到“{field.title}”为 {value} 的记录"
        yield Finding("record-unknown", message, "请从已有记录中选择；在别处录入的请写明理由", "soft")


def unverified(code: str, message: str, *, kind: str = "") -> Finding:
    """A finding that blocks nothing and asks for no reason: reference data is missing."""
    return Finding(code, message, "可以上报；导入数据后会重新核对", "soft", kind=kind, reason_required=False)


_CHECKS: dict[str, Callable[[_Case, Field, Json], Iterator[Finding]]] = {
    "item": _item,
    "implementation": _implementation,
    "person": _person,
    "object": _object,
    "record": _record,
}


def _is_checked(field: Field) -> bool:
    return field.register.partition(":")[0] in _CHECKS
