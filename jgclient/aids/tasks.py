"""Tasks of the platform (任务): what the record that answers one begins with."""

from __future__ import annotations

from jgclient.contract import ContractError, Task
from jgclient.forms.checker import Checker
from jgclient.records import Content
from jgclient.store import Store


def task_texts(checker: Checker, content: Content) -> dict[str, str]:
    """The texts by field name that a task fills in.

    Fields this version of the form lacks are left out, and files, which travel another way.

    Args:
        checker: Of the form that answers the task.
        content: The task as the platform sent it.
    """
    try:
        filled = Task.from_json(content).content
    except ContractError:  # was checked when it came; an older program may have let it pass
        return {}
    known = {field.name for field in checker.form if field.type != "attachments"}
    texts = checker.to_texts({name: value for name, value in filled.items() if name in known})
    return {name: text for name, text in texts.items() if text}


def texts_of_task(store: Store, checker: Checker, task_id: str) -> dict[str, str]:
    """As :func:`task_texts`, of a task by its id; none when it was taken back meanwhile."""
    found = (row for row in store.changes.rows("task") if row.id == task_id)
    row = next(found, None)
    return {} if row is None else task_texts(checker, row.content)
