"""What a self-check found: lines for a terminal, JSON for programs, one printable page for people."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["good", "warning", "bad"]
WORDS: dict[Verdict, str] = {"good": "正常", "warning": "注意", "bad": "有问题"}
_SUMS: dict[Verdict, str] = {
    "good": "全部正常。",
    "warning": "数据完好，有事项需要留意，见下。",
    "bad": "发现问题，请按下面的办法处理，处理完再自检一次。",
}
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 15mm; }}
body {{ font: 14px/1.5 "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1b2733; max-width: 180mm; }}
h1 {{ font-size: 20px; margin: 0 0 4px; }} p {{ margin: 4px 0; }}
table {{ border-collapse: collapse; width: 100%; margin-top: 10px; }}
td, th {{ border: 1px solid #9aa7b3; padding: 5px 8px; text-align: left; vertical-align: top; }}
th {{ background: #eef2f5; }} .bad {{ color: #a11212; font-weight: bold; }} .warning {{ color: #8a5a00; }}
.sign {{ margin-top: 18px; }}
</style></head><body>
<h1>{title}</h1>
{facts}
<p class="{verdict}">结论：{sum}</p>
<table><tr><th>项目</th><th>结果</th><th>说明</th></tr>
{rows}
</table>
<p class="sign">检查人：______________　　复核人：______________　　日期：______________</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        name: Short English name for programs.
        title: What was checked.
        words: What was found, and what to do when it is not good.
    """

    name: str
    title: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """One self-check.

    Attributes:
        facts: What was checked: (title, words), such as unit, data folder, program version.
        cancelled: It was stopped; the findings are those made until then.
    """

    made_at: datetime
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    cancelled: bool = False

    @property
    def verdict(self) -> Verdict:
        """The worst of all findings."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((each for each in ("bad", "warning") if each in verdicts), "good")

    def summary(self) -> str:
        """The conclusion as one sentence."""
        return "自检没有做完就停止了，已查的结果见下。" if self.cancelled else _SUMS[self.verdict]

    def lines(self) -> list[str]:
        """The report for a terminal."""
        head = [
            f"自检报告　{self.made_at:%Y-%m-%d %H:%M}",
            *(f"{title}：{words}" for title, words in self.facts),
        ]
        body = [f"【{WORDS[each.verdict]}】{each.title}：{each.words}" for each in self.findings]
        return [*head, f"结论：{self.summary()}", *body]

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "made_at": self.made_at.isoformat(),
            "verdict": self.verdict,
            "summary": self.summary(),
            "cancelled": self.cancelled,
            "facts": dict(self.facts),
            "findings": [asdict(finding) for finding in self.findings],
        }

    def html(self) -> str:
        """The report as one page to print; it needs nothing beside it."""
        facts = "\n".join(f"<p>{_safe(title)}：{_safe(words)}</p>" for title, words in self.facts)
        rows = "\n".join(
            f'<tr><td>{_safe(each.title)}</td><td class="{each.verdict}">{WORDS[each.verdict]}</td>'
            f"<td>{_safe(each.words)}</td></tr>"
            for each in self.findings
        )
        title = f"jgclient 自检报告　{self.made_at:%Y-%m-%d %H:%M}"
        return _PAGE.format(title=title, facts=facts, verdict=self.verdict, sum=self.summary(), rows=rows)


def _safe(text: str) -> str:
    return html.escape(text)
