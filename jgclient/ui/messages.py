"""The one gate for everything modal: file dialogs, yes/no questions, a last word before the end.

Pages call ``messages.gate``; tests put another object in its place, so that no test can hang in ``exec()``.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QPagedPaintDevice
from PySide6.QtWidgets import QWidget

WORKBOOKS = "Excel 工作簿 (*.xlsx *.xls *.et)"
#: Everything that can be imported.
IMPORTABLE = "工作簿 (*.xlsx *.xls *.xlsm *.xlsb *.et *.ods *.csv)"


class Messages:
    """Real dialogs of the desktop."""

    def ask(
        self, parent: QWidget | None, question: str, *, yes: str, no: str = "取消", detail: str = ""
    ) -> bool:
        """Whether the user chose ``yes``; only for what cannot be undone, so ``no`` is the default."""
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.Question, "请确认", question, parent=parent)
        box.setInformativeText(detail)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is accept

    def fatal(self, sentence: str) -> None:
        """Say why the program cannot go on."""
        from PySide6.QtWidgets import QMessageBox

        QMessageBox(QMessageBox.Icon.Critical, "监管数据录入", sentence).exec()

    def open_file(
        self, parent: QWidget | None, title: str, *, folder: Path, kinds: str = WORKBOOKS
    ) -> Path | None:
        """The file chosen for reading, or None when the user went back."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(parent, title, str(folder), kinds)
        return Path(name) if name else None

    def save_file(
        self, parent: QWidget | None, title: str, *, suggested: Path, kinds: str = WORKBOOKS
    ) -> Path | None:
        """The file chosen for writing, or None; the dialog itself asks before replacing a file."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(parent, title, str(suggested), kinds)
        return Path(name) if name else None

    def folder(self, parent: QWidget | None, title: str, *, start: Path) -> Path | None:
        """The folder chosen, or None when the user went back."""
        from PySide6.QtWidgets import QFileDialog

        name = QFileDialog.getExistingDirectory(parent, title, str(start))
        return Path(name) if name else None

    def printer(self, parent: QWidget | None) -> QPagedPaintDevice | None:
        """The printer chosen with its settings, or None when the user went back."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        return printer if QPrintDialog(printer, parent).exec() else None


gate: Messages = Messages()
