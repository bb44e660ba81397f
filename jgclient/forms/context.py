"""What the checker is told beside the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from jgclient.forms.registers import Registers


@dataclass(frozen=True)
class Context:
    """Registers to ask, the day of checking, and the unit that checks.

    Attributes:
        unit: ``name``, ``code`` and ``region`` of the user's unit; may be empty.
    """

    registers: Registers
    today: date
    unit: Mapping[str, str] = field(default_factory=dict)
