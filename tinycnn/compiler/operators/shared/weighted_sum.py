"""Weighted sums taken apart: convolutions and dense layers.

In: the terms of one sum as arrays, and how it is rescaled. Out: its `Breakdown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    divide_by_power_of_two,
    quantize_multiplier,
    requantize,
    round_half_away,
)
from tinycnn.compiler.ir.graph import Clamp
from tinycnn.compiler.operators.shared.breakdown import (
    INT8,
    Breakdown,
    Element,
    Position,
    limit,
    round_down,
    show_multiplier,
    show_place,
)
from tinycnn.compiler.operators.shared.lane_slips import list_lane_slips
from tinycnn.compiler.operators.shared.weights import real_multipliers
from tinycnn.compiler.operators.shared.window import Window

__all__ = ["Sum", "bias_of", "break_down_sum", "break_down_windows"]
__all__ += ["read_window_terms", "rescaling_of"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """The terms of one weighted sum.

    Attributes:
        places: Of each term in the input; beyond its sides is padding.
        windows: Of each term in the window, along its axes.
        inputs: Raw; padding has the zero point.
        weights: One a term.
        is_padding: Whether a term's input is padding.
        zero_point: Of the input.
        bias: Added to the sum.
        axes: What the window's are.
    """

    places: tuple[Position, ...]
    windows: Integers
    inputs: Integers
    weights: Integers
    is_padding: NDArray[np.bool_]
    zero_point: int
    bias: int
    axes: tuple[str, ...] = (
        "row of the window",
        "column of the window",
        "input channel",
    )

    @property
    def total(self) -> int:
        """Of all products and the bias."""
        return self.total_of(np.ones(len(self.inputs), np.bool_))

    def total_of(self, kept: NDArray[np.bool_]) -> int:
        """Of some products and the bias."""
        products = (self.inputs - self.zero_point) * self.weights
        return int(products[kept].sum()) + self.bias


@dataclass(frozen=True, slots=True)
class Rescaling:
    """From a sum to an output.

    Attributes:
        real: Input scale * weight scale / output scale, of the output's channel.
        others: The same of all channels.
        is_once: Whether it is rounded once, from doubles.
        zero_point: Of the output.
        clamp: Of the fused activation.
    """

    real: float
    others: tuple[float, ...]
    is_once: bool
    zero_point: int
    clamp: Clamp

    @property
    def multiplier(self) -> Multiplier:
        """That of 31 bits."""
        return quantize_multiplier(self.real)

    def rescale(self, total: int) -> int:
        """The sum on the output's scale, without zero point."""
        if self.is_once:
            return round_half_away(total * self.real)
        return requantize(total, self.multiplier)

    def finish(self, rescaled: int) -> int:
        """With zero point and activation."""
        return limit(rescaled + self.zero_point, self.clamp)


def rescaling_of(element: Element, channel: int, *, is_once: bool) -> Rescaling:
    """How sums of an output channel become outputs."""
    node = element.node
    reals = real_multipliers(node)
    real = reals[channel] if len(reals) > 1 else reals[0]
    clamp: Clamp = getattr(node.op.attrs, "clamp", INT8)
    return Rescaling(real, tuple(reals), is_once, node.output().zero_point, clamp)


def bias_of(element: Element, channel: int) -> int:
    """What the sum of an output channel starts from; 0 without a bias."""
    bias = element.node.optional_input(2)
    return 0 if bias is None or bias.data is None else int(bias.data.flat[channel])


def read_window_terms(
    element: Element,
    window: Window,
    channels: range,
    weights: Callable[[int, int], Integers],
) -> Sum:
    """The terms of a window that slides over an image.

    Args:
        element: Of an output of rows, columns and channels.
        window: What slides.
        channels: Of the input that it reads.
        weights: Those of a pixel of the window, one a channel.
    """
    image, (_, y, x, channel) = element.value(), element.position
    zero_point = element.node.input().zero_point
    places, windows, inputs, factors = [], [], list[int](), list[Integers]()
    for ky in range(window.size[0]):
        for kx in range(window.size[1]):
            row = y * window.stride[0] - window.padding[0] + ky * window.dilation[0]
            column = x * window.stride[1] - window.padding[1] + kx * window.dilation[1]
            is_in = 0 <= row < image.shape[1] and 0 <= column < image.shape[2]
            places += [(row, column, c) for c in channels]
            windows += [(ky, kx, c) for c in range(len(channels))]
            pixel = image[0, row, column, channels] if is_in else None
            count = len(channels)
            inputs += [zero_point] * count if pixel is None else pixel.tolist()
            factors.append(weights(ky, kx))
    height, width = image.shape[1:3]
    outside = [not (0 <= p[0] < height and 0 <= p[1] < width) for p in places]
    return Sum(
        tuple(places),
        np.array(windows, np.int64),
        np.array(inputs, np.int64),
        np.concatenate(factors).astype(np.int64),
        np.array(outside, np.bool_),
        zero_point,
        bias_of(element, channel),
    )


