"""Who is told how work proceeds, and remembers it."""

from __future__ import annotations

__all__ = ["Log"]


class Log:
    """An observer that prints nothing."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, bool]] = []
        self.steps: list[tuple[str, int, int]] = []
        self.notes: list[str] = []

    def stage(self, name: str, *, is_current: bool) -> None:
        """Note one stage."""
        self.stages.append((name, is_current))

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Note one step."""
        self.steps.append((name, done, total))

    def note(self, name: str, text: str) -> None:
        """Keep it."""
        self.notes.append(text)
