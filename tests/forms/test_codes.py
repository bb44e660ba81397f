from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jgclient.forms.codes import CodeList, CodeLists, CodesError, read_codes

HEAD = "code,title,aliases,source,valid_from,valid_to,successor\n"


def written(folder: Path, rows: str, name: str = "kind") -> CodeList:
    path = folder / f"{name}.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return read_codes(path, title="种类")


@pytest.fixture
def kinds(tmp_path: Path) -> CodeList:
    return written(
        tmp_path,
        "01,警告,书面警告|口头警告,旧法,,,\n02,罚款,,旧法,,,\n05,暂扣或吊销许可证,,旧法,,2021-07-14,\n"
        "05,吊销许可证,,新法,2021-07-15,,\n08,双随机、一公开,,新法,2021-07-15,,\n99,其他,,旧法,,2021-07-14,08\n",
    )


@pytest.mark.parametrize(
    "word", ["02", "2", "罚款", " 罚 款 ", "０２", "02 罚款", "02-罚款", "02罚款", "2.0"]
)
def test_find_takes_code_words_and_both_together(kinds: CodeList, word: str) -> None:
    found = kinds.find(word)
    assert (found.code if found else None) == ("02" if word != "2.0" else None)


def test_find_takes_aliases_and_ignores_punctuation(kinds: CodeList) -> None:
    assert kinds.find("口头警告").code == "01"
    assert kinds.find("双随机一公开").code == "08"


def test_find_guesses_nothing(kinds: CodeList) -> None:
    assert kinds.find("罚") is None
    assert kinds.find("3") is None
    assert kinds.find("") is None


def test_of_two_meanings_of_a_code_the_day_decides(kinds: CodeList) -> None:
    assert kinds.entry("05", date(2020, 1, 1)).title == "暂扣或吊销许可证"
    assert kinds.entry("05", date(2024, 1, 1)).title == "吊销许可证"
    assert kinds.title("05") == "吊销许可证"
    assert kinds.find("5", date(2020, 1, 1)).title == "暂扣或吊销许可证"


def test_validity_includes_both_ends(kinds: CodeList) -> None:
    assert kinds.valid("05", date(2021, 7, 14))
    assert kinds.valid("08", date(2021, 7, 15))
    assert not kinds.valid("08", date(2021, 7, 14))
    assert not kinds.valid("07", date(2021, 7, 14))


def test_a_word_out_of_force_is_still_found_so_that_it_can_be_explained(kinds: CodeList) -> None:
    found = kinds.find("其他", date(2024, 1, 1))
    assert found is not None
    assert (found.code, found.successor) == ("99", "08")


def test_a_bare_number_that_could_mean_two_codes_is_not_taken(tmp_path: Path) -> None:
    assert written(tmp_path, "1,甲,,,,,\n01,乙,,,,,\n").find("001") is None


def test_label_shows_the_code_where_words_are_not_unique(tmp_path: Path) -> None:
    twins = written(tmp_path, "410204,鼓楼区,,,,,\n320106,鼓楼区,,,,,\n410205,禹王台区,,,,,\n")
    assert twins.label("410204") == "410204 鼓楼区"
    assert twins.label("410205") == "禹王台区"
    assert twins.label("999999") == "999999"
    assert twins.find(twins.label("410204")).code == "410204"


def test_search_puts_beginnings_first_and_stops_at_the_limit(kinds: CodeList) -> None:
    assert [entry.title for entry in kinds.search("警告")] == ["警告"]
    assert [entry.code for entry in kinds.search("许可证")] == ["05", "05"]
    assert [entry.code for entry in kinds.search("0", 2)] == ["01", "02"]


def test_lists_are_read_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("id,title,source\nkind,种类,某标准\n", encoding="utf-8-sig")
    written(tmp_path, "01,警告,,,,,\n")
    (tmp_path / "broken.csv").write_text("code,title\n", encoding="utf-8")
    lists = CodeLists(tmp_path)
    assert lists.ids == ["broken", "kind"]
    assert "kind" in lists
    assert (lists.get("kind").list_title, lists.get("kind").source) == ("种类", "某标准")
    assert lists.get("kind") is lists.get("kind")
    with pytest.raises(KeyError):
        lists.get("none")
    with pytest.raises(CodesError, match=r"broken\.csv：表头应为"):
        lists.get("broken")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("01,警告\n", "第 2 行应有 7 列"),
        (",警告,,,,,\n", "第 2 行应有 7 列"),
        ("01,警告,,,2021,,\n", "第 2 行的日期不对"),
    ],
)
def test_damaged_lists_say_where(tmp_path: Path, rows: str, reason: str) -> None:
    with pytest.raises(CodesError, match=reason):
        written(tmp_path, rows)


def test_a_list_that_is_no_text_says_so(tmp_path: Path) -> None:
    (tmp_path / "kind.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CodesError, match="读不出来"):
        read_codes(tmp_path / "kind.csv")
