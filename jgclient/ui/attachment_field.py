"""Files of a record in the entry window: add, look at, save elsewhere, take away."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QImage, QImageReader, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jgclient.attached import attached, size_words
from jgclient.contract import Attachment
from jgclient.forms.definition import Field
from jgclient.store import Store
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.entry_dress import Dress
from jgclient.ui.parts import ShortLabel, button, label, link
from jgclient.ui.workbar import WorkBar

if TYPE_CHECKING:
    from jgclient.attaching import Added
    from jgclient.ui.field_widgets import ChoicePopup

_FILES = "照片和文件 (*.jpg *.jpeg *.png *.pdf *.doc *.docx *.xls *.xlsx *.ofd *.mp4 *.zip);;所有文件 (*)"
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"})
#: A picture is shown no larger than this.
_PREVIEW = QSize(480, 270)
_PLACES = {
    "stripped": "，照片里的拍摄位置已去掉",
    "kept": "，按设置保留了拍摄位置",
    "unknown": "。这种文件可能带有拍摄位置，去不掉；不便公开的请换成 JPG",
}


class AttachmentField(QFrame):
    """A line a file and a button; holds the same text as other inputs: the list as JSON.

    Signals and methods are those of :class:`jgclient.ui.field_widgets.LineField`.
    """

    typed = Signal(str)
    entered = Signal()
    left = Signal()
    stepped = Signal(int)
    asked = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.popup: ChoicePopup | None = None
        self._desk: Desk | None = None
        self._raw = ""
        self.add_button = button("添加附件……", "空格", bind=False, on_click=self.add)
        self.add_button.setAccessibleName(f"{field.title}：添加附件")
        self.add_button.installEventFilter(self)
        self.setFocusProxy(self.add_button)
        self.setAccessibleName(field.title)
        self.note = label("", "note", wraps=True)
        self.preview = QLabel()
        self.work = WorkBar()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._lines)
        column.addWidget(self.preview)
        column.addWidget(self.add_button)
        column.addWidget(self.work)
        column.addWidget(self.note)
        for part in (self.preview, self.note):
            part.hide()

    def use(self, desk: Desk) -> None:
        """Work with this desk: its store keeps the files, its worker reads them."""
        self._desk = desk

    def files(self) -> list[Attachment]:
        """The files named; none when the text is not a list of files."""
        return attached(self._raw)

    # -- as an input -------------------------------------------------------------------------------

    def show_text(self, raw: str, _dress: Dress) -> None:
        """Show another value."""
        if raw != self._raw:
            self._raw = raw
            self._show()

    def raw(self) -> str:
        """The text that counts."""
        return self._raw

    def put(self, text: str) -> None:
        """Replace the value on behalf of the clerk."""
        self._raw = text
        self._show()
        self.typed.emit(text)
        self.left.emit()  # it is settled at once: nothing is typed here

    def insert_words(self, _text: str) -> None:
        """Words do not belong here."""

    def hasFocus(self) -> bool:
        """Whether the button has it."""
        return self.add_button.hasFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Tab go on as everywhere in the form; the space bar adds."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not event.modifiers():
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self.stepped.emit(1)
                return True
            if event.key() == Qt.Key.Key_Delete and self.files():
                self._remove(self.files()[-1])
                return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Backtab:
                self.stepped.emit(-1)
                return True
        elif isinstance(event, QFocusEvent):
            self._tell_focus(event)
        return super().eventFilter(watched, event)

    def _tell_focus(self, event: QFocusEvent) -> None:
        away = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        if event.gotFocus():
            self.entered.emit()
        elif event.reason() not in away:
            self.left.emit()

    # -- what she does -----------------------------------------------------------------------------

    def add(self) -> None:
        """Ask for a file and take it in beside the window."""
        path = messages.gate.open_file(self, "添加附件", folder=Path.home(), kinds=_FILES)
        if path is not None:
            self._run(_Add(path), self._added, "正在加密保存附件")

    def _remove(self, file: Attachment) -> None:
        self._say("", "")
        self.preview.hide()
        left = [one.to_json() for one in self.files() if one != file]
        self.put(json.dumps(left, ensure_ascii=False, sort_keys=True) if left else "")

    def _save(self, file: Attachment) -> None:
        path = messages.gate.save_file(
            self, "另存附件", suggested=Path.home() / file.name, kinds="所有文件 (*)"
        )
        if path is not None:
            self._run(_Save(file, path), self._saved, "正在取出附件")

    def _look(self, file: Attachment) -> None:
        self._run(_Look(file), self._looked, "正在打开图片")

    def _run(self, task: Callable[[Store, Progress], object], done: Callable[..., None], words: str) -> None:
        if self._desk is not None:
            self._say("", "")
            self.work.follow(self._desk.jobs.run(task, done=done, failed=self._failed), words)

    @Slot(object)
    def _added(self, outcome: Added | str) -> None:
        if isinstance(outcome, str):
            self._say(outcome, "danger")
            return
        file = outcome.attachment
        files = self.files()
        if file.sha256 in {one.sha256 for one in files}:
            self._say(f"{file.name} 已经在附件里，内容相同，没有重复添加。", "warning")
            return
        self.put(json.dumps([one.to_json() for one in [*files, file]], ensure_ascii=False, sort_keys=True))
        tone = "warning" if outcome.location == "unknown" else ""
        self._say(f"已添加 {file.name}{_PLACES.get(outcome.location, '')}", tone)

    @Slot(object)
    def _saved(self, outcome: str) -> None:
        self._say(outcome, "")

    @Slot(object)
    def _looked(self, outcome: QImage | str) -> None:
        if isinstance(outcome, str):
            self._say(outcome, "warning")
            return
        self.preview.setPixmap(QPixmap.fromImage(outcome))
        self.preview.show()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._say(sentence, "danger")

    # -- showing -----------------------------------------------------------------------------------

    def _say(self, words: str, tone: str) -> None:
        self.note.setText(words)
        self.note.setProperty("tone", tone)
        self.note.setVisible(bool(words))

    def _show(self) -> None:
        self.preview.hide()
        while (item := self._lines.takeAt(0)) is not None:
            line = item.widget()
            if line is not None:
                line.hide()
                line.deleteLater()
        for file in self.files():
            self._lines.addWidget(self._line(file))
        self.updateGeometry()

    def _line(self, file: Attachment) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        name = ShortLabel()
        name.setText(f"{file.name}　{size_words(file.size)}")
        row.addWidget(name)
        if Path(file.name).suffix.lower() in _PICTURES:
            row.addWidget(link("查看", on_click=partial(self._look, file)))
        row.addWidget(link("另存……", on_click=partial(self._save, file)))
        row.addWidget(link("移除", on_click=partial(self._remove, file)))
        row.addStretch(1)
        return line


class _Add:
    """The background work of taking a file in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, store: Store, _progress: Progress) -> Added | str:
        from jgclient.attaching import AttachingError, add  # noqa: PLC0415 - it brings the readers of photos

        try:
            return add(store, self._path)
        except AttachingError as error:
            return str(error)


