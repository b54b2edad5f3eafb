"""Choices and costs in words, for terminals and pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinycnn.search.trial import Cost, Found

__all__ = ["describe_choice", "describe_cost", "describe_found", "short_number"]

_SHORT = {"learning_rate": "rate", "squeeze_excite": "squeeze-excite"}


def short_number(value: float) -> str:
    """Three digits of it, and whole numbers whole.

    >>> [short_number(n) for n in (59_312, 1352.4, 4.6401, 0.00578)]
    ['59,312', '1,352', '4.64', '0.00578']
    """
    return f"{value:,.0f}" if value >= 1_000 or value == int(value) else f"{value:.3g}"


def describe_choice(choice: Mapping[str, Any], *, recipe: bool = True) -> str:
    """Such as `resnet, width 0.5, depth 8, 48 pixels, grey`.

    >>> describe_choice({"family": "vgg", "width": 0.25, "channels": 1})
    'vgg, width 0.25, grey'
    """
    words = [str(choice["family"])] if "family" in choice else []
    for name, value in choice.items():
        if name == "family" or (not recipe and name in ("learning_rate", "augment")):
            continue
        if name == "image_size":
            words.append(f"{value} pixels")
        elif name == "channels":
            words.append("grey" if value == 1 else "colour")
        elif isinstance(value, bool):
            words.append(f"{'' if value else 'no '}{_SHORT.get(name, name)}")
        elif isinstance(value, str):
            words.append(value)
        else:
            words.append(f"{_SHORT.get(name, name)} {value:g}")
    return ", ".join(words)


def describe_cost(cost: Cost) -> str:
    """Such as `12.3 ms, RAM 18,304, flash 42,100`."""
    time = (
        f"{cost.macs / 1e6:.2f} M MACs"
        if cost.latency_ms is None
        else f"{short_number(cost.latency_ms)} ms"
    )
    return f"{time}, RAM {cost.ram_bytes:,}, flash {cost.flash_bytes:,}"


def describe_found(found: Found) -> str:
    """What came of a trial, in a line without its choice."""
    if found.state == "trained" and found.cost:
        return f"{found.accuracy:.2%}, {describe_cost(found.cost)}"
    if found.state == "pruned":
        return f"stopped at {found.accuracy:.2%}: {found.says}"
    if found.state == "same":
        return f"{found.accuracy:.2%}, {found.says}"
    return (
        f"{found.state}: {found.says}"
        if found.state == "refused"
        else (f"not trained, {found.says}")
    )
