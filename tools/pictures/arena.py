"""The tensors of a real network in their arena: place over time."""

from __future__ import annotations

from collections.abc import Iterator

from tinycnn import Compiled
from tools.pictures.svg import arrow, box, drawing, text

__all__ = ["draw"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 760, 330, 76, 26, 282


def draw(model: Compiled) -> str:
    """The SVG."""
    title = f"The arena of {model.name}: {model.arena_bytes:,} bytes"
    return drawing(_WIDTH, _HEIGHT, title, _parts(model))


def _parts(model: Compiled) -> Iterator[str]:
    plan = model.plan
    steps = 1 + max(life.last_time_used for life in plan.lifetimes.values())
    wide = (_WIDTH - _LEFT - 12) / steps
    high = (_BOTTOM - _TOP) / plan.arena_bytes
    sizes = {one.id: one.bytes for one in model.analysis.activations}
    for tensor, offset in sorted(plan.offsets.items()):
        life, size = plan.lifetimes[tensor], sizes.get(tensor, 0)
        if not size:
            continue
        x = _LEFT + wide * life.first_time_used
        width = wide * (life.last_time_used - life.first_time_used + 1)
        y = _BOTTOM - high * (offset + size)
        is_scratch = life.first_time_used == life.last_time_used
        kind = "part" if is_scratch else "box"
        yield box(x + 1, y, width - 2, high * size, kind)
        if high * size > 16:
            middle = y + high * size / 2 + 5
            yield text(x + wide / 2, middle, f"{size:,}", "small")
    yield text(_LEFT - 8, _TOP + 10, f"{plan.arena_bytes:,}", "small", anchor="end")
    yield text(_LEFT - 8, _TOP + 28, "bytes", "small", anchor="end")
    yield text(_LEFT - 8, _BOTTOM, "0", "small", anchor="end")
    yield arrow(_LEFT, _BOTTOM + 14, _WIDTH - 12, _BOTTOM + 14)
    words = "operators, one after the other; tensors are blue, scratch memory is brown"
    yield text(_LEFT, _BOTTOM + 36, words, anchor="start")
