"""自检 finds every kind of trouble, says what to do, and leaves a sound store alone."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from jgclient import cli, selfcheck
from jgclient.store import Store, open_store
from jgclient.store.restoring import restore

USAGE = namedtuple("USAGE", "total used free")
GB = 1 << 30


@pytest.fixture(autouse=True)
def _roomy(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: USAGE(100 * GB, 0, 50 * GB))


def verdicts(store: Store, now) -> dict[str, str]:
    return {each.name: each.verdict for each in selfcheck.run(store, now=now).findings}


def words(store: Store, now, name: str) -> str:
    [found] = [each.words for each in selfcheck.run(store, now=now).findings if each.name == name]
    return found


def not_good(store: Store, now) -> dict[str, str]:
    return {name: verdict for name, verdict in verdicts(store, now).items() if verdict != "good"}


#: In tests both places are on one disk, which is rightly warned of.
SOUND = {"second": "warning"}


def test_a_sound_store_is_reported_sound(store, clock):
    assert not_good(store, clock()) == SOUND
    assert "同一块磁盘" in words(store, clock(), "second")


def test_a_changed_revision_is_found(store, clock):
    store._db.run("DROP TRIGGER revision_no_update")
    store._db.run("UPDATE revision SET author = '乙'")
    assert not_good(store, clock())["chain"] == "bad"


def test_an_outbox_that_lost_a_row_is_found(store, clock):
    store._db.run("DELETE FROM outbox")
    assert not_good(store, clock())["outbox"] == "bad"


def test_lists_that_differ_are_found_and_mended(store, clock):
    store._db.run("UPDATE record SET title = '别的'")
    assert not_good(store, clock()) == SOUND | {"index": "warning"}
    store.records.rebuild_index()
    assert not_good(store, clock()) == SOUND


def test_a_record_that_search_does_not_know_is_found(store, clock):
    store._db.run("DELETE FROM record_text")
    assert "2 条" in words(store, clock(), "index")


def test_damage_is_found_and_nothing_more_is_written(store, clock, folder):
    pages = store._db.value("PRAGMA page_count")
    store._db.value("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((folder / "jgclient.db").read_bytes())
    content[4096 * (pages - 1) + 100] ^= 1
    (folder / "jgclient.db").write_bytes(content)
    assert not_good(store, clock())["integrity"] == "bad"
    assert store.is_read_only


def test_missing_and_bad_backups_are_found(store, clock):
    [only] = store.backups.list()
    content = bytearray(only.path.read_bytes())
    content[len(content) // 2] ^= 1
    only.path.write_bytes(content)
    assert not_good(store, clock())["backup"] == "bad"
    only.path.unlink()
    assert "还没有任何备份" in words(store, clock(), "backup")


def test_an_old_backup_is_only_a_matter_when_there_is_work_it_lacks(store, clock):
    clock.now += timedelta(days=2)
    assert not_good(store, clock()) == SOUND
    store.records.save_draft("d2", form="check", form_version=1, texts={"n": "二"}, author="甲")
    assert "超过一天没有备份" in words(store, clock(), "backup")


def test_what_the_present_has_lost_is_found_by_the_backup(store, clock):
    store._db.run("DROP TRIGGER revision_no_delete")
    store._db.run("DELETE FROM outbox")
    store._db.run("DELETE FROM revision")
    assert "现有数据没有" in words(store, clock(), "backup")


def test_second_copies(store, clock, folder):
    usb = folder.parent / "usb"
    [copy] = list(usb.rglob("*.db"))
    copy.write_bytes(copy.read_bytes()[:-4096])
    assert "没有写完" in words(store, clock(), "second")
    copy.unlink()
    assert "没有备份" in words(store, clock(), "second")
    store.backups.set_place(None)
    assert "没有设第二备份位置" in words(store, clock(), "second")


@pytest.mark.parametrize(("free", "verdict"), [(50 * GB, "good"), (GB // 2, "warning"), (GB // 10, "bad")])
def test_free_disk(store, clock, monkeypatch, free, verdict):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: USAGE(100 * GB, 0, free))
    assert verdicts(store, clock())["disk"] == verdict


def test_a_clock_set_back_is_found(store, clock):
    now = clock()
    assert verdicts(store, now - timedelta(hours=1))["clock"] == "bad"
    assert verdicts(store, now - timedelta(minutes=1))["clock"] == "good"


@pytest.mark.parametrize(("server", "verdict"), [
    ("2026-09-07T17:02:00+08:00", "good"), ("2026-09-07T18:02:00+08:00", "warning"), ("bald", "good"),
])  # fmt: skip
def test_a_clock_that_differs_from_the_platform_is_found(store, clock, server, verdict):
    at = clock.now.isoformat()
    store._db.run(
        "INSERT INTO receipt SELECT 2, 1, 'X', sha256, ?, ?, 'b', '甲', ? FROM revision", [server, server, at]
    )
    store._db.run("UPDATE outbox SET state = 'done', outcome = 'accepted'")
    store.records.rebuild_index()
    assert verdicts(store, clock())["clock"] == verdict


def test_after_a_restore_the_report_says_what_is_missing(store, clock, folder):
    [backup] = store.backups.list()
    store.close()
    restore(folder, backup.path, clock=clock)
    with open_store(folder, clock=clock) as restored:
        assert "对账" in words(restored, clock(), "restored")
        assert "恢复以后还没有备份" in words(restored, clock(), "backup")
        restored.backups.make("hand")
        assert verdicts(restored, clock())["backup"] == "good"


def test_progress_grows_to_the_end_and_it_can_be_stopped(store, clock):
    seen: list[tuple[int, int]] = []
    selfcheck.run(store, now=clock(), on_progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (100, 100)
    stopped = selfcheck.run(store, now=clock(), is_cancelled=lambda: len(seen) > 0)
    assert stopped.cancelled
    assert stopped.findings == ()


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts, self.tags = [], []

    def handle_data(self, data):
        self.texts.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


def test_the_printed_page_says_everything_and_nobody_can_write_into_it(store, clock):
    store.settings.set("unit_name", "<script>alert(1)</script>局")
    report = selfcheck.run(store, now=clock())
    page = Texts()
    page.feed(report.html())
    assert "script" not in page.tags
    said = "".join(page.texts)
    for finding in report.findings:
        assert finding.title in said
        assert finding.words in said
    assert "<script>alert(1)</script>局" in said
    assert len(report.findings) == 10


def test_the_command_line_checks_backs_up_restores_and_saves(store, clock, folder, tmp_path, capsys):
    store.records.save_draft(
        "d2", form="check", form_version=1, texts={"check_action_name": "二"}, author="甲"
    )
    store.close()

    def jgclient(*words: str) -> tuple[int, dict]:
        code = cli.run(cli.parse([*words, "--data", str(folder), "--json"]))
        return code, json.loads(capsys.readouterr().out)

    code, made = jgclient("backup")
    assert (code, made["new"]) == (0, True)
    assert len(jgclient("backup", "--list")[1]["backups"]) == 2
    code, report = jgclient("selfcheck", "--html", str(tmp_path / "report.html"), "--mend")
    assert (code, report["verdict"]) == (0, "warning")
    assert "自检报告" in (tmp_path / "report.html").read_text("utf-8")
    first = jgclient("backup", "--list")[1]["backups"][-1]["file"]
    assert "草稿" in jgclient("restore", first, "--dry-run")[1]["loss"]
    code, back = jgclient("restore", first)
    assert (code, "草稿" in back["loss"]) == (0, True)
    assert {row["id"] for row in jgclient("list")[1]["records"]} >= {"d1"}
    assert jgclient("show", "d2")[0] == 1
    assert jgclient("backup", "--to", str(tmp_path / "none"))[0] == 1
    saved = jgclient("salvage", str(tmp_path / "out"))[1]
    assert (saved["records"], saved["unreadable"], len(saved["files"])) == (2, 0, 1)
    assert len(jgclient("recovery-code", "--sheet", str(tmp_path / "code.html"))[1]["recovery_code"]) > 60
