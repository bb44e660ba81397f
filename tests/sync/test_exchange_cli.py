"""The commands of reporting, against a real gateway."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sync_gateway import PASSWORD, Gateway
from sync_model import ModelPlatform
from sync_profile import NOW, UNIT, Profile

from jgclient.cli import answers, parse, run
from jgclient.records import State

Command = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    gateway.now = answers.now
    return gateway


@pytest.fixture
def office(profile: Profile) -> Profile:
    """A profile with a unit."""
    for name, value in (("unit_name", "郑州市XX局"), ("unit_code", UNIT), ("user_name", "李某")):
        profile.store.settings.set(name, value)
    return profile


@pytest.fixture
def command(office: Profile, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("JGCLIENT_PASSWORD", PASSWORD)

    def call(*words: str, text: bool = False) -> tuple[int, Any, str]:
        asked = [*words, "--data", str(office.store.folder), *([] if text else ["--json"])]
        code = run(parse(asked))
        said = capsys.readouterr()
        return code, said.out if text else json.loads(said.out), said.err

    return call


@pytest.fixture
def online(command: Command, gateway: Gateway) -> Command:
    command("connection", "--gateway", f"http://127.0.0.1:{gateway.port}", "--user", "clerk")
    return command


def test_connection_is_shown_and_changed(command: Command) -> None:
    code, shown, _ = command("connection", "--hours", "09:00, 16:30", "--proxy", "http://proxy:3128")
    assert (code, shown["hours"], shown["proxy"]) == (0, ["09:00", "16:30"], "http://proxy:3128")
    assert shown["device_key"].startswith("JGK1-")
    _, again, _ = command("connection", "--automatic", "no", "--proxy", "")
    assert (again["automatic"], again["proxy"], again["device_id"]) == (False, "", shown["device_id"])
    assert "定时上报：09:00、16:30" in command("connection", text=True)[1]
    code, refused, _ = command("connection", "--platform-key", "JGK1-abc")
    assert (code, "公钥写法不对" in refused["error"]) == (1, True)


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--gateway", "http://platform.example", "https://"),
        ("--proxy", "socks5://10.1.2.3:1080", "SOCKS"),
        ("--ca-file", "no-such.pem", "没有 no-such.pem 这个文件"),
        ("--certificate", __file__, "没有 PEM 格式的证书"),
    ],
)
def test_a_connection_that_cannot_work_is_refused_at_once(
    command: Command, option: str, value: str, why: str
) -> None:
    before = command("connection")[1]
    code, refused, _ = command("connection", option, value)
    assert (code, why in refused["error"]) == (1, True), refused
    assert command("connection")[1] == before


def test_sent_receipted_compared_and_mended(online: Command, office: Profile, gateway: Gateway) -> None:
    office.finish("r1", day="2026-09-01")
    office.finish("r2", name="长" * 41)
    code, sent, _ = online("sync")
    assert (code, sent["accepted"], sent["rejected"]) == (1, 1, 1)
    code, listed, _ = online("receipts")
    assert (code, listed["total"], listed["receipts"][0]["record_id"]) == (0, 1, "r1")
    code, slip, _ = online("receipts", "r1")
    assert (code, slip["slips"][0]["verdict"]["holds"]) == (0, True)
    assert "核验：内容与回执一致" in online("receipts", "r1", text=True)[1]
    assert online("receipts", "r2")[0] == 1
    assert online("reconcile")[1]["agreed"] == 1
    with gateway.app.state.storage.writing() as connection:
        for table in ("records_kept", "records"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    code, report, _ = online("reconcile")
    assert (code, report["missing"], report["differences"][0]["id"]) == (1, 1, "r1")
    text = online("reconcile", "--form", "", text=True)[1]
    assert "平台缺  note" in text
    assert "加 --mend" in text
    assert online("reconcile", "--mend")[1]["mended"]["requeued"] == 1
    assert online("sync")[1]["accepted"] == 1


def test_packed_and_unpacked_commands(online: Command, office: Profile, tmp_path: Path) -> None:
    online("sync")  # introduces both sides to one another
    office.finish("r1")
    code, packed, _ = online("pack", str(tmp_path / "out.jgp"))
    assert (code, packed["records"]) == (0, 1)
    assert Path(packed["cover"]).exists()
    code, back, _ = online("pack", packed["package_id"], "--take-back")
    assert (code, back["waiting"], office.states()) == (0, 1, {State.QUEUED: 1})
    code, refused, _ = online("unpack", str(tmp_path / "out.jgp"))
    assert (code, "请选平台带回的回执包" in refused["error"]) == (1, True)
    told = online("pack", str(tmp_path / "out2.jgp"), text=True)[1]
    assert "已打包 1 条记录" in told
    assert f"pack --take-back {office.store.packages.list()[0].package_id}" in told


@pytest.mark.parametrize("size", ["-3", "0", "1.5", "大"])
def test_a_volume_size_that_is_none_is_wrong_use(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        parse(["pack", "out.jgp", "--volume-mb", size])
    assert exited.value.code == 2
    assert f"--volume-mb 的值 {size} 不对" in capsys.readouterr().err


def test_what_came_down_is_listed_with_what_was_refused(command: Command, office: Profile) -> None:
    model = ModelPlatform(lambda: NOW)
    changes = office.store.changes
    notice = model.tell("notice", "n1", {"title": "系统维护"})
    task = model.tell("task", "t1", {"title": "核查线索", "due_on": "2026-09-20"})
    for change in (notice, task):
        changes.keep(change, load=1, content=True)
    code, listed, _ = command("changes")
    assert (code, [row["id"] for row in listed["changes"]]) == (0, ["n1", "t1"])
    assert "核查线索（2026-09-20 前）" in command("changes", "--kind", "task", text=True)[1]
    changes.refuse(model.tell("form", "visit@1", {}), "不能用", load=1)
    code, _, _ = command("changes")
    assert code == 1
    assert "没有采用  form  visit@1  不能用" in command("changes", text=True)[1]
