"""The steps of the trial: from an empty Windows to an uninstalled program whose data are still there."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installer import update_package
from installer.places import ROOT, VERSION, VERSION_FOLDER
from installer.trial import helpers, loading, starting, versions
from installer.trial.checks import expect, step
from installer.trial.console import Console
from installer.trial.platform import UNIT_CODE, USER, Platform, gateway
from installer.trial.wine import Wine, give, put, wait_for
from jgclient.packages import Keys

SAMPLES = ROOT / "resources" / "samples"
_LISTS = ("监管事项清单（附件模板）.xlsx", "检查实施清单（样表）.xlsx")
_LEDGER = "行政检查台账（科室自用）.xlsx"
_INIT = ["--unit", "郑州市XX局", "--unit-code", UNIT_CODE, "--region", "410100", "--user", "李某"]
_UNINSTALL_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\jgclient"
_RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
_TOO_OLD, _RUNNING = 3, 4
#: Knows a step of the store that the versions before do not know.
_MIGRATES = """
from jgclient.store import migrations, schema

@migrations.migrations()
def m999_a_later_step(db):
    db.table("setting").add_column("later", str)

schema.STEPS += ("m999_a_later_step",)
"""
#: Comes up while it is tried out, but not when it is really started.
_FAILS_LATER = "import os\nif 'JGCLIENT_TRY' not in os.environ:\n    os._exit(3)\n"


@dataclass(frozen=True, slots=True)
class Made:
    """What is tried out.

    Attributes:
        stage: The staged folder.
        earlier: The set-up of the version before.
        keys: The publisher's keys.
        setup: The set-up of the staged folder; still being packed when the story begins, as are the others.
        again: The folder staged a second time, and found to be alike.
        portable: The portable ZIP.
    """

    stage: Path
    earlier: Path
    keys: Keys
    setup: Future[Path]
    again: Future[Path]
    portable: Future[Path]


class Story:
    """One run through the life of the program on one computer.

    Args:
        wine: The computer.
        made: What is installed.
        work: A scratch folder on the building machine.
    """

    def __init__(self, wine: Wine, made: Made, work: Path) -> None:
        self.wine = wine
        self.made = made
        self.work = work
        self.installed = wine.local / "Programs" / "jgclient"
        self.window = self.installed / "jgclient.exe"
        self.data = wine.local / "jgclient"
        self.stick = wine.drive / "U盘"

    def tell(self, pictures: Path) -> None:
        """All steps in order."""
        with step("an old Windows is refused"):
            self.old_windows()
        with step("the version before is installed and used"):
            self.earlier_version()
        with step("upgrade with drafts open"):
            self.upgrade()
        with step("the tour in the real window"), gateway(self.work / "gateway-tour") as platform:
            self.tour(platform, pictures)
        with step("the same job on the command line"), gateway(self.work / "gateway-cli") as platform:
            self.command_line(platform)
        with step("a console with code page 936"):
            self.chinese_console()
        with step("everything the source names loads"):
            loading.everything(self.wine, self.installed)
        self.made.again.result(), self.made.portable.result()  # nothing else runs while the start is timed
        with step("start against a bare window"):
            starting.tell(self.wine, self.installed, VERSION)
        with step("updates without internet"):
            self.updates()
        with step("back to the version before"):
            self.back()
        with step("uninstall"):
            self.uninstall()
        with step("the portable copy"):
            self.portable()

    def old_windows(self) -> None:
        """Set-up and program refuse a Windows before 10 1809 and touch nothing."""
        self.wine.boot()
        self.wine.run(self.on_stick(self.made.earlier), "/S", expect=_TOO_OLD)
        expect("nothing was installed", holds=not self.installed.exists())
        program = self.on_stick(self.made.stage / "jgclient-cli.exe")
        refused = self.wine.run(program, "list", expect=1).stderr
        expect("the program names the oldest Windows", holds="Windows 10 1809" in refused, found=refused)
        self.wine.become_windows_10()

    def earlier_version(self) -> None:
        """Install the version before, make a profile, import a ledger."""
        self.install(self.on_stick(self.made.earlier))
        self.cli("init", *_INIT)
        for name in (*_LISTS, _LEDGER):
            self.import_sample(name)
        expect("records were kept", holds=self.records()["total"] > 0)
        expect("Windows keeps the key", holds=not (self.data / "store.key").exists())

    def upgrade(self) -> None:
        """The new set-up over the running version before; every record and draft is there afterwards."""
        before = self.records()
        setup = self.on_stick(self.made.setup.result())
        with self.wine.running(self.window):
            wait_for("the window of the version before", lambda: self.log().count("window up") == 1)
            self.install(setup, "/AUTOSTART")
            expect("the new version is in place", holds=self.current() == VERSION, found=self.current())
        expect("records after the upgrade are those before", holds=self.records() == before)
        with self.wine.running(self.window):
            wait_for("the window of the new version", lambda: self.log().count("window up") == 2)
            gone = self.installed / f"app-{versions.EARLIER}"
            wait_for("the version before is cleared away", lambda: not gone.exists())
            self.wine.run(setup, "/S", expect=_RUNNING)
            self.wine.run(self.window)  # a second start shows the window that is open, and ends
        expect("one window only", holds=self.log().count("window up") == 2)
        self.registered()

    def registered(self) -> None:
        """What Windows knows of the installed program."""
        listed = self.wine.registry(_UNINSTALL_KEY, "DisplayVersion")
        expect("Windows lists the new version", holds=listed == VERSION, found=listed)
        opens = self.wine.registry(r"HKCU\Software\Classes\jgclient.Package\shell\open\command")
        expect("packages open with the program", holds="jgclient.exe" in opens, found=opens)
        at_log_on = self.wine.registry(_RUN_KEY, "jgclient")
        expect("it starts at log-on in the tray", holds=at_log_on.endswith("--tray"), found=at_log_on)
        for place in ("Desktop", r"AppData/Roaming/Microsoft/Windows/Start Menu/Programs"):
            link = self.wine.profile / place / "监管数据录入.lnk"
            expect(f"there is an icon in {place}", holds=link.exists())

    def tour(self, platform: Platform, pictures: Path) -> None:
        """The tour through the real window on the platform plugin ``windows``, with its pictures."""
        data, out = self.wine.profile / "巡视", self.wine.profile / "截图"
        self.cli("init", *_INIT, "--gateway", platform.address, "--data", data)
        done = self.wine.run(
            self.window, "tour", "--out", out, "--user", USER, "--data", data,
            timeout=600, variables={"QT_QPA_PLATFORM": "windows", "JGCLIENT_PASSWORD": platform.password},
        )  # fmt: skip
        print(done.stdout, flush=True)
        shutil.rmtree(pictures, ignore_errors=True)
        shutil.copytree(out, pictures)

    def command_line(self, platform: Platform) -> None:
        """Submit and report what the version before imported; every accepted record has its receipt."""
        self.cli("submit", "--all", expect=None)
        variables = {"JGCLIENT_PASSWORD": platform.password}
        reported = json.loads(
            self.cli(
                "sync", "--gateway", platform.address, "--user", USER, "--json", variables=variables
            ).stdout
        )
        accepted = self.records("--state", "已接收")
        expect("records were accepted", holds=accepted["total"] > 0, found=reported)
        expect("each has its receipt", holds=all(r["receipt_no"] for r in accepted["records"]))
        again = json.loads(self.cli("sync", "--json", variables=variables).stdout)
        expect("nothing is sent twice", holds=again["sent"] == 0, found=again)

    def chinese_console(self) -> None:
        """Chinese can be read on the screen of an old-fashioned console and in a file written there."""
        console = Console(self.wine, self.installed / "jgclient-cli.exe", self.work)
        title = self.records()["records"][0]["title"]
        for where, text in (("screen", console.shows("list")), ("file", console.writes("list"))):
            expect(f"the {where} shows the records", holds=title in text, found=text[:500])

    def updates(self) -> None:
        """Packages: a changed one, one that does not come up on trial, a good one, one that fails later."""
        before = self.records()
        good = self.package("0.9.1", also=_MIGRATES)
        changed = self.stick / "changed.jgu"
        self.change(good, changed)
        refused = self.cli("update", changed, expect=1)
        expect("a changed package is refused", holds="更新包" in refused.stderr, found=refused.stderr)
        broken = self.package("0.9.2", also="raise ImportError('缺少部件')\n")
        refused = self.cli("update", broken, expect=1)
        expect("one that does not come up is refused", holds="试运行" in refused.stderr, found=refused.stderr)
        times_up = self.log().count("window up")
        with self.wine.running(self.window):
            wait_for("the window", lambda: self.log().count("window up") > times_up)
            self.double_click(good, "jgclient.Update")
            wait_for("the double click put the update in place", (self.installed / "next.txt").exists)
        expect("it waits for the next start", holds=self.current() == VERSION, found=self.current())
        with self.wine.running(self.window):
            wait_for("the update came up", lambda: self.current() == "0.9.1")
        self.cli("update", self.package("0.9.3", also=_FAILS_LATER))
        self.wine.run(self.window, expect=None)  # it crashes; the next start goes back to the version before
        times_up = self.log().count("window up")
        with self.wine.running(self.window):
            wait_for("the version before comes up again", lambda: self.log().count("window up") > times_up)
            gone = self.installed / "app-0.9.3"
            wait_for("the bad version is cleared away", lambda: not gone.exists())
        expect("the good version stays", holds=self.current() == "0.9.1", found=self.current())
        expect("the records are as before", holds=self.records() == before)

    def back(self) -> None:
        """An older set-up over a newer program does not know the file; it says what helps, and that helps."""
        before = self.records()
        (copy,) = self.data.glob("before-m999*.db")
        self.install(self.on_stick(self.made.earlier))
        refused = self.cli("list", expect=1).stderr
        expect("the older program names the copy", holds="before-" in refused, found=refused)
        self.cli("restore", copy)
        expect("the records are as before", holds=self.records() == before)

    def uninstall(self) -> None:
        """Everything of the program goes, everything the clerk entered stays."""
        kept = {p.name for p in self.data.iterdir()}
        self.wine.run(self.installed / "uninstall.exe", "/S")
        wait_for("the program is gone", lambda: not self.window.exists())
        wait_for("its folders are gone", lambda: not list(self.installed.glob("app-*")))
        listed = self.wine.registry(_UNINSTALL_KEY, "DisplayVersion")
        expect("Windows no longer lists it", holds=not listed, found=listed)
        expect("it no longer starts at log-on", holds=not self.wine.registry(_RUN_KEY, "jgclient"))
        expect("the data stayed", holds={p.name for p in self.data.iterdir()} == kept)

    def portable(self) -> None:
        """Unpacked on a stick it keeps data and key there, and leaves none on the computer."""
        with zipfile.ZipFile(self.made.portable.result()) as archive:
            archive.extractall(self.stick)
        (top,) = self.stick.glob("jgclient-*/")
        helpers.make(top / VERSION_FOLDER, self.work, top)
        give(self.stick)
        self.wine.run(top / "jgclient-cli.exe", "init", *_INIT)
        found = {p.name for p in (top / "data").iterdir()}
        expect("data and key lie on the stick", holds={"jgclient.db", "store.key"} <= found, found=found)

    # -- ways ------------------------------------------------------------------------------------

    def on_stick(self, file: Path) -> Path:
        """Bring a file to the computer."""
        return put(file, self.stick / file.name)

    def install(self, setup: Path, *words: str) -> None:
        """Run a set-up silently, then put the trial's helpers beside the program."""
        self.wine.run(setup, "/S", *words, timeout=400)
        (program,) = self.installed.glob(f"app-{self.current()}")
        if not (self.installed / "icuuc.dll").exists():
            helpers.make(program, self.work, self.installed)
            give(self.installed)

    def double_click(self, file: Path, kind: str) -> None:
        """Open a file as Windows does; wine 8 itself does not look for file types of one user."""
        listed = self.wine.registry(rf"HKCU\Software\Classes\{file.suffix}")
        expect(f"Windows knows {file.suffix}", holds=listed == kind, found=listed)
        command = self.wine.registry(rf"HKCU\Software\Classes\{kind}\shell\open\command")
        wanted = f'{self.window.name}" gui --open "%1"'
        expect("it opens with the program", holds=command.endswith(wanted), found=command)
        self.wine.run(self.window, "gui", "--open", file)

    def cli(
        self, *words: object, expect: int | None = 0, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command of the installed program."""
        return self.wine.run(self.installed / "jgclient-cli.exe", *words, expect=expect, variables=variables)

    def import_sample(self, name: str) -> None:
        """Import a sample workbook from the stick; some of its rows are wrong on purpose."""
        self.cli("import", self.on_stick(SAMPLES / name), expect=None)

    def records(self, *words: str) -> dict[str, Any]:
        """The list of records as the command line gives it."""
        listed: dict[str, Any] = json.loads(self.cli("list", "--json", *words).stdout)
        return listed

    def current(self) -> str:
        """The version that starts."""
        return (self.installed / "current.txt").read_text("ascii").strip()

    def log(self) -> str:
        """The program's log so far."""
        file = self.data / "log" / "jgclient.log"
        return file.read_text("utf-8") if file.exists() else ""

    def package(self, version: str, *, also: str = "") -> Path:
        """An update package on the stick, built upon the installed version."""
        folder = self.work / f"stage-{version}"
        folder.mkdir()
        program = versions.renumbered(self.made.stage, version, folder, also=also)
        made = update_package.make(program, self.made.keys, self.made.stage / VERSION_FOLDER, self.work)
        return self.on_stick(made)

    def change(self, package: Path, out: Path) -> None:
        """A copy of a package in which one file was changed."""
        with zipfile.ZipFile(package) as source, zipfile.ZipFile(out, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                target.writestr(name, data + b"x" if name.startswith("files/") else data)
        give(self.stick)