class _Save:
    """The background work of writing a kept file somewhere."""

    def __init__(self, file: Attachment, to: Path) -> None:
        self._file, self._to = file, to

    def __call__(self, store: Store, _progress: Progress) -> str:
        from jgclient.attaching import AttachingError, save  # noqa: PLC0415 - see above

        try:
            save(store, self._file, self._to)
        except AttachingError as error:
            return str(error)
        return f"已另存为 {self._to}。这一份没有加密，用完请删除。"


class _Look:
    """The background work of reading a picture; it is never written in the clear."""

    def __init__(self, file: Attachment) -> None:
        self._file = file

    def __call__(self, store: Store, _progress: Progress) -> QImage | str:
        if store.attachments.get(self._file.sha256) is None:
            return f"附件“{self._file.name}”不在本机：它由别的电脑上报，请在那里打开。"
        source = QBuffer()
        source.setData(b"".join(store.attachments.read(self._file.sha256)))
        source.open(QBuffer.OpenModeFlag.ReadOnly)
        reader = QImageReader(source)
        reader.setAutoTransform(True)
        if reader.size().isValid():
            scaled = reader.size().scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio)
            reader.setScaledSize(scaled)
        image = reader.read()
        return f"“{self._file.name}”不能显示，请另存后用别的程序打开。" if image.isNull() else image
