from __future__ import annotations

import time

import pytest

from jgclient.forms.rules import MAX_LENGTH, RuleError, Rules, RuleValue, names_in

SHAPES = {
    "a": "text",
    "b": "date",
    "c": "date",
    "n": "number",
    "y": "bool",
    "l": "list",
    "d": "text",
    "e": "text",
}
EMPTY: dict[str, RuleValue] = {
    "a": None,
    "b": None,
    "c": None,
    "n": None,
    "y": None,
    "l": [],
    "d": None,
    "e": None,
    "today": "2026-09-07",
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(SHAPES)


def holds(rules: Rules, expression: str, **values: RuleValue) -> bool:
    rule = rules.compile(expression)
    rules.prove(rule)
    return rule.holds({**EMPTY, **values})


@pytest.mark.parametrize(
    ("expression", "values", "verdict"),
    [
        ("b == null || c == null || b <= c", {"b": "2026-01-01", "c": "2026-01-01"}, True),
        ("b == null || c == null || b <= c", {"b": "2026-01-02", "c": "2026-01-01"}, False),
        ("b == null || c == null || b <= c", {"b": "2026-01-02"}, True),
        ("n == null || n <= 200.0", {"n": 200.0}, True),
        ("n == null || n <= 200.0", {"n": 200.01}, False),
        ("y != true || n != null", {"y": True}, False),
        ("y != true || n != null", {}, True),
        ("size(l) >= 2", {"l": ["张三"]}, False),
        ('!("02" in l) || n != null', {"l": ["01", "02"]}, False),
        ("a == null || a.matches('^4[14]')", {"a": "510000"}, False),
        ("b == null || b <= today", {"b": "2026-09-08"}, False),
        ("a == null || size(a) <= 2", {"a": "张三丰"}, False),
    ],
)
def test_rules_decide(rules: Rules, expression: str, values: dict[str, object], verdict: bool) -> None:
    assert holds(rules, expression, **values) is verdict


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("zz == null", "没有名为 zz 的字段或函数"),
        ("a == null || a > 3", "found no matching overload"),
        ("n == null || n <= 200", "found no matching overload"),
        ("a ==", "Syntax error"),
        ("a", "bool"),
        ("1 + 1", "bool"),
        ("[" * 40 + "]" * 40 + " == []", "嵌套太深"),
        ("a == null" + " || a == null" * 400, f"上限 {MAX_LENGTH}"),
        ("a.startsWith(b.c)", "cannot be the operand of a select"),
        ("open('/etc/passwd') == null", "open"),
    ],
)
def test_rules_that_cannot_be_used_say_why(rules: Rules, expression: str, reason: str) -> None:
    with pytest.raises(RuleError, match=None) as error:
        rules.compile(expression)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_rule_sees_only_the_fields_it_names(rules: Rules) -> None:
    with pytest.raises(RuleError, match="规则用到了 c，但 fields 里没有列出"):
        rules.compile("b == null || c == null", ["b"])
    assert rules.compile("b == null", ["b", "c"]).names == {"b"}


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("b <= c", "b=空"),
        ("a.startsWith('4')", "a=空"),
        ("n > 1.0", "n=空"),
        ("a == '01' ? b <= c : true", "a=01"),
        ("!('01' in l) || b < c", "l=['01']"),
        ("y != true || size(a) > 1", "y=True"),
    ],
)
def test_a_rule_that_fails_for_some_mixture_is_not_total(rules: Rules, expression: str, reason: str) -> None:
    rule = rules.compile(expression)
    with pytest.raises(RuleError, match="算不出结果") as error:
        rules.prove(rule)
    assert reason in str(error.value)


def test_rules_over_many_fields_are_proved_pair_by_pair(rules: Rules) -> None:
    fine = "a == null || b == null || c == null || n == null || y == null || d == null || e == null || b <= c"
    rules.prove(rules.compile(fine))
    with pytest.raises(RuleError):
        rules.prove(rules.compile("a == null || d == null || e == null || y == null || n == null || b <= c"))


def test_rules_together_give_the_same_verdicts_as_alone(rules: Rules) -> None:
    expressions = [
        "b == null || c == null || b <= c",
        "size(l) >= 2 // two",
        "n == null || n <= 1.0",
        "a != 'x'",
    ]
    compiled = [rules.compile(expression) for expression in expressions]
    for values in (EMPTY, {**EMPTY, "b": "2", "c": "1", "l": ["1", "2"], "n": 5.0}, {**EMPTY, "a": "x"}):
        alone = [i for i, rule in enumerate(compiled) if not rule.holds(values)]
        assert rules.together(compiled).broken(values) == alone


def test_one_rule_that_fails_spoils_only_its_own_verdict(rules: Rules) -> None:
    compiled = [rules.compile(e) for e in ("a == null", "b <= c", "size(l) >= 1")]
    assert rules.together(compiled).broken({**EMPTY, "a": "x"}) == [0, 2]


def test_no_rules_are_never_broken(rules: Rules) -> None:
    assert rules.together([]).broken(EMPTY) == []


@pytest.mark.parametrize(
    ("expression", "usable"),
    [
        ("l.all(p, l.all(q, l.all(r, l.all(s, l.all(t, p + q + r + s + t != 'x')))))", False),
        ("[1, 2, 3, 4, 5, 6, 7, 8, 9].all(p, " * 8 + "p > 0" + ")" * 8, False),
        ("a == null || a.matches('^(x+x+)+y$')", True),
        ("l.all(p, l.exists_one(q, p == q))", True),
    ],
)
def test_hostile_rules_end_soon_and_explosive_ones_are_refused(
    rules: Rules, expression: str, usable: bool
) -> None:
    rule = rules.compile(expression)
    started = time.perf_counter()
    rule.holds({**EMPTY, "l": [str(i) for i in range(200)], "a": "x" * 5000})
    if usable:
        rules.prove(rule)
    else:
        with pytest.raises(RuleError, match="运算量太大"):
            rules.prove(rule)
    assert time.perf_counter() - started < 2


def test_names_are_found_outside_texts_and_members() -> None:
    assert names_in("a == 'b' && c.size() > \"d'e\".size() || has_x") == {"a", "c", "has_x"}
