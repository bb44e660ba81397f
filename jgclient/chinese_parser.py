"""argparse that speaks Chinese, for client and gateway: headings, usage, what is wrong with a command."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

#: What argparse says (Python 3.11 to 3.13) → what we say; groups are kept.
_WORDS = [
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"多出了不认识的 \1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1 不能是 \2，可用：\3"),
    (r"argument (.+?): invalid \w+ value: (.+)", r"\1 的值 \2 不对"),
    (r"argument (.+?): expected one argument", r"\1 后面要写一个值"),
    (r"argument (.+?): expected .+", r"\1 后面的值个数不对"),
    (r"argument (.+?): ignored explicit argument (.+)", r"\1 后面不能写值（\2）"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 不能和 \2 一起用"),
    (r"argument (.+?): (.*[一-龥].*?)。?", r"\1：\2"),
    (r"one of the arguments (.+) is required", r"\1 要写其中一个"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 可以指 \2，请写完整"),
]  # fmt: skip


class ChineseParser(argparse.ArgumentParser):
    """An argument parser for people who read Chinese; wrong use ends with exit code 2."""

    def __init__(self, prog: str, **settings: Any) -> None:  # noqa: ANN401 - handed on as they are
        super().__init__(prog, add_help=False, **settings)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def format_usage(self) -> str:
        """How the command is written."""
        return super().format_usage().replace("usage: ", "用法：", 1)

    def format_help(self) -> str:
        """What the command does and takes."""
        return super().format_help().replace("usage: ", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how the command is written."""
        self.exit(
            2, f"命令写得不对：{said_in_chinese(message)}。\n{self.format_usage()}详细说明：{self.prog} -h\n"
        )


def said_in_chinese(message: str) -> str:
    """A message of argparse in Chinese; one that is not known stays as it is."""
    for pattern, words in _WORDS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return found.expand(words).replace("'", "")
    return message
