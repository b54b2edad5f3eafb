"""What was probably meant by a name that nobody knows.

A name and those that are known come in, the nearest goes out. Upper and lower case, and
what joins words, do not count: `Nano33-BLE` is `nano33ble`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "nearest_name"]

_ALIKE = 0.5  # share of the letters that two names have in common, at least


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is most like `name`; None where none is like it.

    >>> nearest_name("MobileNet-V2", ["mobilenet_v1", "mobilenet_v2", "vgg"])
    'mobilenet_v2'
    """
    names: dict[str, str] = {}
    for each in known:
        names.setdefault(_fold(each), each)
    near = get_close_matches(_fold(name[:100]), names, n=1, cutoff=_ALIKE)
    return names[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The question for a message or a hint; nothing where no name is like `name`.

    >>> did_you_mean("speeed", ["speed", "size"])
    "did you mean 'speed'?"
    """
    near = nearest_name(name, known)
    return f"did you mean '{near}'?" if near else ""


def _fold(name: str) -> str:
    return re.sub(r"[-_ .]", "", name.lower())
