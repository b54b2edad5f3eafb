"""Who is told how long work proceeds."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Observer", "Silent"]


class Observer(Protocol):
    """Who is told how the work proceeds."""

    def stage(self, name: str, *, is_current: bool) -> None:
        """A stage starts, or is skipped because nothing changed."""

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Part `done` of `total` of a long stage is finished."""

    def note(self, name: str, text: str) -> None:
        """Something about a stage is to be told."""


class Silent:
    """Who is told how the work proceeds, and tells nobody."""

    def stage(self, name: str, *, is_current: bool) -> None:
        """Nothing."""

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Nothing."""

    def note(self, name: str, text: str) -> None:
        """Nothing."""
