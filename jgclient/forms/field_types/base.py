"""What a field type is: typed text ⇄ Python value ⇄ JSON, its checks and its description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

from jgclient.forms.cleaning import is_blank, plain, visible
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS
from jgclient.forms.rules import RuleValue
from jgclient.records import Json

Shape = Literal["text", "date", "number", "bool", "list"]
V = TypeVar("V")
#: How ledgers say that there is nothing to fill in.
NONE_WORDS = frozenset({"无", "暂无", "没有", "不详", "不适用"})


class FieldType(Generic[V]):
    """One type of field. Stateless; everything that differs between fields is in :class:`Field`.

    Attributes:
        name: As form files call it.
        title: As the reference calls it.
        shape: What rules see, see :mod:`jgclient.forms.rules`.
        kind: National 数据检核类型 of its problems unless a finding says otherwise.
        plural: Holds several entries, which ``min_items`` can count.
        none_words: Words that leave the field empty because they cannot be a value of it.
        longest: Longer texts are refused unread; far above what any field takes.
    """

    name = ""
    title = ""
    shape: Shape = "text"
    kind = KINDS["08"]
    plural = False
    counter = "项"
    none_words: frozenset[str] = NONE_WORDS
    longest = 1000

    def is_blank(self, text: str) -> bool:
        """Whether a typed text leaves the field empty."""
        if "0" <= text[:1] <= "9":  # no sign or word for nothing begins with a digit
            return False
        return is_blank(text) or (len(text) < 8 and plain(text) in self.none_words)

    def asks_day(self, field: Field, codes: CodeLists) -> bool:
        """Whether what a text means, or what is wrong with it, depends on the day of the act."""
        return False

    def asks_siblings(self, field: Field) -> bool:
        """Whether what is wrong with a value depends on other fields."""
        return False

    def as_they_are(self, field: Field, texts: Sequence[str]) -> bool:
        """Whether all these texts but empty ones surely mean themselves, letter for letter.

        A quick look at many texts at once; False says nothing.
        """
        return False

    def dubious(self, field: Field, values: Sequence[V], around: Surroundings) -> Sequence[int]:
        """Indices of the values that :meth:`check` may find anything wrong with.

        A quick look at the values of many records that agree in every sibling they are asked for.
        """
        return range(len(values))

    def parse(self, field: Field, text: str, around: Surroundings) -> V:
        """The value meant by a text that is not blank.

        Raises:
            Refused: it cannot be understood.
        """
        raise NotImplementedError

    def check(self, field: Field, value: V, around: Surroundings) -> list[Finding]:
        """What is wrong with a value that was understood."""
        return []

    def format(self, field: Field, value: V, codes: CodeLists) -> str:
        """The text shown for a value; :meth:`parse` gives the same value back."""
        return str(value)

    def to_json(self, value: V) -> Json:
        """The JSON value."""
        return value

    def from_json(self, field: Field, data: Json) -> V:
        """The value of a JSON value in the canonical form :meth:`to_json` gives.

        Raises:
            Refused: it has another type or form.
        """
        raise NotImplementedError

    def to_rule(self, value: V) -> RuleValue:
        """What rules see of the value."""
        raise NotImplementedError

    def describe(self, field: Field, codes: CodeLists) -> str:
        """What may be filled in, in Chinese, for the reference and for the notes in workbooks."""
        limit = f"，不超过 {field.max_length} 字" if field.max_length else ""
        return f"{self.title}{limit}"


def says_itself(kind: FieldType[Any]) -> bool:
    """Whether the text shown for a value, its JSON value and what rules see of it are the value itself."""
    return isinstance(kind, TextValued) and type(kind).format is FieldType.format


class TextValued(FieldType[str]):
    """A field type whose value, JSON value and rule value are one and the same text."""

    def from_json(self, field: Field, data: Json) -> str:
        """The text."""
        return text_of(data)

    def to_rule(self, value: str) -> str:
        """The text."""
        return value


class ListValued(FieldType[list[str]]):
    """A field type whose value, JSON value and rule value are one and the same list of texts."""

    shape: Shape = "list"
    plural = True

    def from_json(self, field: Field, data: Json) -> list[str]:
        """The list; it must not be empty nor hold anything blank or twice."""
        if not isinstance(data, list) or not data:
            raise wrong_json("非空列表", data)
        texts = [text_of(entry) for entry in data]
        if len(set(texts)) != len(texts):
            raise Refused("wrong-type", "列表里有重复的项", "请去掉重复的项")
        return texts

    def to_rule(self, value: list[str]) -> list[str]:
        """The list."""
        return value


def text_of(data: Json) -> str:
    """``data`` if it is a text as typed texts become: not blank, nothing invisible in it.

    Raises:
        Refused: it is not.
    """
    if not isinstance(data, str):
        raise wrong_json("文字", data)
    if not data.strip():
        raise Refused("wrong-type", "内容是空白", "空的项目不要传送")
    if visible(data) != data:
        raise Refused("bad-characters", "含有看不见的字符", "请去掉控制字符、零宽字符和不成对的代码")
    return data


def wrong_json(expected: str, data: Json) -> Refused:
    """The refusal of a JSON value of another type."""
    got = _JSON_TYPES.get(type(data), "其他")
    return Refused("wrong-type", f"应为{expected}，收到的是{got}", "请按接口说明传送")


_JSON_TYPES = {
    bool: "是/否", int: "整数", float: "小数", str: "文字", list: "列表", dict: "对象", type(None): "空值",
}  # fmt: skip


def too_long(field: Field, text: str) -> list[Finding]:
    """A finding when ``text`` exceeds the field's limit."""
    if not field.max_length or len(text) <= field.max_length:
        return []
    over = len(text) - field.max_length
    message = f"“{field.title}”共 {len(text)} 字，上限 {field.max_length} 字，超出 {over} 字"
    return [Finding("too-long", message, f"请删减 {over} 字", basis=field.basis)]
