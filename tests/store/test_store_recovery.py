from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jgclient.store import recovery

KEY = bytes(range(32))
CODE = recovery.encode(KEY)


@given(st.binary(min_size=32, max_size=32))
def test_every_key_comes_back_from_its_code(key):
    assert recovery.decode(recovery.encode(key)) == key


def test_the_code_is_fourteen_groups_of_four_unmistakable_signs():
    groups = CODE.split("-")
    assert [len(group) for group in groups] == [4] * 14
    assert not set("".join(groups)) & set("ILOU")


def test_what_a_person_makes_of_it_still_opens():
    sloppy = CODE.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert recovery.decode(f" {sloppy}\n") == KEY
    full_width = "".join(chr(ord(c) + 0xFEE0) if c != "-" else "－" for c in CODE)
    assert recovery.decode(full_width) == KEY


@given(st.integers(0, 55), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_sign_is_noticed(place, sign):
    signs = list(CODE.replace("-", ""))
    if signs[place] == sign:
        return
    signs[place] = sign
    with pytest.raises(ValueError, match="校验位不符"):
        recovery.decode("".join(signs))


@pytest.mark.parametrize(
    ("code", "why"), [("", "现在是 0 个"), (CODE[:-1], "现在是 55 个"), ("U" + CODE[1:], "不会有“U”")]
)
def test_a_code_that_cannot_be_one_says_why(code, why):
    with pytest.raises(ValueError, match=why):
        recovery.decode(code)
