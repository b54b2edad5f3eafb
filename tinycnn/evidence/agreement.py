"""Two JSON values that should say the same: where they do not, in one line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["find_contradiction"]

_SHOWN = 60  # characters of a value


def find_contradiction(
    said: Mapping[str, Any], follows: Mapping[str, Any], keys: Iterable[str]
) -> str | None:
    """What is said otherwise than it follows, of the first of `keys` that differs.

    >>> find_contradiction({"images": 3}, {"images": 4}, ["images"])
    'expected images 4, got 3'
    """
    for key in keys:
        one, other = said.get(key), follows.get(key)
        if not _is_same(one, other):
            texts = _show(other), _show(one)
            if texts[0] == texts[1]:
                return f"expected {key} as they follow, got others"
            return f"expected {key} {texts[0]}, got {texts[1]}"
    return None


def _is_same(one: Any, other: Any) -> bool:
    """Real numbers may have been summed in another order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _is_same(one[key], other[key]) for key in one
        )
    if isinstance(one, float) and isinstance(other, float):
        return repr(one) == repr(other) or math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def _show(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
