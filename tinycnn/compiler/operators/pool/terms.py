"""MAX_POOL_2D and AVERAGE_POOL_2D: the pixels behind one output."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.breakdown import (
    Breakdown,
    Element,
    limit,
    show_place,
)

__all__ = ["break_down_average", "break_down_max"]

_COLUMNS = ("input at", "input")
Integers = NDArray[np.int64]


def break_down_max(element: Element) -> Breakdown:
    """The largest pixel of the window."""
    places, values = _read_pixels(element)
    clamp = element.node.attrs(PoolAttrs).clamp

    def finish(kept: Integers) -> int:
        return limit(int(kept.max(initial=-128)), clamp)

    slips = {name: finish(values[k]) for name, k in _cut(places).items()}
    slips |= {
        "clamp left out": int(values.max()),
        "started from 0": limit(int(values.max(initial=0)), clamp),
    }
    return Breakdown(
        words="the largest value of a window",
        result=finish(values),
        columns=_COLUMNS,
        terms=_show(places, values),
        stages=(
            ("largest", int(values.max())),
            (f"within {clamp[0]} to {clamp[1]}", finish(values)),
        ),
        slips=slips,
    )


def break_down_average(element: Element) -> Breakdown:
    """The mean of the window's pixels inside the image, ties away from zero."""
    places, values = _read_pixels(element)
    attrs = element.node.attrs(PoolAttrs)

    def finish(total: int, count: int) -> int:
        return limit(_divide(total, count), attrs.clamp)

    total, count = int(values.sum()), len(values)
    area = attrs.window[0] * attrs.window[1]
    padding = (area - count) * element.node.input().zero_point
    slips = {
        name: finish(int(values[k].sum()), max(int(k.sum()), 1))
        for name, k in _cut(places).items()
    }
    slips |= {
        "padding counted as pixels of 0": finish(total, area),
        "padding counted as pixels": finish(total + padding, area),
        "rounding left out": limit(int(total / count), attrs.clamp),
        "rounded down": limit(total // count, attrs.clamp),
        "clamp left out": limit(_divide(total, count)),
        "ties upwards": limit((total + count // 2) // count, attrs.clamp),
    }
    return Breakdown(
        words="the mean of a window",
        result=finish(total, count),
        columns=_COLUMNS,
        terms=_show(places, values),
        stages=(
            (f"sum of {count}", total),
            (f"/ {count}, ties away from zero", _divide(total, count)),
            (f"within {attrs.clamp[0]} to {attrs.clamp[1]}", finish(total, count)),
        ),
        slips=slips,
    )


def _divide(total: int, count: int) -> int:
    half = count // 2
    quotient = (abs(total) + half) // count
    return quotient if total > 0 else -quotient


def _read_pixels(element: Element) -> tuple[Integers, Integers]:
    """Places (row, column, channel) and values of what the window sees."""
    attrs, image = element.node.attrs(PoolAttrs), element.value()
    _, y, x, channel = element.position
    top = y * attrs.stride[0] - attrs.padding[0]
    left = x * attrs.stride[1] - attrs.padding[1]
    rows = range(max(top, 0), min(top + attrs.window[0], image.shape[1]))
    columns = range(max(left, 0), min(left + attrs.window[1], image.shape[2]))
    places = np.array([(r, c, channel) for r in rows for c in columns], np.int64)
    places = places.reshape(-1, 3)
    pixels = image[0, places[:, 0], places[:, 1], channel]
    return places, pixels.astype(np.int64)


def _cut(places: Integers) -> Mapping[str, NDArray[np.bool_]]:
    """Which pixels are left without a side of the window."""
    found = {}
    for axis, what in enumerate(("row", "column")):
        line = places[:, axis]
        for name, end in (("first", line.min()), ("last", line.max())):
            found[f"{name} {what} of the window left out"] = line != end
    return found


def _show(places: Integers, values: Integers) -> tuple[tuple[str, ...], ...]:
    rows = zip(places.tolist(), values.tolist(), strict=True)
    return tuple((show_place(tuple(place)), str(value)) for place, value in rows)
