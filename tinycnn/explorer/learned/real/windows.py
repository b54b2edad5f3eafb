"""Layers that slide a window over rows and columns.

Pixel by pixel of the window, the picture shifted by it is taken whole: as columns of
one matrix for a convolution, one after another for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.operators.shared.window import Extent, Window
from tinycnn.explorer.learned.real.layer import Array

__all__ = ["AveragePool", "Convolution", "DepthwiseConvolution", "MaxPool", "Slide"]


@dataclass(frozen=True, slots=True)
class Slide:
    """A window that slides.

    Attributes:
        window: Its size, steps and padding.
        output: How many rows and columns of places it has.
    """

    window: Window
    output: Extent

    @property
    def count(self) -> int:
        """Pixels of the window."""
        return self.window.size[0] * self.window.size[1]

    def border(self, x: Array, value: float = 0.0) -> Array:
        """Nothing but border: as large as `x` with what windows reach around it."""
        w, sides = self.window, []
        for axis in (0, 1):
            reach = (w.size[axis] - 1) * w.dilation[axis] + 1
            needed = (self.output[axis] - 1) * w.stride[axis] + reach
            sides.append(max(needed, w.padding[axis] + x.shape[1 + axis]))
        return np.full((len(x), *sides, x.shape[-1]), value, x.dtype)

    def pad(self, x: Array, value: float = 0.0) -> Array:
        """The picture within its border."""
        padded = self.border(x, value)
        self.inside(padded, x)[:] = x
        return padded

    def inside(self, padded: Array, x: Array) -> Array:
        """What lies on the picture `x` itself."""
        top, left = self.window.padding[:2]
        rows, columns = x.shape[1:3]
        return padded[:, top : top + rows, left : left + columns]

    def shifts(self) -> Iterator[tuple[slice, slice, slice]]:
        """Of each pixel of the window, row by row: all that it meets, padded."""
        w, (rows, columns) = self.window, self.output
        downs, rights = (
            [slice(at * d, at * d + (n - 1) * stride + 1, stride) for at in range(size)]
            for size, d, n, stride in zip(
                w.size, w.dilation, (rows, columns), w.stride, strict=True
            )
        )
        return ((slice(None), down, right) for down in downs for right in rights)


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """Attributes: a kernel of shape (pixels * channels, outputs), and a bias each."""

    slide: Slide
    kernel: Array
    bias: Array

    def forward(self, *inputs: Array) -> Array:
        """Window by window, the product with the kernel."""
        (x,) = inputs
        padded, out = self.slide.pad(x), self.slide.output
        shape = (len(x), *out, self.slide.count, x.shape[-1])
        columns = np.empty(shape, x.dtype)
        for i, shift in enumerate(self.slide.shifts()):
            columns[..., i, :] = padded[shift]
        found = columns.reshape(-1, len(self.kernel)) @ self.kernel + self.bias
        return found.reshape(len(x), *out, -1)

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """Each window gives back what it took."""
        (x,) = inputs
        columns = gradient.reshape(-1, gradient.shape[-1]) @ self.kernel.T
        columns = columns.reshape(*gradient.shape[:3], self.slide.count, -1)
        back = self.slide.border(x)
        for i, shift in enumerate(self.slide.shifts()):
            back[shift] += columns[..., i, :]
        return (self.slide.inside(back, x),)


@dataclass(frozen=True, slots=True, eq=False)
class DepthwiseConvolution:
    """Attributes: a kernel of shape (pixels, outputs), and a bias each."""

    slide: Slide
    kernel: Array
    bias: Array

    def forward(self, *inputs: Array) -> Array:
        """Channel by channel; several outputs of one channel lie together."""
        (x,) = inputs
        padded = self.slide.pad(self._repeat(x))
        found = np.zeros((len(x), *self.slide.output, len(self.bias)), x.dtype)
        for weights, shift in zip(self.kernel, self.slide.shifts(), strict=True):
            found += padded[shift] * weights
        return found + self.bias

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """Each window gives back what it took."""
        (x,) = inputs
        wide = self._repeat(x)
        back = self.slide.border(wide)
        for weights, shift in zip(self.kernel, self.slide.shifts(), strict=True):
            back[shift] += gradient * weights
        found = self.slide.inside(back, wide)
        return (found.reshape(*x.shape, -1).sum(axis=-1),)

    def _repeat(self, x: Array) -> Array:
        times = len(self.bias) // x.shape[-1]
        return x if times == 1 else np.repeat(x, times, axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class AveragePool:
    """The mean of what a window meets of the picture; the border does not count."""

    slide: Slide

    def forward(self, *inputs: Array) -> Array:
        """The means."""
        (x,) = inputs
        padded = self.slide.pad(x)
        total = sum(padded[shift] for shift in self.slide.shifts())
        return np.asarray(total / self._counts(x))

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """The same share to all."""
        (x,) = inputs
        share = gradient / self._counts(x)
        back = self.slide.border(x)
        for shift in self.slide.shifts():
            back[shift] += share
        return (self.slide.inside(back, x),)

    def _counts(self, x: Array) -> Array:
        ones = self.slide.pad(np.ones((1, *x.shape[1:3], 1), x.dtype))
        return np.asarray(sum(ones[shift] for shift in self.slide.shifts()))


@dataclass(frozen=True, slots=True, eq=False)
class MaxPool:
    """The largest that a window meets."""

    slide: Slide

    def forward(self, *inputs: Array) -> Array:
        """The largest."""
        return self._find(inputs[0])[0]

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """All to the largest; of equals to the first."""
        (x,) = inputs
        _, first = self._find(x)
        back = self.slide.border(x)
        for i, shift in enumerate(self.slide.shifts()):
            back[shift] += np.where(first == i, gradient, 0)
        return (self.slide.inside(back, x),)

    def _find(self, x: Array) -> tuple[Array, NDArray[np.int16]]:
        padded = self.slide.pad(x, -np.inf)
        shifts = list(self.slide.shifts())
        largest = padded[shifts[0]]
        first = np.zeros(largest.shape, np.int16)
        for i, shift in enumerate(shifts[1:], 1):
            first[padded[shift] > largest] = i
            largest = np.maximum(largest, padded[shift])
        return largest, first
