"""What is wrong with a record, where, why and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Strength = Literal["hard", "soft"]

#: The ten national 数据检核类型 (resources/codes: 数据检核类型).
KINDS = {
    "01": "01代码检查",
    "02": "02数据源标识检查",
    "03": "03监管事项目录编码检查",
    "04": "04监管事项检查实施清单编码检查",
    "05": "05数据归并",
    "06": "06统一社会信用代码编码规则检查",
    "07": "07身份证号码编码规则检查",
    "08": "08数据关联性检查",
    "09": "09业务主键检查",
    "10": "10时间信息检查",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of the checker.

    Attributes:
        code: Stable code, e.g. ``CF-012`` for a rule of a form, ``required`` for a field check.
        kind: One of the values of :data:`KINDS`.
        strength: ``hard`` cannot be sent; ``soft`` may be sent, see ``reason_required``.
        fields: Names of the fields concerned; the first one gets the focus.
        value: What was typed or read, as text.
        message: What is wrong, one Chinese sentence.
        help: What to do about it.
        basis: Legal or technical basis, may be empty.
        candidates: Values that would be right, best first.
        reason_required: True for a soft problem that needs a written reason before sending;
            False where something merely cannot be verified yet.
    """

    code: str
    kind: str
    strength: Strength
    fields: tuple[str, ...]
    message: str
    value: str = ""
    help: str = ""
    basis: str = ""
    candidates: tuple[str, ...] = ()
    reason_required: bool = True

    @property
    def pointer(self) -> str:
        """JSON pointer of the first field, as the sync contract names it."""
        return f"/{self.fields[0]}" if self.fields else ""

    def to_json(self) -> dict[str, Any]:
        """The problem as a JSON object, with its pointer."""
        data = asdict(self)
        return {
            **data,
            "fields": list(self.fields),
            "candidates": list(self.candidates),
            "pointer": self.pointer,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Problem:
        """Read back what :meth:`to_json` or a platform answer holds; unknown keys are ignored."""
        fields = tuple(
            data.get("fields") or [name for name in [str(data.get("pointer", "")).strip("/")] if name]
        )
        return cls(
            code=str(data.get("code", "")),
            kind=str(data.get("kind", "")),
            strength="soft" if data.get("strength") == "soft" else "hard",
            fields=fields,
            message=str(data.get("message", "")),
            value=str(data.get("value", "")),
            help=str(data.get("help", "")),
            basis=str(data.get("basis", "")),
            candidates=tuple(str(c) for c in data.get("candidates", [])),
            reason_required=bool(data.get("reason_required", True)),
        )


def blocking(problems: list[Problem], reasons: dict[str, str]) -> list[Problem]:
    """The problems that keep a record from being sent.

    Hard ones always; soft ones while ``reasons`` holds no written reason under their code.
    """
    return [
        p
        for p in problems
        if p.strength == "hard" or (p.reason_required and not reasons.get(p.code, "").strip())
    ]
