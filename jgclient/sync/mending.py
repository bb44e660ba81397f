"""Differences between both sides mended: send again, fetch, or lay both versions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from jgclient.contract import Item, KeptRecord, Platform, TransportError
from jgclient.entering import context, summarise
from jgclient.forms.library import FormLibrary
from jgclient.store import Store, Summary
from jgclient.sync.comparing import Difference
from jgclient.sync.dialogue import IDS_AT_ONCE, Dialogue


@dataclass(slots=True)
class Mended:
    """What was done.

    Attributes:
        requeued: Revisions that will be sent once more.
        fetched: Records whose platform version was taken over.
        shown: Records of which both versions now lie here; a person decides.
        gone: Records that the platform no longer tells, or that agree by now.
        ids: All records that were dealt with.
    """

    requeued: int = 0
    fetched: int = 0
    shown: int = 0
    gone: int = 0
    ids: list[str] = field(default_factory=list)


class Mending:
    """Applies remedies; whatever is kept here stays.

    Attributes:
        done: What was done so far, also when the end comes early.
    """

    def __init__(self, store: Store, platform: Platform, talk: Dialogue, library: FormLibrary) -> None:
        self._store = store
        self._platform = platform
        self._talk = talk
        self._library = library
        self.done = Mended()

    def mend(self, differences: Sequence[Difference]) -> None:
        """Apply the remedy of each difference.

        Raises:
            Ended: the platform does not answer, or cancelled; what was mended stays so.
        """
        done = self.done
        for difference in differences:
            if difference.remedy == "requeue":
                done.requeued += self._requeue(difference)
                done.ids.append(difference.record_id)
        wanted = [d.record_id for d in differences if d.remedy != "requeue"]
        for kept in self._records(wanted):
            self._take(kept)
            done.ids.append(kept.item.id)
        done.gone = len(wanted) - done.fetched - done.shown

    def _take(self, kept: KeptRecord) -> None:
        """Take the platform's version over, or lay it beside ours; one that is here already agrees."""
        if self._is_here(kept.item):
            return
        if self._adopt(kept):
            self.done.fetched += 1
        else:
            self._store.counterparts.put(kept)
            self.done.shown += 1

    def _is_here(self, item: Item) -> bool:
        receipts = self._store.outbox.receipts(item.id)
        return (item.revision, item.sha256) in {(receipt.revision, receipt.sha256) for receipt in receipts}

    def _adopt(self, kept: KeptRecord) -> bool:
        """Take it over; a draft here that says the same was reported already and must not be sent again."""
        with self._store.atomic():
            adopted = self._store.counterparts.adopt(kept, self._summary(kept.item))
            if adopted and self._says_the_same(kept.item):
                self._store.records.drop_draft(kept.item.id)
        return adopted

    def _says_the_same(self, item: Item) -> bool:
        """Whether the draft of a record, as it would be sent, is what the platform has of it."""
        draft = self._store.records.draft(item.id)
        if draft is None or item.operation == "d":
            return False
        try:
            form = self._library.get(draft.form, draft.form_version)
        except KeyError:
            return False
        around = context(self._store, record_id=item.id, now=self._talk.now(), form=form)
        content = self._library.checker(form).read(draft.texts, around).content
        return (draft.form, content) == (item.form, item.content)

    def show_conflicts(self, ids: Iterable[str]) -> None:
        """Lay the platform's version beside ours for records it answered *conflict* to.

        A platform that cannot tell its versions ends nothing: the next run or reconciliation asks again.
        """
        missing = self._store.counterparts.missing(ids)
        for start in range(0, len(missing), IDS_AT_ONCE):
            question = partial(self._platform.records, missing[start : start + IDS_AT_ONCE])
            try:
                found = self._talk.once(question)
            except TransportError:
                return
            for kept in found:
                self._store.counterparts.put(kept)

    def _requeue(self, difference: Difference) -> int:
        """All accepted revisions after the platform's last, the oldest first."""
        last = difference.theirs.revision if difference.theirs else 0
        receipts = self._store.outbox.receipts(difference.record_id)
        numbers = sorted({receipt.revision for receipt in receipts if receipt.revision > last})
        return self._store.outbox.requeue([(difference.record_id, number) for number in numbers])

    def _records(self, ids: Sequence[str]) -> Iterable[KeptRecord]:
        for start in range(0, len(ids), IDS_AT_ONCE):
            self._talk.stop_if_cancelled()
            yield from self._talk.ask(partial(self._platform.records, ids[start : start + IDS_AT_ONCE]))

    def _summary(self, item: Item) -> Summary:
        """The list columns of a fetched record; empty when its form is not installed here."""
        try:
            form = self._library.get(item.form, item.form_version)
        except KeyError:
            return Summary()
        return summarise(form, self._library.checker(form).to_texts(item.content))
