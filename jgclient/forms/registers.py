"""What the checker asks about reference data; whoever keeps the data answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from jgclient.records import Json

#: First and last day of a period as ISO texts.
Days = tuple[str, str]


class Registers(Protocol):
    """Reference data and earlier records, as far as the keeper knows them."""

    def rows(self, register: str, key: str) -> list[Mapping[str, Json]]:
        """Contents of all rows of ``register`` whose leading key is ``key``, in whatever validity."""

    def has_any(self, register: str) -> bool:
        """Whether ``register`` holds anything at all; False means “cannot be verified yet”."""

    def record_exists(self, form: str, number: str) -> bool | None:
        """Whether a record of ``form`` with that business number exists; None when that cannot be known."""

    def same_acts(self, form: str, fields: Mapping[str, Json], *, within: Days | None = None) -> int:
        """Number of other records of ``form`` whose content agrees in all ``fields``.

        Args:
            form: Id of the form.
            fields: JSON values by field name.
            within: Count only records whose day of the act (``date_field`` of the form) lies between these
                ISO days, both included.
        """


class NoRegisters:
    """Registers that know nothing: every question stays open, nothing is refused for that."""

    def rows(self, register: str, key: str) -> list[Mapping[str, Json]]:  # noqa: ARG002 - nothing is known of anything
        """No rows."""
        return []

    def has_any(self, register: str) -> bool:  # noqa: ARG002 - nothing is known of anything
        """False: nothing can be verified."""
        return False

    def record_exists(self, form: str, number: str) -> bool | None:  # noqa: ARG002 - nothing is known of anything
        """None: cannot be known."""
        return None

    def same_acts(self, form: str, fields: Mapping[str, Json], *, within: Days | None = None) -> int:  # noqa: ARG002 - nothing is known of anything
        """None are known."""
        return 0
