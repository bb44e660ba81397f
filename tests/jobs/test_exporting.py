from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from round_trips import filled_template, record_of

from jgclient.deadlines.calendar import load_calendar
from jgclient.entering import submit, withdraw
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.reader import read_workbook
from jgclient.exporting import export as write
from jgclient.exporting import job, template
from jgclient.forms.checker import Context
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.forms.registers import NoRegisters
from jgclient.importing import import_workbook
from jgclient.records import State
from jgclient.store import ListQuery, Store, open_store

LEDGER, IMPLEMENTATION = "行政检查台账（科室自用）.xlsx", "检查实施清单（样表）.xlsx"


NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))
TECHNICAL = ["record_unique_identity", "cd_id", "cd_time", "cd_source", "cd_batch", "cd_operation"]


def export(store: Store, library: FormLibrary, form_id: str, path: Path, **options: Any) -> int:
    return write(store, library, form_id, path, **{"now": NOW, **options})


@pytest.fixture
def filled(store: Store, library: FormLibrary, samples: Path, now: datetime) -> Store:
    """A store with the section's ledger: 52 right drafts, 7 wrong ones."""
    for name in (IMPLEMENTATION, LEDGER):
        import_workbook(store, library, samples / name, now=now)
    return store


@pytest.fixture
def second(tmp_path: Path, store: Store, now: datetime) -> Iterator[Store]:
    """The profile of another computer of the same office."""
    with open_store(tmp_path / "second", clock=lambda: now) as opened:
        for name, value in store.settings.all().items():
            opened.settings.set(name, value)
        yield opened


def contents(store: Store, library: FormLibrary, form: Form, today: date) -> list[dict[str, Any]]:
    found = []
    exchanged = {field.name for field in form if field.exchanged}
    for row in store.records.list(ListQuery(form=form.id, sort="number", limit=1000)):
        reading = library.checker(form).read(store.records.draft(row.id).texts, Context(NoRegisters(), today))
        found.append({name: value for name, value in reading.content.items() if name in exchanged})
    return found


def test_export_holds_titles_codes_and_operation(filled: Store, library: FormLibrary, tmp_path: Path) -> None:
    assert export(filled, library, "check", tmp_path / "a.xlsx") == 59
    rows = read_workbook(tmp_path / "a.xlsx")[0].rows
    form = library.get("check")
    assert rows[0] == [*(f.title for f in form if f.exchanged), *TECHNICAL]
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["检查结果"], first["行政相对人性质"], first["行政区划代码"]) == ("02", "02", "410102")
    assert (first["检查时间"], first["检查人员"]) == ("2026-10-20", "张伟强、陈志明")
    assert first["cd_operation"] == "i"
    assert filled.records.row(first["record_unique_identity"]).number == first["检查行为编号"]


def test_exchange_columns_number_the_batches_of_a_day(
    filled: Store, library: FormLibrary, tmp_path: Path
) -> None:
    batches = []
    for day in (NOW, NOW, NOW + timedelta(days=1)):
        export(filled, library, "check", tmp_path / "a.xlsx", now=day)
        head, first, *_ = read_workbook(tmp_path / "a.xlsx")[0].rows
        row = dict(zip(head, first, strict=True))
        batches.append(row["cd_batch"])
        assert row["cd_id"] == row["record_unique_identity"].replace("-", "")
        assert row["cd_source"] == "410100|11410100000000019W"
        assert row["cd_time"] == day.strftime("%Y-%m-%d %H:%M:%S")
    assert batches == ["2026112100001", "2026112100002", "2026112200001"]


def test_a_list_is_what_is_filtered_with_the_columns_asked_for(
    filled: Store, library: FormLibrary, tmp_path: Path
) -> None:
    query = ListQuery(states=frozenset({State.INVALID}), sort="act_date", descending=False)
    columns = ["state", "party", "check_date", "check_result", "reason"]
    written = export(
        filled, library, "check", tmp_path / "a.xlsx", layout="list", columns=columns, query=query
    )
    head, *rows = read_workbook(tmp_path / "a.xlsx")[0].rows
    assert head == ["状态", "相对人", "检查时间", "检查结果", "退回或有错的原因"]
    assert written == len(rows) == 7
    assert {row[0] for row in rows} == {"有错"}
    assert all(row[4] for row in rows)
    export(filled, library, "check", tmp_path / "b.xlsx", layout="list", columns=["state"], query=query)
    assert read_workbook(tmp_path / "b.xlsx")[0].rows == [["状态"], *[["有错"]] * 7]
    with pytest.raises(KeyError):
        export(filled, library, "check", tmp_path / "b.xlsx", layout="list", columns=["nix"])


