"""The shipped code lists: the platform's dictionaries, words clerks write, regions with validity."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from shipped_forms import TODAY, shipped

from jgclient.forms.library import resources_folder
from jgclient.forms.problems import KINDS
from jgclient.forms.regions import find_region

OWN_LISTS = {
    "inspection_kind": 3,
    "publicity_certificate_type": 5,
    "publicity_party_kind": 3,
    "publicity_punish_type": 14,
    "region": 3051,
}


def platform() -> dict[str, dict[str, str]]:
    """The dictionaries as the national data-entry front end has them (2019–2020)."""
    lists: defaultdict[str, dict[str, str]] = defaultdict(dict)
    path = Path(__file__).with_name("platform_dictionaries.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            lists[row["list"]][row["code"]] = row["title"]
    return dict(lists)


def test_every_platform_dictionary_is_shipped_with_the_same_codes_and_words() -> None:
    codes = shipped().codes
    assert {name: {e.code: e.title for e in codes.get(name)} for name in platform()} == platform()
    assert sum(map(len, platform().values())) == 289


def test_no_list_is_shipped_that_is_neither_the_platforms_nor_named_here() -> None:
    assert set(shipped().codes.ids) == {*platform(), *OWN_LISTS}
    assert {name: len(shipped().codes.get(name).entries) for name in OWN_LISTS} == OWN_LISTS


def test_every_list_is_used_by_a_form_or_by_the_checker() -> None:
    used = {field.codes for form in shipped().forms for field in form if field.codes}
    assert set(shipped().codes.ids) - used == {"problem_kind"}
    assert {f"{e.code}{e.title}" for e in shipped().codes.get("problem_kind")} == set(KINDS.values())


@pytest.mark.parametrize("name", sorted({*platform(), *OWN_LISTS}))
def test_every_entry_has_a_source_and_every_list_a_title(name: str) -> None:
    codes = shipped().codes.get(name)
    assert codes.list_title != name
    assert codes.source
    assert all(entry.source for entry in codes)


@pytest.mark.parametrize("name", sorted({*platform(), *OWN_LISTS} - {"region"}))
def test_every_code_title_and_alias_means_one_thing(name: str) -> None:
    codes = shipped().codes.get(name)
    for entry in codes:
        for word in (entry.code, entry.title, f"{entry.code} {entry.title}", *entry.aliases):
            found = codes.find(word)
            assert found is not None, word
            assert found.code == entry.code, word


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("check_form", "日常", "01"),
        ("check_form", "日常检查", "01"),
        ("check_form", "专项", "02"),
        ("check_form", "个案检查", "99"),
        ("check_type", "现场", "01"),
        ("check_type", "非现场", "02"),
        ("check_mode", "双随机", "1"),
        ("check_mode", "双随机、一公开", "1"),
        ("check_mode", "重点监管", "2"),
        ("check_result", "未发现问题", "01"),
        ("check_result", "未发现问题终止检查并告知", "01"),
        ("check_result", "责令改正", "02"),
        ("check_result", "行政指导", "03"),
        ("check_result", "作出行政处罚决定", "04"),
        ("party_nature", "自然人", "01"),
        ("party_nature", "企业", "02"),
        ("party_nature", "个体工商户", "03"),
        ("certificate_type", "身份证", "111"),
        ("certificate_type", "营业执照", "001"),
        ("certificate_type", "护照", "414"),
        ("case_source", "投诉举报", "03"),
        ("punish_procedure", "普通程序", "02"),
        ("punish_procedure", "简易", "01"),
        ("punish_type", "通报批评", "07"),
        ("punish_type", "吊销许可证件", "05"),
        ("reconsider", "未复议", "00"),
        ("litigation", "无", "99"),
        ("execution_way", "自觉", "1"),
        ("execution_result", "部分履行", "2"),
        ("other_disposal", "移送司法", "1"),
        ("force_type", "措施", "01"),
        ("coercive_measure", "查封", "02"),
        ("coercive_measure", "冻结", "04"),
        ("force_execution", "加处罚款", "01"),
        ("exercise_level", "市级", "3"),
        ("exercise_level", "区级", "4"),
        ("exercise_level", "镇街", "5"),
        ("object_kind", "个体工商户", "1"),
        ("department", "市场监督管理局", "31"),
        ("publicity_punish_type", "吊销许可证件", "05"),
        ("publicity_punish_type", "限制开展生产经营活动", "12"),
        ("publicity_party_kind", "法人", "法人及非法人组织"),
        ("publicity_certificate_type", "台胞证", "台湾居民来往大陆通行证"),
    ],
)
def test_words_clerks_write_are_understood(name: str, word: str, code: str) -> None:
    found = shipped().codes.get(name).find(word)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("name", "word"), [("check_result", "整改中"), ("check_result", "发现问题"), ("punish_type", "处罚")]
)
def test_words_without_a_certain_meaning_are_not_guessed(name: str, word: str) -> None:
    assert shipped().codes.get(name).find(word) is None


# -- regions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("中原区", "410102"),
        ("郑州市中原区", "410102"),
        ("河南省郑州市中原区", "410102"),
        ("济源市", "419001"),
        ("郑州经开区", "410171"),
        ("东莞市", "441900"),
        ("榕城区", "445202"),
        ("开封市", "410200"),
        ("北京市东城区", "110101"),
        ("江苏省鼓楼区", "320106"),
    ],
)
def test_regions_are_found_by_name_and_path(word: str, code: str) -> None:
    found = find_region(shipped().codes.get("region"), word, day=TODAY)
    assert code in [entry.code for entry in found]


def test_of_namesakes_the_one_in_the_units_city_is_meant() -> None:
    regions = shipped().codes.get("region")
    assert len(find_region(regions, "鼓楼区", day=TODAY)) == 4
    assert [e.code for e in find_region(regions, "鼓楼区", hint="410200", day=TODAY)] == ["410204"]


@pytest.mark.parametrize(
    ("old", "last_day", "successor"),
    [
        ("410306", date(2021, 4, 21), "410308"),
        ("410322", date(2021, 4, 21), "410308"),
        ("410381", date(2021, 4, 21), "410307"),
        ("410728", date(2019, 8, 28), "410783"),
        ("411626", date(2019, 12, 30), "411603"),
    ],
)
def test_abolished_regions_name_their_successor(old: str, last_day: date, successor: str) -> None:
    regions = shipped().codes.get("region")
    entry = regions.entry(old)
    assert entry is not None
    assert (entry.valid_to, entry.successor) == (last_day, successor)
    assert not regions.valid(old, TODAY)
    assert regions.valid(successor, TODAY)


def test_the_cities_of_henan_and_guangdong_are_there() -> None:
    codes = {entry.code for entry in shipped().codes.get("region")}
    henan = {f"41{n:02}00" for n in range(1, 18)} | {"410000", "419001"}
    guangdong = {f"44{n:02}00" for n in (*range(1, 10), *range(12, 21), 51, 52, 53)} | {"440000"}
    assert henan | guangdong <= codes


def test_statistical_zones_are_marked_as_no_gb_regions() -> None:
    zones = [e for e in shipped().codes.get("region") if "非 GB/T 2260" in e.source]
    assert sum(e.code.startswith("41") and e.code != "419000" for e in zones) == 24
    assert all("70" < e.code[4:] < "80" or e.code == "419000" for e in zones)


def test_files_are_plain_csv_without_carriage_returns() -> None:
    for path in (resources_folder() / "codes").glob("*.csv"):
        assert b"\r" not in path.read_bytes(), path.name
