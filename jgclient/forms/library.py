"""All forms and code lists of a resources folder, several versions of a form side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jgclient.forms.checker import Checker
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Form
from jgclient.forms.loader import FormError, load_form
from jgclient.forms.resources import resources_folder

__all__ = ["FormError", "FormLibrary", "load_library", "resources_folder"]


class FormLibrary:
    """Forms by id and version.

    Attributes:
        codes: The code lists.
        broken: Why which files were left out.
    """

    def __init__(self, forms: list[Form], codes: CodeLists, broken: list[FormError]) -> None:
        self.codes = codes
        self.broken = broken
        self._versions = {(form.id, form.version): form for form in forms}
        self._checkers: dict[tuple[str, int], Checker] = {}

    @property
    def forms(self) -> list[Form]:
        """The newest version of each form: records before registers, each in their ``order``."""
        newest: dict[str, Form] = {}
        for form in self._versions.values():
            if form.id not in newest or newest[form.id].version < form.version:
                newest[form.id] = form
        return sorted(newest.values(), key=lambda form: (form.kind != "record", form.order))

    def versions(self, form_id: str) -> list[Form]:
        """All versions of a form, oldest first."""
        return sorted((f for f in self._versions.values() if f.id == form_id), key=lambda form: form.version)

    def get(self, form_id: str, version: int | None = None) -> Form:
        """The form of that id and version, the newest without one.

        Raises:
            KeyError: there is none; the text is a Chinese sentence.
        """
        versions = [form for form in self.versions(form_id) if version in (None, form.version)]
        if not versions:
            named = f" 第 {version} 版" if version is not None else ""
            known = "、".join(f"{form.title}（{form.id}）" for form in self.forms)
            raise KeyError(f"没有表单“{form_id}”{named}，可用：{known}")
        return versions[-1]

    def on(self, form_id: str, day: date) -> Form:
        """The version in force on ``day``: the newest whose validity has begun, else the oldest.

        Raises:
            KeyError: there is no such form.
        """
        self.get(form_id)
        versions = self.versions(form_id)
        begun = [form for form in versions if form.valid_from <= day]
        return begun[-1] if begun else versions[0]

    def checker(self, form: Form) -> Checker:
        """The checker of ``form``; its rules are compiled once."""
        key = (form.id, form.version)
        if key not in self._checkers:
            self._checkers[key] = Checker(form, self.codes)
        return self._checkers[key]


def load_library(folder: Path, received: Path | None = None) -> FormLibrary:
    """Load ``forms/*.toml`` and ``codes/*.csv`` below ``folder``, and those of ``received`` beside them.

    A broken form file is left out and listed in :attr:`FormLibrary.broken`; the others work.

    Args:
        folder: What came with the program.
        received: What came from the platform; the same form version or code list holds as received. The
            folder need not exist.
    """
    codes = CodeLists(folder / "codes", received / "codes" if received else None)
    forms: dict[tuple[str, int], Form] = {}
    broken: list[FormError] = []
    for place in filter(None, (folder, received)):
        forms |= _load_forms(place / "forms", codes, broken)
    return FormLibrary(list(forms.values()), codes, broken)


def _load_forms(folder: Path, codes: CodeLists, broken: list[FormError]) -> dict[tuple[str, int], Form]:
    forms: dict[tuple[str, int], Form] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            form = load_form(path, codes)
            if (form.id, form.version) in forms:
                raise FormError(path.name, "id", f"{form.id} 第 {form.version} 版已由别的文件给出")
            forms[form.id, form.version] = form
        except FormError as error:
            broken.append(error)
    return forms
