"""Code lists: dictionaries and regions, each code with its source and its period of validity."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from jgclient.forms.cleaning import compact
from jgclient.forms.near_codes import one_slip_away

#: More remembered words of one list than this are not remembered, so that memory stays flat.
_MOST_WORDS = 10_000
#: Numbers of so many digits are mistyped; shorter ones are something else.
_LONG_CODE = 5
_COLUMNS = ["code", "title", "aliases", "source", "valid_from", "valid_to", "successor"]


class CodesError(ValueError):
    """A code list file cannot be used; the text is one Chinese line with file and reason."""


class Code(NamedTuple):
    """One entry of a code list.

    Attributes:
        valid_from: First day of validity, None when it always was.
        valid_to: Last day of validity, None while it is in force.
        successor: The code that took its place, empty when there is none.
    """

    code: str
    title: str
    aliases: tuple[str, ...] = ()
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""

    def valid(self, day: date) -> bool:
        """Whether the code was in force on ``day``."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_to is None or day <= self.valid_to)


class CodeList:
    """One list of codes, in the order of its file."""

    def __init__(self, list_id: str, title: str, entries: tuple[Code, ...], source: str = "") -> None:
        self.id = list_id
        self.list_title = title
        self.entries = entries
        self.source = source
        self._labels: dict[str, str] = {}
        self._certain: dict[str, Code] = {}

    def __iter__(self) -> Iterator[Code]:
        return iter(self.entries)

    @cached_property
    def dated(self) -> bool:
        """Whether an entry has a period of validity."""
        return any(entry.valid_from or entry.valid_to for entry in self.entries)

    def title(self, code: str) -> str:
        """The words of ``code`` in its newest meaning; the code itself when it is not in the list."""
        found = self._by_code.get(code)
        return found[-1].title if found else code

    def label(self, code: str) -> str:
        """What is shown for ``code`` and found again: its words, behind the code if not unique."""
        if code not in self._by_code:
            return code
        label = self._labels.get(code)
        if label is None:
            words = self.title(code)
            alone = len(self._by_word.get(compact(words), ())) == 1
            label = self._labels[code] = words if alone else f"{code} {words}".strip()
        return label

    def entry(self, code: str, day: date | None = None) -> Code | None:
        """The entry of exactly this code; of several the one valid on ``day``, else the newest."""
        return _best(self._by_code.get(code, []), day)

    def valid(self, code: str, day: date) -> bool:
        """Whether ``code`` is in the list and was in force on ``day``."""
        return any(entry.valid(day) for entry in self._by_code.get(code, ()))

    def find(self, word: str, day: date | None = None) -> Code | None:
        """The one entry meant by a code, its words, an alias, or code and words together.

        “1” finds “01” where no other code could be meant. Entries not in force on ``day`` are found only
        when no entry in force is meant, so that the caller can name the successor. Nothing is guessed.
        """
        if certain := self._certain.get(word):
            return certain
        key = compact(word)
        for index in (self._by_code_key, self._by_word, self._by_bare_number):
            meant = index.get(key, [])
            if len(meant) == 1:
                if len(self._certain) < _MOST_WORDS:
                    self._certain[word] = meant[0]
                return meant[0]
            if day is not None:
                meant = [entry for entry in meant if entry.valid(day)] or meant
            if len({entry.code for entry in meant}) == 1:
                return _best(meant, day)
            if meant:
                return None
        return None

    def search(self, text: str, limit: int = 20) -> list[Code]:
        """Entries that hold ``text`` in code, words or aliases; beginnings first."""
        key = compact(text)
        ranked = [
            (rank, n, entry)
            for n, (entry, texts) in enumerate(self._searched)
            if (rank := _rank(texts, key)) is not None
        ]
        return [entry for _, _, entry in sorted(ranked, key=lambda hit: hit[:2])[:limit]]

    def near(self, word: str, limit: int = 5) -> list[Code]:
        """Entries that ``word`` may have been meant for.

        Those that hold it; for a long number those one slip away, else neighbours; else those written alike.
        """
        if held := self.search(word, limit):
            return held
        key = compact(word)
        if key.isdecimal() and len(key) >= _LONG_CODE:
            slips = {slip for length in self._lengths for slip in one_slip_away(key, length)}
            return [e for e in self.entries if e.code in slips][:limit] or self.search(key[:-2], limit)
        letters = frozenset(key)
        # Words that share too few letters are sorted out first, because comparing them all is slow.
        likely = [w for w, known in self._letters if 4 * len(letters & known) >= len(key) + len(w)]
        alike = get_close_matches(key, likely, n=limit, cutoff=0.5)
        return list({entry.code: entry for w in alike for entry in self._by_word[w]}.values())[:limit]

    @cached_property
    def _searched(self) -> list[tuple[Code, list[str]]]:
        return [(e, [compact(text) for text in (e.code, e.title, *e.aliases)]) for e in self.entries]

    @cached_property
    def _letters(self) -> list[tuple[str, frozenset[str]]]:
        return [(word, frozenset(word)) for word in self._by_word]

    @cached_property
    def _lengths(self) -> set[int]:
        return {len(entry.code) for entry in self.entries}

    @cached_property
    def _by_code(self) -> dict[str, list[Code]]:
        index: defaultdict[str, list[Code]] = defaultdict(list)
        for entry in sorted(self.entries, key=lambda e: e.valid_from or date.min):
            index[entry.code].append(entry)
        return dict(index)

    @cached_property
    def _by_code_key(self) -> dict[str, list[Code]]:
        return {compact(code): entries for code, entries in self._by_code.items()}

    @cached_property
    def _by_word(self) -> dict[str, list[Code]]:
        index: defaultdict[str, list[Code]] = defaultdict(list)
        for entry in self.entries:
            words = {compact(entry.title), compact(entry.code + entry.title)}
            for word in words | {compact(alias) for alias in entry.aliases}:
                index[word].append(entry)
        return dict(index)

    @cached_property
    def _by_bare_number(self) -> dict[str, list[Code]]:
        index: defaultdict[str, list[Code]] = defaultdict(list)
        for entry in self.entries:
            if entry.code.isdecimal():
                index[str(int(entry.code))].append(entry)
        return dict(index)


