"""Likely mistakes of a device and of who feeds it, each as a replay on the host.

In: what a device was given and answered. Out: the answers that a mistake would have
given. A mistake is no more than a hypothesis; `tinycnn.harness.diagnose` judges.
"""

from __future__ import annotations

from collections.abc import Iterator

from tinycnn.harness.mistakes.answers import list_answer_mistakes
from tinycnn.harness.mistakes.layout import (
    LAYOUT_MISTAKES,
    list_moves,
    list_truncations,
)
from tinycnn.harness.mistakes.mistake import Given, Indices, Mistake, Rows, Trial
from tinycnn.harness.mistakes.pixels import PIXEL_MISTAKES
from tinycnn.harness.mistakes.rewriting import ROUNDINGS, list_model_mistakes

__all__ = ["ROUNDINGS", "Given", "Indices", "Mistake", "Rows", "Trial", "list_mistakes"]


def list_mistakes(given: Given) -> Iterator[Mistake]:
    """All mistakes that are replayed, the cheap and the frequent ones first."""
    yield from list_answer_mistakes(given)
    yield from PIXEL_MISTAKES
    yield from LAYOUT_MISTAKES
    yield from list_model_mistakes(given)
    yield from list_truncations(given)
    yield from list_moves()
