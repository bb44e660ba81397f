"""回执单 and 回执清单 on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from jgclient.contract import parse_time
from jgclient.forms.library import FormLibrary
from jgclient.receipting import Slip, slips
from jgclient.store import Store
from jgclient.store.receipts import ReceiptLine
from jgclient.ui.printing import Paper, list_paper, pairs, signed

_HEADINGS = ("回执编号", "平台接收时间", "类别", "记录", "业务编号", "版次", "录入人", "批次")
_HOW = "核验只用本机数据：按录入内容重新计算校验值，与平台回执中的校验值比对，并逐版检查修订链。"


def slips_of(store: Store, library: FormLibrary, chosen: Iterable[ReceiptLine]) -> list[Slip]:
    """The slips of chosen receipts, in their order."""
    found: list[Slip] = []
    for line in chosen:
        number = line.receipt.receipt_no
        found += [s for s in slips(store, library, line.receipt.record_id) if s.receipt_no == number]
    return found


def slip_paper(found: Sequence[Slip], *, now: datetime) -> Paper:
    """One page a receipt."""
    pages = [_page(slip, now, first=number == 0) for number, slip in enumerate(found)]
    return Paper(f"回执单 {found[0].receipt_no}" if len(found) == 1 else "回执单", "".join(pages))


def receipts_paper(
    library: FormLibrary, lines: Sequence[ReceiptLine], *, unit: str, now: datetime, note: str = ""
) -> Paper:
    """The list of receipts, as for the file of a quarter."""
    rows = [_cells(library, line, now) for line in lines]
    return list_paper("回执清单", _HEADINGS, rows, unit=unit, now=now, note=note)


def _page(slip: Slip, now: datetime, *, first: bool) -> str:
    start = "" if first else ' style="page-break-before: always"'
    heading = f'<h1 align="center"{start}>监管数据上报回执单</h1>'
    foot = signed(slip.unit_name, now)
    return f'{heading}{pairs(slip.lines())}<p class="quiet">{escape(_HOW)}</p>{foot}'


def _cells(library: FormLibrary, line: ReceiptLine, now: datetime) -> list[str]:
    receipt = line.receipt
    moment = parse_time(receipt.received_at)
    when = f"{moment.astimezone(now.tzinfo):%Y-%m-%d %H:%M:%S}" if moment else receipt.received_at
    try:
        title = library.get(line.form).title
    except KeyError:
        title = line.form
    return [
        receipt.receipt_no, when, title, line.title, line.number, str(receipt.revision), receipt.author,
        receipt.batch_id,
    ]  # fmt: skip
