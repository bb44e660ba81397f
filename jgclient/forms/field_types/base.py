"""What a field type is: typed text ⇄ Python value ⇄ JSON, its checks and its description."""

from __future__ import annotations

from typing import Any, Literal

from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS
from jgclient.records import Json

Shape = Literal["text", "date", "number", "bool", "list"]


class FieldType:
    """One type of field. Stateless; everything that differs between fields is in :class:`Field`.

    Attributes:
        name: As form files call it.
        title: As the reference calls it.
        shape: What rules see, see :mod:`jgclient.forms.rules`.
        kind: National 数据检核类型 of its problems unless a finding says otherwise.
        plural: Holds several entries, which ``min_items`` can count.
    """

    name = ""
    title = ""
    shape: Shape = "text"
    kind = KINDS["08"]
    plural = False

    def parse(self, field: Field, text: str, around: Surroundings) -> Any:
        """The value meant by a text that is not blank.

        Raises:
            Refused: it cannot be understood.
        """
        raise NotImplementedError

    def check(self, field: Field, value: Any, around: Surroundings) -> list[Finding]:  # noqa: ARG002
        """What is wrong with a value that was understood."""
        return []

    def format(self, field: Field, value: Any, codes: CodeLists) -> str:  # noqa: ARG002
        """The text shown for a value; :meth:`parse` gives the same value back."""
        return str(value)

    def to_json(self, value: Any) -> Json:
        """The JSON value."""
        return value

    def from_json(self, field: Field, data: Json) -> Any:  # noqa: ARG002
        """The value of a JSON value in the canonical form :meth:`to_json` gives.

        Raises:
            Refused: it has another type or form.
        """
        return text_of(data)

    def to_rule(self, value: Any) -> Any:
        """What rules see of the value."""
        return value

    def describe(self, field: Field, codes: CodeLists) -> str:  # noqa: ARG002
        """What may be filled in, in Chinese, for the reference and for the notes in workbooks."""
        limit = f"，不超过 {field.max_length} 字" if field.max_length else ""
        return f"{self.title}{limit}"


def text_of(data: Json) -> str:
    """``data`` if it is a text without surrogates and control characters.

    Raises:
        Refused: it is not.
    """
    if not isinstance(data, str):
        raise wrong_json("文字", data)
    if not data.isprintable() and any(_unfit(char) for char in data):
        raise Refused("bad-characters", "含有控制字符或不成对的代码", "请重新录入这一项")
    return data


def _unfit(char: str) -> bool:
    return (char < " " and char not in "\n\t") or char == "\x7f" or "\ud800" <= char <= "\udfff"


def wrong_json(expected: str, data: Json) -> Refused:
    """The refusal of a JSON value of another type."""
    names = {
        bool: "是/否",
        int: "整数",
        float: "小数",
        str: "文字",
        list: "列表",
        dict: "对象",
        type(None): "空值",
    }
    return Refused(
        "wrong-type", f"应为{expected}，收到的是{names.get(type(data), '其他')}", "请按接口说明传送"
    )


def too_long(field: Field, text: str) -> list[Finding]:
    """A finding when ``text`` exceeds the field's limit."""
    if not field.max_length or len(text) <= field.max_length:
        return []
    over = len(text) - field.max_length
    message = f"“{field.title}”共 {len(text)} 字，上限 {field.max_length} 字，超出 {over} 字"
    return [Finding("too-long", message, f"请删减 {over} 字", basis=field.basis)]
