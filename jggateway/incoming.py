"""Reads a batch so that one malformed item spoils no other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jgclient.contract import Batch, ContractError, Item, Result, attachments_from_json
from jgclient.records import Json
from jggateway import verdicts

#: Longest record and batch id; a UUID has 36 characters.
MAX_ID = 64
MAX_DEVICE = 128
MAX_AUTHOR = 256
#: Greatest revision number: what an SQL integer column holds everywhere.
MAX_REVISION = 2**31 - 1

# NUL and lone surrogates: JSON can name them, databases cannot hold them.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(rf"[0-9A-Za-z_-]{{1,{MAX_ID}}}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A batch whose envelope is readable; its items are judged one by one.

    Attributes:
        envelope: The batch without its items.
        items: The items, each readable and with its right hash, or already refused.
    """

    envelope: Batch
    items: Sequence[Item | Result]


def read_batch(data: Json) -> Incoming:
    """Read a batch so that one malformed item spoils no other.

    Raises:
        ContractError: the envelope is malformed, or an item cannot even be named in an answer.
    """
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise ContractError("batch must be an object with a list of items")
    envelope = Batch.from_json({**data, "items": []})
    if not _ID.fullmatch(envelope.batch_id):
        raise ContractError(f"batch_id must be 1 to {MAX_ID} letters, digits, - or _")
    if not _storable(envelope.device_id, MAX_DEVICE):
        raise ContractError(f"device_id must be at most {MAX_DEVICE} characters")
    return Incoming(envelope, [_read_item(entry) for entry in data["items"]])


def _read_item(data: Json) -> Item | Result:
    name = (data.get("id"), data.get("revision")) if isinstance(data, dict) else (None, None)
    record_id, revision = name
    if not isinstance(record_id, str) or _UNSTORABLE.search(record_id) or type(revision) is not int:
        raise ContractError("every item must have an id and a revision")
    try:
        item = Item.from_json(data)
        _refuse_odd_members(item)
        if item.true_hash() != item.sha256:  # also raises for what JSON and SQL cannot carry
            return verdicts.refused(item, verdicts.wrong_hash())
    except (ContractError, ValueError, RecursionError) as error:
        where = str(error) if isinstance(error, ContractError) else type(error).__name__
        return verdicts.refused((record_id, revision), verdicts.malformed(where))
    return item


def _refuse_odd_members(item: Item) -> None:
    if not _ID.fullmatch(item.id):
        raise ContractError("id must be letters, digits, - or _")
    if not 1 <= item.revision <= MAX_REVISION or not 0 <= item.base_revision < item.revision:
        raise ContractError("revision must be positive and greater than base_revision")
    if not _storable(item.author, MAX_AUTHOR):
        raise ContractError(f"author must be at most {MAX_AUTHOR} characters")
    attachments_from_json(item.attachments)


def _storable(text: str, limit: int) -> bool:
    return len(text) <= limit and not _UNSTORABLE.search(text)
