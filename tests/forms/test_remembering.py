"""What the checker remembers of texts never shows: not another day, unit, neighbour or caller."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from forms_making import TODAY, checker, context, field_toml

from jgclient.forms import understanding
from jgclient.forms.checker import Checker
from jgclient.records import Json

FIELDS = (
    field_toml("day", "date"),
    field_toml("area", "code", codes="region"),
    field_toml("areas", "codes", codes="region"),
    field_toml("seat", "identifier", identifier="region"),
    field_toml("seats", "lines", identifier="region"),
    field_toml("near", "reference", register="region"),
    field_toml("administrative_cp_ce_type", "code", codes="certificate_type"),
    field_toml("code", "identifier", identifier="party"),
    field_toml("people", "persons", min_items=2),
    field_toml("files", "attachments"),
    field_toml("fine", "money"),
)


@pytest.fixture
def visit(tmp_path: Path) -> Checker:
    return checker(tmp_path, *FIELDS, date_field="day")


@pytest.mark.parametrize("name", ["area", "areas", "seat", "seats", "near"])
def test_a_region_is_judged_by_the_day_of_each_record(visit: Checker, name: str) -> None:
    for day, codes in (("2020-05-01", []), ("2025-05-01", ["no-longer-valid"]), ("2020-05-01", [])):
        reading = visit.read({name: "410322", "day": day}, context())
        assert [p.code for p in reading.problems] == codes


@pytest.mark.parametrize(("name", "in_2020"), [("area", "410322"), ("seat", "410322")])
def test_a_region_named_without_a_day_is_one_of_today(visit: Checker, name: str, in_2020: str) -> None:
    assert visit.read({name: "孟津区", "day": "2025-05-01"}, context()).content[name] == "410308"
    assert visit.read({name: "孟津县", "day": "2020-05-01"}, context()).content[name] == in_2020


def test_a_bare_name_means_the_region_of_each_unit(visit: Checker) -> None:
    for region, code in (("410200", "410204"), ("320100", "320106"), ("410200", "410204")):
        assert visit.read({"area": "鼓楼区"}, context(region=region)).content.get("area") == code


def test_a_day_without_a_year_means_the_year_of_each_checking(visit: Checker) -> None:
    for today in (TODAY, date(2024, 9, 7), TODAY):
        content = visit.read({"day": "9-5"}, context(today=today)).content
        assert content == {"day": f"{today.year}-09-05"}


def test_a_number_is_judged_by_the_document_of_each_record(visit: Checker) -> None:
    for document, codes in (("001", []), ("111", ["idcard"]), ("001", [])):
        texts = {"code": "91410100MA0000015B", "administrative_cp_ce_type": document}
        assert [p.code for p in visit.read(texts, context()).problems] == codes


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people", "张三、李四"),
        ("files", json.dumps([{"name": "a.jpg", "sha256": "ab" * 32, "size": 1}])),
    ],
)
def test_a_caller_may_change_what_it_got(visit: Checker, name: str, text: str) -> None:
    first = visit.read({name: text}, context()).content[name]
    kept = json.dumps(first)
    _spoil(first)
    assert json.dumps(visit.read({name: text}, context()).content[name]) == kept


def _spoil(entries: Json) -> None:
    for entry in entries:
        if isinstance(entry, dict):
            entry.clear()
    entries.clear()


def test_what_is_wrong_is_found_again_every_time(visit: Checker) -> None:
    for _ in range(3):
        reading = visit.read({"people": "张三", "fine": "-5", "other": "x", "area": "无"}, context())
        assert sorted(p.code for p in reading.problems) == [
            "negative", "too-few", "unknown-code", "unknown-field",
        ]  # fmt: skip


def test_memory_stays_flat(visit: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "MOST_TEXTS", 10)
    for number in range(100):
        visit.read({"fine": str(number), "people": "张" * 300}, context())
        assert len(visit._understanding._remembered[1]) <= 11


def test_many_attachments_are_read_back(visit: Checker) -> None:
    files = [{"name": f"现场照片{n}.jpg", "sha256": f"{n:064x}", "size": n} for n in range(1, 60)]
    texts = visit.to_texts({"files": files})
    assert visit.read(texts, context()).content == {"files": files}
