"""The commands and what they take."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jgclient import __version__, installation
from jgclient.chinese_parser import ChineseParser
from jgclient.cli import exchange_options, speaking

#: All of :data:`jgclient.forms.identifiers.KIND_TITLES`; written out because forms load slowly.
KINDS = (
    "uscc", "idcard", "residence", "passport", "certificate", "item", "implementation", "region", "party",
)  # fmt: skip


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line as options; without a command the window opens. Wrong use exits with code 2."""
    speaking.prepare(sys.argv if argv is None else argv)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", type=Path, default=argparse.SUPPRESS, metavar="目录", help="数据目录（默认 JGCLIENT_DATA）"
    )
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="输出一个 JSON 对象")
    parser: argparse.ArgumentParser = ChineseParser(
        "jgclient", description="监管数据录入离线客户端", parents=[common]
    )
    parser.add_argument("--version", action="version", version=f"jgclient {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="命令")
    for name, (explain, arguments) in _COMMANDS.items():
        command = commands.add_parser(name, help=explain, description=explain, parents=[common])
        for flags, settings in arguments:
            command.add_argument(*flags, **settings)
    options = parser.parse_args(argv)
    if options.command is None:
        options = parser.parse_args(["gui"], options)
    options.data = getattr(options, "data", None) or default_data_folder()
    options.json = getattr(options, "json", False)
    return options


def default_data_folder() -> Path:
    """``JGCLIENT_DATA``, a portable copy's folder, else local application data (never a roaming profile)."""
    if chosen := os.environ.get("JGCLIENT_DATA"):
        return Path(chosen)
    if portable := installation.portable_data(installation.home()):
        return portable
    if local := os.environ.get("LOCALAPPDATA"):
        return Path(local) / "jgclient"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jgclient"


Argument = tuple[tuple[str, ...], dict[str, Any]]


def _arg(*flags: str, **settings: object) -> Argument:
    return flags, settings


_FORM = _arg("--form", metavar="表单", help="表单编号，如 check、penalty")
_COLUMN = _arg(
    "--column", action="append", default=[], metavar="列名=栏目",
    help="这一列是哪个栏目（名称或代码；= 后面空着表示不导入），可写多次；保存后下次自动照用",
)  # fmt: skip
_REQUIRED = {"required": True}
_COMMANDS: dict[str, tuple[str, list[Argument]]] = {
    "gui": (
        "打开窗口（默认）",
        [
            _arg("--tray", action="store_true", help="先收在屏幕右下角，不显示窗口"),
            _arg(
                "--open", metavar="文件", default="", help="打开后接着处理这个文件（工作簿、数据包、更新包）"
            ),
            _arg("--try", dest="try_out", action="store_true", help="窗口打开后立即退出（更新前试运行）"),
        ],
    ),
    "tour": (
        "在真实窗口里演示主要工作并逐步截图",
        [
            _arg("--out", type=Path, metavar="目录", help="截图目录", **_REQUIRED),
            _arg("--user", metavar="用户", default="", help="平台用户名（密码用环境变量 JGCLIENT_PASSWORD）"),
        ],
    ),
    "update": (
        "检查更新包并放好，下次打开程序时启用",
        [_arg("file", type=Path, metavar="更新包.jgu")],
    ),
    "init": (
        "建立本单位的数据目录",
        [
            _arg("--unit", metavar="名称", help="单位名称", **_REQUIRED),
            _arg("--unit-code", metavar="代码", help="单位统一社会信用代码", **_REQUIRED),
            _arg("--region", metavar="代码", help="行政区划代码（6位）", **_REQUIRED),
            _arg("--user", metavar="姓名", help="录入人姓名", **_REQUIRED),
            _arg("--gateway", metavar="网址", default="", help="上报平台地址，可以以后再设"),
        ],
    ),
    "import": (
        "导入工作簿：台账、模板、事项清单、实施清单",
        [
            _arg("file", type=Path, metavar="文件"),
            _FORM,
            _arg("--dry-run", action="store_true", help="只检查，不保存"),
            _arg("--leave-out", action="store_true", help="有错的行不存为草稿"),
            _COLUMN,
            _arg("--errors", type=Path, metavar="输出.xlsx", help="把问题标回一份原表，改好后可再导入"),
        ],
    ),
    "columns": (
        "看工作簿的每一列对应哪个栏目，内容像什么",
        [_arg("file", type=Path, metavar="文件"), _FORM, _COLUMN],
    ),
    "feedback": (
        "导入平台的反馈清单：已接收的办结，退回的打回修改",
        [
            _arg("file", type=Path, metavar="文件"),
            _arg("--dry-run", action="store_true", help="只检查，不改动"),
        ],
    ),
    "mend": (
        "同类问题一次改完：列出、改正、撤销",
        [
            _arg("key", nargs="?", metavar="编号", default="", help="同类问题的编号（不写则列出全部）"),
            _arg("--to", metavar="内容", default="", help="改成什么（默认用第一个建议）"),
            _arg("--undo", action="store_true", help="撤销上一次批量改正"),
            _FORM,
        ],
    ),
    "template": ("生成导入模板", [_arg("form", metavar="表单"), _arg("out", type=Path, metavar="输出.xlsx")]),
    "export": (
        "导出记录：交换表、平台模板或清单",
        [
            _arg("form", metavar="表单"),
            _arg("out", type=Path, metavar="输出.xlsx"),
            _arg(
                "--layout",
                choices=("exchange", "platform", "list"),
                default="exchange",
                help="exchange 交换表（默认），platform 平台模板，list 清单",
            ),
            _arg("--columns", metavar="栏目,…", default="", help="清单的栏目，如 state,party,check_date"),
            _arg("--state", metavar="状态", default="", help="只导出这种状态的，如 有错、已接收"),
            _arg("--text", metavar="文字", default="", help="只导出查找得到的"),
        ],
    ),
    "list": (
        "列出记录",
        [
            _FORM,
            _arg("--state", metavar="状态", help="如 草稿、有错、待上报、已接收、被退回"),
            _arg("--text", metavar="文字", default="", help="查找文字"),
            _arg("--limit", type=int, metavar="N", default=1_000_000, help="最多列出几条"),
        ],
    ),
    "show": ("显示一条记录的全部内容、修订和回执", [_arg("id", metavar="记录编号")]),
    "check": (
        "检查一条记录（JSON），不保存",
        [_arg("form", metavar="表单"), _arg("file", metavar="文件.json", help="- 表示标准输入")],
    ),
    "due": (
        "计算期限",
        [
            _arg(
                "--term", metavar="期限", help='如 "7 workdays"、"3 months"、"行政处罚法 七日"', **_REQUIRED
            ),
            _arg("--from", dest="start", metavar="日期", help="起算日，- 表示逐行读标准输入", **_REQUIRED),
            _arg("--extend", type=int, metavar="N", default=0, help="批准延长的数目，单位同期限"),
        ],
    ),
    "duties": (
        "列出没有办完的期限，最急的在前",
        [
            _arg("--person", metavar="姓名", help="只列这个人的"),
            _arg("--xlsx", type=Path, metavar="输出.xlsx", help="同时写成工作簿"),
            _arg("--ics", type=Path, metavar="输出.ics", help="同时写成日历文件（RFC 5545）"),
        ],
    ),
    "calendar": (
        "节假日安排：导入一年，或显示一年",
        [
            _arg("action", choices=("import", "show"), metavar="import|show"),
            _arg("what", metavar="文件或年份", help="import 用 CSV 文件（date,kind,name），show 用年份"),
        ],
    ),
    "identify": (
        "检查证件号码或代码",
        [
            _arg("kind", choices=KINDS, metavar="种类", help="|".join(KINDS)),
            _arg("code", metavar="代码", help="- 表示逐行读标准输入"),
        ],
    ),
    "lint-forms": (
        "检查表单文件",
        [_arg("folder", type=Path, metavar="目录", help="含 forms/ 和 codes/ 的目录")],
    ),
    "submit": (
        "完成草稿并放入上报队列",
        [
            _arg("ids", nargs="*", metavar="记录编号"),
            _arg("--all", action="store_true", help="全部草稿"),
            _arg("--reason", default="", metavar="理由", help="对提醒类问题统一写明的理由"),
        ],
    ),
    **exchange_options.COMMANDS,
    "selfcheck": (
        "自检：数据完整、修订链、队列、列表、备份、磁盘、时钟",
        [
            _arg("--html", type=Path, metavar="文件.html", help="另存一页可打印的报告"),
            _arg("--mend", action="store_true", help="先备份，再重建列表和搜索"),
        ],
    ),
    "backup": (
        "马上备份",
        [
            _arg("--to", type=Path, metavar="目录", help="第二备份位置（U盘或另一块磁盘），以后每次都存一份"),
            _arg("--list", action="store_true", help="只列出已有的备份"),
        ],
    ),
    "restore": (
        "从备份恢复（先校验、比对，再替换；原数据另存）",
        [
            _arg("file", type=Path, metavar="备份文件"),
            _arg("--dry-run", action="store_true", help="只校验和比对，不替换"),
            _arg("--code-stdin", action="store_true", help="从标准输入读恢复码（换了电脑时）"),
        ],
    ),
    "salvage": (
        "数据文件损坏时，把能读出的记录导出成工作簿",
        [_arg("folder", type=Path, metavar="输出目录")],
    ),
    "recovery-code": (
        "显示恢复码，或生成打印页",
        [_arg("--sheet", type=Path, metavar="文件.html", help="生成可打印的一页")],
    ),
}
