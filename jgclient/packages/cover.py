"""The cover sheet of a package: one printable page for the office's register of handed-over data."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from jgclient.packages.volumes import Envelope


def cover_sheet(
    envelope: Envelope, *, unit_name: str, files: Sequence[str], records: int, attachments: int
) -> str:
    """HTML of the cover sheet; it shows nothing of the records' contents.

    Args:
        envelope: The package's.
        unit_name: Name of the unit.
        files: File names of the volumes, in order.
        records: Number of records in it.
        attachments: Number of attached files in it.
    """
    facts = {
        "单位": f"{unit_name}（{envelope.unit_code}）",
        "包编号": envelope.package_id,
        "生成时间": envelope.made_at[:19].replace("T", " "),
        "设备": envelope.device_id,
        "设备公钥指纹": envelope.sender.fingerprint,
        "接收方公钥指纹": envelope.receiver.fingerprint,
        "记录": f"{records} 条",
        "附件": f"{attachments} 个",
        "分卷": f"{len(envelope.parts)} 卷",
    }
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts.items()
    )
    volumes = "".join(
        f"<tr><td>{escape(name)}</td><td class='hash'>{part.sha256}</td><td>{part.size}</td></tr>"
        for name, part in zip(files, envelope.parts, strict=True)
    )
    return _PAGE.format(rows=rows, volumes=volumes)


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>监管数据上报包交接单</title><style>
body {{ font-family: "SimSun", "Noto Serif CJK SC", serif; margin: 2cm; }}
h1 {{ font-size: 18pt; text-align: center; }}
table {{ border-collapse: collapse; width: 100%; margin: 6mm 0; font-size: 11pt; }}
th, td {{ border: 1px solid #000; padding: 2mm; text-align: left; overflow-wrap: anywhere; }}
th {{ width: 9em; }} .hash {{ font-family: monospace; font-size: 9pt; }}
.sign td {{ height: 14mm; }}
</style></head><body>
<h1>监管数据上报包交接单</h1>
<table>{rows}</table>
<table><tr><td>文件</td><td>封装内容 SHA-256</td><td>字节</td></tr>{volumes}</table>
<table class="sign"><tr><th>移交人</th><td></td><th>移交时间</th><td></td></tr>
<tr><th>接收人</th><td></td><th>接收时间</th><td></td></tr></table>
<p>内容已加密，只有接收方能打开；任何改动都会被发现。请把回执包（.jgr）带回导入，记录才算上报完成。</p>
</body></html>
"""
