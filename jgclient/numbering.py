"""Business numbers for records that have none yet.

The platform makes the number itself for records typed online; in templates and interfaces the sender
supplies it (at most 50 characters, the pattern is not public). Ours is region, day, a mark of this profile
drawn once at random, and a running number of the day: ``410100`` ``20261121`` ``K7Q2M`` ``00001``. Two
computers of an office, or two offices of a region, therefore do not give out the same number.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from jgclient.forms.definition import Form
from jgclient.store import Store

_MARK = "numbers.mark"
# Digits and letters that are not taken for one another when read aloud or typed again.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRTUWXY"
_UNMARKED = "00000"


def next_number(store: Store, form: Form, now: datetime) -> str:
    """A business number that was not given out before."""
    return reserve_numbers(store, form, now, 1)[0]


def reserve_numbers(store: Store, form: Form, now: datetime, count: int) -> list[str]:
    """``count`` numbers that nobody else will get, durable at once; unused ones leave a harmless gap.

    An import takes all its numbers before it begins, so that a record typed meanwhile gets another one.
    """
    with store.atomic():
        if not store.settings.get(_MARK):
            store.settings.set(_MARK, "".join(secrets.choice(_ALPHABET) for _ in _UNMARKED))
        first = _next_serial(store, form, now)
        store.settings.set(_setting(form), [_day(now), first + count - 1])
        return _numbers(store, now, first, count)


def preview_numbers(store: Store, form: Form, now: datetime, count: int, *, after: int = 0) -> list[str]:
    """Numbers such as :func:`reserve_numbers` would give after ``after`` others; nothing is taken or kept."""
    return _numbers(store, now, _next_serial(store, form, now) + after, count)


def _numbers(store: Store, now: datetime, first: int, count: int) -> list[str]:
    region = str(store.settings.get("unit_region", "") or "")
    mark = store.settings.get(_MARK, _UNMARKED)
    return [f"{region}{_day(now)}{mark}{serial:05d}" for serial in range(first, first + count)]


def _next_serial(store: Store, form: Form, now: datetime) -> int:
    day, last = store.settings.get(_setting(form), ["", 0])
    return int(last) + 1 if day == _day(now) else 1


def _setting(form: Form) -> str:
    return f"numbers.{form.id}"


def _day(now: datetime) -> str:
    return now.strftime("%Y%m%d")
