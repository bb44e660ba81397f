"""What can be wrong with one item beyond its form's own rules, and which answer each finding gets."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from jgclient.contract import ATTACHMENT_MISSING, Attachment, Item, Result
from jgclient.forms.problems import KINDS, Problem
from jggateway.kept import Head

_CODES, _SOURCE, _KEY = KINDS["01"], KINDS["02"], KINDS["09"]


def refused(
    item: Item | tuple[str, int],
    problem: Problem,
    *more: Problem,
    outcome: Literal["rejected", "conflict", "deferred"] = "rejected",
) -> Result:
    """The answer to an item that is not kept."""
    record_id, revision = item if isinstance(item, tuple) else (item.id, item.revision)
    return Result(record_id, revision, outcome, problems=[problem, *more])


def malformed(where: str) -> Problem:
    """The item does not have the shape the contract demands; ``where`` says in which member."""
    return _hard(
        "item-shape", _SOURCE, "该条数据的格式不符合上报协议",
        f"请升级客户端后重新上报；仍不行请把这句话告诉技术人员：{where}",
    )  # fmt: skip


def wrong_hash() -> Problem:
    """The content is not what the hash stands for."""
    return _hard(
        "hash", _SOURCE, "该条数据的内容与其校验值不一致，可能在途中被改动或损坏",
        "请重新上报该记录；反复出现请联系技术人员",
    )  # fmt: skip


def foreign_record() -> Problem:
    """The record id belongs to another unit."""
    return _hard(
        "foreign-record", _SOURCE, "该记录编号已被其他单位使用",
        "请把内容复制为一条新记录后上报，原记录不要再用", "谁执法谁录入：每个单位只能上报和更正本单位的记录",
    )  # fmt: skip


def other_content() -> Problem:
    """Same id and revision were accepted with other content."""
    return _hard(
        "same-revision", _KEY, "平台已接收过这条记录的同一版本，但内容不同",
        "请核对两个版本，在平台已接收的版本上更正后重新上报",
    )  # fmt: skip


def other_base(newest: int) -> Problem:
    """The revision was made from one that is not the newest the platform holds."""
    held = f"平台上最新的是第 {newest} 版" if newest else "平台上还没有这条记录"
    return _hard(
        "base-revision", _KEY, f"这次更正所依据的版本与平台不一致：{held}",
        "请核对两个版本，在平台已接收的最新版本上更正后重新上报",
    )  # fmt: skip


def operation_problem(item: Item, head: Head | None) -> Problem | None:
    """Whether the operation (新增, 更正, 撤回) fits what the platform holds of the record.

    A withdrawn record may be entered anew, as 新增 or 更正: its base shows that the withdrawal is known.
    """
    if head is None:
        if item.operation == "i":
            return None
        word = "更正" if item.operation == "u" else "撤回"
        return _operation(f"平台上没有这条记录，不能{word}", "如需上报，请作为新增重新上报；否则不用处理")
    if head.form != item.form:
        return _operation(
            f"这条记录是用表单“{head.form}”上报的，不能改用别的表单", "请撤回后用正确的表单新建一条"
        )
    if head.operation == "d":
        return _operation("这条记录已经撤回，不用再撤回", "不用处理") if item.operation == "d" else None
    if item.operation == "i":
        return _operation("平台上已有这条记录，不能再次新增", "请在平台已接收的版本上更正后上报")
    return None


def _operation(message: str, remedy: str) -> Problem:
    return _hard("operation", _KEY, message, remedy)


def unknown_form(form: str, version: int, known: list[int]) -> Problem:
    """The platform does not have this form or version."""
    if known:
        versions = "、".join(str(number) for number in known)
        return _hard(
            "form-version", _CODES, f"平台没有表单“{form}”的第 {version} 版（现有第 {versions} 版）",
            "请更新客户端的表单后打开该记录核对，再重新上报",
        )  # fmt: skip
    return _hard("form", _CODES, f"平台没有表单“{form}”", "请更新客户端的表单，或联系平台管理员启用该表单")


def missing_attachment(file: Attachment) -> Problem:
    """A file the item names has not arrived whole."""
    return replace(
        _hard(
            ATTACHMENT_MISSING, _SOURCE, f"附件“{file.name}”还没有传到平台，该记录暂未接收",
            "无需处理，客户端会先续传附件再上报；附件已丢失的请重新添加",
        ),
        value=file.sha256,
    )  # fmt: skip


def other_size(file: Attachment, size: int) -> Problem:
    """A file has another size than the item says."""
    return _hard(
        "attachment-size", _SOURCE, f"附件“{file.name}”有 {size} 字节，记录中写的是 {file.size} 字节",
        "请重新添加该附件后上报",
    )  # fmt: skip


def unbacked_attachment(field: str, name: str) -> Problem:
    """A field names a file that does not come with the item."""
    return replace(
        _hard("attachment-unbacked", _SOURCE, f"附件“{name}”没有随记录上报", "请重新添加该附件后上报"),
        fields=(field,),
    )


def failed() -> Problem:
    """The gateway itself failed on this item."""
    return _hard(
        "gateway", _SOURCE, "平台处理该条数据时出错，尚未接收",
        "无需处理，客户端会稍后重新上报；反复出现请联系平台管理员",
    )  # fmt: skip


def _hard(code: str, kind: str, message: str, remedy: str, basis: str = "") -> Problem:
    return Problem(code, kind, "hard", (), message, help=remedy, basis=basis)
