"""What the commands of reporting take: network, packages, reconciliation, receipts, what came down."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

Arguments = list[tuple[tuple[str, ...], dict[str, Any]]]


def _megabytes(text: str) -> int:
    """A whole number of MB, at least one; argparse names what is wrong with any other text."""
    if (size := int(text)) < 1:
        raise ValueError(text)
    return size


_FORM = (("--form",), {"metavar": "表单", "default": "", "help": "表单编号，如 check、penalty"})
_LOG_IN: Arguments = [
    (("--gateway",), {"metavar": "网址", "default": "", "help": "上报平台地址（默认用已设置的）"}),
    (("--user",), {"metavar": "用户", "default": "", "help": "平台用户名（默认用已设置的）"}),
    (("--password-stdin",), {"action": "store_true", "help": "从标准输入读密码（或用 JGCLIENT_PASSWORD）"}),
]
_PERIOD: Arguments = [
    (("--from",), {"dest": "first", "type": date.fromisoformat, "metavar": "日期", "help": "从哪一天"}),
    (("--to",), {"dest": "last", "type": date.fromisoformat, "metavar": "日期", "help": "到哪一天"}),
]

COMMANDS: dict[str, tuple[str, Arguments]] = {
    "sync": ("上报队列，取回回执和平台的更新", _LOG_IN),
    "connection": (
        "显示或设置与平台的连接：地址、证书、代理、公钥",
        [
            (("--gateway",), {"metavar": "网址", "help": "上报平台地址"}),
            (("--user",), {"metavar": "用户", "help": "平台用户名"}),
            (("--ca-file",), {"metavar": "文件", "help": "本单位根证书（PEM），用它代替系统证书库"}),
            (("--certificate",), {"metavar": "文件", "help": "客户端证书（PEM）"}),
            (("--certificate-key",), {"metavar": "文件", "help": "客户端证书的私钥（PEM）"}),
            (("--proxy",), {"metavar": "网址", "help": "网络代理，空表示用系统的"}),
            (("--platform-key",), {"metavar": "公钥", "help": "上报平台的公钥（打包用）"}),
            (("--hours",), {"metavar": "时刻", "help": "定时上报的时刻，如 09:00,16:30；空表示不定时"}),
            (("--automatic",), {"choices": ("yes", "no"), "help": "网络恢复时自动上报"}),
        ],
    ),
    "reconcile": (
        "与平台对账：平台缺、平台多、内容不同",
        [
            *_LOG_IN, _FORM, *_PERIOD,
            (("--mend",), {"action": "store_true", "help": "逐项处理：重新上报、取回、两版对照"}),
        ],
    ),
    "pack": (
        "没有网络时，把待上报的记录打成数据包",
        [
            (("out",), {"type": Path, "metavar": "输出.jgp"}),
            (("--volume-mb",), {"type": _megabytes, "default": 0, "metavar": "N", "help": "每卷最多多少 MB"}),
            (("--after-restore",), {"action": "store_true", "help": "恢复备份后不对账，直接打包"}),
            (("--take-back",), {"action": "store_true", "help": "数据包送不到了：取消它（给出包编号）"}),
        ],
    ),
    "unpack": (
        "导入平台的回执包",
        [(("files",), {"type": Path, "nargs": "+", "metavar": "回执包.jgr", "help": "一个包的全部分卷"})],
    ),
    "changes": (
        "平台下发的通知、任务、退回和更新，以及没有采用的更新",
        [(("--kind",), {"choices": ("notice", "task", "returned"), "help": "只看一种"})],
    ),
    "receipts": (
        "回执清单；给出记录编号时显示回执单并核验",
        [
            (("id",), {"nargs": "?", "default": "", "metavar": "记录编号"}),
            _FORM, *_PERIOD,
            (("--limit",), {"type": int, "default": 1000, "metavar": "N", "help": "最多列出几条"}),
            (("--pdf",), {"type": Path, "metavar": "文件.pdf", "help": "存为 PDF：清单，或这条记录的回执单"}),
        ],
    ),
}  # fmt: skip
