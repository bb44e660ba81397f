"""Reading JSON members: every shape of the contract says where it is broken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from jgclient.forms.problems import Problem
from jgclient.records import Json


class ContractError(ValueError):
    """A message does not have the shape the contract demands; the text says where."""


def as_object(data: Json, name: str) -> dict[str, Any]:
    """``data`` as an object.

    Raises:
        ContractError: it is none.
    """
    if not isinstance(data, dict):
        raise ContractError(f"{name} must be an object")
    return cast("dict[str, Any]", data)


def as_list(data: Json, name: str) -> list[Any]:
    """``data`` as a list.

    Raises:
        ContractError: it is none.
    """
    if not isinstance(data, list):
        raise ContractError(f"{name} must be a list")
    return data


def as_texts(data: Json, name: str) -> tuple[str, ...]:
    """``data`` as a list of texts.

    Raises:
        ContractError: it is none.
    """
    entries = as_list(data, name)
    if not all(isinstance(entry, str) for entry in entries):
        raise ContractError(f"{name} must be a list of texts")
    return tuple(entries)


def as_whole(value: Json, name: str) -> int:
    """``value`` as a whole number.

    Raises:
        ContractError: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise ContractError(f"{name} must be a whole number")
    return value


def text(members: dict[str, Any], name: str) -> str:
    """The text called ``name``.

    Raises:
        ContractError: it is missing or no text.
    """
    value = members.get(name)
    if not isinstance(value, str):
        raise ContractError(f"{name} must be a text")
    return value


def text_or(members: dict[str, Any], name: str, default: str = "") -> str:
    """The text called ``name``, ``default`` when it is missing.

    Raises:
        ContractError: it is no text.
    """
    return text(members, name) if name in members else default


def number(members: dict[str, Any], name: str) -> int:
    """The whole number called ``name``.

    Raises:
        ContractError: it is missing or none.
    """
    return as_whole(members.get(name), name)


def flag(members: dict[str, Any], name: str) -> bool:
    """The truth value called ``name``.

    Raises:
        ContractError: it is missing or none.
    """
    value = members.get(name)
    if not isinstance(value, bool):
        raise ContractError(f"{name} must be true or false")
    return value


def day_text(members: dict[str, Any], name: str) -> str:
    """The ISO date called ``name``, empty when it is missing or empty.

    Raises:
        ContractError: it is no date.
    """
    value = text_or(members, name)
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise ContractError(f"{name} must be a date YYYY-MM-DD") from None


def problem(data: Json) -> Problem:
    """A problem as the other side tells it.

    Raises:
        ContractError: it is malformed.
    """
    members = as_object(data, "problem")
    for name in ("fields", "candidates"):
        as_list(members.get(name, []), name)
    return Problem.from_json(members)


def parse_time(text: str) -> datetime | None:
    """An ISO 8601 time of the other side as an aware date-time, or None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
