"""Texts that someone might type into a field of a shipped form."""

from __future__ import annotations

from hypothesis import strategies as st
from shipped_forms import shipped

from jgclient.forms.definition import Field

WORDS = {
    "text": ["甲公司", "长" * 500],
    "long_text": ["第一行\n第二行", "长" * 3000],
    "date": ["2026-09-05", "2026.8.1", "9-1", "2025年12月31日", "2027-01-01", "长期", "乱写"],
    "datetime": ["2026-09-05 10:30", "2026.9.5 下午3点", "2026-09-05"],
    "money": ["0", "200", "3,000.00元", "2.5万元", "0.001", "-1", "乱写"],
    "integer": ["0", "3", "12人", "1.5"],
    "yes_no": ["是", "否", "√", "乱写"],
    "persons": ["张三、李四", "张三", "王 伟 李 明"],
    "lines": ["16010012345；16010012346", "16010012345"],
    "document_number": ["郑罚[2026]1号", "长" * 200],
    "identifier": ["91410100MA0000015B", "91410100MA0000016B", "11010519491231002X", "E12345678"],
    "reference": ["41010020200401", "4101002020040", "11410100000000019W3", "郑检〔2026〕1号"],
    "attachments": ['[{"name": "照片.jpg", "sha256": "' + "ab" * 32 + '", "size": 1}]', "照片"],
}  # fmt: skip


def typed(field: Field) -> st.SearchStrategy[str]:
    """Texts that someone might type into a field."""
    words = [*WORDS.get(field.type, []), "/", "无"]
    if field.codes:
        words += [entry.code for entry in list(shipped().codes.get(field.codes))[:6]] + ["乱写"]
    return st.sampled_from([*words, field.example or "甲"])
