"""The way back and forth over what was changed in the fields of one record while it is open."""

from __future__ import annotations

from collections.abc import Mapping

Texts = dict[str, str]


class History:
    """Steps from one settled state of all fields to the next: what leaving a field has changed."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._now = dict(texts)
        self._before: list[Texts] = []
        self._after: list[Texts] = []

    def settle(self, texts: Mapping[str, str]) -> None:
        """A field was left: what it changed is one step; what was undone before is gone."""
        if dict(texts) != self._now:
            self._before.append(self._now)
            self._after.clear()
            self._now = dict(texts)

    def back(self) -> Texts | None:
        """The texts before the last step, None at the beginning."""
        return self._step(self._before, self._after)

    def forth(self) -> Texts | None:
        """The texts after the step that was undone last, None when there is none."""
        return self._step(self._after, self._before)

    def _step(self, source: list[Texts], target: list[Texts]) -> Texts | None:
        if not source:
            return None
        target.append(self._now)
        self._now = source.pop()
        return dict(self._now)
