"""Prose and document numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jgclient.forms import cleaning
from jgclient.forms.cleaning import LONGEST_BLANK
from jgclient.forms.definition import Field
from jgclient.forms.field_types.base import TextValued, too_long
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS

_YEAR_BRACKETS = re.compile(r"[\[(〔【{<《「]\s*((?:19|20)\d\d)\s*[\])〕】}>》」]")


class Text(TextValued):
    """One line of prose: names, addresses, short statements."""

    name = "text"
    title = "文字"
    none_words = frozenset()
    longest = 100_000
    _tidy = re.compile(r"[!-~一-鿿·—‘’“”…、。《》〈〉「」『』【】〔〕！（），：；？]*")

    def as_they_are(self, field: Field, texts: Sequence[str]) -> bool:
        """Whether nothing needs cleaning, is unreadably long or only stands for nothing."""
        return (
            self._tidy.fullmatch("".join(texts)) is not None
            and max(map(len, texts)) <= self.longest
            and not any(self.is_blank(text) for text in texts if text and len(text) < LONGEST_BLANK)
        )

    def parse(self, field: Field, text: str, around: Surroundings) -> str:
        """The line without invisible characters."""
        return kept(self._cleaned(text))

    def _cleaned(self, text: str) -> str:
        return cleaning.line(text)

    def dubious(self, field: Field, values: Sequence[str], around: Surroundings) -> Sequence[int]:
        """Those that are too long."""
        most = field.max_length
        if not most or max(map(len, values)) <= most:
            return ()
        return [index for index, value in enumerate(values) if len(value) > most]

    def check(self, field: Field, value: str, around: Surroundings) -> list[Finding]:
        """Its length."""
        return too_long(field, value)


class LongText(Text):
    """Several lines of prose."""

    name = "long_text"
    title = "长文字"

    def _cleaned(self, text: str) -> str:
        return cleaning.prose(text)


class DocumentNumber(Text):
    """The number of a document, e.g. 郑市监处罚〔2026〕12号.

    The year belongs into hexagonal brackets (党政机关公文格式 GB/T 9704-2012, 7.2.5); any brackets are taken.
    """

    name = "document_number"
    title = "文书号"
    kind = KINDS["09"]
    _tidy = re.compile(r"[0-9A-Za-z一-鿿〔〕-]*")

    def _cleaned(self, text: str) -> str:
        return document_number(text)


def document_number(text: str) -> str:
    """A document number in one spelling, so that two writings of it are equal."""
    return _YEAR_BRACKETS.sub(r"〔\1〕", cleaning.unspaced(text))


def kept(text: str) -> str:
    """``text``, refused when cleaning left nothing of it."""
    if not text:
        raise Refused("nothing-visible", "只有看不见的字符", "请重新录入，或清空这一项")
    return text
