from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from forms_making import TODAY, checker, context, field_toml, rule_toml
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.forms.checker import Checker

FIELDS = (
    field_toml(
        "number",
        "document_number",
        required=True,
        max_length=20,
        example="郑检〔2026〕1号",
        help="每次一个编号。",
    ),
    field_toml("day", "date", required=True, basis="办法第三条"),
    field_toml("end", "date", required_if="kind == '02'"),
    field_toml("kind", "code", codes="check_form"),
    field_toml("people", "persons", min_items=2, basis="行政处罚法 第四十二条"),
    field_toml("fine", "money", unit="元", shown_if="kind == '02'"),
    field_toml("count", "integer"),
    field_toml("heard", "yes_no"),
    field_toml("administrative_cp_ce_type", "code", codes="certificate_type"),
    field_toml("code", "identifier", identifier="party"),
    field_toml("area", "code", codes="region"),
    field_toml("facts", "long_text", max_length=100),
)
RULES = (
    rule_toml(
        "R-1",
        "end == null || day == null || end >= day",
        ["end", "day"],
        kind="10时间信息检查",
        help="先后",
        example="同一天",
    ),
    rule_toml("R-2", "heard != true || fine != null", ["heard", "fine"], strength="soft", basis="法"),
    rule_toml("R-3", "size(people) <= 5", ["people"]),
)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    folder = tmp_path_factory.mktemp("forms")
    return checker(folder, *FIELDS, *RULES, number_field="number", date_field="day")


RIGHT = {"number": "郑检〔2026〕1号", "day": "2026-09-05", "people": "张三、李四"}


def found(visit: Checker, **texts: str) -> list[tuple[str, tuple[str, ...]]]:
    """Codes and fields of the problems of a record that is right but for ``texts``."""
    return [(p.code, p.fields) for p in visit.read({**RIGHT, **texts}, context()).problems]


def test_a_right_record_has_no_problems_and_is_put_in_order(visit: Checker) -> None:
    reading = visit.read(
        {"people": "王 伟;李四", "day": "2026.9.5", "number": "郑检[2026]1号", "facts": "  "}, context()
    )
    assert reading.problems == []
    assert reading.content == {"number": "郑检〔2026〕1号", "day": "2026-09-05", "people": ["王伟", "李四"]}
    assert list(reading.content) == ["number", "day", "people"]
    assert reading.texts == {"people": "王伟、李四", "day": "2026-09-05", "number": "郑检〔2026〕1号"}


def test_what_is_missing_is_said_with_an_example(visit: Checker) -> None:
    problems = visit.read({}, context()).problems
    assert [(p.code, p.fields) for p in problems] == [("required", ("number",)), ("required", ("day",))]
    assert problems[0].kind == "09业务主键检查"
    assert problems[0].help == "每次一个编号。（例：郑检〔2026〕1号）"
    assert (problems[1].kind, problems[1].basis) == ("10时间信息检查", "办法第三条")


@pytest.mark.parametrize(
    ("texts", "problems"),
    [
        ({"day": "2026-02-30"}, [("no-such-day", ("day",))]),
        ({"day": "2026-09-08"}, [("future", ("day",))]),
        ({"end": "2026-09-08"}, []),
        ({"end": "2026-09-04"}, [("R-1", ("end", "day"))]),
        ({"end": "乱写", "kind": "02"}, [("not-a-date", ("end",))]),
        ({"kind": "专项"}, [("required", ("end",))]),
        ({"kind": "02", "end": "9-5", "fine": "5"}, []),
        ({"kind": "01", "fine": "5"}, [("not-applicable", ("fine",))]),
        ({"fine": "5"}, [("not-applicable", ("fine",))]),
        ({"kind": "乱写", "fine": "5"}, [("unknown-code", ("kind",))]),
        ({"people": "张三"}, [("too-few", ("people",))]),
        ({"people": "张一、张二、张三、张四、张五、张六"}, [("R-3", ("people",))]),
        ({"heard": "是"}, [("R-2", ("heard", "fine"))]),
        ({"heard": "是", "fine": "乱写"}, [("not-an-amount", ("fine",))]),
        ({"number": "长" * 21}, [("too-long", ("number",))]),
        ({"number": "\u200b"}, [("required", ("number",))]),
        ({"people": "、"}, [("nothing-visible", ("people",))]),
        ({"facts": "长" * 100_001}, [("too-long", ("facts",))]),
        ({"count": "9" * 1001}, [("too-long", ("count",))]),
        ({"moon": "满"}, [("unknown-field", ("moon",))]),
        ({"number": "/"}, [("required", ("number",))]),
        ({"end": "无", "fine": "—", "count": "暂无"}, []),
        ({"administrative_cp_ce_type": "身份证", "code": "110105194912310021"}, [("idcard", ("code",))]),
        ({"administrative_cp_ce_type": "001", "code": "91410100MA0000015B"}, []),
        ({"area": "偃师市"}, [("no-longer-valid", ("area",))]),
        ({"area": "偃师市", "day": "2020-05-06"}, []),
    ],
)
def test_problems(visit: Checker, texts: dict[str, str], problems: list[tuple[str, tuple[str, ...]]]) -> None:
    assert found(visit, **texts) == problems


