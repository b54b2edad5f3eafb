"""Layers that make one number of many: sums and means, the largest, the smallest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.explorer.learned.real.layer import Array

__all__ = ["Extreme", "Sum"]


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """Attributes: the axes that go, the shape of what stays, and what each counts."""

    axes: tuple[int, ...]
    shape: tuple[int, ...]
    share: float

    def forward(self, *inputs: Array) -> Array:
        """The sums."""
        found = inputs[0].sum(axis=self.axes) * self.share
        return np.reshape(found, (len(inputs[0]), *self.shape))

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """The same share to all."""
        (x,) = inputs
        share = gradient.reshape(_kept(x, self.axes)) * self.share
        return (np.broadcast_to(share, x.shape).astype(x.dtype),)


@dataclass(frozen=True, slots=True, eq=False)
class Extreme:
    """Attributes: the axes that go, the shape of what stays, -1 for the smallest."""

    axes: tuple[int, ...]
    shape: tuple[int, ...]
    sign: int

    def forward(self, *inputs: Array) -> Array:
        """The largest, or the smallest."""
        found = self.sign * (self.sign * inputs[0]).max(axis=self.axes)
        return np.reshape(found, (len(inputs[0]), *self.shape))

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """All to it; equals share."""
        (x,) = inputs
        kept = _kept(x, self.axes)
        is_it = x == self.forward(x).reshape(kept)
        share = gradient.reshape(kept) / is_it.sum(axis=self.axes, keepdims=True)
        return (np.asarray(is_it * share, x.dtype),)


def _kept(x: Array, axes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in which what stays meets `x`."""
    return tuple(1 if i in axes else n for i, n in enumerate(x.shape))
