"""What makes entering quick: copies, phrases, templates, many objects; each with a key and a menu line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from jgclient.aids import phrases, templates
from jgclient.aids.many import Made
from jgclient.forms.definition import Field
from jgclient.store import ListQuery
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.parts import Button, menu_button

if TYPE_CHECKING:
    from jgclient.ui.entry_page import EntryPage


@dataclass(frozen=True, slots=True)
class Aid:
    """One line of the menu."""

    title: str
    keys: str
    act: Callable[[], object]


class EntryAids(QObject):
    """Phrases, templates and batches of the record being typed, and the menu that names every aid.

    Args:
        page: The entry page, on which the keys hold.
    """

    def __init__(self, page: EntryPage) -> None:
        super().__init__(page)
        self._page, self._desk, self._binding = page, page.desk, page.binding
        self.menu = QMenu(page)
        self.button: Button = menu_button("更多", self.menu)
        self._binding.brought.connect(self._tell_brought)
        page.batch.closed.connect(self.close_batch)
        page.batch.made.connect(self._batch_made)

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
            self._page.addAction(action)

    # -- another, and many ---------------------------------------------------------------------------

    @Slot()
    def open_batch(self) -> None:
        """Ask for many objects that this act concerns."""
        session = self._page.session
        if session is None:
            return
        self._binding.settle()
        if session.is_new and session.form.party_field:
            self._page.batch.begin(session)
        else:
            self._desk.say("多个对象只用于新录入的记录：请先按 Ctrl+N 新录入。", "warning")

    @Slot()
    def close_batch(self) -> None:
        """Back to the form."""
        name = self._binding.focused
        self._page.batch.end()
        self._binding.go_to(name)

    @Slot(object)
    def _batch_made(self, made: Made) -> None:
        session = self._page.session
        words = f"已为 {len(made.queued):,} 个对象各录一条，等待上报" if made.queued else "没有录成的"
        if made.to_mend:
            words += f"；{len(made.to_mend):,} 条还要补正，存为草稿"
        if session is not None and not session.texts.get(session.form.party_field):
            self._drop_pattern(session)
        self._desk.data_changed.emit()
        self._desk.go("records")
        self._desk.say(words, "warning" if made.to_mend else "accepted")

    def _drop_pattern(self, session: EntrySession) -> None:
        """What was typed for no object in particular has become the records; it is none itself."""
        self._binding.release()
        if self._desk.store.records.draft(session.opened.record_id) is not None:
            self._desk.store.records.drop_draft(session.opened.record_id)

    @Slot()
    def begin_like_last(self) -> None:
        """A new record like the last one of this form."""
        session = self._page.session
        if session is None or not self._page.leave():
            return
        rows = self._desk.store.records.list(ListQuery(form=session.form.id, limit=1))
        if rows:
            self._page.begin(session.form.id, rows[0].id)
            self._desk.say("像上一条一样：改不同的地方即可，编号和文号不复制")
        else:
            self._desk.say("还没有上一条：先录一条，再像它一样新增。")

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
