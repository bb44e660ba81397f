"""Rules of form files in CEL (Common Expression Language), type-checked and proved total at load.

A rule sees the fields it names as variables: dates and codes as ISO text and text, money and numbers as
doubles, yes/no as bool, list types as lists of text; an empty field is ``null``, an empty list ``[]``.
``today`` is the ISO date of checking.

Each rule is compiled twice because cel-expr-python (0.1.3) checks types only with declared wrapper types but
evaluates Python values only with dynamic ones.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cel_expr_python import cel

#: What a rule sees of one field.
RuleValue = str | float | bool | list[str]
Values = Mapping[str, RuleValue | None]
MAX_LENGTH = 2000
#: Mixtures of empty and filled fields that are tried at most when a rule is proved.
MAX_CASES = 512
LITERAL = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_POSITION = re.compile(r"<input>:\d+:(\d+): (.*?)(?: \(in container ''\))?$", re.MULTILINE)

_TYPES = {
    "text": cel.Type("google.protobuf.StringValue"),
    "number": cel.Type("google.protobuf.DoubleValue"),
    "bool": cel.Type("google.protobuf.BoolValue"),
    "list": cel.Type.List(cel.Type.STRING),
}
_Samples = tuple[RuleValue | None, ...]
_SAMPLES: dict[str, _Samples] = {
    "text": (None, "样例"),
    "date": (None, "2026-01-31", "2025-12-01"),
    "number": (None, 0.0, 100000.0),
    "bool": (None, True, False),
    "list": ([], ["样例"]),
}
#: Large values, so that a rule whose work explodes is found at load.
_LONG_SAMPLES: dict[str, RuleValue] = {
    "text": "样例" * 1000, "date": "2026-01-31", "number": 1e12, "bool": True,
    "list": [f"样例{n}" for n in range(60)],
}  # fmt: skip
_TODAY = "2026-02-01"


class RuleError(ValueError):
    """A rule cannot be used; the text is a Chinese reason."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule.

    Attributes:
        names: The fields it really uses.
    """

    expression: str
    names: frozenset[str]
    program: cel.Expression

    def holds(self, values: Values) -> bool:
        """Whether the rule is true of ``values``; a rule that cannot be evaluated counts as true."""
        return _answer(self.program, values) is not False


class Rules:
    """The rules of one form.

    Args:
        shapes: What each field is to a rule: ``text``, ``date``, ``number``, ``bool`` or ``list``.
    """

    def __init__(self, shapes: Mapping[str, str]) -> None:
        self._shapes = shapes

    def compile(self, expression: str, allowed: Iterable[str] | None = None) -> Rule:
        """Compile and type-check ``expression``.

        Args:
            expression: CEL that yields a bool.
            allowed: The fields it may use; None for all fields of the form.

        Raises:
            RuleError: wrong syntax or types, unknown or not allowed field, too long, too deep, or no bool.
        """
        if len(expression) > MAX_LENGTH:
            raise RuleError(f"规则长 {len(expression)} 字符，上限 {MAX_LENGTH}")
        names = names_in(expression) & self._shapes.keys()
        if allowed is not None and (extra := sorted(names - set(allowed))):
            raise RuleError(f"规则用到了 {'、'.join(extra)}，但 fields 里没有列出")
        try:
            if self._typed.compile(expression).return_type() != cel.Type.BOOL:
                raise RuleError("规则的结果应是“是/否”（bool）")
            return Rule(expression, frozenset(names), self._dynamic.compile(expression))
        except RuntimeError as error:
            raise RuleError(_reason(str(error))) from error

    def prove(self, rule: Rule) -> None:
        """Make sure ``rule`` answers for every mixture of empty and filled fields.

        Raises:
            RuleError: it fails for one; the text names the values.
        """
        for case in self._cases(rule):
            values = {**case, "today": _TODAY}
            if not isinstance(_answer(rule.program, values), bool):
                if _exceeds(rule.program, values):
                    raise RuleError("规则的运算量太大，请不要层层嵌套 all、exists 等")
                shown = "，".join(f"{name}={_show(value)}" for name, value in case.items())
                raise RuleError(f"规则在 {shown} 时算不出结果（先写 字段 == null || …）")

    def together(self, rules: Sequence[Rule]) -> RuleSet:
        """All ``rules`` as one expression, several times faster than one by one."""
        joined = ", ".join(f"({rule.expression}\n)" for rule in rules)
        return RuleSet(tuple(rules), self._dynamic.compile(f"[{joined}]"))

    def _cases(self, rule: Rule) -> Iterator[dict[str, RuleValue | None]]:
        names = sorted(rule.names)
        yield {name: _LONG_SAMPLES[self._shapes[name]] for name in names}
        words = list(dict.fromkeys(a or b for a, b in LITERAL.findall(rule.expression)))[:6]
        samples = [_with_words(self._shapes[name], words) for name in names]
        total = 1
        for values in samples:
            total *= len(values)
        chosen = itertools.product(*samples) if total <= MAX_CASES else _pairwise(samples)
        for values in chosen:
            yield dict(zip(names, values, strict=True))

    @cached_property
    def _typed(self) -> cel.Env:
        shapes = {name: _TYPES.get(shape, _TYPES["text"]) for name, shape in self._shapes.items()}
        return cel.NewEnv(variables={**shapes, "today": cel.Type.STRING})

    @cached_property
    def _dynamic(self) -> cel.Env:
        return cel.NewEnv(variables=dict.fromkeys((*self._shapes, "today"), cel.Type.DYN))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Several rules evaluated in one go."""

    rules: tuple[Rule, ...]
    program: cel.Expression

    def broken(self, values: Values) -> list[int]:
        """Indexes of the rules that are false of ``values``.

        Should one rule fail in spite of its proof, the rules are asked one by one, so that it spoils
        only its own verdict.
        """
        answers = _answer(self.program, values)
        if not isinstance(answers, list):
            answers = [rule.holds(values) for rule in self.rules]
        return [index for index, answer in enumerate(answers) if answer is False]


