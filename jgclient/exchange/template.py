"""The empty workbook for one form: what a clerk fills in when she would rather type into WPS."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from jgclient.exchange.cells import column_letters
from jgclient.exchange.locating import HIDDEN_SHEET
from jgclient.exchange.not_data import EXPLANATION_MARK, SAMPLE_MARK
from jgclient.exchange.saving import saved_whole
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES

_SEQUENCE = "序号"
_FIRST_ROW, _LAST_ROW = 3, 20_000  # the sample row may be typed over
_FORBIDDEN_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")
_TEXT = "@"
_HEAD = PatternFill("solid", fgColor="DCE6F1")
_REQUIRED_HEAD = PatternFill("solid", fgColor="FCE4D6")
_GREY = Font(italic=True, color="808080")
_LINE = Side(style="thin", color="BFBFBF")
_EDGE = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAP = Alignment(wrap_text=True, vertical="top")


def write_template(form: Form, codes: CodeLists, path: Path) -> None:
    """Write the template of ``form``: head, explanations, sample row, drop-downs, notes; all cells are text.

    A hidden sheet holds form id and version, so that the import knows the form whatever is done to the head,
    and the lists of the drop-downs.

    Raises:
        WorkbookError: the file cannot be written.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = form.title.translate(_FORBIDDEN_IN_NAMES)[:31]
    hidden = book.create_sheet(HIDDEN_SHEET)
    hidden.sheet_state = "veryHidden"
    _write_hidden(hidden, [("form", form.id), ("version", str(form.version))])
    _column(sheet, 1, [_SEQUENCE, EXPLANATION_MARK, SAMPLE_MARK], width=10)
    fields = [field for field in form if field.type != "attachments"]
    lists = _Lists(hidden, codes)
    for number, field in enumerate(fields, start=2):
        _field_column(sheet, number, field, codes, lists)
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[2].height = 60
    with saved_whole(path) as temporary:
        book.save(temporary)


def explanation(field: Field, codes: CodeLists) -> str:
    """What may be filled into a field, as the second row of templates says it."""
    return f"{_demand(field)}{FIELD_TYPES[field.type].describe(field, codes)}"


def _write_hidden(hidden: Worksheet, rows: list[tuple[str, str]]) -> None:
    for row in rows:
        hidden.append(row)


def _field_column(sheet: Worksheet, number: int, field: Field, codes: CodeLists, lists: _Lists) -> None:
    kind = FIELD_TYPES[field.type]
    said = kind.describe(field, codes)
    _column(
        sheet, number, [_heading(field), f"{_demand(field)}{said}", _sample(field, codes)],
        width=min(40, max(12, 2 * len(field.title) + 4)),
    )  # fmt: skip
    head = sheet.cell(1, number)
    head.fill = _REQUIRED_HEAD if field.required else _HEAD
    head.comment = Comment(_note(field, said), "jgclient", height=160, width=320)
    check = lists.drop_down(field) if field.type in ("code", "codes", "yes_no") else _length_check(field)
    if check is not None:
        column = column_letters(number)
        check.add(f"{column}{_FIRST_ROW}:{column}{_LAST_ROW}")
        sheet.add_data_validation(check)


def _column(sheet: Worksheet, number: int, texts: list[str], *, width: int) -> None:
    letters = column_letters(number)
    sheet.column_dimensions[letters].width = width
    sheet.column_dimensions[letters].number_format = _TEXT
    for row, text in enumerate(texts, start=1):
        cell = sheet.cell(row, number)
        cell.value = text
        cell.data_type = "s"  # a text that begins with “=” must not become a formula
        cell.number_format = _TEXT
        cell.alignment, cell.border = _WRAP, _EDGE
        cell.font = Font(bold=True) if row == 1 else _GREY
    sheet.cell(1, number).fill = _HEAD


def _heading(field: Field) -> str:
    unit = field.unit if field.type == "money" and field.unit not in field.title else ""
    return f"{'*' if field.required else ''}{field.title}{f'（{unit}）' if unit else ''}"


def _demand(field: Field) -> str:
    if field.required:
        return "必填。"
    return "视情况必填。" if field.required_if else "选填。"


def _sample(field: Field, codes: CodeLists) -> str:
    if field.example or field.type not in ("code", "codes", "yes_no"):
        return field.example
    if field.type == "yes_no":
        return "否"
    entries = codes.get(field.codes).entries
    return codes.get(field.codes).label(entries[0].code) if entries else ""


def _note(field: Field, said: str) -> str:
    example = f"例：{field.example}" if field.example else ""
    basis = f"依据：{field.basis}" if field.basis else ""
    return "\n".join(filter(None, [_demand(field) + said, field.help, example, basis]))


def _length_check(field: Field) -> DataValidation | None:
    if not field.max_length or field.type not in ("text", "long_text", "document_number"):
        return None
    return DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(field.max_length), allow_blank=True,
        errorTitle=field.title, error=f"不能超过 {field.max_length} 字", showErrorMessage=True,
    )  # fmt: skip


class _Lists:
    """The drop-down lists, each once, in columns of the hidden sheet."""

    def __init__(self, hidden: Worksheet, codes: CodeLists) -> None:
        self._hidden, self._codes = hidden, codes
        self._ranges: dict[str, str] = {}

    def drop_down(self, field: Field) -> DataValidation:
        """The drop-down of a field; other texts are allowed after a warning, several codes without."""
        source = self._range("yes_no", ["是", "否"]) if field.type == "yes_no" else self._codes_range(field)
        return DataValidation(
            type="list", formula1=source, allow_blank=True, showErrorMessage=field.type != "codes",
            errorStyle="warning", errorTitle=field.title, error="不在可选项里，可能认不出来。仍要这样填吗？",
        )  # fmt: skip

    def _codes_range(self, field: Field) -> str:
        codes = self._codes.get(field.codes)
        in_force = [codes.label(entry.code) for entry in codes if entry.valid_to is None]
        return self._range(field.codes, list(dict.fromkeys(in_force)))

    def _range(self, name: str, texts: list[str]) -> str:
        if name not in self._ranges:
            column = 4 + len(self._ranges)
            for row, text in enumerate([name, *texts], start=1):
                self._hidden.cell(row, column).value = text
                self._hidden.cell(row, column).data_type = "s"
            letters = column_letters(column)
            self._ranges[name] = f"{HIDDEN_SHEET}!${letters}$2:${letters}${max(2, len(texts) + 1)}"
        return self._ranges[name]
