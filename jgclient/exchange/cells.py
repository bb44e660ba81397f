"""What a workbook cell holds, as the text a clerk would have typed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from jgclient.exchange.faulty_cells import FaultyCell
from jgclient.forms.cleaning import visible

Cell = str | int | float | bool | date | datetime | time | timedelta | FaultyCell

#: Excel keeps 15 significant digits; from here on the last digits of a number are made up.
LOST_DIGITS = 1e15


def cell_text(cell: Cell) -> str:
    """The cell as text.

    Dates are ISO, whole numbers have no “.0”, other numbers at most 6 decimals, booleans are 是/否, control
    characters are gone. A number too long for Excel keeps its raw form (``4.1e+17``) so that the checker can
    tell that digits were lost instead of complaining about a check digit.
    """
    if type(cell) is str:
        return (cell if cell.isascii() and cell.isprintable() else visible(cell)).strip()
    if type(cell) is float:
        return _number(cell)
    return _other(cell)


def column_letters(number: int) -> str:
    """The letters of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _number(number: float) -> str:
    if abs(number) >= LOST_DIGITS or number != number:  # noqa: PLR0124  # NaN
        return f"{number:.15g}"  # as every office program saves it; what follows is made up anyway
    if number.is_integer():
        return str(int(number))
    return f"{Decimal(str(number)):.6f}".rstrip("0").rstrip(".")


def _other(cell: Cell) -> str:
    if isinstance(cell, FaultyCell):
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
