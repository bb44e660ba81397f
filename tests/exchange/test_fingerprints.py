"""Marks of rows are stored, so they must stay the same whatever way they are worked out."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jgclient.exchange.source_blocks import Fingerprints

#: Signs that need no folding, only capitals to be made small, and all kinds of folding.
SIGNS = ["a7中、=-", "aB7中、=-", "aB7中、=- \n\tßé\u0301Ａ１ﬁİ"]


def by_definition(form: str, row: dict[str, str]) -> str:
    lines = [form, *(f"{name}={row[name]}" for name in sorted(row) if row[name])]
    folded = [re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", line)).casefold() for line in lines]
    return sha256("\n".join(folded).encode()).hexdigest()


def test_a_mark_of_today_is_a_mark_of_tomorrow() -> None:
    marks = Fingerprints("check").of({"b": ["２ x"], "a": ["统一Ab"], "c": [""]}, 1)
    assert marks == [sha256("check\na=统一ab\nb=2x".encode()).hexdigest()]


def test_rows_without_columns_have_a_mark_too() -> None:
    assert Fingerprints("check").of({}, 2) == [sha256(b"check").hexdigest()] * 2


@given(
    seed=st.integers(0, 10**6),
    signs=st.sampled_from(SIGNS),
    repeating=st.booleans(),
)
def test_marks_of_many_rows_are_those_of_each(seed: int, signs: str, *, repeating: bool) -> None:
    draw, prints, size = Random(seed), Fingerprints("check"), 70
    for _ in range(2):  # by the first block it is learned whether texts repeat
        columns = {}
        for name in ("party", "code", "address"):
            odd = ["".join(draw.choices(signs, k=draw.randrange(5))) for _ in range(size)]
            columns[name] = odd if repeating else [f"{text}{draw.randrange(10**9)}" for text in odd]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        assert prints.of(columns, size) == [by_definition("check", row) for row in rows]