def test_what_is_changed_meanwhile_is_written_once(
    filled: Store, library: FormLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_PAGE", 10)
    newest = ListQuery(form="check", limit=100)
    last = filled.records.list(newest)[-1].id

    def change(done: int, _total: int) -> None:
        if done == 10:  # now it is the first of the list
            filled.records.put_draft(replace(filled.records.draft(last), author="王某"))

    export(filled, library, "check", tmp_path / "a.xlsx", query=newest, on_progress=change)
    assert filled.records.list(newest)[0].id == last
    written = [row[-6] for row in read_workbook(tmp_path / "a.xlsx")[0].rows[1:]]
    assert len(set(written)) == len(written) == 59


def test_the_platforms_template_has_its_explanations_and_is_read_back(
    filled: Store, second: Store, library: FormLibrary, tmp_path: Path, samples: Path
) -> None:
    assert export(filled, library, "check", tmp_path / "a.xlsx", layout="platform") == 59
    rows = read_workbook(tmp_path / "a.xlsx")[0].rows
    assert len(rows[0]) == 27
    assert rows[1][0].startswith("必填。")
    assert (rows[2][rows[0].index("检查结果")], len(rows)) == ("02", 61)
    import_workbook(second, library, samples / IMPLEMENTATION, now=NOW)
    report = import_workbook(second, library, tmp_path / "a.xlsx", now=NOW)
    assert [row.reason for row in report.rows if row.outcome == "note"] == ["填写说明行"]
    assert (report.kept, report.refused) == (52, 7)
    form = library.get("check")
    assert contents(second, library, form, NOW.date()) == contents(filled, library, form, NOW.date())


def test_publicity_template_is_that_of_the_sample(
    store: Store, second: Store, library: FormLibrary, tmp_path: Path, samples: Path
) -> None:
    sample = samples / "行政处罚双公示模板（法人）.xlsx"
    import_workbook(store, library, sample, now=NOW)
    assert export(store, library, "publicity_penalty", tmp_path / "a.xlsx", layout="platform") == 25
    ours, theirs = (read_workbook(path)[0].rows for path in (tmp_path / "a.xlsx", sample))
    assert ours[0] == theirs[0]
    by_number = {row[11]: row for row in ours}
    for row in theirs[1:]:
        said = [cell if isinstance(cell, str) else f"{cell:g}" for cell in row]
        assert by_number[row[11]][:25] == said[:25]
    report = import_workbook(second, library, tmp_path / "a.xlsx", now=NOW)
    assert (report.kept, report.form, report.unmatched) == (25, "publicity_penalty", [])


ODD = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "007", "123456789012345678", "_x0041_公司",
       "a&b<c>", "“甲”  乙", "1E5", "TRUE", "2026-09-05甲"]  # fmt: skip


def test_nothing_becomes_a_formula_a_number_or_another_text(
    store: Store, library: FormLibrary, tmp_path: Path
) -> None:
    for number, text in enumerate(ODD):
        texts = {"administrative_cp": text, "check_action_name": text, "check_date": "2026-09-05"}
        store.records.save_draft(f"r{number:02}", form="check", form_version=1, texts=texts, author="李某")
    export(store, library, "check", tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value == "行政相对人")
    cells = [sheet.cell(row, column) for row in range(2, 2 + len(ODD))]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    read = [row[column - 1] for row in read_workbook(tmp_path / "a.xlsx")[0].rows[1:]]
    checker, today = library.checker(library.get("check")), Context(NoRegisters(), NOW.date())
    meant = [checker.read({"administrative_cp": text}, today).texts["administrative_cp"] for text in ODD]
    assert read == meant


def test_reading_back_finds_the_records(
    filled: Store, library: FormLibrary, tmp_path: Path, now: datetime
) -> None:
    export(filled, library, "check", tmp_path / "a.xlsx")
    report = import_workbook(filled, library, tmp_path / "a.xlsx", now=now)
    assert (report.form, report.unmatched, report.guessed) == ("check", [], [])
    assert len(report.mapping) == sum(field.exchanged for field in library.get("check"))
    assert [row.outcome for row in report.rows] == ["duplicate"] * 59
    assert filled.records.count(ListQuery()) == 59


def test_another_computer_gets_the_same_records(
    filled: Store, second: Store, library: FormLibrary, tmp_path: Path, samples: Path, now: datetime
) -> None:
    export(filled, library, "check", tmp_path / "a.xlsx")
    import_workbook(second, library, samples / IMPLEMENTATION, now=now)
    report = import_workbook(second, library, tmp_path / "a.xlsx", now=now)
    assert (report.kept, report.refused) == (52, 7)
    form = library.get("check")
    assert contents(second, library, form, now.date()) == contents(filled, library, form, now.date())