def names_in(expression: str) -> set[str]:
    """All identifiers of an expression that are not members of something or inside a text literal."""
    return set(_NAME.findall(LITERAL.sub("''", expression)))


def _answer(program: cel.Expression, values: Values) -> object:
    """What an expression yields; None when it fails or exceeds the iteration budget of the library."""
    try:
        outcome = program.eval(data=values)
    except RuntimeError:
        return None
    return None if outcome.type() == cel.Type.ERROR else outcome.plain_value()


def _exceeds(program: cel.Expression, values: Values) -> bool:
    """Whether an evaluation ends at the library's budget of iterations."""
    try:
        program.eval(data=values)
    except RuntimeError as error:
        return "budget" in str(error)
    return False


def _with_words(shape: str, words: list[str]) -> _Samples:
    if shape == "text":
        return (*_SAMPLES["text"], *words)
    if shape == "list":
        return (*_SAMPLES["list"], *([word] for word in words))
    return _SAMPLES[shape]


def _pairwise(samples: list[_Samples]) -> Iterator[_Samples]:
    """Every pair of values of two fields, with all the others empty and with all the others filled."""
    for base in ([values[0] for values in samples], [values[1] for values in samples]):
        for a, b in itertools.combinations(range(len(samples)), 2):
            for first, second in itertools.product(samples[a], samples[b]):
                case = list(base)
                case[a], case[b] = first, second
                yield tuple(case)


def _show(value: RuleValue | None) -> str:
    text = "空" if value in (None, []) else str(value)
    return text if len(text) <= 30 else f"{text[:30]}……"


def _reason(error: str) -> str:
    found = _POSITION.search(error)
    if "recursion" in error:
        return "规则嵌套太深（上限 32 层）"
    if not found:
        return f"规则写得不对：{error.splitlines()[0]}"
    column, text = found.groups()
    if missing := re.match(r"undeclared reference to '(\w+)'", text):
        return f"规则第 {column} 个字符：没有名为 {missing[1]} 的字段或函数"
    return f"规则第 {column} 个字符：{text}"
