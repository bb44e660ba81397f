"""Checks against registers and other records: items, implementation lists, people, earlier records, duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from jgclient.forms.definition import Form
from jgclient.forms.findings import Finding
from jgclient.records import Content

if TYPE_CHECKING:
    from jgclient.forms.checker import Context

Crossing = tuple[Finding, tuple[str, ...]]


def cross_findings(form: Form, content: Content, failed: Set[str], context: Context) -> Iterator[Crossing]:
    """Findings with the fields they concern, for content whose fields were understood."""
    yield from ()
