"""The platform's feed: what changed there since last time, entry by entry, into the store.

An entry that cannot be used is refused with its reason, and the cursor stays before it: it is asked for again
until the platform has mended it. What comes after it is applied all the same. Records, drafts and the outbox
are never touched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jgclient.contract import (
    CHANGE_KINDS,
    FILE_KINDS,
    REGISTER_KINDS,
    Change,
    ChangesPage,
    ContractError,
    CursorExpired,
    FileText,
    Platform,
    ProgramPiece,
    RegisterEntry,
    TransportError,
    read_content,
)
from jgclient.forms.resources import resources_folder
from jgclient.records import canonical_json
from jgclient.store import RegisterRow, Store
from jgclient.store.changes import Feed
from jgclient.sync.dialogue import Dialogue, end_of
from jgclient.sync.received_files import ReceivedFiles, UnusableFile
from jgclient.sync.received_programs import ReceivedPrograms

#: Where rows of registers come from, as the store notes it.
SOURCE = "上报平台"


@dataclass(slots=True)
class _Pass:
    """One way through the feed.

    Attributes:
        held: An entry was refused: the cursor that is kept does not go on.
        refused: Entries to be tried once more at the end, when all that they may need is there.
    """

    feed: Feed
    held: bool = False
    refused: list[Change] = field(default_factory=list)


class Receiving:
    """Reads the feed of one platform into a store.

    Args:
        address: Address of the platform; a cursor means nothing to another one.
    """

    def __init__(self, store: Store, platform: Platform, talk: Dialogue, address: str) -> None:
        self._store = store
        self._platform = platform
        self._talk = talk
        self._address = address
        self._files = ReceivedFiles(store.folder, resources_folder())
        self._programs = ReceivedPrograms(store.folder)

    def receive(self, offered: Sequence[str]) -> None:
        """Bring the store up to date with the feed.

        Args:
            offered: Kinds that the platform tells; those this program knows are asked for.

        Raises:
            Ended: the platform does not answer, or cancelled; what was applied stays applied.
        """
        kinds = tuple(kind for kind in CHANGE_KINDS if kind in offered)
        if not kinds:
            return
        feed = self._store.changes.feed()
        if (feed.platform, feed.kinds) != (self._address, kinds):
            feed = self._from_the_beginning(replace(feed, platform=self._address, kinds=kinds))
        if not self._whole_pass(_Pass(feed)):
            self._whole_pass(_Pass(self._from_the_beginning(feed)))

    def _from_the_beginning(self, feed: Feed) -> Feed:
        feed = replace(feed, cursor="", load=feed.load + 1, loading=True)
        self._store.changes.set_feed(feed)
        return feed

    # -- the way through -------------------------------------------------------------------------------

    def _whole_pass(self, way: _Pass) -> bool:
        """Read on to the end of the feed; False when the cursor has expired."""
        cursor = way.feed.cursor
        while True:
            self._talk.stop_if_cancelled()
            page = self._page(cursor, way.feed.kinds)
            if page is None:
                return False
            with self._store.atomic():
                self._take_page(way, page)
            cursor = page.cursor
            if not page.more:
                break
        with self._store.atomic():
            self._finish(way, cursor)
        self._talk.count(changes_refused=len(self._store.changes.refused()))
        return True

    def _page(self, cursor: str, kinds: Sequence[str]) -> ChangesPage | None:
        def question() -> ChangesPage | None:
            try:
                page = self._platform.changes(cursor, kinds)
            except CursorExpired:
                return None
            if page.more and page.cursor == cursor:
                raise TransportError("unknown", "平台的更新内容没有进展：请平台管理员检查。记录都在本机。")
            return page

        page = self._talk.ask(question)
        if page is None and not cursor:
            raise end_of(TransportError("stop", "平台拒绝从头下发更新：请平台管理员检查。记录都在本机。"))
        return page

    def _take_page(self, way: _Pass, page: ChangesPage) -> None:
        for change in page.changes:
            if not self._take(way, change):
                way.held = True
                way.refused.append(change)
            elif not way.held:
                way.feed = replace(way.feed, cursor=change.cursor)
        self._store.changes.set_feed(way.feed)

    def _finish(self, way: _Pass, cursor: str) -> None:
        """Try what was refused once more; after a full load forget what it did not name."""
        still = [change for change in way.refused if not self._take(way, change)]
        if way.feed.loading:
            for kind, entry_id in self._store.changes.unnamed(way.feed.load):
                self._remove(kind, entry_id)
        kept = way.feed.cursor if still else cursor
        self._store.changes.set_feed(replace(way.feed, cursor=kept, loading=False))

    # -- one entry -------------------------------------------------------------------------------------

    def _take(self, way: _Pass, change: Change) -> bool:
        """Apply an entry; False when it was refused."""
        changes, load = self._store.changes, way.feed.load
        if change.kind not in way.feed.kinds:
            return True
        if changes.holds(change):
            changes.touch(change.kind, change.id, load=load)
            return True
        try:
            self._apply(change, load)
        except (ContractError, UnusableFile) as error:
            changes.refuse(change, _refusal(error), load=load)
            return False
        self._talk.count(changes=1)
        return True

    def _apply(self, change: Change, load: int) -> None:
        if change.deleted:
            self._remove(change.kind, change.id)
            return
        content = read_content(change)
        if isinstance(content, FileText):
            self._files.put(change.kind, change.id, content)
            self._talk.needs_reload()
        elif isinstance(content, RegisterEntry):
            self._put_row(change, content)
        elif isinstance(content, ProgramPiece):
            self._programs.put(content)
        elsewhere = change.kind in (*FILE_KINDS, *REGISTER_KINDS, "program")
        self._store.changes.keep(change, load=load, content=not elsewhere)

    def _put_row(self, change: Change, entry: RegisterEntry) -> None:
        if canonical_json(list(entry.key)) != change.id:
            raise ContractError("key is not the one the entry is about")
        row = RegisterRow(entry.key, entry.content, entry.valid_from, entry.valid_to)
        self._store.registers.upsert(change.kind, [row], SOURCE)

    def _remove(self, kind: str, entry_id: str) -> None:
        if kind in FILE_KINDS:
            self._files.drop(kind, entry_id)
            self._talk.needs_reload()
        elif kind in REGISTER_KINDS:
            self._store.registers.drop(kind, _key(entry_id))
        elif kind == "program":
            self._programs.drop(entry_id)
        self._store.changes.drop(kind, entry_id)


def _key(entry_id: str) -> list[str]:
    """The key of a register row from the id of its entry; one that is none names no row."""
    try:
        key = json.loads(entry_id)
    except (ValueError, RecursionError):
        return []
    return [str(part) for part in key] if isinstance(key, list) else []


def _refusal(error: Exception) -> str:
    if isinstance(error, ContractError):
        return f"平台下发的这一项残缺或被改动（{error}），没有采用。请平台管理员重新下发"
    return f"平台下发的这一项不能用：{error}。没有采用，请平台管理员更正后重新下发"
