"""The gateway's further commands: publishing, returning, packages, audit, backup."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gateway_items import NOON, UNIT, batch, item

from jgclient.contract import Batch, Item
from jgclient.packages import Keys, PackageContents, PublicKey, open_package, write_package
from jggateway.backup import backup_hint
from jggateway.cli import main
from jggateway.incoming import read_batch
from jggateway.intake import Intake
from jggateway.reference import References
from jggateway.storage import DATABASE_FILE, open_storage

pytestmark = pytest.mark.usefixtures("sqlite_only")
OFFICE = Keys(b"o" * 32)
CATALOGUE = """监管事项目录清单,,,
监管部门,监管事项,监管事项目录编码,设定依据
市XX局,对物业服务企业的监管,41010020200401,《河南省物业管理条例》
市XX局,对房地产经纪机构的监管,41010020200402,《房地产经纪管理办法》
"""


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run one command; returns (exit code, standard output, standard error)."""
    monkeypatch.setenv("JGGATEWAY_PASSWORD", "loopback-only-1")
    data = tmp_path / "data"
    open_storage(data).close()

    def run(*words: Any, data: Path = data) -> tuple[int, str, str]:
        code = main([*map(str, words), "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def refused(call: Any, *words: Any) -> str:
    code, _, said = call(*words)
    assert (code, "请" in said, "Traceback" in said) == (1, True, False), said
    return str(said)


def published(call: Any, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in call("published", "list", kind)[1].splitlines()]


def test_notices_and_tasks_are_sent_listed_and_taken_back(call: Any, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("请各单位\n于周五前完成。", encoding="gb18030")
    words = ["send", "notice", "--title", "学习通知", "--text-file", text, "--until", "2026-12-31"]
    code, said, _ = call(*words)
    assert code == 0
    number = said.split()[-1]
    assert [(e["unit"], e["id"], e["content"]["text"]) for e in published(call, "notice")] == [
        ("", number, "请各单位\n于周五前完成。")
    ]
    task = ["send", "task", "--title", "核查线索", "--unit", UNIT, "--due", "2026-12-01", "--form", "check"]
    assert call(*task)[0] == 0
    assert published(call, "task")[0]["content"]["due_on"] == "2026-12-01"
    fill = ("--fill", "administrative_cp=郑州惠民物业管理有限公司", "--fill", "check_date=2026年11月20日")
    assert call(*task, *fill)[0] == 0
    assert {"administrative_cp": "郑州惠民物业管理有限公司", "check_date": "2026-11-20"} in [
        entry["content"]["content"] for entry in published(call, "task")
    ]
    assert call("published", "remove", "notice", number)[0] == 0
    assert published(call, "notice") == []
    assert "没有发布过" in refused(call, "published", "remove", "notice", number)
    refused(call, "send", "task", "--title", "x", "--form", "no-such-form")
    assert "没有字段 colour" in refused(call, *task, "--fill", "colour=red")
    assert "“检查时间”不能填“明年”" in refused(call, *task, "--fill", "check_date=明年")
    refused(call, *task, "--fill", "check_date")
    refused(call, "send", "task", "--title", "x", "--fill", "check_date=2026-11-20")
    refused(call, "send", "notice", "--title", "x", "--unit", "123")
    refused(call, "send", "notice", "--title", "x", "--text-file", "no-such-file")


def test_a_catalogue_comes_from_a_csv_file_and_may_replace_the_old_one(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text(CATALOGUE, encoding="gb18030")
    code, said, _ = call("import", "item", file)
    assert (code, "2 项" in said) == (0, True)
    assert [entry["content"]["content"]["matter_name"] for entry in published(call, "item")] == [
        "对物业服务企业的监管", "对房地产经纪机构的监管",
    ]  # fmt: skip
    file.write_text("\n".join(CATALOGUE.splitlines()[:3]), encoding="utf-8-sig")
    call("import", "item", file)
    assert len(published(call, "item")) == 2
    call("import", "item", file, "--replace")
    assert [entry["id"] for entry in published(call, "item")] == ['["41010020200401","对物业服务企业的监管"]']


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "表头"),
        ("a,b\n1,2\n", "表头"),
        (CATALOGUE.replace("41010020200402", "4101"), "第 4 行"),
        ("\n".join(CATALOGUE.splitlines()[:2]), "没有数据行"),
        ('监管部门,监管事项\n"x', "CSV"),
    ],
)
def test_a_file_with_faults_is_not_imported_at_all(call: Any, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text(text, encoding="utf-8")
    assert told in refused(call, "import", "item", file)
    assert published(call, "item") == []


def test_code_lists_calendars_and_forms_are_imported(call: Any, tmp_path: Path) -> None:
    codes = tmp_path / "shade.csv"
    codes.write_text(
        "code,title,aliases,source,valid_from,valid_to,successor\n01,甲,,,,,\n", encoding="utf-8"
    )
    assert call("import", "codes", codes, "--title", "色度")[0] == 0
    assert "shade" in {entry["id"] for entry in published(call, "codes")}
    days = tmp_path / "2031.csv"
    days.write_text("date,kind,name\n2031-01-01,rest,元旦\n", encoding="utf-8")
    assert call("import", "calendar", days)[0] == 0
    assert "2031" in {entry["id"] for entry in published(call, "calendar")}
    shipped = next(e for e in published(call, "form") if e["id"].startswith("check@"))["content"]["text"]
    form = tmp_path / "check.toml"
    form.write_text(shipped.replace("version = 1", "version = 77", 1), encoding="utf-8")
    assert call("import", "form", form)[0] == 0
    assert "check@77" in {entry["id"] for entry in published(call, "form")}
    form.write_text(shipped + "\n# another text\n", encoding="utf-8")
    assert "version" in refused(call, "import", "form", form)
    refused(call, "import", "codes", days)
    refused(call, "import", "form", codes)
    refused(call, "import", "form", tmp_path / "nothing.toml")


def test_a_package_is_received_answered_and_audited(call: Any, tmp_path: Path) -> None:
    code, said, _ = call("key", "--out", tmp_path / "key.txt")
    receiver = PublicKey.from_text((tmp_path / "key.txt").read_text())
    assert (code, receiver.fingerprint in said) == (0, True)
    package, answer = tmp_path / "a.jgp", tmp_path / "a.jgr"
    unknown = Item("r1", "unheard-of", 1, 1, 0, "i", "李某", {}, "")
    sent = Batch("b1", "d1", UNIT, "commit", [unknown])
    what = PackageContents("package", "p1", UNIT, "d1", NOON.isoformat(), [("b1", sent.to_bytes())])

    @contextmanager
    def volume(_number: int, _total: int) -> Any:
        with package.open("w+b") as stream:
            yield stream

    write_package(what, OFFICE, receiver, workspace=io.BytesIO(), open_volume=volume)
    assert "没有登记" in refused(call, "receive", package, "--out", answer)
    assert not answer.exists()
    assert call("devices", "add", "d1", "--unit", UNIT, "--key", OFFICE.public)[0] == 0
    assert OFFICE.public.fingerprint in call("devices", "list")[1]
    code, said, _ = call("receive", package, "--out", answer, "--json")
    assert (code, json.loads(said)) == (0, {"outcomes": {"rejected": 1}, "refusals": []})
    with (
        answer.open("rb") as stream,
        open_package([stream], OFFICE, kind="answer", workspace=io.BytesIO()) as told,
    ):
        (reply,) = told.replies()
        assert reply.answer is not None
        assert [result.outcome for result in reply.answer.results] == ["rejected"]
    refused(call, "receive", package, "--out", answer)
    answer.unlink()
    assert "--again" in refused(call, "receive", package, "--out", answer)
    assert "退回\t1" in call("receive", package, "--out", answer, "--again")[1]
    package.write_bytes(package.read_bytes()[:-10])
    assert "拷贝" in refused(call, "receive", package, "--out", tmp_path / "b.jgr")
    refused(call, "receive", tmp_path / "none.jgp", "--out", tmp_path / "b.jgr")
    assert call("devices", "remove", "d1", "--unit", UNIT)[0] == 0
    refused(call, "devices", "remove", "d1", "--unit", UNIT)
    actions = [json.loads(line)["action"] for line in call("audit", "--json")[1].splitlines()]
    assert actions == ["device-add", "package", "device-remove"]


def test_an_answer_that_cannot_be_written_can_be_had_again(call: Any, tmp_path: Path) -> None:
    call("devices", "add", "d1", "--unit", UNIT, "--key", OFFICE.public)
    receiver = PublicKey.from_text(call("key")[1].split()[1])
    package = tmp_path / "a.jgp"
    what = PackageContents("package", "p1", UNIT, "d1", NOON.isoformat(), [])

    @contextmanager
    def volume(_number: int, _total: int) -> Any:
        with package.open("w+b") as stream:
            yield stream

    write_package(what, OFFICE, receiver, workspace=io.BytesIO(), open_volume=volume)
    assert "--again" in refused(call, "receive", package, "--out", tmp_path / "no" / "a.jgr")
    assert call("receive", package, "--out", tmp_path / "a.jgr", "--again")[0] == 0


def test_users_are_disabled_and_enabled(call: Any) -> None:
    call("users", "add", "clerk", "--unit", UNIT)
    assert call("users", "disable", "clerk")[0] == 0
    assert "停用于" in call("users", "list")[1]
    assert call("users", "enable", "clerk")[0] == 0
    assert "停用于" not in call("users", "list")[1]
    refused(call, "users", "disable", "nobody")
    told = call("audit", "--unit", UNIT)[1]
    assert [line.split("\t")[3] for line in told.splitlines()] == ["user-add", "user-disable", "user-enable"]


def test_a_record_is_returned_with_reasons(call: Any, tmp_path: Path, resources: Path, clock: Any) -> None:
    words = ["return", "r1", "--reason", "缺附件", "--reason", "人数不符", "--field", "people"]
    refused(call, *words)
    storage = open_storage(tmp_path / "data")
    intake = Intake(storage, References(storage, resources, clock), clock)
    intake.receive(read_batch(json.loads(batch(item()).to_bytes())), user="clerk", key="", body_sha256="x")
    storage.close()
    code, said, _ = call(*words)
    assert (code, UNIT in said) == (0, True)
    told = published(call, "returned")[0]
    assert (told["unit"], told["id"]) == (UNIT, "r1")
    assert [problem["message"] for problem in told["content"]["problems"]] == ["缺附件", "人数不符"]


def test_backup_makes_a_folder_that_can_be_served(call: Any, tmp_path: Path) -> None:
    call("users", "add", "clerk", "--unit", UNIT)
    assert call("backup", "--to", tmp_path / "copy")[0] == 0
    assert json.loads(call("stats", "--json", data=tmp_path / "copy")[1])["users"] == 1
    assert (tmp_path / "copy" / DATABASE_FILE).exists()
    storage = open_storage(tmp_path / "data")
    assert "上次备份 20" in backup_hint(storage)
    storage.close()
    copied = open_storage(tmp_path / "copy")
    assert "还没有备份过" in backup_hint(copied)
    copied.close()
    assert "已经存在" in refused(call, "backup", "--to", tmp_path / "copy")
    assert "在数据文件夹里面" in refused(call, "backup", "--to", tmp_path / "data" / "copy")
    assert call("renew-cursors", data=tmp_path / "copy")[0] == 0


def test_several_workers_need_postgresql(call: Any) -> None:
    assert "--database" in refused(call, "serve", "--port", "0", "--workers", "2")
    with pytest.raises(SystemExit):
        call("serve", "--port", "0", "--workers", "0")
