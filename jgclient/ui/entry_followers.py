"""What follows from a field of the record being typed, and goes again when the field says something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jgclient.aids import following, objects
from jgclient.forms.definition import Form
from jgclient.ui.desk import Desk

Put = Callable[[str, str], None]


class Followers:
    """Remembers what the program has filled, and from what; what the clerk has changed since is hers.

    Args:
        texts: Gives the texts as they are now.
        put: Sets the text of a field.

    Attributes:
        brought: Number of fields the last choice has filled, until somebody has told the clerk.
    """

    def __init__(self, desk: Desk, form: Form, texts: Callable[[], Mapping[str, str]], put: Put) -> None:
        self._desk, self._form, self._texts, self._put = desk, form, texts, put
        self._filled: dict[str, str] = {}
        self._of: dict[str, frozenset[str]] = {}
        self._seen: dict[str, str] = dict(texts())
        self.brought = 0

    def derive(self, name: str, chosen: Mapping[str, str] | None = None) -> None:
        """Fill what follows from a field's new text, after taking back what had followed from its old one.

        Args:
            name: Field that was left.
            chosen: Texts that came with a choice from the list; they replace what is there.
        """
        text = self._texts().get(name, "")
        if chosen is None and text == self._seen.get(name, ""):
            return
        before, self._seen[name] = self._seen.get(name, ""), text
        if name == self._form.party_field:
            self._rename(before, text)
        self._take_back(name)
        filled = dict(chosen or {})
        for field, words in filled.items():
            self._put(field, words)
        found = following.follow(
            self._desk.store, self._desk.library, self._form, self._texts(), name, now=self._desk.clock()
        )
        there = set(self._texts())
        new = {field: words for field, words in found.items() if field not in there}
        for field, words in new.items():
            self._put(field, words)
        self._filled |= filled | new
        self._of[name] = frozenset(filled | new)
        self.brought = len(filled | new)

    def copied(self, filled: frozenset[str]) -> None:
        """Fields were copied from another record: what belongs to its object or item goes with those."""
        form, texts = self._form, self._texts()
        of_party = {field.name for field in objects.section_of_party(form)} - {form.party_field}
        of_item = {field.name for field in following.followers(form, form.item_field)}
        for source, names in ((form.party_field, of_party), (form.item_field, of_item)):
            if source:
                self._of[source] = filled & names
        copies = {name: texts[name] for name in filled}
        self._filled |= copies
        self._seen |= copies

    def _take_back(self, name: str) -> None:
        for field in self._of.pop(name, frozenset()):
            if self._filled.get(field) == self._texts().get(field):
                self._put(field, "")

    def _rename(self, before: str, party: str) -> None:
        """A copied title that names the party of the record before names the new one."""
        name = self._form.title_field
        title = self._texts().get(name, "")
        if before and party and before in title and title == self._filled.get(name):
            self._filled[name] = renamed = title.replace(before, party)
            self._put(name, renamed)
