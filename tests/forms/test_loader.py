from __future__ import annotations

from pathlib import Path

import pytest
from forms_making import HEAD, field_toml, form_name, form_toml, library, rule_toml

from jgclient.forms.loader import MAX_BYTES, FormError

TEXT, DAY = field_toml("name", "text"), field_toml("day", "date")
DUTY = "[[duty]]\ntitle = '录入'\nfrom = 'day'\nterm = '7 workdays'\nuntil = 'accepted'\nbasis = '办法'\n"
TWICE = """[[duplicate]]
code = 'D1'
kind = '05数据归并'
strength = 'soft'
fields = ['name']
message = '重复'
"""


def refused(folder: Path, text: str) -> FormError:
    """The one error of a library with one form file; the other form must go on working."""
    made = library(folder, text, form_toml(TEXT, head=HEAD.replace("visit", "other")))
    assert [form.id for form in made.forms] == ["other"]
    [error] = made.broken
    assert "\n" not in str(error)
    assert str(error).startswith(f"{error.file}：")
    return error


def test_a_form_with_everything_loads(tmp_path: Path) -> None:
    text = form_toml(
        field_toml(
            "name", "text", required=True, max_length=20, aliases=["名字"], help="写名字", example="甲"
        ),
        field_toml("day", "date", default="today"),
        field_toml("kind", "code", codes="check_form", default="=01"),
        field_toml("people", "persons", min_items=2, register="person"),
        field_toml("fine", "money", unit="万元", shown_if="kind == '01'", required_if="day != null"),
        rule_toml("R1", "day == null || day <= today", ["day"], help="改", example="甲", basis="法"),
        DUTY,
        TWICE + "period = 'quarter'\n",
        date_field="day",
        title_field="name",
        basis="标准",
    )
    made = library(tmp_path, text)
    assert made.broken == []
    form = made.get("visit")
    assert [field.name for field in form] == ["name", "day", "kind", "people", "fine"]
    assert form.field("name").aliases == ("名字",)
    assert form.checks[0].fields == ("day",)
    assert (form.duties[0].starts, form.duplicates[0].period) == ("day", "quarter")
    assert form.valid_from.isoformat() == "2026-01-01"


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (form_toml(field_toml("x", "text", colour="red")), "字段 x", "不认识的键 colour"),
        (form_toml(field_toml("x", "colour")), "字段 x", "没有 colour 这种类型"),
        (form_toml(TEXT, TEXT), "字段 name", "重复"),
        (form_toml(TEXT, field_toml("x", "text", title="name的标题")), "字段标题 name的标题", "重复"),
        (form_toml(field_toml("x", "code", codes="none")), "字段 x", "没有代码表 none"),
        (form_toml(field_toml("x", "code")), "字段 x", "要写 codes"),
        (form_toml(field_toml("x", "text", codes="region")), "字段 x", "其他类型不写"),
        (form_toml(field_toml("x", "identifier")), "字段 x", "要写 identifier"),
        (form_toml(field_toml("x", "identifier", identifier="tax")), "字段 x", "没有 tax 这种号码"),
        (form_toml(field_toml("x", "reference")), "字段 x", "要写 register"),
        (form_toml(field_toml("x", "reference", register="moon")), "字段 x", "没有 moon 这种登记库"),
        (form_toml(field_toml("x", "money", unit="角")), "字段 x", "unit 只能是"),
        (form_toml(field_toml("x", "text", min_items=2)), "字段 x", "min_items 只用于"),
        (form_toml(field_toml("x", "text", max_length=-1)), "字段 x", "不能是负数"),
        (form_toml(field_toml("x", "text", max_length="9")), "字段 x", "max_length 应为整数"),
        (form_toml(field_toml("x", "text", required="yes")), "字段 x", "required 应为true 或 false"),
        (form_toml(field_toml("x", "text", aliases="名字")), "字段 x", "aliases 应为文字列表"),
        (form_toml(field_toml("x", "text", title=" ")), "字段 x", "title 不能为空"),
        (form_toml(field_toml("X y", "text")), "字段 X y", "小写字母"),
        (form_toml(field_toml("today", "text")), "字段 today", "不能叫 today"),
        (form_toml(field_toml("x", "text", default="moon")), "字段 x", "不认识的 default"),
        (form_toml(field_toml("x", "text", default="field.y")), "字段 x", "y 不存在"),
        (form_toml(field_toml("x", "text", shown_if="zz == null")), "字段 x", "没有名为 zz 的字段"),
        (form_toml(TEXT, field_toml("x", "text", required_if="name > 'a'")), "字段 x", "算不出结果"),
        (form_toml(TEXT, rule_toml("R", "zz == null", ["name"])), "规则 R", "没有名为 zz"),
        (form_toml(TEXT, rule_toml("R", "name == null", ["zz"])), "规则 R", "没有名为 zz 的字段"),
        (form_toml(TEXT, DAY, rule_toml("R", "day == null", ["name"])), "规则 R", "fields 里没有列出"),
        (form_toml(TEXT, rule_toml("R", "name == null || name > 3.0", ["name"])), "规则 R", "overload"),
        (form_toml(TEXT, rule_toml("R", "name", ["name"])), "规则 R", "bool"),
        (form_toml(TEXT, rule_toml("R", "true", [])), "规则 R", "fields 不能为空"),
        (form_toml(TEXT, rule_toml("R", "true", ["name"], strength="weak")), "规则 R", "hard 或 soft"),
        (form_toml(TEXT, rule_toml("R", "true", ["name"], kind="11其他")), "规则 R", "十类之一"),
        (form_toml(TEXT, *[rule_toml("R", "true", ["name"])] * 2), "规则 R", "重复"),
        (form_toml(TEXT, rule_toml("R", "(" * 40 + "true" + ")" * 40, ["name"])), "规则 R", "嵌套太深"),
        (form_toml(TEXT, rule_toml("R", "true || " * 500 + "true", ["name"])), "规则 R", "上限"),
        (form_toml(TEXT, DUTY), "期限 录入", "没有名为 day 的字段"),
        (form_toml(DAY, DUTY.replace("7 workdays", "soon")), "期限 录入", "term"),
        (form_toml(DAY, DUTY.replace("accepted", "zz")), "期限 录入", "没有名为 zz 的字段"),
        (form_toml(DAY, DUTY + "when = 'zz == null'\n"), "期限 录入", "没有名为 zz"),
        (form_toml(DAY, DUTY + "when = 'day < today'\n"), "期限 录入", "when 不能用 today"),
        (form_toml(field_toml("day", "text"), DUTY), "期限 录入", "day 不是日期"),
        (form_toml(TEXT, TWICE + "period = 'year'\n"), "查重 D1", "quarter"),
        (form_toml(TEXT, TWICE + "period = 'quarter'\n"), "查重 D1", "要有 date_field"),
        (form_toml(TEXT, TWICE.replace("['name']", "['zz']")), "查重 D1", "没有名为 zz 的字段"),
        (form_toml(TEXT, title_field="zz"), "title_field", "没有名为 zz 的字段"),
        (form_toml(TEXT, date_field="name"), "date_field", "name 不是日期"),
        (form_toml(TEXT, kind="register"), "register", "也只有它"),
        (form_toml(TEXT, kind="letter"), "kind", "record 或 register"),
        (form_toml(), "", "没有任何字段"),
        (form_toml(TEXT, head=HEAD.replace("version = 1", "version = 0")), "version", "从 1 起"),
        (form_toml(TEXT, head=HEAD.replace("version = 1", "version = true")), "", "version 应为整数"),
        (form_toml(TEXT, head=HEAD.replace("2026-01-01", "2026-01-01T00:00:00")), "", "valid_from 应为日期"),
        (form_toml(TEXT, head=HEAD.replace("visit", "Visit 1")), "id", "小写字母"),
        (form_toml(TEXT, head=HEAD.replace("version = 1", "")), "", "缺少 version"),
        (form_toml(TEXT, head=HEAD + "colour = 'red'\n"), "", "不认识的键 colour"),
        (HEAD + "section = 3\n", "section", "列表"),
        (HEAD + "section = [1]\n", "section", "应为一个表"),
        ("id = ", "", "不是正确的 TOML"),
        ("a = " + "[" * 5000, "", "不是正确的 TOML"),
        ("# " + "长" * MAX_BYTES, "", f"上限 {MAX_BYTES} 字节"),
    ],
)
def test_a_faulty_file_is_refused_whole_and_says_where(
    tmp_path: Path, text: str, where: str, reason: str
) -> None:
    error = refused(tmp_path, text)
    assert error.file == f"{form_name(text)}.toml"
    assert error.field == where
    assert reason in error.reason
    assert str(error) == "：".join(filter(None, (error.file, where, error.reason)))


