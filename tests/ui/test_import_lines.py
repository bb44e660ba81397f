"""What the worker lays ready of a report is what the page shows of it."""

from __future__ import annotations

from jgclient.importing import ImportReport, RowProblem, RowReport
from jgclient.importing.report import Outcome
from jgclient.ui.import_lines import ShownReport


def problem(column: str, strength: str, message: str) -> RowProblem:
    return RowProblem(column, column, column, "值", message, "", strength, "code", ())


DATE = problem("日期", "hard", "不是日期")
PEOPLE = problem("检查人", "hard", "要两人")
SOFT = problem("编码", "soft", "未核对")


def report(*rows: tuple[Outcome, list[RowProblem]]) -> ImportReport:
    found = ImportReport("a.xlsx", "表", "check", "检查", dry_run=True)
    found.rows = [RowReport("表", number, what, problems=bad) for number, (what, bad) in enumerate(rows)]
    return found


def test_lines_kinds_and_counts() -> None:
    shown = ShownReport.of(
        report(
            ("kept", []), ("kept", [SOFT]), ("draft", [PEOPLE, SOFT]), ("refused", [DATE]),
            ("draft", [PEOPLE, DATE]), ("duplicate", []), ("note", []), ("draft", [SOFT, PEOPLE]),
        )
    )  # fmt: skip
    assert [(line.row.row, line.of_problem("message")) for line in shown.to_mend] == [
        (2, "要两人"), (3, "不是日期"), (4, "要两人"), (4, "不是日期"), (7, "要两人"),
    ]  # fmt: skip
    assert len(shown.all) == 11
    assert [(count, line.row.row, line.problem) for count, line in shown.kinds] == [
        (3, 2, PEOPLE), (2, 3, DATE), (3, 1, SOFT),
    ]  # fmt: skip
    assert (shown.read, shown.kept, shown.refused, shown.counts["duplicate"]) == (7, 2, 4, 1)


def test_nothing_read() -> None:
    shown = ShownReport.of(report(("note", [])))
    assert (shown.read, shown.kept, shown.refused, shown.kinds, shown.to_mend) == (0, 0, 0, [], [])
