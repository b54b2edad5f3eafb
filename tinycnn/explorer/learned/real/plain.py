"""Layers without a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinycnn.explorer.learned.real.layer import Array

__all__ = ["Combination", "Concatenation", "Dense", "Each", "Padded", "Reshaped"]


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """Attributes: a kernel of shape (inputs, outputs), a bias each, and the shape."""

    kernel: Array
    bias: Array
    shape: tuple[int, ...]

    def forward(self, *inputs: Array) -> Array:
        """The products."""
        found = inputs[0].reshape(-1, len(self.kernel)) @ self.kernel + self.bias
        return found.reshape(len(inputs[0]), *self.shape)

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """By the same weights."""
        rows = gradient.reshape(-1, self.kernel.shape[1])
        return ((rows @ self.kernel.T).reshape(inputs[0].shape),)


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """A function of each number, and its derivative."""

    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def forward(self, *inputs: Array) -> Array:
        """The function."""
        return self.function(inputs[0])

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """The derivative."""
        return (gradient * self.slope(inputs[0]),)


@dataclass(frozen=True, slots=True, eq=False)
class Combination:
    """Two inputs, number by number; what has one number along an axis repeats it.

    Attributes:
        function: Of both.
        slopes: Of both, the derivative by each.
        constant: What one input always is, without a dimension that counts inputs.
        place: Which one.
    """

    function: Callable[[Array, Array], Array]
    slopes: Callable[[Array, Array], tuple[Array, Array]]
    constant: Array | None = None
    place: int = 1

    def forward(self, *inputs: Array) -> Array:
        """The function."""
        return self.function(*self._both(inputs))

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """What was repeated gets the sum."""
        both = self._both(inputs)
        slopes = self.slopes(*both)
        return tuple(
            _sum_to(gradient * slope, x.shape)
            for number, (slope, x) in enumerate(zip(slopes, both, strict=True))
            if self.constant is None or number != self.place
        )

    def _both(self, inputs: tuple[Array, ...]) -> tuple[Array, Array]:
        if self.constant is None:
            return inputs[0], inputs[1]
        both = [inputs[0]]
        both.insert(self.place, self.constant)
        return both[0], both[1]


def _sum_to(x: Array, shape: tuple[int, ...]) -> Array:
    axes = tuple(
        i for i, (a, b) in enumerate(zip(x.shape, shape, strict=True)) if a > b
    )
    return x.sum(axis=axes, keepdims=True) if axes else x


@dataclass(frozen=True, slots=True, eq=False)
class Concatenation:
    """Attributes: the axis."""

    axis: int

    def forward(self, *inputs: Array) -> Array:
        """Side by side."""
        return np.concatenate(inputs, axis=self.axis)

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """To each its part."""
        ends = np.cumsum([x.shape[self.axis] for x in inputs])[:-1]
        return tuple(np.split(gradient, ends, axis=self.axis))


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """Attributes: how much before and after along each axis, and with what."""

    sides: tuple[tuple[int, int], ...]
    value: float

    def forward(self, *inputs: Array) -> Array:
        """With its border."""
        return np.pad(inputs[0], self.sides, constant_values=self.value)

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """Without it."""
        inside = (
            slice(before, before + n)
            for (before, _), n in zip(self.sides, inputs[0].shape, strict=True)
        )
        return (gradient[tuple(inside)],)


@dataclass(frozen=True, slots=True, eq=False)
class Reshaped:
    """Attributes: the shape of one output."""

    shape: tuple[int, ...]

    def forward(self, *inputs: Array) -> Array:
        """The same numbers."""
        return inputs[0].reshape(len(inputs[0]), *self.shape)

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """The same numbers."""
        return (gradient.reshape(inputs[0].shape),)
