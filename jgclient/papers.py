"""``jgclient receipts --pdf``: papers without a window; stands beside ``app``, because Qt paints them."""

from __future__ import annotations

import argparse
import os
import sys

from PySide6.QtGui import QGuiApplication

from jgclient.cli import answers
from jgclient.cli.answers import REFUSALS, Out, RefusedError
from jgclient.receipting import slips
from jgclient.store.receipts import ReceiptQuery
from jgclient.ui.printing import Paper, write_pdf
from jgclient.ui.receipt_paper import receipts_paper, slip_paper


def run(options: argparse.Namespace) -> int:
    """Write the slips of one record, or the list of receipts; returns the exit code."""
    if sys.platform != "win32":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # there may be no screen
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    out = Out(as_json=options.json)
    try:
        write_pdf(_paper(options), options.pdf)
    except REFUSALS as error:
        if options.json:
            out.answer({"error": str(error)}, [])
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        del application
    out.answer({"file": str(options.pdf)}, [f"已存为 {options.pdf}"])
    return 0


def _paper(options: argparse.Namespace) -> Paper:
    library, now = answers.library(options.data), answers.now()
    with answers.store_of(options) as store:
        if options.id:
            found = slips(store, library, options.id)
            if not found:
                raise RefusedError(f"{options.id} 没有回执：请核对记录编号，或先上报。")
            return slip_paper(found, now=now)
        form = answers.form_id(library, options.form) if options.form else ""
        query = ReceiptQuery(form, options.first, options.last, limit=options.limit)
        lines = store.receipts.list(query)
        left = store.receipts.count(query) - len(lines)
        note = f"另有 {left:,} 张没有列出，请缩短时间段" if left else ""
        unit = str(store.settings.get("unit_name") or "")
        return receipts_paper(library, lines, unit=unit, now=now, note=note)
