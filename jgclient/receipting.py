"""Receipts: the list of them, the 回执单 of one record, and the proof that it fits what is kept here."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from jgclient.entering import unit_of
from jgclient.forms.library import FormLibrary
from jgclient.records import Json, Revision
from jgclient.store import ReceiptRow, Store

_OPERATIONS = {"i": "新增", "u": "更正", "d": "撤回"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison of a receipt with the kept revision says; made without any network.

    Attributes:
        holds: The receipt stands for exactly the content kept here, and nothing before it was changed.
        sentence: The same in words.
    """

    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything a 回执单 shows.

    Attributes:
        form: Title of the form and its version.
        operation: 新增, 更正 or 撤回.
        author: Who finished the revision.
        received_at: Server time of acceptance as the platform wrote it.
        sha256: Hash the receipt stands for.
    """

    unit_name: str
    unit_code: str
    form: str
    title: str
    number: str
    record_id: str
    revision: int
    operation: str
    author: str
    receipt_no: str
    received_at: str
    batch_id: str
    sha256: str
    verdict: Verdict

    def to_json(self) -> dict[str, Json]:
        """The slip as a JSON object."""
        return asdict(self)

    def lines(self) -> list[tuple[str, str]]:
        """(caption, text) of every line, in the order of print."""
        return [
            ("填报单位", f"{self.unit_name}（{self.unit_code}）"),
            ("表单", self.form),
            ("记录", self.title),
            ("业务编号", self.number),
            ("记录编号", self.record_id),
            ("版次", f"第 {self.revision} 版（{self.operation}）"),
            ("录入人", self.author),
            ("回执编号", self.receipt_no),
            ("平台接收时间", self.received_at),
            ("批次", self.batch_id),
            ("内容校验值", self.sha256),
            ("核验", self.verdict.sentence),
        ]


def slips(store: Store, library: FormLibrary, record_id: str) -> list[Slip]:
    """The slips of a record, one a receipt, the first revision first; none when it has no receipt."""
    revisions = {revision.revision: revision for revision in store.records.revisions(record_id)}
    row = store.records.row(record_id)
    unit = unit_of(store)
    found = []
    for receipt in store.outbox.receipts(record_id):
        revision = revisions[receipt.revision]
        found.append(Slip(
            unit_name=unit["name"], unit_code=unit["code"], form=_form_title(library, revision),
            title=row.title if row else "", number=row.number if row else "", record_id=record_id,
            revision=receipt.revision, operation=_OPERATIONS[revision.operation], author=receipt.author,
            receipt_no=receipt.receipt_no, received_at=receipt.received_at, batch_id=receipt.batch_id,
            sha256=receipt.sha256, verdict=verdict(receipt, list(revisions.values())),
        ))  # fmt: skip
    return found


def verify(store: Store, record_id: str) -> list[tuple[ReceiptRow, Verdict]]:
    """Each receipt of a record, and whether it fits what is kept here."""
    revisions = store.records.revisions(record_id)
    return [(receipt, verdict(receipt, revisions)) for receipt in store.outbox.receipts(record_id)]


def verdict(receipt: ReceiptRow, revisions: list[Revision]) -> Verdict:
    """Whether a receipt stands for the content of its revision, computed anew from that content.

    Args:
        receipt: The receipt.
        revisions: All revisions of its record, the first one first.
    """
    kept = [revision for revision in revisions if revision.revision == receipt.revision]
    if not kept:
        return Verdict(False, "本机没有回执所指的这一版：请从备份恢复或与平台对账")
    if kept[0].true_hash() != receipt.sha256:
        return Verdict(False, "本机内容与回执的校验值不符，内容在接收之后被改动过：请与平台对账并联系管理员")
    previous = ""
    for revision in revisions[: revisions.index(kept[0]) + 1]:
        if revision.previous != previous or revision.true_chain() != revision.chain:
            return Verdict(False, "修订链不连续，这条记录的历史被改动过：请与平台对账并联系管理员")
        previous = revision.chain
    return Verdict(True, "内容与回执一致，历史完整")


def _form_title(library: FormLibrary, revision: Revision) -> str:
    try:
        title = library.get(revision.form, revision.form_version).title
    except KeyError:
        title = revision.form
    return f"{title} 第 {revision.form_version} 版"
