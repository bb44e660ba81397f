"""Enter, finish, queue and send a record of every form with the keyboard alone, and count the keys.

Run it on a virtual screen (``make keyboard-test``): every key is an X event (XTest), as from a keyboard;
Chinese words arrive as an input method commits them, one key a character. A gateway of its own answers on
loopback. Printed for each form: the keys of the first record (look-ups, first values), of the next one like
it, and of typing the same fields one by one. Exit code 1 when a record did not arrive or took more keys.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject
from PySide6.QtGui import QInputMethodEvent, QWindow
from PySide6.QtWidgets import QApplication

from jgclient import app
from jgclient.forms.definition import Form
from jgclient.records import State
from jgclient.store import RegisterRow, Store
from jgclient.sync.schedule import AUTOMATIC
from jgclient.ui.entry_page import EntryPage
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.queue_page import QueuePage

ROOT = Path(__file__).resolve().parent.parent
USER = "clerk"
UNIT = {
    "unit_name": "郑州市XX局",
    "unit_code": "11410100000000019W",
    "unit_region": "410100",
    "user_name": "李某",
}
ITEM, COMPANY, OTHER = "41010020200401", "91410100MA0000015B", "91410100MA40001587"
NAME, OTHER_NAME = "郑州安顺物业服务有限公司", "郑州惠民超市有限公司"
PERSON = "11010519491231002X"
_KEYS = {"Enter": 0xFF0D, "Esc": 0xFF1B, "Tab": 0xFF09, "F8": 0xFFC5, "F9": 0xFFC6}
_MODIFIERS = {"Ctrl": 0xFFE3, "Shift": 0xFFE1, "Alt": 0xFFE9}
#: Seconds until a key, a page or an answer must be there.
_PATIENCE = 30


class KeyboardError(Exception):
    """Something did not come about; the text says what."""


def day(days_ago: int) -> str:
    """A day before today as a clerk types it."""
    return (app.now().date() - timedelta(days=days_ago)).isoformat()


#: What is typed into each field that does not fill itself; letters find items, objects and records.
_DECISION = {
    "cf_wfxw": "未按规定公示收费标准", "cf_sy": "未公示收费标准", "cf_yj": "《河南省物业管理条例》第七十八条",
    "cf_cflb": "01；02", "cf_nr": "罚款人民币500元", "cf_nr_fk": "0.05",
    "cf_jdrq": day(2), "cf_yxq": "2099-12-31",
}  # fmt: skip
PLANS: Mapping[str, Mapping[str, str]] = {
    "check": {
        "supervise_item_implement_code": "wyfw", "check_action_name": f"对{NAME}的日常检查",
        "administrative_cp": NAME, "administrative_cp_na": "02", "administrative_cp_ce_type": "001",
        "administrative_cp_ui_code": COMPANY,
        "check_date": day(2), "check_form": "01", "check_type": "01",
        "check_personnel": "张三、李四", "check_result": "01",
    },
    "penalty": {
        "supervise_item_code": "wyfw", "punish_action_name": f"对{NAME}的处罚", "case_source": "01",
        "check_action_code": "aswy", "administrative_cp": "aswy", "administrative_cp_na": "02",
        "filing_date": day(2), "illegal_fact": "未公示收费标准",
        "punish_accord": "《条例》第七十八条", "punish_procedure": "02", "case_involving_punishment": "否",
        "if_hearing_witnesses": "否", "punish_document_code": "郑某罚决字〔2026〕12号", "set_date": day(2),
        "punish_type": "01；02", "fine": "5000", "penalty_result": "警告，并处罚款人民币5000元",
    },
    "force": {
        "supervise_item_code": "wyfw", "force_action_name": f"对{NAME}的查封", "check_action_code": "aswy",
        "administrative_cp": "aswy", "administrative_cp_na": "02",
        "illegal_fact": "无证经营", "mandatory_basis": "《食品安全法》第一百一十条",
        "mandatory_decision_number": "郑某强决字〔2026〕3号", "force_type": "01",
        "coercive_measure_type": "02", "mandatory_decision_sev_date": day(2),
    },
    "other": {
        "supervise_item_code": "wyfw", "action_name": f"对{NAME}的约谈", "check_behavior_number": "aswy",
        "administrative_cp": "aswy", "administrative_cp_na": "02",
        "start_date": day(2),
    },
    "publicity_penalty": {
        "cf_xdr_mc": "aswy", "cf_xdr_lb": "fr", "cf_wsh": "郑XX罚决字〔2026〕第001号", **_DECISION,
    },
    "publicity_penalty_person": {
        "cf_xdr_mc": "张某", "cf_xdr_zjlx": "sfz", "cf_xdr_zjhm": PERSON,
        "cf_wsh": "郑XX罚决字〔2026〕第002号", **_DECISION,
    },
}  # fmt: skip
#: What differs in the next record: document numbers, and where the same act of another day is meant.
NEXT: Mapping[str, Mapping[str, str]] = {
    "check": {"administrative_cp_na": "02"},
    "penalty": {"administrative_cp_na": "02", "punish_document_code": "郑某罚决字〔2026〕13号"},
    "force": {"administrative_cp_na": "02", "mandatory_decision_number": "郑某强决字〔2026〕4号"},
    "other": {"administrative_cp_na": "02"},
    "publicity_penalty": {"cf_xdr_lb": "fr", "cf_wsh": "郑XX罚决字〔2026〕第003号"},
    "publicity_penalty_person": {
        "cf_xdr_zjlx": "sfz", "cf_xdr_zjhm": "11010119900307109X", "cf_wsh": "郑XX罚决字〔2026〕第004号",
    },
}  # fmt: skip


class Keyboard(QObject):
    """Presses keys on the X server and waits until the window has had them.

    Attributes:
        count: Keys pressed so far; a modifier held counts as a key.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._released = 0
        self._x11, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x11.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._x11.XkbKeycodeToKeysym.argtypes = [ctypes.c_void_p, ctypes.c_ubyte, ctypes.c_int, ctypes.c_int]
        self._x11.XkbKeycodeToKeysym.restype = ctypes.c_ulong
        self._x11.XFlush.argtypes = [ctypes.c_void_p]
        self._test.XTestFakeKeyEvent.argtypes = [
            ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong,
        ]  # fmt: skip
        self._display = self._x11.XOpenDisplay(None)
        QCoreApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # there is one

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Count the releases that reach a window: then the key has been dealt with."""
        if event.type() == QEvent.Type.KeyRelease and isinstance(watched, QWindow):
            self._released += 1
        return False

    def press(self, keys: str) -> None:
        """Press a key or a combination such as ``Ctrl+Enter``."""
        *modifiers, key = keys.split("+")
        symbol = _KEYS.get(key) or ord(key.lower())
        self._stroke(symbol, [_MODIFIERS[one] for one in modifiers])

    def type(self, text: str) -> None:
        """Type a text: keys for what is on the keyboard, an input method for the rest."""
        for part in text:
            if part.isascii() and part.isprintable():
                code = self._x11.XKeysymToKeycode(self._display, ord(part))
                plain = self._x11.XkbKeycodeToKeysym(self._display, code, 0, 0) == ord(part)
                self._stroke(ord(part), [] if plain else [_MODIFIERS["Shift"]])
            else:
                self.count += 1
                event = QInputMethodEvent()
                event.setCommitString(part)
                QCoreApplication.sendEvent(QApplication.focusWidget(), event)
                _process()

    def _stroke(self, symbol: int, modifiers: list[int]) -> None:
        self.count += 1 + len(modifiers)
        before = self._released
        for one in modifiers:
            self._fake(one, down=True)
        self._fake(symbol, down=True)
        self._fake(symbol, down=False)
        for one in reversed(modifiers):
            self._fake(one, down=False)
        self._x11.XFlush(self._display)
        wait("按键到达窗口", lambda: self._released >= before + 1 + len(modifiers))

    def _fake(self, symbol: int, *, down: bool) -> None:
        code = self._x11.XKeysymToKeycode(self._display, symbol)
        self._test.XTestFakeKeyEvent(self._display, code, int(down), 0)


def _process() -> None:
    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def wait(what: str, until: Callable[[], bool]) -> None:
    """Let the window work until something is so.

    Raises:
        KeyboardError: it did not come about in time.
    """
    end = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > end:
            raise KeyboardError(f"没有等到：{what}")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
    _process()


@dataclass(frozen=True, slots=True)
class Line:
    """Keys of one form's records."""

    form: str
    first: int
    following: int
    one_by_one: int
    fields: int


