"""MEAN and SUM: the elements behind one output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Multiplier, requantize
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.reduce.loops import ReduceAttrs
from tinycnn.compiler.operators.shared.breakdown import (
    BreakDown,
    Breakdown,
    Element,
    limit,
    round_down,
    show_multiplier,
    show_place,
)

__all__ = ["break_down_by"]

Integers = NDArray[np.int64]


def break_down_by(find_multiplier: Callable[[Node], Multiplier]) -> BreakDown:
    """How a sum of elements is rescaled by a multiplier of the node."""

    def break_down(element: Element) -> Breakdown:
        return _break_down(element, find_multiplier(element.node))

    return break_down


def _break_down(element: Element, multiplier: Multiplier) -> Breakdown:
    x, y = element.node.input(), element.node.output()
    places = _read_places(element)
    raw = element.value()[tuple(places.T)].astype(np.int64)
    values = raw - x.zero_point
    total = int(values.sum())

    def finish(rescaled: int) -> int:
        return limit(rescaled + y.zero_point)

    def rescale(number: int) -> int:
        return requantize(number, multiplier)

    rows = zip(places.tolist(), raw.tolist(), values.tolist(), strict=True)
    return Breakdown(
        words="a sum of elements, rescaled",
        result=finish(rescale(total)),
        columns=("input at", "input", "- zero point"),
        terms=tuple((show_place(tuple(p)), str(r), str(v)) for p, r, v in rows),
        stages=(
            (f"sum of {len(values)}", total),
            (f"x {show_multiplier(multiplier)}, rounded twice", rescale(total)),
            (f"+ zero point {y.zero_point}", rescale(total) + y.zero_point),
            ("within -128 to 127", finish(rescale(total))),
        ),
        slips={
            "rounding left out": finish(round_down(total, multiplier)),
            "input zero point left out": finish(rescale(int(raw.sum()))),
            "output zero point left out": limit(rescale(total)),
            "first element left out": finish(rescale(total - int(values[0]))),
            "last element left out": finish(rescale(total - int(values[-1]))),
        },
    )


def _read_places(element: Element) -> Integers:
    """Where in the input the elements are that end in one of the output."""
    node, shape = element.node, element.node.input().shape
    axes = node.attrs(ReduceAttrs).axes
    kept = [i for i in range(len(shape)) if i not in axes]
    position = element.position
    if len(node.output().shape) == len(shape):  # the reduced axes are kept, of size 1
        position = tuple(position[i] for i in kept)
    start = dict(zip(kept, position, strict=True))
    ranges = [range(n) if i in axes else [start[i]] for i, n in enumerate(shape)]
    grid = np.meshgrid(*ranges, indexing="ij")
    return np.stack([side.reshape(-1) for side in grid], axis=1).astype(np.int64)
