"""A tensor of a file as a Keras tensor whose axes may be in another order.

Files transpose and reshape between the layouts of two frameworks. A view keeps the
Keras tensor as it is and notes how the file's axes run over it, so that pairs of such
operators cost nothing, and one that is left is made only where a layer asks for it.

The Keras tensor's sizes are split into factors; each axis of the file's tensor runs
over some of these, slowest first. The batch is of one image in the file and open in
Keras: no factor stands for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["View", "inverse"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A tensor of the file.

    Attributes:
        tensor: Of Keras.
        factors: Of its sizes but the batch's, in its order, none of them 1.
        axes: For each axis of the file's tensor, the factors that it runs over.
        is_positive: Whether no value is below zero.
        how: What made it, if it may be one layer with what reads it: "padded",
            "sigmoid", "relu" or "capped".
        origin: What it was made of by that.
        padding: Before and after each axis of the file's tensor, if it was padded.
        level: What it was padded with, or is at most.
    """

    tensor: Any
    factors: tuple[int, ...]
    axes: tuple[tuple[int, ...], ...]
    is_positive: bool = False
    how: str = ""
    origin: View | None = None
    padding: tuple[tuple[int, int], ...] = ()
    level: float = 0.0

    @classmethod
    def plain(
        cls, tensor: Any, shape: Sequence[int], *, is_positive: bool = False
    ) -> View:
        """A Keras tensor in the order of the file's, whose shape is `shape`."""
        factors = tuple(n for n in shape if n != 1)
        numbers = iter(range(len(factors)))
        axes = tuple((next(numbers),) if n != 1 else () for n in shape)
        return cls(tensor, factors, axes, is_positive)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the file's tensor."""
        return tuple(math.prod(self.factors[i] for i in axis) for axis in self.axes)

    @property
    def order(self) -> tuple[int, ...]:
        """The factors as the file's tensor runs over them."""
        return tuple(i for axis in self.axes for i in axis)

    @property
    def is_plain(self) -> bool:
        """Whether its values are in the order of the Keras tensor's."""
        return self.order == tuple(range(len(self.factors)))

    def computed(self, tensor: Any, *, is_positive: bool = False) -> View:
        """What is computed value by value of this one."""
        return View(tensor, self.factors, self.axes, is_positive)

    def transposed(self, order: Sequence[int]) -> View:
        """With the file's axes in that order."""
        axes = tuple(self.axes[i] for i in order)
        return View(self.tensor, self.factors, axes, self.is_positive)

    def raised(self, rank: int) -> View:
        """With axes of one before the others."""
        return replace(self, axes=((),) * (rank - len(self.axes)) + self.axes)

    def expanded(self, axis: int) -> View:
        """With a new axis of one at that place."""
        return replace(self, axes=(*self.axes[:axis], (), *self.axes[axis:]))

    def free_order(self) -> tuple[int, ...]:
        """The order of the file's axes in which no value moves, or that of the file.

        Axes of one stand where the Keras tensor has such, or behind the batch.
        """
        ones = [i for i, axis in enumerate(self.axes) if not axis]
        others = [i for i, axis in enumerate(self.axes) if axis]
        others.sort(key=lambda i: self.axes[i])
        spare = max(len(self.axes) - len(self.tensor.shape), 0)
        sizes = [1] * (1 + spare) + list(self.tensor.shape[1:])
        pools = (ones if size == 1 else others for size in sizes)
        order = [pool.pop(0) for pool in pools if pool]
        order += [*ones, *others]
        is_free = self.transposed(order).is_plain
        return tuple(order if is_free else range(len(self.axes)))

    def reshaped(self, shape: Sequence[int]) -> View | None:
        """In another shape; None if its sizes and this one's have no common factors."""
        parts = {index: [size] for index, size in enumerate(self.factors)}
        pending = list(self.order)
        axes: list[list[tuple[int, int]]] = []  # factors, and which part of them
        for size in shape:
            axes.append([])
            while size > 1:
                if not pending:
                    return None
                index = pending[0]
                rest = parts[index][-1]
                piece = min(size, rest)
                if size % piece or rest % piece:
                    return None
                axes[-1].append((index, len(parts[index]) - 1))
                if piece < rest:
                    parts[index][-1:] = [piece, rest // piece]
                else:
                    pending.pop(0)
                size //= piece
        if pending:
            return None
        places = [(index, part) for index, p in parts.items() for part in range(len(p))]
        return View(
            self.tensor,
            tuple(size for found in parts.values() for size in found),
            tuple(tuple(places.index(place) for place in axis) for axis in axes),
            self.is_positive,
        )


def inverse(order: Sequence[int]) -> tuple[int, ...]:
    """The order that undoes `order`.

    >>> inverse((0, 3, 1, 2))
    (0, 2, 3, 1)
    """
    return tuple(order.index(i) for i in range(len(order)))