def test_a_broken_rule_carries_all_that_the_form_says(visit: Checker) -> None:
    [problem] = visit.read({**RIGHT, "end": "2026.9.4"}, context()).problems
    assert (problem.code, problem.kind, problem.strength) == ("R-1", "10时间信息检查", "hard")
    assert (problem.message, problem.help, problem.value) == (
        "不对",
        "先后（例：同一天）",
        "2026-09-04；2026-09-05",
    )
    [soft] = visit.read({**RIGHT, "heard": "是"}, context()).problems
    assert (soft.strength, soft.reason_required, soft.basis) == ("soft", True, "法")


def test_problems_come_in_the_order_of_the_fields(visit: Checker) -> None:
    texts = {"area": "乱写", "end": "2026-09-04", "people": "张三", "number": "长" * 21, "day": "2026-09-05"}
    assert [p.code for p in visit.read(texts, context()).problems] == [
        "too-long",
        "R-1",
        "too-few",
        "unknown-code",
    ]


def test_what_could_not_be_understood_stays_as_typed(visit: Checker) -> None:
    reading = visit.read({**RIGHT, "end": " 乱写 ", "count": "３"}, context())
    assert reading.texts["end"] == " 乱写 "
    assert reading.texts["count"] == "3"
    assert "end" not in reading.content
    assert reading.problems[0].value == " 乱写 "


def test_too_few_counts_in_the_right_word(visit: Checker) -> None:
    [problem] = visit.read({**RIGHT, "people": "张三"}, context()).problems
    assert problem.message == "“people的标题”至少 2 人，现有 1 人"
    assert problem.help == "请再补 1 人，用“、”隔开"
    assert problem.basis == "行政处罚法 第四十二条"


def test_the_unit_s_region_helps_with_names(visit: Checker) -> None:
    assert visit.read({**RIGHT, "area": "鼓楼区"}, context(region="410200")).content["area"] == "410204"
    assert found(visit, area="鼓楼区") == [("ambiguous", ("area",))]


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ({"day": "2026.9.5"}, [("not-a-date", ("day",))]),
        ({"day": 5}, [("wrong-type", ("day",))]),
        ({"number": ""}, [("wrong-type", ("number",))]),
        ({"number": "甲\u200b"}, [("bad-characters", ("number",))]),
        ({"number": None}, [("wrong-type", ("number",))]),
        ({"people": "张三、李四"}, [("wrong-type", ("people",))]),
        ({"count": "3"}, [("wrong-type", ("count",))]),
        ({"kind": "77"}, [("unknown-code", ("kind",))]),
        ({"moon": {"a": [1]}}, [("unknown-field", ("moon",))]),
        ({"\ud800": "\udfff"}, [("unknown-field", ("",))]),
        ({"facts": {"deep": [[[]]]}}, [("wrong-type", ("facts",))]),
        ({"facts": 10**40}, [("wrong-type", ("facts",))]),
    ],
)
def test_json_that_no_typing_gives_is_refused(
    visit: Checker, content: dict[str, object], problems: list[object]
) -> None:
    right = {"number": "郑检〔2026〕1号", "day": "2026-09-05", "people": ["张三", "李四"]}
    got = visit.check({**right, **content}, context())
    assert [(p.code, p.fields) for p in got] == problems
    for problem in got:
        f"{problem.to_json()}".encode()