class Clerk:
    """Works through the window with a keyboard."""

    def __init__(self, client: app.Client, password: str) -> None:
        self.desk, self.window = client.desk, client.window
        self.keyboard = Keyboard()
        self._password = password

    @property
    def session(self) -> EntrySession:
        """The record being typed."""
        page = self.window.page("entry")
        if not isinstance(page, EntryPage) or page.session is None:
            raise KeyboardError("没有打开录入")
        return page.session

    @property
    def here(self) -> str:
        """Name of the field with the focus."""
        page = self.window.page("entry")
        return page.binding.focused if isinstance(page, EntryPage) else ""

    def work(self) -> list[Line]:
        """Every form in turn."""
        return [self._form(number, form) for number, form in enumerate(self.desk.record_forms(), start=1)]

    def _form(self, number: int, form: Form) -> Line:
        self.keyboard.count = 0
        self.keyboard.press("Ctrl+N")
        wait("选择类别", lambda: self.window.front == "new")
        self.keyboard.press(str(number))
        wait("录入页", lambda: self.window.front == "entry" and self.session.form.id == form.id)
        record_id = self._enter(PLANS[form.id])
        first = self.keyboard.count
        self._send(record_id)
        content = self.desk.store.records.last_revision(record_id).content  # type: ignore[union-attr]  # just sent
        texts = self.desk.library.checker(form).to_texts(content)
        following = self._next(number, form)
        return Line(form.title, first, following, one_by_one(form, content, texts), len(texts))

    def _next(self, number: int, form: Form) -> int:
        self.keyboard.count = 0
        self.keyboard.press("Ctrl+N")
        wait("选择类别", lambda: self.window.front == "new")
        self.keyboard.press(str(number))
        wait("录入页", lambda: self.window.front == "entry" and self.session.form.id == form.id)
        self.keyboard.press("Ctrl+Shift+N")
        wait(f"{form.title} 像上一条一样", lambda: self.here == form.party_field)
        party = "李某" if form.id == "publicity_penalty_person" else "hmcs"
        record_id = self._enter({form.party_field: party, **NEXT[form.id]})
        count = self.keyboard.count
        self._send(record_id)
        return count

    def _enter(self, plan: Mapping[str, str]) -> str:
        """Type what the plan says where the focus is; Ctrl+Enter leads to the next open place."""
        record_id, told = self.session.opened.record_id, ""
        for _ in range(4 * len(plan) + 8):
            name = self.here
            if name in plan and name != told:
                self.keyboard.type(plan[name])
                self.keyboard.press("Enter")
                told = name
                continue
            self.keyboard.press("Ctrl+Enter")
            row = self.desk.store.records.row(record_id)
            if row is not None and row.state is State.QUEUED:
                return record_id
            if self.here not in plan or self.here == told:
                break
            told = ""
        problems = "；".join(f"{p.fields}: {p.message}" for p in self.session.blocking())
        raise KeyboardError(f"{self.session.form.title} 没有录成，停在 {self.here}：{problems}")

    def _send(self, record_id: str) -> None:
        self.keyboard.press("F9")
        page = self.window.page("queue")
        assert isinstance(page, QueuePage)  # noqa: S101 - the frame makes it

        def done() -> bool:
            row = self.desk.store.records.row(record_id)
            return page.login.isVisible() or (
                row is not None and row.state in (State.ACCEPTED, State.RETURNED)
            )

        wait("上报", done)
        if page.login.isVisible():
            wait("密码栏", page.login.password.hasFocus)
            self.keyboard.type(self._password)
            self.keyboard.press("Enter")
            wait("登录后上报", lambda: not page.login.isVisible() and done())
        row = self.desk.store.records.row(record_id)
        if row is None or row.state is not State.ACCEPTED or not row.receipt_no:
            raise KeyboardError(f"没有收到回执：{row.reason if row else ''}")
        wait("上报结束", lambda: not self.desk.jobs.busy)


