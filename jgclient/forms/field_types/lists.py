"""People, free lines and attachments."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

from jgclient.forms import cleaning
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types.base import FieldType, ListValued, too_long, wrong_json
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.identifiers import judged, tidied
from jgclient.records import Json

_BETWEEN_NAMES = re.compile(r"[、,;/\\|+&\n]+")
_DOTS = re.compile(r"[•‧・∙⋅]")
_NO_NAME = re.compile(r"[\d()\[\]〔〕:@#]")
_COMPOUND_SURNAMES = frozenset((
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "夏侯",
    "轩辕", "宇文", "长孙", "南宫", "独孤", "申屠", "闻人",
))  # fmt: skip
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Persons(ListValued):
    """Names of people, in the order given."""

    name = "persons"
    title = "人员"
    counter = "人"

    def parse(self, field: Field, text: str, around: Surroundings) -> list[str]:
        """The names, each once."""
        names = [name for part in _BETWEEN_NAMES.split(_person_text(text)) for name in names_in(part)]
        if not names:
            raise Refused("nothing-visible", "没有写出姓名", "请填写姓名，多人用“、”隔开")
        return list(dict.fromkeys(names))

    def check(self, field: Field, value: list[str], around: Surroundings) -> list[Finding]:
        """Names hold no digits; the whole is not too long."""
        odd = [name for name in value if _NO_NAME.search(name)]
        found = too_long(field, self.format(field, value, around.codes))
        if odd:
            message = f"“{field.title}”里的“{odd[0]}”不像姓名"
            found.append(
                Finding("not-a-name", message, "这里只填姓名，不带数字和括号；执法证号等请填到对应的栏目")
            )
        return found

    def format(self, field: Field, value: list[str], codes: CodeLists) -> str:
        """张三、李四."""
        return "、".join(value)

    def describe(self, field: Field, codes: CodeLists) -> str:
        """How to separate them and how many there must be."""
        least = f"，至少 {field.min_items} 人" if field.min_items else ""
        return f"姓名，多人用“、”隔开{least}"


class Lines(ListValued):
    """Several short texts, one a line or separated by “；”: certificate numbers, case numbers."""

    name = "lines"
    title = "多项文字"

    def asks_day(self, field: Field, codes: CodeLists) -> bool:
        """Whether they are regions, which came and went."""
        return field.identifier == "region"

    def parse(self, field: Field, text: str, around: Surroundings) -> list[str]:
        """The texts, each once."""
        parts = [cleaning.line(part) for part in _line_breaks(field).split(cleaning.prose(text))]
        if field.identifier:
            parts = [tidied(field.identifier, part) for part in parts]
        entries = list(dict.fromkeys(filter(None, parts)))
        if not entries:
            raise Refused("nothing-visible", "没有可用的内容", "请重新录入，或清空这一项")
        return entries

    def check(self, field: Field, value: list[str], around: Surroundings) -> list[Finding]:
        """The length of the whole, and the rule of identifiers for each."""
        found = too_long(field, self.format(field, value, around.codes))
        if field.identifier:
            found += [fault for entry in value for fault in judged(field.identifier, entry, around)]
        return found

    def format(self, field: Field, value: list[str], codes: CodeLists) -> str:
        """Joined by “；”."""
        return "；".join(value)

    def describe(self, field: Field, codes: CodeLists) -> str:
        """How to separate them and how many there must be."""
        least = f"，至少 {field.min_items} 项" if field.min_items else ""
        return f"多项用“；”隔开{least}"


class Attachments(FieldType[list[dict[str, Any]]]):
    """Files that belong to the record, each named by the SHA-256 of its bytes."""

    name = "attachments"
    title = "附件"
    shape = "list"
    plural = True
    longest = 100_000

    def parse(self, field: Field, text: str, around: Surroundings) -> list[dict[str, Any]]:
        """The list as :meth:`format` writes it; attachments are chosen, not typed."""
        try:
            data = json.loads(text)
        except ValueError:
            raise Refused("not-attachments", "附件不能直接填写", "请用“添加附件”选择文件") from None
        return self.from_json(field, data)

    def format(self, field: Field, value: list[dict[str, Any]], codes: CodeLists) -> str:
        """JSON, because a text must not lose which file is meant."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def from_json(self, field: Field, data: Json) -> list[dict[str, Any]]:
        """A list of objects with sha256, name and size."""
        if not isinstance(data, list) or not data:
            raise wrong_json("附件列表", data)
        for entry in data:
            if not _is_attachment(entry):
                raise Refused("not-attachments", "附件缺少文件名、大小或校验值", "请重新添加附件")
        return [dict(entry) for entry in data]

    def to_rule(self, value: list[dict[str, Any]]) -> list[str]:
        """The file names."""
        return [str(entry["name"]) for entry in value]

    def describe(self, field: Field, codes: CodeLists) -> str:
        """How to add one."""
        return "附件，在录入窗口里添加"


def names_in(text: str) -> list[str]:
    """The names in a text without hard separators, where a blank may part names or stretch one.

    “王 伟” is one name (single characters are joined), “张三 李四” two, “欧阳 娜娜” one (compound surname),
    “John Smith” one.
    """
    tokens = text.split()
    if all(token.isascii() for token in tokens):
        return [" ".join(tokens)] if tokens else []
    names: list[str] = []
    for single, group in groupby(_joined_surnames(tokens), key=lambda token: len(token) == 1):
        run = list(group)
        names += _joined_singles(run) if single else run
    return names


def _joined_surnames(tokens: list[str]) -> list[str]:
    names: list[str] = []
    for token in tokens:
        if names and names[-1] in _COMPOUND_SURNAMES and len(token) <= 2:
            names[-1] += token
        else:
            names.append(token)
    return names


def _joined_singles(chars: list[str]) -> list[str]:
    if len(chars) > 3 and len(chars) % 2 == 0:
        return ["".join(pair) for pair in zip(chars[::2], chars[1::2], strict=True)]
    return ["".join(chars)]


def _person_text(text: str) -> str:
    return _DOTS.sub("·", cleaning.plain(cleaning.prose(text).replace("\n", "、")))


def _line_breaks(field: Field) -> re.Pattern[str]:
    """Numbers may be parted by anything, prose only by line ends and semicolons."""
    return re.compile(r"[\n；;、，,/\s]+") if field.identifier else re.compile(r"[\n；;]+")


def _is_attachment(entry: Json) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"sha256", "name", "size"}
        and isinstance(entry["sha256"], str)
        and _SHA256.fullmatch(entry["sha256"]) is not None
        and isinstance(entry["name"], str)
        and 0 < len(entry["name"]) <= 255
        and isinstance(entry["size"], int)
        and not isinstance(entry["size"], bool)
        and entry["size"] >= 0
    )
