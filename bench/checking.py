"""The checker: one full 行政处罚 record, keystroke to verdict in the window, memory over many records."""

from __future__ import annotations

import gc
import itertools
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from jgclient.forms.checker import Checker, Context
from jgclient.forms.identifiers import organisation_check_char, uscc_check_char
from jgclient.forms.library import load_library, resources_folder
from jgclient.forms.registers import NoRegisters
from jgclient.records import Content

#: Limits of the work order, in milliseconds and megabytes.
RECORD_LIMIT, KEY_LIMIT, MEMORY_LIMIT = 0.5, 16.0, 10.0
_TODAY = date(2026, 11, 21)
_RECORDS = 100_000
_PARTY = "郑州某某物业服务有限公司"
_UNIT_CODE, _PARTY_CODE = "11410100000000019W", "91410100MA0000015B"

#: All 47 exchanged fields of the form, filled.
FULL: Content = {
    "supervise_item_code": "41010020200401", "punish_action_name": f"对{_PARTY}的处罚",
    "punish_action_code": "C-2026-001", "implement_institution": "郑州市XX局",
    "implement_institution_code": _UNIT_CODE, "entrust_dept": "郑州市XX局综合执法大队",
    "entrust_dept_code": "124406000000000190", "supervise_object_type": "1", "supervise_object": _PARTY,
    "case_source": "01", "check_action_code": "J-2026-001", "administrative_cp": _PARTY,
    "administrative_cp_na": "02", "administrative_cp_ce_type": "001",
    "administrative_cp_ui_code": _PARTY_CODE,
    "address_registered": "郑州市中原区建设路1号", "address_operating": "郑州市中原区建设路2号",
    "area_number": "410102", "illegal_fact": "2026年8月未按规定公示收费标准，责令限期改正后仍未改正。",
    "punish_accord": "《河南省物业管理条例》第七十八条", "punish_procedure": "02",
    "if_hearing_witnesses": False, "filing_date": "2026-08-03", "case_involving_punishment": False,
    "major_case": True, "legal_review": True, "legal_review_date": "2026-09-01",
    "legal_review_opinions": "同意", "discuss_collectively": True, "group_discussion_date": "2026-09-02",
    "group_discussion_conclusion": "同意处罚", "punish_document_code": "郑某罚决字〔2026〕12号",
    "set_date": "2026-09-16", "punish_type": ["01", "02"], "fine": "5000",
    "penalty_result": "警告，并处罚款人民币5000元", "administrative_reconsider": "00",
    "administrative_action": "99", "cases_closed_execution_way": "1", "cases_closed_execution_result": "1",
    "cases_closed_fine": "5000", "administrative_penalties": False, "cases_closed_execution": "2026-09-28",
    "other_disposals": "2", "deportation_date": "2026-09-20", "submitted_date": "2026-09-29",
    "submitted_personnel": "李某",
}  # fmt: skip
#: Of these the records differ in the day.
_DAYS = (
    "filing_date", "legal_review_date", "group_discussion_date", "set_date", "cases_closed_execution",
    "deportation_date", "submitted_date",
)  # fmt: skip
T = TypeVar("T")


def record() -> tuple[float, float]:
    """Median milliseconds of one full check of typed texts, and the limit."""
    checker, context = _checker()
    left = checker.form.by_name.keys() - FULL.keys()
    missing = [name for name in left if checker.form.field(name).exchanged]
    if missing:
        raise SystemExit(f"the bench record lacks {missing}")
    records = map(checker.to_texts, _contents())
    return _median(lambda texts: checker.read(texts, context), records), RECORD_LIMIT


def content() -> tuple[float, float]:
    """Median milliseconds of one full check of JSON, as the gateway does it, and the limit."""
    checker, context = _checker()
    return _median(lambda data: checker.check(data, context), _contents()), RECORD_LIMIT


def memory() -> tuple[float, float]:
    """Megabytes that the process grows while it reads 100 000 different records, and the limit."""
    checker, context = _checker()
    records = map(checker.to_texts, _contents())
    for texts in itertools.islice(records, _RECORDS // 10):  # what is remembered has its full size then
        checker.read(texts, context)
    before = _resident()
    for texts in itertools.islice(records, _RECORDS):
        checker.read(texts, context)
    return _resident() - before, MEMORY_LIMIT


def _contents() -> Iterator[Content]:
    """Full records as an office makes them: its own names, codes and people again and again, else all new."""
    for number in itertools.count(1):
        party = f"郑州第{number}物业服务有限公司"
        days = {
            name: (date.fromisoformat(str(FULL[name])) - timedelta(days=number % 240)).isoformat()
            for name in _DAYS
        }
        yield FULL | days | {
            "punish_action_name": f"对{party}的处罚", "punish_action_code": f"C-2026-{number:06}",
            "check_action_code": f"J-2026-{number:06}", "supervise_object": party, "administrative_cp": party,
            "administrative_cp_ui_code": _credit_code(number),
            "address_registered": f"郑州市中原区建设路{number}号",
            "address_operating": f"郑州市中原区建设路{number + 1}号",
            "illegal_fact": f"{days['filing_date']}未公示第{number}项收费标准，责令限期改正后仍未改正。",
            "punish_document_code": f"郑某罚决字〔2026〕{number}号", "fine": str(1000 + number),
            "cases_closed_fine": str(1000 + number),
            "penalty_result": f"警告，并处罚款人民币{1000 + number}元",
        }  # fmt: skip


def _credit_code(number: int) -> str:
    organisation = f"MA{number:06}"
    first17 = f"91410100{organisation}{organisation_check_char(organisation)}"
    return first17 + uscc_check_char(first17)


def _median(check: Callable[[T], object], records: Iterator[T]) -> float:
    """Median milliseconds a record, of the quietest of five blocks: others use the machine too."""
    medians = []
    for _ in range(5):
        times = []
        for given in list(itertools.islice(records, 1000)):
            start = time.process_time()
            check(given)
            times.append((time.process_time() - start) * 1000)
        medians.append(statistics.median(times))
    return min(medians)


def _resident() -> float:
    """Megabytes of memory in use now; the peak, which the system also tells, could hide growth."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def keystroke() -> tuple[float, float]:
    """99th percentile, in milliseconds, of key press to shown verdict in the entry window, and the limit."""
    from PySide6.QtCore import QCoreApplication, QEvent, Qt  # noqa: PLC0415 - only this bench needs a window
    from PySide6.QtGui import QKeyEvent  # noqa: PLC0415

    from jgclient import app  # noqa: PLC0415

    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        client = app.build(Path(folder))
        client.window.show()
        client.window.activateWindow()
        client.desk.go("entry", form="penalty")
        application.processEvents()
        page = client.window.page("entry")
        times = []
        for name in ("administrative_cp_ui_code", "set_date", "fine", "punish_document_code") * 5:
            typed_in = page.view.rows[name].input  # type: ignore[attr-defined]  # the entry page
            typed_in.setFocus()
            application.processEvents()
            for letter in "91410100MA0000015B":
                start = time.process_time()
                press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_0, Qt.KeyboardModifier.NoModifier, letter)
                QCoreApplication.sendEvent(typed_in, press)
                page.repaint()
                times.append((time.process_time() - start) * 1000)
                application.processEvents()
        client.close()
    return statistics.quantiles(times, n=100)[98], KEY_LIMIT


def _checker() -> tuple[Checker, Context]:
    library = load_library(resources_folder())

    unit = {"name": "郑州市XX局", "code": _UNIT_CODE, "region": "410100"}
    return library.checker(library.get("penalty")), Context(NoRegisters(), _TODAY, unit)
