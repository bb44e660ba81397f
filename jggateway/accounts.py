"""Who may send: real-name users of units, their sessions, and the brake on guessing passwords."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from jggateway import audit
from jggateway.passwords import hash_password, nobodys_hash, password_fits
from jggateway.storage import Storage
from jggateway.tables import login_failures, sessions, users

#: Roles of 汴政办〔2022〕14号 art. 27: region administrator → department administrator → clerk.
ROLES = {"clerk": "录入员", "department": "部门管理员", "region": "区域管理员"}
#: A device stays logged in this long: longer than any reporting term, so that sending needs nobody there.
SESSION_LIFETIME = timedelta(days=30)
MAX_NAME = 64
#: So many wrong passwords within the window close the name for the rest of the window.
MAX_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=5)


class AccountError(Exception):
    """An account cannot be made or changed; the text says why, in Chinese."""


class WrongPassword(Exception):  # noqa: N818  # an event of the domain, not a fault
    """User and password do not fit together."""


class TooManyFailures(Exception):  # noqa: N818  # an event of the domain, not a fault
    """Log-in is closed for a while.

    Attributes:
        seconds: Whole seconds until it opens again.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class User:
    """A real-name user. ``unit`` is the unit's 统一社会信用代码; ``role`` one of :data:`ROLES`.

    ``disabled_at`` is empty while the user may log in; users are never deleted, since their deeds stay.
    """

    name: str
    unit: str
    role: str
    created_at: str
    disabled_at: str = ""

    def may_manage(self, role: str, unit: str) -> bool:
        """Whether this user may make, lock and re-password users of ``role`` in ``unit``.

        The region administrator manages everybody, a department administrator the clerks of the own unit
        (汴政办〔2022〕14号 art. 27).
        """
        return self.role == "region" or (self.role == "department" and role == "clerk" and unit == self.unit)


@dataclass(frozen=True, slots=True)
class Session:
    """An open session; ``token`` is told once and kept nowhere."""

    token: str
    user: User
    expires_at: datetime


