"""Who is told how long work proceeds, as a function of the caller's."""

from __future__ import annotations

from collections.abc import Callable

from tinycnn.workbench import Observer, Silent

__all__ = ["Progress", "observer_of"]

Progress = Callable[[str, int, int, str], None]
"""Called with the stage, the parts that are done, all parts, and a word on the last: of
a stage that has just begun with 0 of 0."""


def observer_of(progress: Progress | None) -> Observer:
    """What tells `progress`; nobody without."""
    return Silent() if progress is None else _Telling(progress)


class _Telling(Silent):
    """Tells a function.

    Args:
        tell: The function.
    """

    def __init__(self, tell: Progress) -> None:
        self._tell = tell

    def stage(self, name: str, *, is_current: bool) -> None:
        """What is skipped is not told."""
        if not is_current:
            self._tell(name, 0, 0, "")

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Part `done` of `total`."""
        self._tell(name, done, total, detail)

    def note(self, name: str, text: str) -> None:
        """A word on a stage."""
        self._tell(name, 0, 0, text)
