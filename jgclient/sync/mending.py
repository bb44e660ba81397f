"""Differences between both sides mended: send again, fetch, or lay both versions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from jgclient.contract import Item, KeptRecord, Platform, TransportError
from jgclient.entering import summarise
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
        gone: Records that the platform no longer tells; a new comparison will say why.
    """

    requeued: int = 0
    fetched: int = 0
    shown: int = 0
    gone: int = 0


class Mending:
    """Applies remedies; whatever is kept here stays."""

    def __init__(self, store: Store, platform: Platform, talk: Dialogue, library: FormLibrary) -> None:
        self._store = store
        self._platform = platform
        self._talk = talk
        self._library = library

    def mend(self, differences: Sequence[Difference]) -> Mended:
        """Apply the remedy of each difference.

        Raises:
            Ended: the platform does not answer, or cancelled; what was mended stays so.
        """
        done = Mended()
        for difference in differences:
            if difference.remedy == "requeue":
                done.requeued += self._requeue(difference)
        wanted = [d.record_id for d in differences if d.remedy != "requeue"]
        for kept in self._records(wanted):
            if self._store.counterparts.adopt(kept, self._summary(kept.item)):
                done.fetched += 1
            else:
                self._store.counterparts.put(kept)
                done.shown += 1
        done.gone = len(wanted) - done.fetched - done.shown
        return done

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