def _best(entries: list[Code], day: date | None) -> Code | None:
    if len(entries) == 1:
        return entries[0]
    in_force = [entry for entry in entries if day is not None and entry.valid(day)]
    best = in_force or entries
    return best[-1] if best else None


def _rank(texts: list[str], key: str) -> int | None:
    if not any(key in text for text in texts):
        return None
    return 0 if any(text.startswith(key) for text in texts) else 1


class CodeLists:
    """All code lists of a folder; each is read when it is first asked for.

    Args:
        folder: The lists that came with the program.
        received: Lists that came from the platform, None for none; a list that is in both holds as received.
    """

    def __init__(self, folder: Path, received: Path | None = None) -> None:
        self._folders = [folder, *([received] if received else [])]
        self._lists: dict[str, CodeList] = {}

    def __contains__(self, list_id: object) -> bool:
        return list_id in self._names

    @property
    def ids(self) -> list[str]:
        """Ids of all lists."""
        return sorted(self._names)

    def get(self, list_id: str) -> CodeList:
        """The list called ``list_id``.

        Raises:
            KeyError: there is no such list.
            CodesError: its file is damaged.
        """
        if list_id not in self._lists:
            path, title, source = self._names[list_id]
            self._lists[list_id] = read_codes(path, title=title, source=source)
        return self._lists[list_id]

    @cached_property
    def _names(self) -> dict[str, tuple[Path, str, str]]:
        """File, title and source by the id of the list."""
        return {name: found for folder in self._folders for name, found in _lists_of(folder).items()}


def _lists_of(folder: Path) -> dict[str, tuple[Path, str, str]]:
    index = folder / "index.csv"
    rows = _rows(index)[1:] if index.exists() else []
    if any(len(row) != 3 for row in rows):
        raise CodesError("index.csv：每行应有 id、title、source 三列")
    titles = {name: (title, source) for name, title, source in rows}
    files = [path for path in folder.glob("*.csv") if path != index]
    return {path.stem: (path, *titles.get(path.stem, (path.stem, ""))) for path in files}


def read_codes(path: Path, *, title: str = "", source: str = "") -> CodeList:
    """Read one code list file (columns code, title, aliases split by ``|``, source, validity, successor).

    Raises:
        CodesError: a column is missing, a date is none, or a row lacks code or title.
    """
    rows = _rows(path)
    if not rows or rows[0] != _COLUMNS:
        raise CodesError(f"{path.name}：表头应为 {','.join(_COLUMNS)}")
    entries = tuple(_entry(path, number, row) for number, row in enumerate(rows[1:], start=2) if row)
    return CodeList(path.stem, title or path.stem, entries, source)


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CodesError(f"{path.name}：读不出来（{error}）") from error


def _entry(path: Path, number: int, row: list[str]) -> Code:
    if len(row) != len(_COLUMNS) or not row[0] or not row[1]:
        raise CodesError(f"{path.name}：第 {number} 行应有 {len(_COLUMNS)} 列，且代码和名称不能为空")
    code, title, aliases, source, start, end, successor = row
    try:
        valid_from = date.fromisoformat(start) if start else None
        valid_to = date.fromisoformat(end) if end else None
    except ValueError as error:
        raise CodesError(f"{path.name}：第 {number} 行的日期不对（{error}）") from error
    others = tuple(filter(None, aliases.split("|"))) if aliases else ()
    return Code(code, title, others, source, valid_from, valid_to, successor)
