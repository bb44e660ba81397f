"""People, PINs, roles, approval by a second person, hand-over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from jgclient import accounts, entering
from jgclient.accounts import AccountError
from jgclient.contract import Result
from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.importing import import_workbook
from jgclient.records import State
from jgclient.store import ListQuery, Store

ADMIN, CLERK, CHECKER = "王某", "李某", "赵某"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_calendar(resources_folder() / "calendars")


@pytest.fixture
def office(store: Store) -> Store:
    """An administrator, a clerk, a checker."""
    for name, role in ((ADMIN, "admin"), (CLERK, "clerk"), (CHECKER, "checker")):
        accounts.add(store, name, "2580", role)
    return store


@pytest.fixture
def ids(store: Store, library: FormLibrary, samples: Any, now: datetime) -> list[str]:
    """Drafts of 李某 that are right."""
    import_workbook(store, library, samples / "检查实施清单（样表）.xlsx", now=now)
    import_workbook(store, library, samples / "行政检查台账（科室自用）.xlsx", now=now)
    return [row.id for row in store.records.list(ListQuery(states=frozenset({State.DRAFT}), limit=3))]


def test_the_right_pin_binds_records_to_the_person(office: Store, now: datetime) -> None:
    assert accounts.sign_in(office, ADMIN, "2580", now=now).role == "admin"
    assert entering.author_of(office) == ADMIN
    assert accounts.current(office).name == ADMIN
    with pytest.raises(AccountError, match="PIN 不对"):
        accounts.sign_in(office, CLERK, "2581", now=now)
    assert entering.author_of(office) == ADMIN


def test_pins_are_kept_as_salted_proofs(office: Store) -> None:
    proofs = [account.proof for account in office.accounts.list()]
    assert len(set(proofs)) == 3
    assert not any("2580" in proof for proof in proofs)


def test_five_wrong_pins_make_a_pause(office: Store, now: datetime) -> None:
    for _ in range(5):
        with pytest.raises(AccountError, match="PIN 不对"):
            accounts.sign_in(office, CLERK, "1470", now=now)
    with pytest.raises(AccountError, match="5 分钟后"):
        accounts.sign_in(office, CLERK, "2580", now=now)
    assert accounts.sign_in(office, CLERK, "2580", now=now + timedelta(minutes=5))
    assert office.accounts.get(CLERK).failures == 0


@pytest.mark.parametrize("pin", ["", "123", "1234", "9876", "0000", "12a4", "１２３４", "1" * 13])
def test_pins_that_will_not_do(store: Store, pin: str) -> None:
    with pytest.raises(AccountError, match="PIN"):
        accounts.add(store, ADMIN, pin, "admin")
    assert store.accounts.list() == []


def test_names_are_real_and_single(office: Store) -> None:
    with pytest.raises(AccountError, match="已有"):
        accounts.add(office, f" {CLERK} ", "2580", "clerk")
    with pytest.raises(AccountError, match="姓名"):
        accounts.add(office, "  ", "2580", "clerk")


def test_the_first_account_manages_the_others(store: Store) -> None:
    assert accounts.is_admin(store)
    with pytest.raises(AccountError, match="管理员"):
        accounts.add(store, CLERK, "2580", "clerk")
    accounts.add(store, ADMIN, "2580", "admin")
    assert not accounts.is_admin(store)  # 李某 of the settings has no account


def test_an_administrator_always_stays(office: Store, now: datetime) -> None:
    for change in ({"role": "clerk"}, {"role": "admin", "enabled": False}):
        with pytest.raises(AccountError, match="至少要留"):
            accounts.set_role(office, ADMIN, **change)
    accounts.set_role(office, CLERK, "admin")
    accounts.set_role(office, ADMIN, "admin", enabled=False)
    with pytest.raises(AccountError, match="不能登录"):
        accounts.sign_in(office, ADMIN, "2580", now=now)


def test_a_new_pin_takes_the_place_of_the_old(office: Store, now: datetime) -> None:
    accounts.set_pin(office, CLERK, "7315")
    with pytest.raises(AccountError, match="PIN 不对"):
        accounts.sign_in(office, CLERK, "2580", now=now)
    assert accounts.sign_in(office, CLERK, "7315", now=now)
    with pytest.raises(AccountError, match="没有"):
        accounts.set_pin(office, "没有的人", "7315")


def test_a_second_person_approves(
    office: Store, library: FormLibrary, calendar: Calendar, ids: list[str], now: datetime
) -> None:
    office.settings.set(entering.REVIEW, True)
    entering.submit(office, library, calendar, ids[:1], now=now)
    assert office.records.row(ids[0]).state is State.PARKED
    assert office.outbox.count() == 0
    with pytest.raises(AccountError, match="复核员"):
        accounts.approve(office, ids[:1])
    accounts.sign_in(office, CHECKER, "2580", now=now)
    assert accounts.approve(office, ids) == 1
    assert office.outbox.count() == 1
    assert office.accounts.approver(ids[0], 1) == CHECKER
    assert office.accounts.approver(ids[1], 1) == ""


def test_nobody_approves_their_own(
    office: Store, library: FormLibrary, calendar: Calendar, ids: list[str], now: datetime
) -> None:
    accounts.set_role(office, CLERK, "checker")
    office.settings.set(entering.REVIEW, True)
    entering.submit(office, library, calendar, ids[:1], now=now)
    with pytest.raises(AccountError, match="另一个人"):
        accounts.approve(office, ids[:1])
    assert office.outbox.count() == 0


def test_without_accounts_nothing_waits_for_approval(
    store: Store, library: FormLibrary, calendar: Calendar, ids: list[str], now: datetime
) -> None:
    store.settings.set(entering.REVIEW, True)
    entering.submit(store, library, calendar, ids[:1], now=now)
    assert store.outbox.count() == 1


def test_unfinished_work_goes_to_a_colleague(
    office: Store, library: FormLibrary, calendar: Calendar, ids: list[str], now: datetime
) -> None:
    entering.submit(office, library, calendar, ids[:2], now=now)
    office.outbox.store_batch("b", b"{}", [(ids[0], 1)])
    office.outbox.apply_answer("b", [Result(ids[0], 1, "rejected")], now.isoformat())
    mine = office.records.count(ListQuery(author=CLERK))
    done = accounts.hand_over(office, library, CLERK, CHECKER, now=now)
    assert (done.returned, done.drafts) == (1, mine - 2)
    assert [row.id for row in office.records.list(ListQuery(author=CLERK))] == [ids[1]]
    assert office.records.row(ids[0]).state is State.RETURNED
    assert office.records.last_revision(ids[0]).author == CLERK
    with pytest.raises(AccountError, match="没有"):
        accounts.hand_over(office, library, CHECKER, "没有的人", now=now)