def test_a_renamed_file_is_refused_and_told_its_name(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "other.toml").write_text(form_toml(TEXT), encoding="utf-8")
    made = library(tmp_path)
    assert made.forms == []
    assert str(made.broken[0]) == "other.toml：id：文件名应为 visit.toml 或 visit-1.toml，请改回原名"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "form0.toml").write_bytes(b"\xff\xfe\x00")
    made = library(tmp_path)
    assert "读不出来" in made.broken[0].reason


def test_a_damaged_index_of_code_lists_refuses_the_forms_that_need_lists(tmp_path: Path) -> None:
    made = library(
        tmp_path,
        form_toml(field_toml("x", "code", codes="kind")),
        form_toml(TEXT, head=HEAD.replace("visit", "other")),
        codes={"index": "id,title,source\nkind\n"},
    )
    assert [form.id for form in made.forms] == ["other"]
    assert "index.csv：每行应有" in str(made.broken[0])


def test_a_damaged_code_list_refuses_the_forms_that_need_it(tmp_path: Path) -> None:
    made = library(
        tmp_path,
        form_toml(field_toml("x", "code", codes="bad")),
        form_toml(TEXT, head=HEAD.replace("visit", "other")),
        codes={"bad": "code,title\n01,甲\n"},
    )
    assert [form.id for form in made.forms] == ["other"]
    assert "代码表不能用：bad.csv" in str(made.broken[0])
