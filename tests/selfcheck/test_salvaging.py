"""What can be read of a damaged file comes out as workbooks that can be imported again."""

from __future__ import annotations

import pytest

from jgclient.exchange.reader import read_workbook
from jgclient.forms.library import load_library, resources_folder
from jgclient.salvaging import salvage
from jgclient.store import StoreError, Summary, open_store


@pytest.fixture(scope="module")
def library():
    return load_library(resources_folder())


def rows_of(path) -> list[list[str]]:
    [sheet] = read_workbook(path)
    return [[str(cell) for cell in row] for row in list(sheet.rows)[1:]]


@pytest.fixture
def damaged(folder, clock):
    """A store of 300 drafts, in the middle of which four pages were overwritten."""
    with open_store(folder, clock=clock) as store, store.atomic():
        for number in range(300):
            texts = {"check_action_name": f"检查{number:03d}", "administrative_cp": "物业" * 200}
            store.records.save_draft(
                f"d{number:03d}", form="check", form_version=1, texts=texts, author="甲",
                summary=Summary(title=texts["check_action_name"]),
            )  # fmt: skip
    file = folder / "jgclient.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 4096 // 4 + 20
    for page in range(middle, middle + 4):
        content[page * 4096 + 50 : page * 4096 + 90] = bytes(40)
    file.write_bytes(content)
    return folder


def test_everything_on_sound_pages_is_saved_and_the_rest_counted(damaged, clock, library, tmp_path):
    with open_store(damaged, clock=clock) as store:
        assert store.damages()
        done = salvage(store, library, tmp_path)
    assert done.unreadable + done.records == pytest.approx(300, abs=40)
    assert done.records > 150
    [path] = done.files
    assert len(rows_of(path)) == done.records
    assert f"{done.records:,} 条" in done.line()


def test_a_sound_store_is_saved_as_a_whole(store, library, tmp_path):
    done = salvage(store, library, tmp_path)
    assert (done.records, done.unreadable) == (2, 0)
    assert len(rows_of(done.files[0])) == 2


def test_stopping_leaves_no_half_file(store, library, tmp_path):
    done = salvage(store, library, tmp_path, is_cancelled=lambda: True)
    assert (done.files, list(tmp_path.glob("*.xlsx"))) == ([], [])


def test_the_damaged_store_takes_nothing_new(damaged, clock):
    with open_store(damaged, clock=clock) as store:
        store.damages()
        with pytest.raises(StoreError, match="损坏"):
            store.records.save_draft("x", form="check", form_version=1, texts={}, author="甲")
