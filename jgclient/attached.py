"""Attached files in words: a clerk reads names and sizes, not the list that is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jgclient.contract import Attachment
from jgclient.forms.definition import Form

#: Digits of the hash that are shown: enough to tell two files of one name apart.
_DIGITS = 8


def attached(text: str) -> list[Attachment]:
    """The files that the text of a field of type ``attachments`` names; none when it is no list of files."""
    try:
        entries = json.loads(text or "[]")
        return [Attachment(str(e["sha256"]), str(e["name"]), int(e["size"])) for e in entries]
    except (ValueError, TypeError, KeyError):
        return []


def in_words(form: Form | None, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of a record as they are read: attached files with name, size and first digits of the hash.

    Args:
        form: The form of the record; None leaves all texts as they are.
        texts: Texts by field name.
    """
    fields = form.by_name if form else {}
    return {
        name: _files(text) if name in fields and fields[name].type == "attachments" else text
        for name, text in texts.items()
    }


def size_words(size: int) -> str:
    """“680 KB”, “1.2 MB”."""
    if size < 1 << 20:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / (1 << 20):.1f} MB"


def _files(text: str) -> str:
    named = [
        f"{file.name}（{size_words(file.size)}，校验值 {file.sha256[:_DIGITS]}）" for file in attached(text)
    ]
    return "；".join(named) or text
