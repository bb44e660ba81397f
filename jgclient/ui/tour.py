"""The tour: the main job driven through the real widgets, a line and a picture a step, a closing table."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt

from jgclient.forms.library import resources_folder
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow
from jgclient.ui.driving import Driver, StepError
from jgclient.ui.entry_page import EntryPage
from jgclient.ui.frame import PAGES, MainWindow
from jgclient.ui.import_page import ImportPage
from jgclient.ui.queue_page import QueuePage
from jgclient.ui.reconcile_page import ReconcilePage
from jgclient.ui.records_page import RecordsPage

_LISTS = ("监管事项清单（附件模板）.xlsx", "检查实施清单（样表）.xlsx")
_LEDGERS = ("行政检查台账（科室自用）.xlsx", "行政处罚双公示模板（法人）.xlsx")
_TO_MEND = frozenset({State.INVALID})
_TO_SUBMIT = frozenset({State.DRAFT})


@dataclass
class Tally:
    """The figures of the closing table."""

    rows_read: int = 0
    clean: int = 0
    refused: int = 0
    duplicates: int = 0
    mended: int = 0
    queued: int = 0
    accepted: int = 0
    receipts: int = 0
    sent_again: int = 0
    shortfalls: list[str] = field(default_factory=list)

    def expect(self, what: str, *, holds: bool) -> None:
        """Note what is not as it must be."""
        if not holds:
            self.shortfalls.append(what)


def run(window: MainWindow, options: argparse.Namespace) -> int:
    """Make the tour; 0 when every step did what it must, else 1."""
    pictures: Path = options.out
    pictures.mkdir(parents=True, exist_ok=True)
    window.resize(1366, 728)
    window.show()
    tour = Tour(Driver(window, pictures), options.user, os.environ.get("JGCLIENT_PASSWORD", ""))
    try:
        tour.go()
    except StepError as error:
        tour.tally.shortfalls.append(str(error))
        tour.driver.picture("没有完成")
    window.close()
    return tour.close()


class Tour:
    """One tour through one window."""

    def __init__(self, driver: Driver, user: str, password: str) -> None:
        self.driver = driver
        self.window = driver.window
        self.desk = driver.window.desk
        self.user = user
        self.password = password
        self.tally = Tally()

    def go(self) -> None:
        """All steps in order."""
        self.driver.wait("窗口显示出来", self.window.windowHandle().isExposed, 20)
        self.window.activateWindow()  # a bare virtual screen has no window manager to do it
        self.driver.wait("窗口在最前", self.window.isActiveWindow, 20)
        self._step("工作台", self._workbench)
        for name in _LISTS:
            self._step(f"导入清单-{name[:6]}", partial(self._import, name))
        for name in _LEDGERS:
            self._step(f"导入台账-{name[:6]}", partial(self._import_ledger, name))
        self._step("有错的记录", self._wrong_records)
        self._step("逐条改正", self._mend)
        self._step("提交上报", self._submit)
        self._step("联网上报", self._report)
        self._step("再次上报不重复", self._report_again)
        self._step("对账", self._reconcile)
        self._step("全部回执", self._receipts)
        for name in PAGES:
            self._step(f"页面-{name}", partial(self._any_page, name))
        self._step("工作台-完成后", self._workbench)

    def close(self) -> int:
        """Print the closing table; the exit code."""
        t = self.tally
        print(
            f"\n读到 {t.rows_read} 行 | 有错 {t.refused} 行 | 已导入过 {t.duplicates} 行 | "
            f"改正 {t.mended} 条 | 入队 {t.queued} 条 | 已接收 {t.accepted} 条 | 回执 {t.receipts} 张 | "
            f"第二次上报 {t.sent_again} 条"
        )
        for shortfall in t.shortfalls:
            print(f"未达到：{shortfall}")
        print(f"图片：{self.driver.pictures}", flush=True)
        return 1 if t.shortfalls else 0

    def _step(self, name: str, act: Callable[[], str]) -> None:
        words = act()
        picture = self.driver.picture(name)
        print(f"{picture.name}　{words}", flush=True)

    # -- steps -----------------------------------------------------------------------------------

    def _workbench(self) -> str:
        self._page("workbench", Qt.Key.Key_1)
        return "工作台：期限、草稿、待上报一目了然"

    def _any_page(self, name: str) -> str:
        """Every page there is, with the data of the tour."""
        arguments = {"form": self.desk.record_forms()[0].id} if name == "entry" else {}
        if not self.desk.go(name, **arguments):
            raise StepError(f"页面 {name} 没有打开")
        return f"页面：{self.window.page(name).title}"

    def _import(self, name: str) -> str:
        page = self._open_import()
        page.read(resources_folder() / "samples" / name)
        self.driver.wait("检查完成", lambda: page.job is None)
        if page.report is None:
            raise StepError(f"{name} 没有读成：{page.failure.text()}")
        self.driver.picture(f"检查-{name[:6]}")
        self.driver.click(page.keep_button)
        self.driver.wait("保存完成", lambda: page.job is None)
        report = page.report
        return f"{name}：读到 {report.rows_read} 行，保存 {report.kept} 行，要改 {report.refused} 行"

    def _open_import(self) -> ImportPage:
        self._page("import", Qt.Key.Key_5)
        page = self.window.page("import")
        assert isinstance(page, ImportPage)  # noqa: S101 - the frame makes it
        return page

    def _import_ledger(self, name: str) -> str:
        words = self._import(name)
        report = self._open_import().report
        assert report is not None  # noqa: S101 - just imported
        self.tally.rows_read += report.rows_read
        self.tally.clean += report.kept
        self.tally.refused += report.refused
        self.tally.duplicates += report.count("duplicate")
        self.tally.expect(
            f"{name}：每行不是保存就是要改，或已导入过",
            holds=report.rows_read == report.kept + report.refused + report.count("duplicate"),
        )
        return words

    def _wrong_records(self) -> str:
        self._records(State.INVALID)
        wrong = self._rows(_TO_MEND)
        self.tally.expect("每条有错的记录都说明原因", holds=all(row.reason for row in wrong))
        return f"有错 {len(wrong)} 条，每条都有原因"

    def _mend(self) -> str:
        day = (self.desk.today() - timedelta(days=2)).isoformat()
        remedies = {"check_personnel": "陈志明、李秀英", "check_date": day, "check_result": "02"}
        remedies |= {"area_number": "410307", "supervise_item_implement_code": "41010020200401"}
        for row in self._rows(_TO_MEND):
            wrong = [p.fields[0] for p in self.desk.store.records.problems(row.id) if p.strength == "hard"]
            if set(wrong) <= remedies.keys():
                self._mend_one(row, {name: remedies[name] for name in wrong})
        self.tally.expect("至少改正了一条", holds=self.tally.mended > 0)
        return f"在录入窗口改正 {self.tally.mended} 条，其余保留原因"

    def _mend_one(self, row: RecordRow, texts: dict[str, str]) -> None:
        self.desk.go("entry", record_id=row.id, field=next(iter(texts)))
        page = self.window.page("entry")
        assert isinstance(page, EntryPage)  # noqa: S101 - the frame makes it
        self.driver.picture(f"改正前-{row.title[:12]}")
        assert page.view is not None  # noqa: S101 - a record is open
        for name, text in texts.items():
            self.driver.replace(page.view.rows[name].input, text)
        self.driver.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        state = self.desk.store.records.row(row.id)
        if state is not None and state.state is State.QUEUED:
            self.tally.mended += 1
        else:
            self.tally.shortfalls.append(f"{row.title} 改正后没有进入队列：{state.reason if state else ''}")

    def _submit(self) -> str:
        page = self._records(State.DRAFT)
        self.driver.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.driver.click(page.submit_button)
        self.driver.wait("提交完成", lambda: not self.desk.jobs.busy)
        self.tally.queued = self.desk.store.outbox.count()
        self.tally.expect(
            "通过的和改正的都进入了队列", holds=self.tally.queued == self.tally.clean + self.tally.mended
        )
        return f"队列里 {self.tally.queued} 条"

    def _report(self) -> str:
        page = self._queue()
        self.driver.click(page.start_button)
        self.driver.wait("第一次上报结束", lambda: page.job is None)
        if page.login.isVisible():
            self.driver.picture("登录")
            self.driver.replace(page.login.user, self.user)
            self.driver.replace(page.login.password, self.password)
            self.driver.click(page.login.button)
            self.driver.wait("上报结束", lambda: page.job is None)
        self.tally.accepted = self.desk.store.records.count(ListQuery(states=frozenset({State.ACCEPTED})))
        self.tally.receipts = self.desk.store.outbox.receipt_count()
        self.tally.expect("入队的全部已接收", holds=self.tally.accepted == self.tally.queued > 0)
        self.tally.expect("每条已接收的都有回执", holds=self.tally.receipts == self.tally.accepted)
        return f"已接收 {self.tally.accepted} 条，回执 {self.tally.receipts} 张"

    def _report_again(self) -> str:
        page = self._queue()
        self.driver.click(page.start_button)
        self.driver.wait("上报结束", lambda: page.job is None)
        self.tally.sent_again = self.desk.store.outbox.receipt_count() - self.tally.receipts
        self.tally.expect("第二次上报什么也不发送", holds=self.tally.sent_again == 0)
        return "第二次上报：没有要发送的"

    def _reconcile(self) -> str:
        self.desk.go("reconcile")
        page = self.window.page("reconcile")
        assert isinstance(page, ReconcilePage)  # noqa: S101 - the frame makes it
        self.driver.click(page.compare_button)
        self.driver.wait("对账结束", lambda: not page.busy)
        agreed = page.outcome.comparison.agreed if page.outcome else 0
        self.tally.expect("对账两边一致", holds=not page.table.rows_model.rowCount())
        self.tally.expect("已接收的都对过账", holds=agreed == self.tally.accepted)
        return f"对账：{agreed} 条两边一致"

    def _receipts(self) -> str:
        self._records(State.ACCEPTED)
        everything = self.desk.store.records.list(ListQuery(limit=10_000))
        left = [row for row in everything if row.state is not State.ACCEPTED]
        self.tally.expect(
            "没有回执的都有原因", holds=all(row.state is State.INVALID and row.reason for row in left)
        )
        return (
            f"共 {len(everything)} 条：有回执 {len(everything) - len(left)} 条，其余 {len(left)} 条写明原因"
        )

    # -- ways ------------------------------------------------------------------------------------

    def _page(self, name: str, key: Qt.Key) -> None:
        self.driver.press(key, Qt.KeyboardModifier.ControlModifier)
        if self.window.front != name:
            raise StepError(f"Ctrl+{chr(key.value)} 没有打开页面 {name}")

    def _records(self, state: State) -> RecordsPage:
        self._page("records", Qt.Key.Key_3)
        page = self.window.page("records")
        assert isinstance(page, RecordsPage)  # noqa: S101 - the frame makes it
        self.driver.click(page.filters.pills[state.value])
        page.table.setFocus()
        self.driver.settle()
        return page

    def _queue(self) -> QueuePage:
        self._page("queue", Qt.Key.Key_4)
        page = self.window.page("queue")
        assert isinstance(page, QueuePage)  # noqa: S101 - the frame makes it
        return page

    def _rows(self, states: frozenset[State]) -> list[RecordRow]:
        return self.desk.store.records.list(ListQuery(states=states, limit=10_000))
