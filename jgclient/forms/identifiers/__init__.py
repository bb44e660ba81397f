"""Identifiers: what is tidied, what is judged, and what was probably meant."""

from __future__ import annotations

from jgclient.forms.identifiers.idcard import idcard_check_char
from jgclient.forms.identifiers.judging import KIND_TITLES, Verdict, judge, judged, meant, tidied
from jgclient.forms.identifiers.uscc import organisation_check_char, uscc_check_char

__all__ = [
    "KIND_TITLES", "Verdict", "idcard_check_char", "judge", "judged", "meant", "organisation_check_char",
    "tidied", "uscc_check_char",
]  # fmt: skip