def test_finished_and_withdrawn_records(
    filled: Store, library: FormLibrary, tmp_path: Path, now: datetime
) -> None:
    calendar = load_calendar(resources_folder() / "calendars")
    ids = [row.id for row in filled.records.list(ListQuery(sort="id", descending=False, limit=2))]
    report = submit(filled, library, calendar, ids, now=now, reason="已核对")
    assert report.queued == 2
    withdraw(filled, library, calendar, ids[0], "录错了", now=now)
    export(filled, library, "check", tmp_path / "a.xlsx")
    rows = read_workbook(tmp_path / "a.xlsx")[0].rows
    operations = {row[-6]: row[-1] for row in rows[1:]}
    assert (operations[ids[0]], operations[ids[1]]) == ("d", "i")
    again = import_workbook(filled, library, tmp_path / "a.xlsx", now=now)
    assert (again.count("note"), again.count("duplicate")) == (1, 58)


def test_registers_too(
    filled: Store, second: Store, library: FormLibrary, tmp_path: Path, now: datetime
) -> None:
    assert export(filled, library, "implementation", tmp_path / "a.xlsx") == 6
    report = import_workbook(second, library, tmp_path / "a.xlsx", now=now)
    assert (report.form, report.kept, report.refused) == ("implementation", 6, 0)
    assert second.registers.list("implementation") == filled.registers.list("implementation")


def test_stopping_leaves_no_file(filled: Store, library: FormLibrary, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="停止"):
        export(filled, library, "check", tmp_path / "a.xlsx", is_cancelled=lambda: True)
    assert not (tmp_path / "a.xlsx").exists()
    seen: list[tuple[int, int]] = []
    export(filled, library, "check", tmp_path / "a.xlsx", on_progress=lambda *step: seen.append(step))
    assert seen == [(0, 59), (59, 59)]


def test_an_empty_template_holds_no_data(
    store: Store, library: FormLibrary, tmp_path: Path, now: datetime
) -> None:
    for form in library.forms:
        template(library, form.id, tmp_path / "a.xlsx")
        report = import_workbook(store, library, tmp_path / "a.xlsx", now=now)
        assert (report.form, report.rows_read, report.unmatched) == (form.id, 0, [])
        assert [row.reason for row in report.rows] == ["填写说明行", "示例行"]


# -- round trip ------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_typed_into_a_template_is_what_is_kept(
    data: st.DataObject, library: FormLibrary, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    form = data.draw(st.sampled_from([f for f in library.forms if f.kind == "record"]))
    records = data.draw(st.lists(record_of(form, library), min_size=1, max_size=4))
    path = filled_template(form, library, records, folder)
    with open_store(folder / "data", clock=lambda: now) as store:
        report = import_workbook(store, library, path, now=now)
        assert report.form == form.id
        kept = [
            store.records.draft(row.record_id).texts
            for row in report.rows
            if row.outcome in ("kept", "draft")
        ]
        exported = folder / "out.xlsx"
        assert export(store, library, form.id, exported) == len(kept)
        assert import_workbook(store, library, exported, now=now).count("duplicate") == len(kept)
    distinct = {tuple(sorted(record.items())): record for record in records}
    assert len(kept) == len(distinct)
    for texts, record in zip(kept, distinct.values(), strict=True):
        read = library.checker(form).read(record, Context(NoRegisters(), now.date()))
        assert {name: texts.get(name) for name in read.texts} == read.texts


def test_dates_typed_as_real_dates_are_the_same(
    store: Store, library: FormLibrary, tmp_path: Path, now: datetime
) -> None:
    template(library, "check", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if "检查时间" in cell.value)
    for row in (4, 5):
        sheet.cell(row, 2).value = "41010020200401"
        sheet.cell(row, column).value = now.date() - timedelta(days=row)
        sheet.cell(row, column).number_format = "yyyy/m/d"
    book.save(tmp_path / "a.xlsx")
    report = import_workbook(store, library, tmp_path / "a.xlsx", now=now)
    texts = [store.records.draft(row.record_id).texts["check_date"] for row in report.rows if row.record_id]
    assert texts == ["2026-11-17", "2026-11-16"]


def test_a_selection_is_exported_in_its_own_order(
    filled: Store, library: FormLibrary, tmp_path: Path
) -> None:
    ids = [row.id for row in filled.records.list(ListQuery(form="check", sort="number", limit=5))][::-1]
    assert export(filled, library, "check", tmp_path / "a.xlsx", record_ids=[*ids, "unknown"]) == 5
    rows = read_workbook(tmp_path / "a.xlsx")[0].rows
    assert [row[-6] for row in rows[1:]] == ids
    assert export(filled, library, "penalty", tmp_path / "b.xlsx", record_ids=ids) == 0
