"""Output channels as DSP kernels take them: one bias, one multiplier, one shift.

The bias has the input's zero point in it.

The kernels multiply raw int8 inputs, and add the output's zero point before the last
shift: with t the doubled sum times the multiplier, rounded to its upper 32 bits,

    output = saturate((t - (sum < 0) + offset) >> shift)
    offset = (zero point << shift) + (1 << (shift - 1))

which is TFLite's MultiplyByQuantizedMultiplier plus the zero point, exactly. A shift
too large for that is made smaller where a multiplier is found that rounds alike.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Multiplier, quantize_multiplier
from tinycnn.compiler.ir.kernel import NoKernelError
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.weights import real_multipliers

__all__ = ["FoldedChannels", "Integers", "fold_channels"]

Integers = NDArray[np.int64]

_MAX_SHIFT = 22  # the offset must fit 32 bits
_MAX_SUM = 1 << 30  # doubled sums must fit 32 bits


@dataclass(frozen=True, slots=True, eq=False)
class FoldedChannels:
    """One value each an output channel.

    Attributes:
        bias: What the sum over raw inputs starts from.
        multiplier: Of the doubled sum; 0 for channels that are always the zero point.
        offset: Added before the last shift.
        shift: To the right, at least 1.
        largest: What no sum exceeds in either direction.
        left: Of sums to the left, before they are multiplied: 1 doubles them. More goes
            with a shift of 0, which rounds once: `(sum < 0)` is left out.
    """

    bias: Integers
    multiplier: Integers
    offset: Integers
    shift: Integers
    largest: Integers
    left: Integers

    def requantization(self) -> Integers:
        """Multiplier, offset and shift of each channel: an array of shape (n, 3)."""
        return np.stack([self.multiplier, self.offset, self.shift], axis=1)

    def check_largest(self, limit: int) -> None:
        """See that no sum reaches a limit.

        Raises:
            NoKernelError: If that of a channel may.
        """
        _check(self.largest < limit, "sums up to", self.largest)

    def repeat(self, times: int) -> FoldedChannels:
        """All of them, so many times one after the other."""
        return FoldedChannels(
            *(np.tile(getattr(self, f.name), times) for f in fields(self))
        )

    def take(self, indices: Integers) -> FoldedChannels:
        """Some of the channels."""
        return FoldedChannels(*(getattr(self, f.name)[indices] for f in fields(self)))

    def split(self, parts: int) -> list[FoldedChannels]:
        """The channels in so many equal parts."""
        columns = (getattr(self, field.name) for field in fields(self))
        pieces = (np.split(column, parts) for column in columns)
        return [FoldedChannels(*part) for part in zip(*pieces, strict=True)]


def fold_channels(
    node: Node,
    axis: int,
    multipliers: list[Multiplier] | None = None,
    *,
    shifts_left: bool = False,
) -> FoldedChannels:
    """The channels of a node's weights.

    Args:
        node: Its inputs are activation, weights and, where there is one, a bias.
        axis: The weights' output channel axis.
        multipliers: One, or one a channel; by default those of the scales.
        shifts_left: Whether the kernel shifts sums to the left where a channel asks
            for that; the formula is not exact for it otherwise.

    Raises:
        NoKernelError: Where the formula is not exact.
    """
    w, bias = node.input(1).data, node.optional_input(2)
    assert w is not None
    weights = np.moveaxis(w, axis, 0).reshape(w.shape[axis], -1).astype(np.int64)
    sums = -node.input().zero_point * weights.sum(axis=1)
    if bias is not None and bias.data is not None:
        sums += bias.data.reshape(-1).astype(np.int64)
    spread = np.where(weights > 0, weights * 128, weights * -127).sum(axis=1)
    largest = np.abs(sums) + np.maximum(spread, np.abs(weights).sum(axis=1) * 128)
    found = multipliers or [quantize_multiplier(r) for r in real_multipliers(node)]
    found = found * (len(weights) // len(found))
    multiplier = np.array([m.value for m in found], np.int64)
    shift = np.array([-m.shift for m in found], np.int64)
    # A sum that stays below half an output step never leaves the zero point.
    multiplier[(shift > _MAX_SHIFT) & (largest < 1 << _MAX_SHIFT)] = 0
    shift[multiplier == 0] = 1
    if multipliers is None:
        for channel in np.flatnonzero((shift > _MAX_SHIFT) & (largest < _MAX_SUM)):
            multiplier[channel], shift[channel] = _shorten(
                int(multiplier[channel]), int(shift[channel]), int(largest[channel])
            )
    left, right = 1 + np.maximum(-shift, 0), np.maximum(shift, 0)
    _check(right <= _MAX_SHIFT, "shift", shift)
    _check(largest << left < 1 << 31, "sums up to", largest)
    _check((shift > 0) | shifts_left, "shift", shift)
    offset = (node.output().zero_point << right) + (1 << right >> 1)
    return FoldedChannels(sums, multiplier, offset, right, largest, left)


def _check(is_exact: NDArray[np.bool_], what: str, values: Integers) -> None:
    """Refuse the first channel for which the formula is not exact."""
    for channel in np.flatnonzero(~is_exact)[:1]:
        raise NoKernelError(f"{what} {values[channel]:,} in channel {channel}")


def _shorten(multiplier: int, shift: int, largest: int) -> tuple[int, int]:
    """A multiplier for a shift of `_MAX_SHIFT` that rounds every sum to the same.

    Both ways of rounding rise with the sum, so they are equal if each output begins at
    the same sum, which is found by bisection; there are at most 512 of them. Returns
    what was given where there is none.
    """
    exact = multiplier, shift
    extra = shift - _MAX_SHIFT
    outputs = range(_round(-largest, *exact) + 1, _round(largest, *exact) + 1)
    sums = range(-largest, largest + 1)
    begins = [bisect_left(sums, n, key=lambda x: _round(x, *exact)) for n in outputs]
    for near in range(3):
        short = (multiplier >> extra) + near, _MAX_SHIFT
        if all(
            _round(sums[at], *short) >= n > _round(sums[at] - 1, *short)
            for n, at in zip(outputs, begins, strict=True)
        ):
            return short
    return exact


def _round(total: int, multiplier: int, shift: int) -> int:
    high = (2 * total * multiplier + (1 << 31)) >> 32
    return (high - (total < 0) + (1 << (shift - 1))) >> shift
