"""Warnings learned from returns, as problems a record has while it is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jgclient.forms.definition import Form
from jgclient.forms.problems import Problem
from jgclient.records import Json, canonical_json
from jgclient.store import Store
from jgclient.store.warnings import LearnedWarning


def warned(store: Store, form: Form, content: Mapping[str, Json]) -> list[Problem]:
    """Warnings that are switched on and fit this content: soft problems without a reason to be written."""
    return [
        _problem(warning)
        for warning in store.warnings.enabled(form.id)
        if warning.field in content and canonical_json(content[warning.field]) == warning.value
    ]


def value_of(warning: LearnedWarning) -> Json:
    """The value it warns of, as a revision's content holds it."""
    value: Json = json.loads(warning.value)
    return value


def _problem(warning: LearnedWarning) -> Problem:
    value = value_of(warning)
    shown = value if isinstance(value, str) else warning.value
    return Problem(
        code=f"learned-{warning.code}", kind="08数据关联性检查", strength="soft", fields=(warning.field,),
        message=f"平台曾因此退回：{warning.message}", value=shown,
        help=warning.help or "若本次无误可照常上报", basis=warning.basis, reason_required=False,
    )  # fmt: skip