def break_down_sum(
    terms: Sum, rescaling: Rescaling, other: Sum | None = None
) -> Breakdown:
    """The sum term by term, and what likely slips make of it.

    Args:
        terms: Of the output element.
        rescaling: Of its channel.
        other: The terms of the channel that shares its lanes; None if there is none.
    """
    total = terms.total
    rescaled = rescaling.rescale(total)
    how = "once" if rescaling.is_once else "twice"
    scale = show_multiplier(rescaling.multiplier)
    if rescaling.is_once:
        scale = f"{rescaling.real:.9g}"
    stages = (
        (f"{len(terms.inputs)} products", total - terms.bias),
        (f"+ bias {terms.bias}", total),
        (f"x {scale}, rounded {how}", rescaled),
        (f"+ zero point {rescaling.zero_point}", rescaled + rescaling.zero_point),
        (
            f"within {rescaling.clamp[0]} to {rescaling.clamp[1]}",
            rescaling.finish(rescaled),
        ),
    )
    return Breakdown(
        words="a weighted sum",
        result=rescaling.finish(rescaled),
        columns=("input at", "input", "- zero point", "weight", "product"),
        terms=tuple(_list_terms(terms)),
        stages=stages,
        slips=dict(_list_slips(terms, rescaling, other)),
    )


def break_down_windows(
    element: Element, read_terms: Callable[[Element], Sum]
) -> Breakdown:
    """One output of a convolution, whose kernels compute two channels at a time.

    Args:
        element: The output.
        read_terms: The terms of any of its outputs.
    """
    batch, y, x, channel = element.position
    neighbour, other = channel ^ 1, None
    if neighbour < element.node.output().shape[3]:
        other = read_terms(replace(element, position=(batch, y, x, neighbour)))
    rescaling = rescaling_of(element, channel, is_once=False)
    return break_down_sum(read_terms(element), rescaling, other)


def _list_terms(terms: Sum) -> Iterator[tuple[str, ...]]:
    for place, value, weight, outside in zip(
        terms.places,
        terms.inputs.tolist(),
        terms.weights.tolist(),
        terms.is_padding.tolist(),
        strict=True,
    ):
        centred = value - terms.zero_point
        where = show_place(place) + (" (padding)" if outside else "")
        parts = (value, centred, weight, centred * weight)
        yield (where, *map(str, parts))


def _list_slips(
    terms: Sum, rescaling: Rescaling, other: Sum | None
) -> Iterator[tuple[str, int]]:
    for name, total in _list_wrong_sums(terms, other):
        yield name, rescaling.finish(rescaling.rescale(total))
    total = terms.total
    multiplier = rescaling.multiplier
    yield "rounding left out", rescaling.finish(round_down(total, multiplier))
    again = replace(rescaling, is_once=not rescaling.is_once)
    name = "rounded twice, not once" if rescaling.is_once else "rounded once, not twice"
    yield name, again.finish(again.rescale(total))
    rescaled = rescaling.rescale(total)
    yield "clamp left out", limit(rescaled + rescaling.zero_point)
    yield "limits left out", _wrap(rescaled + rescaling.zero_point)
    yield "output zero point left out", limit(rescaled, rescaling.clamp)
    if multiplier.shift <= 0:
        high = divide_by_power_of_two(total * multiplier.value >> 31, -multiplier.shift)
        yield "high half of the product cut off, not rounded", rescaling.finish(high)
    for name, real in (
        ("multiplier of the first channel", rescaling.others[0]),
        ("shifted by one too few", rescaling.real * 2),
        ("shifted by one too many", rescaling.real / 2),
    ):
        other_one = replace(rescaling, real=real)
        yield name, other_one.finish(other_one.rescale(total))


def _list_wrong_sums(terms: Sum, other: Sum | None) -> Iterator[tuple[str, int]]:
    yield "bias left out", terms.total - terms.bias
    raw = replace(terms, inputs=np.where(terms.is_padding, 0, terms.inputs))
    yield "padding read as 0, not as the zero point", raw.total
    raw = replace(raw, zero_point=0)
    yield "input zero point left out", raw.total
    raw = replace(terms, zero_point=0)
    yield "input zero point left out, that of padding not", raw.total
    for axis, what in enumerate(terms.axes):
        if len(terms.inputs):
            line = terms.windows[:, axis]
            for name, end in (("first", line.min()), ("last", line.max())):
                yield (
                    f"{name} {what} left out",
                    terms.total_of(line != end),
                )
    if other is not None:
        yield (
            "weights of the other channel of the pair",
            replace(terms, weights=other.weights).total,
        )
        yield "sum of the other channel of the pair", other.total
        lower = terms.total + (other.total >> 8)
        yield "lower lane of the pair not taken off", lower
    rows = terms.windows[:, 0] if len(terms.axes) > 1 else terms.windows[:, 0] * 0
    folded = terms.bias - terms.zero_point * int(terms.weights.sum())
    for name, products in list_lane_slips(terms.inputs, terms.weights, rows):
        yield name, products + folded
    yield "sum kept in 16 bits", (terms.total + (1 << 15)) % (1 << 16) - (1 << 15)
    yield "sum one too small (a borrow between lanes)", terms.total - 1
    yield "sum one too large (a borrow between lanes)", terms.total + 1


def _wrap(value: int) -> int:
    return (value + 128) % 256 - 128
