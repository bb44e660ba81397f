"""Who works here: real names with PINs, roles, approval by a second person, hand-over to a colleague.

Without accounts the profile belongs to the one person named in the settings. With accounts nobody works
without signing in, and every record is bound to whoever was signed in. The PIN keeps colleagues apart; the
data themselves are protected by the key of the file.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jgclient import entering
from jgclient.entering import REVIEW_REASON
from jgclient.forms.library import FormLibrary
from jgclient.records import State
from jgclient.store import ListQuery, Store
from jgclient.store.accounts import AccountRow

#: What the clerk sees, by role.
ROLES: Mapping[str, str] = {"clerk": "录入员", "checker": "复核员", "admin": "管理员"}
#: Setting: minutes without a key or click after which the window is locked, 0 for never.
LOCK_AFTER = "lock_after_minutes"
_PIN_LENGTHS = range(4, 13)
_MOST_FAILURES, _PAUSE = 5, timedelta(minutes=5)
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}
_MAY_APPROVE = frozenset({"checker", "admin"})


class AccountError(Exception):
    """Something asked for is not allowed; the text says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What went to a colleague: drafts as they were, and drafts made of returned records."""

    drafts: int
    returned: int


def add(store: Store, name: str, pin: str, role: str) -> AccountRow:
    """Add a person; the first one has to be an administrator.

    Raises:
        AccountError: name or PIN will not do, or there is such a person.
    """
    tidy = " ".join(name.split())
    if not tidy:
        raise AccountError("请填写真实姓名：每条记录都记着是谁录的。")
    if store.accounts.get(tidy) is not None:
        raise AccountError(f"已有“{tidy}”。同名的人请在姓名后加科室，例如“{tidy}（一科）”。")
    if not store.accounts.list() and role != "admin":
        raise AccountError("第一个账户要是管理员，否则以后没有人能管理账户。")
    store.accounts.add(tidy, role, _proof(_right_pin(pin)))
    found = store.accounts.get(tidy)
    assert found is not None  # noqa: S101 - just added
    return found


def set_pin(store: Store, name: str, pin: str) -> None:
    """Give a person a new PIN.

    Raises:
        AccountError: the PIN will not do, or there is no such person.
    """
    account = _known(store, name)
    store.accounts.change(name, role=account.role, proof=_proof(_right_pin(pin)), enabled=account.enabled)


def set_role(store: Store, name: str, role: str, *, enabled: bool = True) -> None:
    """Give a person another role, or keep the person from signing in.

    Raises:
        AccountError: no administrator would be left, or there is no such person.
    """
    account = _known(store, name)
    stays = role == "admin" and enabled
    others = [a for a in store.accounts.list() if a.name != name and a.role == "admin" and a.enabled]
    if not stays and not others:
        raise AccountError("至少要留一位能登录的管理员，否则以后没有人能管理账户。")
    store.accounts.change(name, role=role, proof=account.proof, enabled=enabled)


def sign_in(store: Store, name: str, pin: str, *, now: datetime) -> AccountRow:
    """Check a PIN; from then on records are bound to this person.

    Raises:
        AccountError: wrong PIN, too many wrong ones, or the person may not sign in.
    """
    account = store.accounts.get(name)
    if account is None or not account.enabled:
        raise AccountError("这个账户不能登录。请向管理员询问。")
    if account.failures >= _MOST_FAILURES and account.failed_at and now - account.failed_at < _PAUSE:
        left = -(-(_PAUSE - (now - account.failed_at)).total_seconds() // 60)
        raise AccountError(f"PIN 连续错了 {account.failures} 次，请 {left:.0f} 分钟后再试，或请管理员重设。")
    right = _is_right(account.proof, pin)
    store.accounts.note_attempt(name, right=right)
    if not right:
        raise AccountError("PIN 不对。忘记了请管理员在“设置 · 账户与安全”里重设。")
    store.settings.set("user_name", name)
    return account


def current(store: Store) -> AccountRow | None:
    """Who is signed in; None when the profile has no accounts."""
    return store.accounts.get(entering.author_of(store))


def is_admin(store: Store) -> bool:
    """Whether whoever is here may manage accounts: everybody while there are none."""
    account = current(store)
    return not store.accounts.list() or (account is not None and account.role == "admin")


def approve(store: Store, record_ids: Iterable[str]) -> int:
    """Let held revisions be sent; returns how many.

    Raises:
        AccountError: whoever is signed in may not approve, or one of the records is the person's own.
    """
    account = current(store)
    if account is None or account.role not in _MAY_APPROVE:
        raise AccountError("只有复核员或管理员能复核。请由他们登录后复核。")
    approved = 0
    with store.atomic():
        for record_id in record_ids:
            row = store.records.row(record_id)
            if row is None or row.state is not State.PARKED or row.reason != REVIEW_REASON:
                continue
            if row.author == account.name:
                raise AccountError("自己录的记录要由另一个人复核。")
            store.accounts.approve(record_id, row.revision, account.name)
            store.outbox.unpark(record_id)
            approved += 1
    return approved


def hand_over(store: Store, library: FormLibrary, giver: str, taker: str, *, now: datetime) -> HandedOver:
    """Give somebody's unfinished work to a colleague: drafts, and what came back from the platform.

    What is finished and waits is sent as it is, under the name of whoever finished it.

    Raises:
        AccountError: there is no such colleague.
    """
    if store.accounts.list():
        _known(store, taker)
    drafts = returned = 0
    with store.atomic():
        for row in store.records.list(ListQuery(author=giver, limit=1_000_000)):
            draft = store.records.draft(row.id)
            if draft is not None:
                store.records.put_draft(replace(draft, author=taker))
                drafts += 1
            elif row.state in (State.RETURNED, State.CONFLICT):
                _take(store, library, row.id, taker, now)
                returned += 1
    return HandedOver(drafts, returned)


def _take(store: Store, library: FormLibrary, record_id: str, taker: str, now: datetime) -> None:
    opened = entering.open_record(store, library, record_id)
    entering.keep(store, library, opened, opened.texts, opened.reasons, now=now)
    draft = store.records.draft(record_id)
    assert draft is not None  # noqa: S101 - just kept
    store.records.put_draft(replace(draft, author=taker))


def _known(store: Store, name: str) -> AccountRow:
    account = store.accounts.get(name)
    if account is None:
        raise AccountError(f"没有“{name}”这个账户。请先在“设置 · 账户与安全”里添加。")
    return account


def _right_pin(pin: str) -> str:
    if len(pin) not in _PIN_LENGTHS or not pin.isascii() or not pin.isdigit():
        raise AccountError("PIN 用 4 到 12 位数字。")
    if len(set(pin)) == 1 or pin in "0123456789" or pin in "9876543210":
        raise AccountError("这个 PIN 太好猜了。请不要用相同或连续的数字。")
    return pin


def _proof(pin: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_hashed(pin, salt)}"


def _is_right(proof: str, pin: str) -> bool:
    salt, expected = proof.split(":")
    return hmac.compare_digest(_hashed(pin, bytes.fromhex(salt)), expected)


def _hashed(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, dklen=32, **_SCRYPT).hex()
