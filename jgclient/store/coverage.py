"""Which items of the lists have records in a span of days."""

from __future__ import annotations

from dataclasses import dataclass

from jgclient.store.connection import Connection

#: States that do not count: not finished, or taken back.
_NOT_COUNTED = "('draft', 'invalid', 'withdrawn')"
_ITEMS = f"""
WITH known AS (
    SELECT DISTINCT leading AS item FROM register
    WHERE register IN ('item', 'implementation') AND leading != ''
        AND coalesce(json_extract(content, '$.take_effect_date'), '') <= :today
        AND coalesce(json_extract(content, '$.cancel_date'), '9') > :today
)
SELECT known.item, EXISTS(
    SELECT 1 FROM record WHERE record.item = known.item AND record.form = :form
        AND record.state NOT IN {_NOT_COUNTED} AND +record.act_date BETWEEN :first AND :last
) AS covered FROM known ORDER BY known.item
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Items in force by whether a form has finished records of them.

    Attributes:
        covered, missing: Codes of items with and without a record.
    """

    covered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Number of items in force."""
        return len(self.covered) + len(self.missing)


def coverage(connection: Connection, form: str, first: str, last: str, today: str) -> Coverage:
    """The items in force today by whether ``form`` has a finished record of an act between two ISO days."""
    rows = connection.rows(_ITEMS, {"form": form, "first": first, "last": last, "today": today})
    by_answer: dict[bool, list[str]] = {True: [], False: []}
    for item, covered in rows:
        by_answer[bool(covered)].append(item)
    return Coverage(tuple(by_answer[True]), tuple(by_answer[False]))