def one_by_one(form: Form, content: Mapping[str, object], texts: Mapping[str, str]) -> int:
    """Keys to type the same fields without look-ups and first values, codes as codes, Enter after each."""

    def length(name: str) -> int:
        value = content[name]
        coded = form.field(name).codes
        return len("；".join(value) if isinstance(value, list) else str(value)) if coded else len(texts[name])

    return sum(length(name) + 1 for name in content)


def known(store: Store) -> None:
    """What an office has imported before: its items and the objects it has met."""
    item = {"supervise_item_code": ITEM, "matter_name": "对物业服务企业的监管", "item_status": "01"}
    store.registers.upsert("item", [RegisterRow((ITEM, "对物业服务企业的监管"), item)], "清单")
    lists = {"supervise_item_code": ITEM, "exercise_level": "3", "implement_body_code": UNIT["unit_code"]}
    store.registers.upsert("implementation", [RegisterRow((ITEM, "3"), lists)], "清单")
    shop = {"object_code": OTHER, "object_name": OTHER_NAME, "object_kind": "1", "area_number": "410102"}
    store.registers.upsert("object", [RegisterRow((OTHER,), shop)], "清单")


def main() -> int:
    """Gateway, window, work, table."""
    with tempfile.TemporaryDirectory() as folder:
        password = secrets.token_hex(6)
        gateway_data = Path(folder) / "gateway"
        environment = dict(os.environ, JGGATEWAY_PASSWORD=password)
        add = [sys.executable, "-m", "jggateway", "users", "add", USER, "--unit", UNIT["unit_code"]]
        subprocess.run(
            [*add, "--data", str(gateway_data)], check=True, env=environment, stdout=subprocess.DEVNULL
        )
        serve = [sys.executable, "-m", "jggateway", "serve", "--data", str(gateway_data), "--port", "0"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, encoding="utf-8") as gateway:
            try:
                return _with(Path(folder) / "client", _address(gateway), password)
            finally:
                gateway.terminate()