class Accounts:
    """Users and sessions of one gateway."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def add(
        self, name: str, password: str, *, unit: str, role: str, now: datetime, actor: str = audit.CONSOLE
    ) -> None:
        """Make a user.

        ``unit`` is the 统一社会信用代码 of the unit the user sends for, ``role`` one of :data:`ROLES`.

        Raises:
            AccountError: the name is taken, or is none.
            WeakPassword: the password is too short.
        """
        if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
            raise AccountError(f"用户名“{name!a}”不能用。请用 1 到 {MAX_NAME} 个字，前后不带空格。")
        row = {
            "name": name, "unit": unit, "role": role, "password_hash": hash_password(password),
            "created_at": now.isoformat(timespec="seconds"),
        }  # fmt: skip
        try:
            with self._storage.writing() as connection:
                connection.execute(insert(users).values(row))
                audit.note(connection, now, actor, "user-add", name, unit=unit, detail={"role": role})
        except IntegrityError:
            raise AccountError(
                f"用户“{name}”已经存在。如需更换密码请用 users password，否则请换一个用户名。"
            ) from None

    def set_password(self, name: str, password: str, *, now: datetime, actor: str = audit.CONSOLE) -> None:
        """Change a password and end the user's sessions.

        Raises:
            AccountError: there is no such user.
            WeakPassword: the password is too short.
        """
        self._change(name, now, actor, "user-password", password_hash=hash_password(password))

    def disable(self, name: str, *, now: datetime, actor: str = audit.CONSOLE) -> None:
        """Let a user log in no more, and end the user's sessions.

        Raises:
            AccountError: there is no such user.
        """
        self._change(name, now, actor, "user-disable", disabled_at=now.isoformat(timespec="seconds"))

    def enable(self, name: str, *, now: datetime, actor: str = audit.CONSOLE) -> None:
        """Let a user log in again.

        Raises:
            AccountError: there is no such user.
        """
        self._change(name, now, actor, "user-enable", disabled_at="")

    def _change(self, name: str, now: datetime, actor: str, action: str, **values: str) -> None:
        with self._storage.writing() as connection:
            unit = connection.scalar(select(users.c.unit).where(users.c.name == name))
            if unit is None:
                raise AccountError(f"没有用户“{name}”。请用 users list 查看已有用户，或用 users add 建立。")
            connection.execute(update(users).where(users.c.name == name).values(**values))
            connection.execute(delete(sessions).where(sessions.c.user == name))
            audit.note(connection, now, actor, action, name, unit=unit)

    def get(self, name: str) -> User | None:
        """The user of that name."""
        with self._storage.reading() as connection:
            row = connection.execute(_USERS.where(users.c.name == name)).first()
        return User(*row) if row else None

    def list(self) -> list[User]:
        """All users by name."""
        with self._storage.reading() as connection:
            return [User(*row) for row in connection.execute(_USERS.order_by(users.c.name))]

    def log_in(self, name: str, password: str, device: str, *, now: datetime) -> Session:
        """Open a session.

        Raises:
            TooManyFailures: the name is closed after repeated failures; the password is not even looked at.
            WrongPassword: no such user, or another password. Counts towards closing.
        """
        who = hashlib.sha256(name.encode()).hexdigest()
        with self._storage.reading() as connection:
            _refuse_when_closed(connection, who, now)
            row = connection.execute(select(users).where(users.c.name == name)).mappings().first()
        fits = password_fits(password, row["password_hash"] if row else nobodys_hash())
        if not fits or row is None or row["disabled_at"]:
            self._count_failure(who, now)
            raise WrongPassword
        user = User(row["name"], row["unit"], row["role"], row["created_at"])
        return self._open(user, who, device, now)

    def _open(self, user: User, who: str, device: str, now: datetime) -> Session:
        token = secrets.token_urlsafe(32)
        expires = now + SESSION_LIFETIME
        with self._storage.writing() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.who == who))
            connection.execute(delete(sessions).where(sessions.c.expires <= _seconds(now)))
            connection.execute(
                insert(sessions).values(
                    token_hash=_token_hash(token), user=user.name, device=device, expires=_seconds(expires)
                )
            )
            audit.note(connection, now, user.name, "log-in", device, unit=user.unit)
        return Session(token, user, expires)

    def _count_failure(self, who: str, now: datetime) -> None:
        with self._storage.writing() as connection:
            connection.execute(
                delete(login_failures).where(login_failures.c.at <= _seconds(now - FAILURE_WINDOW))
            )
            connection.execute(insert(login_failures).values(who=who, at=_seconds(now)))
            audit.note(connection, now, "", "log-in-refused", who[:16])

    def user_of(self, token: str, *, now: datetime) -> User | None:
        """The user whose open session ``token`` belongs to, or None."""
        wanted = (sessions.c.token_hash == _token_hash(token)) & (sessions.c.expires > _seconds(now))
        with self._storage.reading() as connection:
            row = connection.execute(
                _USERS.join(sessions, sessions.c.user == users.c.name).where(wanted)
            ).first()
        return User(*row) if row else None


_USERS = select(users.c.name, users.c.unit, users.c.role, users.c.created_at, users.c.disabled_at)


def _refuse_when_closed(connection: Connection, who: str, now: datetime) -> None:
    opened = _seconds(now - FAILURE_WINDOW)
    count, first = connection.execute(
        select(func.count(), func.min(login_failures.c.at)).where(
            login_failures.c.who == who, login_failures.c.at > opened
        )
    ).one()
    if count >= MAX_FAILURES:
        raise TooManyFailures(max(1, first - opened))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _token_hash(token: str) -> str:
    # A token is 256 random bits: one plain SHA-256 is enough, guessing it is hopeless either way.
    return hashlib.sha256(token.encode()).hexdigest()
