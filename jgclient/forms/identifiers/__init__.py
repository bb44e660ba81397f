"""Identifiers: what is tidied, what is judged, and what was probably meant."""

from __future__ import annotations

from jgclient.forms.identifiers.idcard import idcard_check_char
from jgclient.forms.identifiers.judging import (
    KIND_TITLES,
    PARTY_TYPE_FIELD,
    Verdict,
    judge,
    judged,
    meant,
    party_kind,
    tidied,
)
from jgclient.forms.identifiers.uscc import organisation_check_char, uscc_check_char

__all__ = [
    "KIND_TITLES", "PARTY_TYPE_FIELD", "Verdict", "idcard_check_char", "judge", "judged", "meant",
    "organisation_check_char", "party_kind", "tidied", "uscc_check_char",
]  # fmt: skip
