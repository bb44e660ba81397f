"""The objects of supervision a clerk deals with: what is known of one, and remembering new ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jgclient import entering
from jgclient.forms.cleaning import code as cleaned_code
from jgclient.forms.definition import Field, Form, Section
from jgclient.forms.identifiers import judge
from jgclient.forms.library import FormLibrary
from jgclient.records import Content, Json
from jgclient.store import ListQuery, RegisterRow, Store, StoreError

REGISTER = "object"
#: Where a remembered row came from; a list of the platform or a workbook replaces it.
TYPED = "录入"
_KIND_OF_RECORDS, _KIND = "supervise_object_type", "object_kind"
#: Columns of the register that records call the same.
_SAME = ("address_registered", "address_operating", "area_number")
#: Records of one party that are looked through for the last of the same form.
_RECENT = 20
#: 证件类型 by kind of identifier (resources/codes/certificate_type.csv).
_CERTIFICATES = {"uscc": "001", "idcard": "111"}
#: 行政相对人性质 (party_nature.csv). Codes of 个体工商户 begin with 92 (GB 32100); the forms' help says that
#: they are 其他组织.
_CITIZEN, _OTHER_ORGANISATION, _SOLE_TRADER = "01", "03", "92"


def known(
    store: Store, library: FormLibrary, form: Form, texts: Mapping[str, str], today: date
) -> dict[str, str]:
    """What is known of the party a record names: texts by field name, without empty ones.

    The register of objects comes first; what it does not say is taken from the last record of the same party:
    every field of the section that names the party.
    """
    code = cleaned_code(texts.get(form.party_code_field, "")) if form.party_code_field else ""
    if not code:
        return {}
    found = _from_code(form, code, today)
    found |= _from_last_record(store, library, form, code) | _from_register(store, form, code)
    return {name: text for name, text in found.items() if text and name in form.by_name}


def _from_code(form: Form, code: str, today: date) -> dict[str, str]:
    """What a valid code says by itself: the kind of certificate, and of some the nature of the party."""
    kind = next((kind for kind in _CERTIFICATES if judge(kind, code, today=today).valid), "")
    by_list = {"certificate_type": _CERTIFICATES.get(kind, "")}
    if kind == "idcard":
        by_list["party_nature"] = _CITIZEN
    elif kind and code.startswith(_SOLE_TRADER):
        by_list["party_nature"] = _OTHER_ORGANISATION
    return {field.name: by_list[field.codes] for field in section_of_party(form) if field.codes in by_list}


def code_of(store: Store, name: str) -> str:
    """The code of the one known object of exactly this name; empty for none or several."""
    rows = store.registers.list(REGISTER, name) if name.strip() else []
    codes = {row.key[0] for row in rows if row.content.get("object_name") == name.strip()}
    return codes.pop() if len(codes) == 1 else ""


def remember(store: Store, form: Form, content: Content) -> bool:
    """Keep the party of a finished record as a known object unless it is one; True when it was new."""
    name, code = (str(content.get(field) or "") for field in (form.party_field, form.party_code_field))
    if not name or not code or store.registers.rows(REGISTER, code):
        return False
    columns: dict[str, Json] = {"object_code": code, "object_name": name, "unique_code": code}
    columns |= {name: content.get(name) for name in _SAME}
    columns[_KIND] = content.get(_KIND_OF_RECORDS)
    row = RegisterRow((code,), {name: value for name, value in columns.items() if value not in (None, "")})
    store.registers.upsert(REGISTER, [row], TYPED)
    return True


def section_of_party(form: Form) -> list[Field]:
    """The fields of the section that names the party."""
    holds = (section for section in form.sections if _names_party(section, form))
    return list(next((section.fields for section in holds), ()))


def _names_party(section: Section, form: Form) -> bool:
    return any(field.name == form.party_field for field in section.fields)


def _from_register(store: Store, form: Form, code: str) -> dict[str, str]:
    row = next(iter(store.registers.rows(REGISTER, code)), None)
    if row is None:
        return {}
    found = {name: str(row.get(name) or "") for name in _SAME}
    return found | {
        form.party_field: str(row.get("object_name") or ""),
        _KIND_OF_RECORDS: str(row.get(_KIND) or ""),
    }


def _from_last_record(store: Store, library: FormLibrary, form: Form, code: str) -> dict[str, str]:
    if store.records.search_is_behind():
        return {}
    rows = store.records.list(ListQuery(form=form.id, text=code, limit=_RECENT))
    last = next((row for row in rows if row.party_code == code), None)
    if last is None:
        return {}
    try:
        texts = entering.open_record(store, library, last.id).texts
    except (entering.EnteringError, StoreError):  # of another version of the form: nothing to copy
        return {}
    return {field.name: texts.get(field.name, "") for field in section_of_party(form)}
