"""What makes entering quick: copies, phrases, templates, many objects; each with a key and a menu line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from jgclient.aids import phrases, templates
from jgclient.forms.definition import Field
from jgclient.ui.desk import Desk
from jgclient.ui.entry_binding import Binding
from jgclient.ui.parts import Button, menu_button


@dataclass(frozen=True, slots=True)
class Aid:
    """One line of the menu."""

    title: str
    keys: str
    act: Callable[[], object]


class EntryAids(QObject):
    """Phrases and templates of the record being typed, and the menu that names every aid.

    Args:
        page: The entry page, on which the keys hold.
    """

    def __init__(self, page: QWidget, desk: Desk, binding: Binding) -> None:
        super().__init__(page)
        self._desk, self._binding = desk, binding
        self.menu = QMenu(page)
        self.button: Button = menu_button("更多", self.menu)
        binding.brought.connect(self._tell_brought)

    def list_all(self, *more: Aid) -> None:
        """Fill the menu; its keys hold on the whole page."""
        for aid in (
            *more,
            Aid("插入常用语", "F4", self.offer_phrases),
            Aid("把本栏内容记为常用语", "Shift+F4", self.remember_phrase),
            Aid("从常用语里删除本栏内容", "", self.forget_phrase),
            Aid("存为本事项的模板", "F6", self.keep_template),
            Aid("不再用本事项的模板", "", self.drop_template),
        ):
            action = self.menu.addAction(aid.title)
            if aid.keys:
                action.setShortcut(QKeySequence(aid.keys))
            action.triggered.connect(lambda _checked=False, act=aid.act: act())
            self._binding.page.addAction(action)

    # -- phrases ---------------------------------------------------------------------------------------

    def offer_phrases(self) -> None:
        """Show what she often writes in the field with the focus."""
        field = self._field()
        if field is None:
            return
        if not phrases.takes(field):
            self._desk.say(f"“{field.title}”不用常用语：请直接填，或按 Alt+↓ 选择。")
            return
        store, session = self._desk.store, self._binding.session
        assert session is not None  # noqa: S101 - there is a field
        recent = phrases.recent(store, self._desk.library, session.form, field.name)
        words = list(dict.fromkeys([*phrases.of_field(store, field.name), *recent]))
        if words:
            self._binding.offer_phrases(words)
        else:
            self._desk.say(f"“{field.title}”还没有常用语：写好后按 Shift+F4 记下来。")

    def remember_phrase(self) -> None:
        """Keep what stands in the field with the focus."""
        field = self._field()
        if field is None:
            return
        if phrases.takes(field) and phrases.remember(self._desk.store, field.name, self._text(field)):
            self._desk.say(f"已记为“{field.title}”的常用语，按 F4 选用", "accepted")
        else:
            self._desk.say("没有可以记的内容：常用语只记文字栏目里写的话。", "warning")

    def forget_phrase(self) -> None:
        """Drop the phrase that stands in the field with the focus."""
        field = self._field()
        if field is None:
            return
        done = phrases.forget(self._desk.store, field.name, self._text(field).strip())
        self._desk.say("已从常用语里删除" if done else "本栏的内容不在常用语里，不用删除")

    # -- templates -------------------------------------------------------------------------------------

    def keep_template(self) -> None:
        """Make the record the template of its item."""
        session = self._binding.session
        if session is None:
            return
        self._binding.settle()
        count = templates.keep(self._desk.store, session.form, session.texts)
        if count:
            self._desk.say(f"已存为本事项的模板：下次选这个事项时自动填好 {count} 项", "accepted")
        else:
            self._desk.say("没有存：请先选监管事项，再填好要预置的栏目。", "warning")

    def drop_template(self) -> None:
        """Forget the template of the chosen item."""
        session = self._binding.session
        if session is not None:
            item = session.texts.get(session.form.item_field, "")
            done = templates.drop(self._desk.store, session.form, item)
            self._desk.say("已删除本事项的模板，已录的记录不受影响" if done else "本事项没有模板")

    # -- inside ----------------------------------------------------------------------------------------

    def _field(self) -> Field | None:
        session = self._binding.session
        return session.form.by_name.get(self._binding.focused) if session is not None else None

    def _text(self, field: Field) -> str:
        view = self._binding.view
        return view.rows[field.name].input.raw() if view is not None else ""

    @Slot(int)
    def _tell_brought(self, count: int) -> None:
        self._desk.say(f"已带出 {count} 项，不对的直接改，按 Ctrl+Z 撤销")
