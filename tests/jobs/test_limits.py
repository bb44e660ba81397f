"""The index of limits against the records; new calendars; what is written into files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from limits_office import NOW, Office, basis, library, year_file

from jgclient.contract import Result
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.reader import read_workbook
from jgclient.limits import Basis, is_quick, look, profile_calendar, renew
from jgclient.limits.calendars import import_calendar
from jgclient.limits.exporting import export_ics, export_xlsx
from jgclient.limits.renewing import MOVED
from jgclient.store.duty_rows import DutyQuery


def listed(office: Office) -> list[tuple[str, str, str, str]]:
    found = look(office.store.duties.page(DutyQuery()), basis(), office.now)
    return [(d.left, d.what, d.grade, str(d.due or "")) for d in found]


def test_every_open_duty_of_a_record_is_listed_by_urgency(office: Office) -> None:
    office.draft("penalty", set_date="2026-11-16", punish_procedure="一般")
    office.renew()
    assert listed(office) == [
        ("还剩 3 个工作日", "提交上报", "later", "2026-11-25"),
        ("还剩 3 个工作日", "双公示上网", "later", "2026-11-25"),
        ("还剩 3 个工作日", "送达处罚决定书", "later", "2026-11-25"),
    ]


def test_texts_are_understood_as_the_form_does(office: Office) -> None:
    office.draft(check_date="2026.11.12")
    office.draft(check_date="昨天的昨天")
    office.renew()
    assert [row[::3] for row in listed(office)] == [("还剩 1 个工作日", "2026-11-23"), ("期限未定", "")]


def test_a_receipt_fulfils_and_a_correction_has_no_day(office: Office) -> None:
    made = office.finished(check_date="2026-11-02")
    office.renew()
    assert listed(office) == [("逾期 10 日", "联网上报", "overdue", "2026-11-11")]
    office.store.outbox.store_batch("b", b"{}", [(made.record_id, 1)])
    answer = Result(
        made.record_id, 1, "accepted", receipt_no="HN1", received_at=NOW.isoformat(), sha256=made.sha256
    )
    office.store.outbox.apply_answer("b", [answer], NOW.isoformat())
    assert listed(office) == []
    office.renew()
    assert listed(office) == []
    office.draft(record_id=made.record_id, check_date="2026-11-02")
    office.renew()
    assert listed(office) == [("期限未定", "提交上报", "undated", "")]


def test_hours_are_counted_to_the_minute(office: Office) -> None:
    office.draft(
        "force", on_spot="是", on_spot_time="2026-11-20 14:30", mandatory_decision_sev_date="2026-11-20"
    )
    office.renew()
    assert ("还剩 4 小时", "补办批准手续", "today", "2026-11-21") in listed(office)
    office.now = NOW.replace(hour=15)
    assert ("逾期 30 分钟", "补办批准手续", "overdue", "2026-11-21") in listed(office)


def test_a_pause_suspends_and_its_end_counts_on(office: Office) -> None:
    texts = {
        "coercive_measure_type": "查封",
        "mandatory_decision_sev_date": "2026-11-02",
        "publicity_date": "2026-11-03",
    }
    record_id = office.draft("force", appraisal_start_date="2026-11-10", **texts)
    office.renew()
    assert ("暂停计算", "查封、扣押期满", "suspended", "") in listed(office)
    ended = {"appraisal_start_date": "2026-11-10", "appraisal_end_date": "2026-11-19"}
    office.draft("force", record_id=record_id, **ended, **texts)
    office.renew()
    assert ("还剩 15 个工作日", "查封、扣押期满", "later", "2026-12-12") in listed(office)


def test_a_form_that_is_not_installed_still_shows(office: Office) -> None:
    office.draft("unknown_form")
    office.renew()
    assert listed(office) == [("期限未定", "提交上报", "undated", "")]


def test_the_index_equals_what_is_derived_anew(office: Office) -> None:
    office.draft(check_date="2026-11-12")
    office.finished(check_date="2026-11-13")
    assert office.renew().changed == 2
    office.store.duties.mark_all_stale()
    assert office.renew().changed == 0


def test_cancelled_work_is_gone_on_with(office: Office) -> None:
    office.draft(check_date="2026-11-12")
    renew(office.store, basis(), now=NOW, is_cancelled=lambda: True)
    assert not is_quick(office.store, basis())
    assert office.renew().records == 1
    assert is_quick(office.store, basis())


def test_a_new_calendar_moves_provisional_days_and_tells(office: Office, tmp_path: Path) -> None:
    office.draft(check_date="2026-12-28")
    office.draft(check_date="2026-11-16")
    office.renew()
    assert [line.duty.provisional for line in office.store.duties.page(DutyQuery())] == [False, True]
    seen: list[tuple[int, int]] = []
    done = import_calendar(
        office.store, library(), year_file(tmp_path), now=NOW, on_progress=lambda a, b: seen.append((a, b))
    )
    assert [(m.before, m.after, m.duties, m.examples) for m in done.renewal.moved] == [
        (date(2027, 1, 6), date(2027, 1, 7), 1, ("记录1",))
    ]
    assert done.lines() == [
        "已导入 2027 年节假日安排：放假 25 天，调休上班 0 天。",
        "节假日安排已更新：1 件期限有变动，1 件不再是暂按周末推算",
        "1 件由 2027-01-06 改为 2027-01-07（记录1）",
    ]
    assert seen
    assert seen[-1][0] == seen[-1][1]
    lines = office.store.duties.page(DutyQuery())
    assert [(str(line.duty.due), line.duty.provisional) for line in lines] == [
        ("2026-11-25", False), ("2027-01-07", False),
    ]  # fmt: skip
    assert office.store.settings.get(MOVED)["lines"] == done.renewal.lines()
    assert done.basis.calendar.is_known(2027)


def test_counting_from_the_day_itself_is_a_setting(office: Office) -> None:
    office.draft("penalty", set_date="2026-11-16", punish_procedure="一般")
    office.renew()
    same = Basis(library(), profile_calendar(office.folder, "same"))
    office.renew(same)
    days = {line.duty.title: str(line.duty.due) for line in office.store.duties.page(DutyQuery())}
    # the law itself says how the seven days of delivery are counted
    assert days == {"录入上报": "2026-11-24", "双公示上网": "2026-11-24", "送达处罚决定书": "2026-11-25"}


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("date,kind\n2027-01-01,rest", "5月1日、10月1日、10月2日、10月3日 是法定节假日"),
        ("日期,种类\n2027-01-01,rest", "第一行应是 date,kind,name"),
        ("date,kind,name\n2027-01-04,work,元旦", "不是周末，不能是调休上班日"),
        ("date,kind,name\n2027-01-01,rest,\n2027-01-01,rest,", "写了两次"),
        ("date,kind,name\n2027-01-01,rest,\n2028-01-01,rest,", "不在2027年"),
        ("date,kind,name\n27-1-1,rest,", "日期应写成 2027-01-01 这样"),
        ("", "第一行应是"),
    ],
)
def test_a_file_that_is_no_calendar_changes_nothing(
    office: Office, tmp_path: Path, lines: str, says: str
) -> None:
    path = tmp_path / "坏.csv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(WorkbookError, match=says):
        import_calendar(office.store, library(), path, now=NOW)
    assert not (office.folder / "calendars").exists()


def test_a_calendar_saved_by_an_office_program_is_read(office: Office, tmp_path: Path) -> None:
    path = year_file(tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    assert import_calendar(office.store, library(), path, now=NOW).year.year == 2027
    with pytest.raises(WorkbookError, match="读不到"):
        import_calendar(office.store, library(), tmp_path / "没有.csv", now=NOW)


def test_open_duties_go_into_a_workbook(office: Office, tmp_path: Path) -> None:
    office.draft(check_date="2026-11-12")
    office.draft(check_date="2026-12-28")
    office.renew()
    path = tmp_path / "期限.xlsx"
    assert export_xlsx(office.store, basis(), DutyQuery(), path, now=NOW) == 2
    (sheet,) = read_workbook(path)
    assert sheet.rows[0][:4] == ["还剩", "要做什么", "期限事项", "类别"]
    assert sheet.rows[1][0:2] == ["还剩 1 个工作日", "提交上报"]
    assert sheet.rows[1][6] == "2026-11-23"
    assert sheet.rows[2][8] == "是"


def test_open_duties_go_into_a_calendar_file(office: Office, tmp_path: Path) -> None:
    office.draft(check_date="2026-11-12")
    office.draft()
    office.renew()
    path = tmp_path / "期限.ics"
    assert export_ics(office.store, basis(), DutyQuery(), path, now=NOW) == 1
    text = path.read_bytes().decode()
    assert "DTSTART;VALUE=DATE:20261123\r\nDTEND;VALUE=DATE:20261124\r\nSUMMARY:录入上报：某公司\r\n" in text
    with pytest.raises(WorkbookError, match=r"以 \.ics 结尾"):
        export_ics(office.store, basis(), DutyQuery(), tmp_path / "期限.txt", now=NOW)
