"""Limits on the command line: counting, listing, files, calendars."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from limits_office import NOW, Office, year_file

from jgclient.__main__ import main
from jgclient.cli import answers
from jgclient.store import Summary


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A profile with two open checks; the command line's clock stands at :data:`NOW`."""
    monkeypatch.setattr(answers, "now", lambda: NOW)
    made = Office(tmp_path / "data")
    made.draft(check_date="2026-11-12")
    made.draft(check_date="2026-12-28", author="王某")
    made.store.close()
    return made


@pytest.fixture
def call(office: Office, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str, as_json: bool = True) -> tuple[int, Any]:
        code = main([*words, "--data", str(office.folder), *(["--json"] if as_json else [])])
        said = capsys.readouterr().out
        return code, json.loads(said) if as_json else said

    return run


def test_open_duties_with_counts_by_person(call: Any) -> None:
    code, answer = call("duties")
    assert code == 0
    assert [(d["due"], d["left"], d["provisional"], d["author"]) for d in answer["duties"]] == [
        ("2026-11-23", "还剩 1 个工作日", False, "李某"), ("2027-01-06", "还剩 33 个工作日", True, "王某"),
    ]  # fmt: skip
    assert answer["counts"] == {
        "open": 2, "overdue": 0, "today": 0, "soon": 1, "waiting": 0, "waiting_today": 0,
    }  # fmt: skip
    assert [p["author"] for p in answer["persons"]] == ["李某", "王某"]
    assert [d["author"] for d in call("duties", "--person", "王某")[1]["duties"]] == ["王某"]


def test_duties_as_lines_and_files(call: Any, tmp_path: Path) -> None:
    book, events = tmp_path / "期限.xlsx", tmp_path / "期限.ics"
    _, said = call("duties", "--xlsx", str(book), "--ics", str(events), as_json=False)
    assert "还剩 1 个工作日  2026-11-23  提交上报  某公司  李某" in said
    assert "（暂按周末推算）" in said
    assert "共 2 件：0 件逾期，0 件今天到期" in said
    assert book.stat().st_size > 1000
    assert events.read_bytes().count(b"BEGIN:VEVENT") == 2


def test_a_calendar_is_imported_and_moves_what_it_concerns(call: Any, tmp_path: Path) -> None:
    call("duties")
    code, answer = call("calendar", "import", str(year_file(tmp_path)))
    assert code == 0
    assert answer["moved"] == [
        {"before": "2027-01-06", "after": "2027-01-07", "duties": 1, "examples": ["记录2"]}
    ]
    assert call("calendar", "show", "2027")[1]["known"]
    assert call("due", "--term", "7 workdays", "--from", "2026-12-28")[1]["due"] == "2027-01-07"


def test_a_broken_calendar_is_refused_in_words(call: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n", encoding="utf-8")
    code, answer = call("calendar", "import", str(path))
    assert code == 1
    assert answer["error"].endswith("节假日安排没有改动。")


def test_a_year_is_shown_with_its_working_days(call: Any) -> None:
    answer = call("calendar", "show", "2026")[1]
    assert (answer["workdays"], answer["known"]) == (248, True)
    assert {"date": "2026-10-10", "kind": "work"} in answer["days"]
    _, said = call("calendar", "show", "2031", as_json=False)
    assert "暂按周末推算" in said
    assert call("calendar", "show", "今年")[0] == 1


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["行政处罚法 七日", "2026-09-29"], "2026-10-14"),
        (["行政强制法 十日", "2026-09-29"], "2026-10-19"),
        (["行政强制法 三十日", "2026-01-20"], "2026-02-24"),
        (["行政复议法 五日", "2026-09-29"], "2026-10-12"),
        (["行政处罚法 十日", "2026-09-29"], "2026-10-09"),
        (["seizure", "2026-01-20", "--extend", "30"], "2026-03-23"),
        (["hearing_notice", "2026-10-14"], "2026-09-29"),
        (["24 hours", "2026-09-30T16:30:00"], "2026-10-01"),
    ],
)
def test_a_term_is_counted_as_its_law_says(call: Any, words: list[str], last: str) -> None:
    term, start, *more = words
    assert call("due", "--term", term, "--from", start, *more)[1]["due"] == last


def test_a_calendar_day_that_rolls_over_says_from_where(call: Any) -> None:
    _, said = call("due", "--term", "90 days", "--from", "2026-07-03", as_json=False)
    assert said.startswith("2026-07-03 起 90 days → 2026-10-08（2026-10-01 是休息日，顺延）")
    assert "民法典" in said


def test_lines_that_are_no_dates_are_refused_one_by_one(
    call: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2026-02-13\n明天\n"))
    assert main(["due", "--term", "7 workdays", "--from", "-"]) == 1
    good, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert good["due"] == "2026-03-02"
    assert "不是能计算的日期" in bad["error"]


def test_the_units_choice_counts(office: Office, call: Any) -> None:
    office.restart()
    office.store.settings.set("limit_first_day", "same")
    office.store.records.save_draft(
        "x", form="check", form_version=1, texts={"check_date": "2026-11-13"}, author="乙", summary=Summary()
    )
    office.store.close()
    days = [d["due"] for d in call("duties")[1]["duties"]]
    assert days == ["2026-11-20", "2026-11-23", "2027-01-05"]
