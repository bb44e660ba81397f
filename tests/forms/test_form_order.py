"""In which order forms are offered, and under which short names."""

from __future__ import annotations

from pathlib import Path

import pytest

from jgclient.forms.library import load_library, resources_folder

_FORM = """
id = "{id}"
title = "{id}表"
version = 1
valid_from = 2026-01-01
{more}
[[section]]
title = "一"
[[section.field]]
name = "n"
title = "名"
type = "text"
"""


def test_shipped_forms_stand_in_the_order_of_the_office_with_short_names() -> None:
    forms = load_library(resources_folder()).forms
    records = [form for form in forms if form.kind == "record"]
    assert [form.short_title for form in records] == [
        "行政检查", "行政处罚", "行政强制", "其他监管", "双公示法人", "双公示个人",
    ]  # fmt: skip
    assert all(0 < len(form.short_title) <= 6 for form in forms)


@pytest.mark.parametrize(("orders", "expected"), [((30, 20), ["b", "a"]), ((20, 30), ["a", "b"])])
def test_order_decides_not_the_file_name(
    tmp_path: Path, orders: tuple[int, int], expected: list[str]
) -> None:
    for folder in ("forms", "codes"):
        (tmp_path / folder).mkdir()
    for name, order in zip("ab", orders, strict=True):
        text = _FORM.format(id=name, more=f"order = {order}")
        (tmp_path / "forms" / f"{name}.toml").write_text(text, encoding="utf-8")
    library = load_library(tmp_path)
    assert library.broken == []
    assert [form.id for form in library.forms] == expected
