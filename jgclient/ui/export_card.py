"""Workbooks out: the blank template of a form, its records as exchange tables or as a platform's template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout

from jgclient.store import Store
from jgclient.ui import messages
from jgclient.ui.background import Progress, Task
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Choice, button, label
from jgclient.ui.workbar import WorkBar

if TYPE_CHECKING:
    from jgclient.exporting.layouts import LayoutName

_FOR_PEOPLE = "清单给人看；交换表按国家标准列；平台模板照上级平台的导入格式，双公示表单就是双公示模板。"


class ExportCard(Card):
    """One kind of form, four workbooks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("导出和模板")
        self._desk = desk
        self.form_choice = Choice("表单")
        self.work = WorkBar()
        self.template_button = button("空白模板", on_click=self.template)
        self.list_button = button("清单", on_click=lambda: self.export("list"))
        self.exchange_button = button("交换表", on_click=lambda: self.export("exchange"))
        self.platform_button = button("平台模板", on_click=lambda: self.export("platform"))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.form_choice)
        for each in (self.template_button, self.list_button, self.exchange_button, self.platform_button):
            row.addWidget(each)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(label(_FOR_PEOPLE, "muted", wraps=True))
        self.body.addWidget(self.work)

    def refresh(self) -> None:
        """The forms there are; the one chosen stays chosen."""
        chosen = self.form_choice.currentData()
        self.form_choice.clear()
        for form in self._desk.library.forms:
            self.form_choice.addItem(form.title, form.id)
        self.form_choice.setCurrentIndex(max(0, self.form_choice.findData(chosen)))

    def template(self) -> None:
        """Write the blank workbook of the form."""
        form_id, library = self.form_choice.currentData(), self._desk.library
        path = self._ask("模板")
        if path is None:
            return

        def task(_store: Store, _progress: Progress) -> str:
            from jgclient.exporting import template  # noqa: PLC0415 - workbook libraries load slowly

            template(library, form_id, path)
            return f"已生成模板 {path}"

        self._follow(task, "正在生成模板")

    def export(self, layout: LayoutName) -> None:
        """Write all records of the form."""
        form_id, library, clock = self.form_choice.currentData(), self._desk.library, self._desk.clock
        path = self._ask({"list": "清单", "exchange": "交换表", "platform": "平台模板"}[layout])
        if path is None:
            return

        def task(store: Store, progress: Progress) -> str:
            from jgclient.exporting import export  # noqa: PLC0415 - workbook libraries load slowly

            written = export(
                store, library, form_id, path, layout=layout, now=clock(), on_progress=progress.report,
                is_cancelled=progress.is_cancelled,
            )  # fmt: skip
            return f"已导出 {written:,} 条到 {path}"

        self._follow(task, "正在导出")

    def _ask(self, what: str) -> Path | None:
        name = f"{self.form_choice.currentText()}{what} {self._desk.today():%Y%m%d}.xlsx"
        return messages.gate.save_file(self, f"{what}存到", suggested=Path.home() / name)

    def _follow(self, task: Task[str], words: str) -> None:
        job = self._desk.jobs.run(task, done=self._done, failed=self._failed)
        self.work.follow(job, words)

    @Slot(object)
    def _done(self, words: str) -> None:
        self._desk.say(words, "accepted")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._desk.say(sentence, "danger")