def test_texts_of_content_read_back(visit: Checker) -> None:
    content = {
        "number": "郑检〔2026〕1号",
        "kind": "02",
        "heard": False,
        "count": 3,
        "area": "410204",
        "people": ["张三"],
        "moon": [1],
    }
    texts = visit.to_texts(content)
    assert texts["kind"] == "专项检查" or texts["kind"].startswith("专项")
    assert texts["area"] == "410204 鼓楼区"
    assert (texts["heard"], texts["count"], texts["moon"]) == ("否", "3", "（1 项）")
    assert visit.to_texts({"count": "三"}) == {"count": "三"}
    again = visit.read({name: text for name, text in texts.items() if name != "moon"}, context()).content
    assert again == {name: value for name, value in content.items() if name != "moon"}


def test_visible_and_required_follow_the_content(visit: Checker) -> None:
    everything = {field.name for field in visit.form}
    assert visit.visible({}) == everything - {"fine"}
    assert visit.visible({"kind": "02"}) == everything
    assert visit.visible({"kind": "01", "fine": "5"}) == everything
    assert visit.visible({"kind": 7}) == everything
    assert visit.required({}) == {"number", "day"}
    assert visit.required({"kind": "02"}) == {"number", "day", "end"}


def test_one_field_while_it_is_typed(visit: Checker) -> None:
    assert visit.read_field("day", "9-5", context()) == ("2026-09-05", [])
    value, problems = visit.read_field("day", "9-31", context())
    assert (value, [p.code for p in problems]) == (None, ["no-such-day"])
    value, problems = visit.read_field("day", "2026-09-08", context())
    assert (value, [p.code for p in problems]) == ("2026-09-08", ["future"])
    assert [p.code for p in visit.read_field("number", " ", context())[1]] == ["required"]
    assert visit.read_field("facts", "", context()) == (None, [])
    assert [p.code for p in visit.read_field("people", "张三", context())[1]] == ["too-few"]
    with pytest.raises(KeyError):
        visit.read_field("moon", "x", context())


def test_one_field_may_need_the_others(visit: Checker) -> None:
    others = {"administrative_cp_ce_type": "111", "end": "乱写", "day": "2020-05-06"}
    assert [p.code for p in visit.read_field("code", "91410100MA0000015B", context(), others)[1]] == [
        "idcard"
    ]
    assert visit.read_field("area", "偃师市", context(), others) == ("410381", [])


typed = st.one_of(
    st.text(max_size=15),
    st.sampled_from(
        ["2026-09-05", "9-4", "2026.9.8", "01", "专项", "02", "是", "否", "5000", "２.5万", "张三、李四",
         "张三", "郑检[2026]1号", "91410100MA0000015B", "11010519491231002X", "110105194912310021", "111",
         "中原区", "410381", "/", "无"]
    ),
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *RIGHT,
                "end",
                "kind",
                "fine",
                "count",
                "heard",
                "code",
                "area",
                "facts",
                "administrative_cp_ce_type",
            ]
        ),
        typed,
    )
)
@settings(max_examples=100, deadline=None)
def test_content_gets_the_verdict_of_the_texts_it_came_from(visit: Checker, texts: dict[str, str]) -> None:
    reading = visit.read(texts, context(region="410100"))
    refused = {p.fields[0] for p in reading.problems} - reading.content.keys()
    of_content = visit.check(reading.content, context())
    kept = [p for p in reading.problems if not set(p.fields) & {name for name in refused if texts.get(name)}]
    if not {name for name in texts if name in refused}:
        assert of_content == reading.problems
    assert {p.code for p in kept} <= {p.code for p in of_content}
    again = visit.read(reading.texts, context(region="410100"))
    assert (again.content, again.texts) == (reading.content, reading.texts)
    assert visit.read(visit.to_texts(reading.content), context()).content == reading.content


def test_a_form_without_rules_and_roles_works(tmp_path: Path) -> None:
    plain = checker(tmp_path, field_toml("name", "text"))
    assert plain.read({"name": "甲"}, context(today=date(2026, 1, 1))).problems == []
    assert plain.visible({}) == {"name"}


def test_a_register_row_may_lie_in_the_future(tmp_path: Path) -> None:
    register = checker(
        tmp_path,
        field_toml("day", "date"),
        "\n[register]\nname = 'item'\nfields = ['day']\n",
        kind="register",
        date_field="day",
    )
    assert register.read({"day": "2030-01-01"}, context(today=TODAY)).problems == []
