"""One record, or a list of records, on paper: as HTML, from there to a PDF file or a printer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QFont, QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from jgclient import entering
from jgclient.attached import in_words
from jgclient.entering import EnteringError
from jgclient.forms.library import FormLibrary
from jgclient.history import history
from jgclient.store import Store
from jgclient.ui.theme import FAMILIES

_MARGIN = QMarginsF(15, 14, 15, 14)  # millimetres; leaves room for a binder
_STYLE = """
h1 { font-size: 15pt; margin-bottom: 2px; } h2 { font-size: 11pt; margin: 10px 0 3px 0; }
p { margin: 1px 0; } .quiet { color: #555555; }
td, th { padding: 3px 5px; border: 0.5px solid #999999; vertical-align: top; text-align: left; }
th { background: #f0f0f0; }
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be printed.

    Attributes:
        title: Becomes the title of the PDF.
        wide: Landscape.
    """

    title: str
    html: str
    wide: bool = False


def record_paper(store: Store, library: FormLibrary, record_id: str, *, unit: str, now: datetime) -> Paper:
    """Everything about one record: its fields by section, what is wrong, receipts, who made which version.

    Raises:
        EnteringError: there is no such record.
    """
    row = store.records.row(record_id)
    if row is None:
        raise EnteringError("这条记录已不在本机，可能已放入回收站。")
    opened = entering.open_record(store, library, record_id)
    title = row.title or row.number or opened.form.title
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">{escape(opened.form.title)}　{row.state.title}　录入人 {escape(row.author)}</p>',
    ]
    texts = in_words(opened.form, opened.texts)
    for section in opened.form.sections:
        filled = [(f.title, texts[f.name]) for f in section.fields if texts.get(f.name)]
        if filled:
            parts.append(f"<h2>{escape(section.title)}</h2>{pairs(filled)}")
    if opened.problems:
        lines = "".join(f"<p>{escape(p.message)}　{escape(p.help)}</p>" for p in opened.problems)
        parts.append(f"<h2>需要改正</h2>{lines}")
    parts.append(f"<h2>版本和回执</h2>{_versions(store, library, record_id)}")
    parts.append(signed(unit, now))
    return Paper(title, "".join(parts))


def list_paper(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    unit: str,
    now: datetime,
    note: str = "",
) -> Paper:
    """A table with a heading on every page."""
    head = "".join(f"<th>{escape(words)}</th>" for words in headings)
    lines = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    table = (
        f'<table width="100%" cellspacing="0"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
    top = f'<h1>{escape(title)}</h1><p class="quiet">共 {len(lines):,} 条　{escape(note)}</p>'
    return Paper(title, f"{top}{table}{signed(unit, now)}", wide=True)


def write_pdf(paper: Paper, path: Path) -> None:
    """Write a PDF; the file appears whole or not at all. May run in any thread.

    Raises:
        EnteringError: the file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    writer = QPdfWriter(str(part))
    writer.setTitle(paper.title)
    writer.setCreator("监管数据录入")
    put_on(paper, writer)
    del writer
    try:
        part.replace(path)
    except OSError as error:
        raise EnteringError(f"PDF 没有写成：{path}。请检查文件夹能否写入、文件是否正打开着。") from error


def put_on(paper: Paper, device: QPagedPaintDevice) -> None:
    """Paint every page on a PDF writer or printer, A4."""
    orientation = QPageLayout.Orientation.Landscape if paper.wide else QPageLayout.Orientation.Portrait
    device.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), orientation, _MARGIN))
    document = QTextDocument()
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(9)
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(paper.html)
    document.print_(device)


def pairs(filled: Iterable[tuple[str, str]]) -> str:
    """A table of captions and texts."""
    lines = "".join(
        f'<tr><th width="28%">{escape(title)}</th><td>{_text(text)}</td></tr>' for title, text in filled
    )
    return f'<table width="100%" cellspacing="0">{lines}</table>'


def _versions(store: Store, library: FormLibrary, record_id: str) -> str:
    lines = []
    for version in history(store, library, record_id):
        name = f"第 {version.number} 版　{version.what}" if version.number else version.what
        receipts = "、".join(receipt.receipt_no for receipt in version.receipts)
        made = f"{version.made_at:%Y-%m-%d %H:%M}"
        cells = (name, version.author, made, f"回执号 {receipts}" if receipts else version.reason)
        lines.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>")
    return f'<table width="100%" cellspacing="0">{"".join(lines)}</table>'


def signed(unit: str, now: datetime) -> str:
    """The last line of a paper: who printed it and when."""
    return f'<p class="quiet">{escape(unit)}　{now:%Y-%m-%d %H:%M} 由“监管数据录入”打印</p>'


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
