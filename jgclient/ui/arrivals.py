"""Files that were opened from the desktop or a USB stick: workbooks, receipts, updates."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from jgclient import __version__, installation
from jgclient.store import Store
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.theme import ToneName

#: What the page of packages takes, by how the file is named.
_PACKAGES = {".jgr": "answer", ".jgp": "package"}
#: Setting with the version that did not come up: the platform's package of it is not tried again.
_GIVEN_UP = "update_given_up"


class Arrivals(QObject):
    """Sends every file to where it belongs.

    Args:
        desk: The clerk's desk.
        home: The program's folder, None when it runs from its source.
    """

    def __init__(self, desk: Desk, home: Path | None) -> None:
        super().__init__(desk)
        self._desk = desk
        self._home = home
        self._receiving = False
        desk.reporter.ended.connect(self.look)

    @Slot(str)
    def open(self, name: str) -> None:
        """Begin what a file is for: receipts are taken in, an update is put in place, others are imported."""
        path = Path(name)
        suffix = path.suffix.lower()
        if suffix in _PACKAGES:
            self._desk.go("packages", **{_PACKAGES[suffix]: str(path)})
        elif suffix != installation.PACKAGE:
            self._desk.go("import", path=str(path))
        elif self._home is None:
            self._desk.say("这个程序不是安装的，不能用更新包更新。", "warning")
        else:
            self._desk.say(f"正在检查更新包 {path.name} …", "waiting")
            self._desk.jobs.run(_Receiving(path, self._home), done=self._received, failed=self._failed)

    def welcome(self) -> None:
        """The window is up, so this version is good; say so if another was not, and clear away old ones."""
        if self._home is None:
            return
        installation.confirm(self._home, __version__)
        if failed := installation.take_failure(self._home):
            words = f"更新到 {failed} 版没有成功，已自动恢复 {__version__} 版，数据没有改动。请联系发布单位。"
            self._desk.say(words, "warning")
            if not self._desk.store.is_read_only:
                self._desk.store.settings.set(_GIVEN_UP, failed)
        installation.tidy(self._home, __version__)
        installation.clear_arrived(self._desk.store.folder, __version__)
        self.look()

    @Slot()
    def look(self) -> None:
        """Has the platform sent a newer program? It is put in place while work goes on."""
        if self._home is None or self._receiving:
            return
        package = installation.arrived(self._desk.store.folder, __version__)
        known = (installation.waiting(self._home), self._desk.store.settings.get(_GIVEN_UP))
        if package is not None and package.stem not in known:
            self._receiving = True
            task = _Receiving(package, self._home, once=True)
            self._desk.jobs.run(task, done=self._received, failed=self._failed)

    @Slot(object)
    def _received(self, outcome: tuple[str, ToneName]) -> None:
        self._receiving = False
        self._desk.say(*outcome)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._receiving = False
        self._desk.say(sentence, "danger")


class _Receiving:
    """The background work on one update package.

    Args:
        once: The platform sent it: whatever becomes of it, it is not tried again.
    """

    def __init__(self, package: Path, home: Path, *, once: bool = False) -> None:
        self._package = package
        self._home = home
        self._once = once

    def __call__(self, _store: Store, _progress: Progress) -> tuple[str, ToneName]:
        from jgclient.updating import UpdateError, receive  # noqa: PLC0415 - seldom needed, never at the start

        try:
            version = receive(self._package, self._home, __version__)
        except UpdateError as error:
            return str(error), "danger"
        finally:
            if self._once:
                self._package.unlink(missing_ok=True)
        return f"{version} 版已检查无误并放好，下次打开程序时启用；现在可以继续工作。", "accepted"
