"""The command line, from an empty folder to receipts, with a real gateway process on loopback."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from jgclient.__main__ import main
from jgclient.forms.identifiers import KIND_TITLES
from jggateway.engines import DATABASE_FILE

SAMPLES = Path(__file__).parent.parent / "resources" / "samples"
LEDGER = SAMPLES / "行政检查台账（科室自用）.xlsx"
UNIT = ["--unit", "郑州市XX局", "--unit-code", "11410100000000019W", "--region", "410100", "--user", "李某"]
PASSWORD = "loopback-only-1"


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run one command on the test's data folder; returns (exit code, answer or None, standard error)."""

    def run(*words: str, data: Path = tmp_path / "client") -> tuple[int, Any, str]:
        code = main([*words, "--data", str(data), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out.strip() else None, said.err

    return run


@pytest.fixture
def profile(call: Any) -> Any:
    """``call`` on a profile that is set up and has its lists imported."""
    assert call("init", *UNIT)[0] == 0
    call("import", str(SAMPLES / "监管事项清单（附件模板）.xlsx"))
    assert call("import", str(SAMPLES / "检查实施清单（样表）.xlsx"))[0] == 0
    return call


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[str]:
    """The address of a gateway process with one user."""
    data = str(tmp_path / "gateway")
    environment = dict(os.environ, JGGATEWAY_PASSWORD=PASSWORD, PYTHONUTF8="1")
    add = ["users", "add", "clerk", "--unit", UNIT[3], "--data", data]
    subprocess.run(
        [sys.executable, "-m", "jggateway", *add], check=True, env=environment, capture_output=True
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "jggateway", "serve", "--data", data, "--port", "0"],
        stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found, "the gateway did not say where it listens"
    yield found[0]
    process.terminate()
    process.wait(10)
    process.stdout.close()


def test_ledger_becomes_receipts_and_nothing_is_sent_twice(
    profile: Any, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, report, _ = profile("import", str(LEDGER))
    assert code == 1
    assert report["rows_read"] == report["kept"] + report["refused"] + report["duplicates"]
    code, submitted, _ = profile("submit", "--all")
    assert code == 1
    assert submitted["queued"] == report["kept"]
    assert all(refused["problems"] for refused in submitted["refused"])

    monkeypatch.setenv("JGCLIENT_PASSWORD", PASSWORD)
    code, sent, _ = profile("sync", "--gateway", gateway, "--user", "clerk")
    assert (code, sent["stopped"]) == (0, "")
    assert sent["accepted"] == report["kept"]
    accepted = profile("list", "--state", "已接收")[1]["records"]
    assert len(accepted) == report["kept"]
    assert len({row["receipt_no"] for row in accepted}) == report["kept"]

    code, again, _ = profile("sync")
    assert (code, again["sent"], again["accepted"]) == (0, 0, 0)
    shown = profile("show", accepted[0]["id"])[1]
    assert shown["receipts"][0]["receipt_no"] == accepted[0]["receipt_no"]
    everything = profile("list")[1]["records"]
    assert {row["state"] for row in everything} <= {"accepted", "invalid"}
    assert all(row["reason"] for row in everything if row["state"] == "invalid")


def _two_checks(path: Path) -> Path:
    """A workbook of two checks of one company in one quarter, which needs a reason."""
    rows = [
        ["监管事项目录编码", "监管事项检查实施清单编码", "检查行为名称", "检查行为编号", "监管对象",
         "行政相对人", "行政相对人性质", "行政相对人证件类型", "行政相对人编码", "行政区划代码",
         "检查形式", "检查类别", "检查结果", "检查时间", "检查人员"],
        *(
            ["41010020200401", "11410100000000019W3", "对某某物业的日常检查", f"R-{day}", "某某物业有限公司",
             "某某物业有限公司", "法人", "统一社会信用代码", "91410100MA0000015B", "410102", "日常检查",
             "现场检查", "未发现问题终止检查并告知", day, "张三、李四"]
            for day in ("2026-08-05", "2026-09-07")
        ),
    ]  # fmt: skip
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    book.save(path)
    return path


def test_a_written_reason_travels_with_the_record_to_the_gateway(
    profile: Any, gateway: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    report = profile("import", str(_two_checks(tmp_path / "two.xlsx")), "--form", "check")[1]
    assert (report["kept"], report["refused"]) == (2, 0), report
    code, first, _ = profile("submit", "--all")
    assert (code, first["queued"], first["waiting"]) == (1, 0, 0)
    assert {p["code"] for refused in first["refused"] for p in refused["problems"]} == {"XJ-903"}

    reason = "上半季度检查发现问题，此次为复查"
    code, second, _ = profile("submit", "--all", "--reason", reason)
    assert (code, second["queued"]) == (0, 2)
    ids = [row["id"] for row in profile("list")[1]["records"]]
    for record_id in ids:
        assert profile("show", record_id)[1]["reasons"]["XJ-903"] == reason
    main(["show", ids[0], "--data", str(tmp_path / "client")])
    assert f"理由 XJ-903：{reason}" in capsys.readouterr().out

    monkeypatch.setenv("JGCLIENT_PASSWORD", PASSWORD)
    assert profile("sync", "--gateway", gateway, "--user", "clerk")[1]["accepted"] == 2
    with closing(sqlite3.connect(tmp_path / "gateway" / DATABASE_FILE)) as kept:
        found = [json.loads(row[0]) for row in kept.execute("SELECT reasons FROM records_kept")]
    assert [reasons["XJ-903"] for reasons in found] == [reason, reason]


def test_every_form_has_a_template_that_imports_nothing(profile: Any, tmp_path: Path) -> None:
    for form in ("check", "penalty", "force", "other"):
        out = tmp_path / f"{form}.xlsx"
        assert profile("template", form, str(out))[0] == 0
        report = profile("import", str(out))[1]
        assert (report["form"], report["kept"], report["refused"]) == (form, 0, 0)


def test_gateway_that_is_down_loses_nothing(profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    profile("import", str(LEDGER))
    queued = profile("submit", "--all")[1]["queued"]
    monkeypatch.setenv("JGCLIENT_PASSWORD", PASSWORD)
    code, answer, said = profile("sync", "--gateway", "http://127.0.0.1:9", "--user", "clerk")
    assert code == 1
    assert "平台" in (answer.get("stopped") or answer.get("error") or said)
    assert profile("list", "--state", "queued")[1]["total"] == queued


def test_wrong_password_says_so(profile: Any, gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JGCLIENT_PASSWORD", "not this one")
    code, answer, said = profile("sync", "--gateway", gateway, "--user", "clerk")
    assert code == 1
    assert "密码" in said or "密码" in str(answer)
    assert "Traceback" not in said


@pytest.mark.parametrize("content", [b"", b"no workbook at all", b"PK\x03\x04 half a zip"])
def test_file_that_is_no_workbook(profile: Any, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "坏文件.xlsx"
    bad.write_bytes(content)
    code, answer, said = profile("import", str(bad))
    assert code == 1
    assert "坏文件.xlsx" in answer["error"]
    assert "Traceback" not in said


def test_no_profile_yet_names_the_remedy(call: Any) -> None:
    code, answer, _ = call("list")
    assert code == 1
    assert "jgclient init" in answer["error"]


def test_init_refuses_a_wrong_unit_code_with_the_right_one(call: Any) -> None:
    wrong = [
        "--unit",
        "郑州市XX局",
        "--unit-code",
        "11410100000000019X",
        "--region",
        "410100",
        "--user",
        "李某",
    ]
    code, answer, _ = call("init", *wrong)
    assert code == 1
    assert "11410100000000019W" in answer["error"]


def test_due_counts_working_days(call: Any) -> None:
    assert call("due", "--term", "7 workdays", "--from", "2026-09-29")[1]["due"] == "2026-10-14"


def test_due_and_identify_answer_line_by_line(
    call: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2026-02-13\n\n2025-01-24\n"))
    assert main(["due", "--term", "7 workdays", "--from", "-"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [a["due"] for a in answers] == ["2026-03-02", "2025-02-10"]
    assert answers[0].keys() >= {"from", "term", "due", "provisional"}

    monkeypatch.setattr("sys.stdin", io.StringIO("91350100M000100Y43\n91350100M000100Y4A\n"))
    assert main(["identify", "uscc", "-"]) == 0
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [v["valid"] for v in verdicts] == [True, False]
    assert "91350100M000100Y43" in verdicts[1]["candidates"]


def test_identify_one_wrong_code_is_refused_with_the_right_one(call: Any) -> None:
    code, answer, _ = call("identify", "uscc", "91350100M000100Y4A")
    assert (code, answer["valid"]) == (1, False)
    assert answer["candidates"][0] == "91350100M000100Y43"


def test_check_keeps_nothing_and_names_every_problem(call: Any, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(
        json.dumps({"check_action_name": "对某某的检查", "check_date": "2026-13-40"}), encoding="utf-8"
    )
    code, answer, _ = call("check", "check", str(record))
    assert code == 1
    fields = {p["fields"][0] for p in answer["problems"]}
    assert {"check_date", "administrative_cp"} <= fields
    assert not (tmp_path / "client").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-command"], "命令 不能是 no-such-command，可用：gui, "),
        (["check"], "缺少 表单, 文件.json。"),
        (["identify", "shoe", "1"], "种类 不能是 shoe，可用：uscc, "),
        (["submit", "--alle"], "多出了不认识的 --alle。"),
        (["list", "--limit", "x"], "--limit 的值 x 不对。"),
        (["list", "--form"], "--form 后面要写一个值。"),
        (["submit", "--all=3"], "--all 后面不能写值（3）。"),
        (["list", "--f=x", "--t", "y", "--s"], "--s 后面要写一个值"),
        (["init", "--unit=x"], "缺少 --unit-code, --region, --user"),
    ],
)
def test_wrong_use_is_exit_code_2_and_said_in_chinese(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(f"命令写得不对：{said.replace('--s ', '--state ')}")
    assert "用法：jgclient" in told


def test_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--help"])
    assert stopped.value.code == 0
    words = re.findall(
        r"[a-z]{3,}", re.sub(r"--?[a-z]+|jgclient( check)?|[\w/]+\.json", "", capsys.readouterr().out)
    )
    assert words == []


def test_identify_knows_every_kind(call: Any) -> None:
    right = {
        "uscc": "91410100MA0000015B", "idcard": "11010519491231002X", "residence": "810000199408230021",
        "passport": "E12345678", "certificate": "16010012345", "item": "41010020200401",
        "implementation": "11410100000000019W3", "region": "410105", "party": "91410100MA0000015B",
    }  # fmt: skip
    assert set(right) == set(KIND_TITLES)
    for kind, value in right.items():
        code, answer, _ = call("identify", kind, value)
        assert (code, answer["value"], answer["valid"]) == (0, value, True), answer


def test_identify_offers_listed_items(profile: Any) -> None:
    code, answer, _ = profile("identify", "item", "4101002020040")
    assert code == 1
    assert answer["candidates"]
    assert all(len(item) == 14 for item in answer["candidates"])


@pytest.mark.parametrize(("word", "code"), [("金水", "410105"), ("孟津县", "410308"), ("410322", "410308")])
def test_identify_offers_regions(call: Any, word: str, code: str) -> None:
    assert code in call("identify", "region", word)[1]["candidates"]


def test_unknown_form_lists_the_known_ones(profile: Any, tmp_path: Path) -> None:
    code, answer, _ = profile("template", "nonsense", str(tmp_path / "x.xlsx"))
    assert code == 1
    assert "check" in answer["error"]


def test_a_feedback_list_is_told_row_by_row(profile: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["检查行为编号", "处理结果", "退回原因"], ["没有这个编号", "退回", "缺附件"]):
        book.active.append(row)
    book.save(tmp_path / "反馈.xlsx")
    code, report, _ = profile("feedback", str(tmp_path / "反馈.xlsx"), "--dry-run")
    assert (code, report["unknown"], report["dry_run"]) == (1, 1, True)
    assert "本机没有这条记录" in report["rows"][0]["reason"]
    code, _, told = profile("feedback", str(LEDGER))
    assert code == 1
    assert "不是平台的反馈清单" in told


def test_columns_of_any_ledger_are_chosen_once(profile: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["去了哪家", "哪天", "检查人"],
        ["某公司", "2026-09-05", "张三"],
        ["另一家", "2026-09-06", "李四"],
    ):
        book.active.append(row)
    path = str(tmp_path / "台账.xlsx")
    book.save(path)
    code, found, _ = profile("columns", path, "--form", "check", "--column", "去了哪家=行政相对人")
    assert code == 0
    assert {c["label"]: (c["field"], c["how"]) for c in found["columns"]} == {
        "去了哪家": ("administrative_cp", "chosen"), "哪天": ("check_date", "content"),
        "检查人": ("check_personnel", "known"),
    }  # fmt: skip
    chosen = ["--column", "去了哪家=行政相对人", "--column", "哪天=check_date"]
    assert profile("import", path, "--form", "check", *chosen)[1]["rows_read"] == 2
    assert profile("import", path)[1]["remembered"]
    code, _, told = profile("columns", path, "--column", "没写等号")
    assert code == 1
    assert "列名=栏目" in told


def test_a_reader_that_has_enough_is_no_fault(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "jgclient", "calendar", "show", "2026", "--data", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0
