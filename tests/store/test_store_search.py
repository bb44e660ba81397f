from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jgclient.forms.resources import resources_folder
from jgclient.records import State
from jgclient.store import ListQuery, Summary, pinyin, search

TEXTS = {
    "party": "郑州市金水区宏达物业管理有限公司",
    "code": "91410105MA9KXYZ123",
    "number": "郑金市监检字〔2026〕第3号",
    "phone": "0371-65001234",
    "date": "2026-09-07",
    "note": "现场检查，未发现ＡＢＣ类问题；抽检3批次。单位负责人𫠠某在场",
}


def finds(store, text: str) -> bool:
    rows = store.records.list(ListQuery(text=text))
    assert store.records.count(ListQuery(text=text)) == len(rows)
    assert len(store.records.list(ListQuery(text=text, sort="title"))) == len(rows)
    return bool(rows)


@pytest.mark.parametrize(
    "text",
    [
        "业", "物业", "宏达物业", "郑", "公司",
        "9", "MA9K", "ma9k", "KXYZ12", "23", "91410105MA9KXYZ123", "９１４１",
        "2026", "026", "〔2026〕第3号", "6〕第3号", "第3", "3号", "字〔2", "0371-6500", "500",
        "2026-09", "2026-09-07", "abc", "ABC类", "B", "𫠠", "𫠠某",
        "物业 2026", "2026 物业 公司", "检查，未发现", "检查 未发现",
        "hdwy", "zzs", "wygl",
    ],
)  # fmt: skip
def test_any_part_of_any_text_finds_the_record(store, draft, text):
    draft(store, texts=TEXTS, summary=Summary(title="日常检查", party=TEXTS["party"]))
    assert finds(store, text)


@pytest.mark.parametrize(
    "text", ["物管", "业物", "2027", "9141MA", "物业 2027", "zzx", "〔〕", '"', "*", "-", "ABD"]
)
def test_what_is_in_no_text_finds_nothing(store, draft, text):
    draft(store, texts=TEXTS, summary=Summary(party=TEXTS["party"]))
    assert not finds(store, text)


@given(
    st.text(max_size=12)
    | st.lists(
        st.sampled_from(
            ['"', "*", "(", ")", "AND", "OR", "NOT", "NEAR(", ":", "^", "-", "业", "a", "1", " "]
        ),
        max_size=8,
    ).map("".join)
)
@example('grams : "')
@example("\x00")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_a_person_can_type_breaks_the_search(store, text):
    finds(store, text)


@given(st.text(alphabet="郑州物业检查0123ＡＢab〔〕-，𫠠", max_size=20), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_piece_of_a_text_finds_it(store, text, data):
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : data.draw(st.integers(start, len(text)))]
    store.records.save_draft("one", form="check", form_version=1, texts={"a": text}, author="甲")
    if search.match_expression(piece):
        assert finds(store, piece)


def test_search_follows_every_change_of_the_record(store, draft, finish):
    record_id = draft(store, texts={"n": "苹果"})
    draft(store, record_id, texts={"n": "香蕉"})
    assert (finds(store, "苹果"), finds(store, "香蕉")) == (False, True)
    finish(store, record_id, content={"n": "樱桃", "people": ["张三", {"name": "李四"}], "money": "5000"})
    assert not finds(store, "香蕉")
    assert all(finds(store, text) for text in ("樱桃", "张三", "李四", "5000"))


def test_hits_come_newest_first_and_page_by_page(store, draft):
    ids = [draft(store, texts={"n": f"物业{i}"}) for i in range(5)]
    draft(store, ids[1], texts={"n": "物业又改"})
    newest = [ids[1], ids[4], ids[3], ids[2], ids[0]]
    assert [row.id for row in store.records.list(ListQuery(text="物业"))] == newest
    page = store.records.list(ListQuery(text="物业", limit=2, offset=2))
    assert [row.id for row in page] == newest[2:4]
    oldest = store.records.list(ListQuery(text="物业", descending=False))
    assert [row.id for row in oldest] == newest[::-1]


def test_search_and_filters_narrow_each_other(store, draft, finish):
    drafted = draft(store, form="penalty", texts={"n": "物业"})
    finished = finish(store, content={"n": "物业"}).record_id
    assert [row.id for row in store.records.list(ListQuery(text="物业", form="penalty"))] == [drafted]
    queued = ListQuery(text="物业", states=frozenset({State.QUEUED}))
    assert [row.id for row in store.records.list(queued)] == [finished]
    assert store.records.count(queued) == 1


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("郑州ABC物业", ["zzwy"]),
        ("鑫源", ["xy"]),
        ("重庆银行", ["zqyx", "cqyx", "zqyh"]),
        ("单某", ["dm", "sm"]),
        ("ABC 12", []),
        ("", []),
    ],
)
def test_initials_of_a_name_in_every_reading_names_use(name, readings):
    assert pinyin.initials(name) == readings


def test_the_shipped_initials_know_every_common_character_once():
    lines = (resources_folder() / pinyin.FILE).read_text("utf-8").splitlines()
    common = "".join(line.split("\t")[1] for line in lines if not line.startswith("+"))
    assert len(common) == len(set(common)) > 20_000
    assert {line.split("\t")[0] for line in lines if not line.startswith("+")} <= set(string.ascii_lowercase)