def _address(gateway: subprocess.Popen[str]) -> str:
    for line in gateway.stdout or ():
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise SystemExit("The gateway did not start")


def _with(folder: Path, gateway: str, password: str) -> int:
    app.make_application()
    client = app.build(folder)
    try:
        settings = {**UNIT, "gateway_url": gateway, "gateway_user": USER, AUTOMATIC: False}
        for name, value in settings.items():
            client.desk.store.settings.set(name, value)
        known(client.desk.store)
        client.desk.load()
        client.window.refresh()
        client.window.show_page("workbench")
        client.window.resize(1366, 728)
        client.window.show()
        wait("窗口显示出来", client.window.windowHandle().isExposed)
        client.window.activateWindow()
        wait("窗口在最前", client.window.isActiveWindow)
        return _report(Clerk(client, password).work())
    except KeyboardError as error:
        client.window.grab().save(str(ROOT / ".run" / "keyboard.png"))
        print(f"未达到：{error}")
        return 1
    finally:
        client.close()


def _report(lines: list[Line]) -> int:
    print("类别　按键数：第一条　像上一条一样　逐栏填写（栏数）")
    for line in lines:
        print(f"{line.form}　{line.first}　{line.following}　{line.one_by_one}（{line.fields}）")
    worse = [line.form for line in lines if max(line.first, line.following) >= line.one_by_one]
    print(
        f"未达到：{'、'.join(worse)} 没有少按键" if worse else "每条都已接收，按键都少于逐栏填写", flush=True
    )
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
