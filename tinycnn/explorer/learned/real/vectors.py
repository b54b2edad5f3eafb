"""Layers of which each number depends on all others along the last axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinycnn.explorer.learned.real.layer import Array

__all__ = ["LogSoftmax", "Softmax", "Unit"]

_LEAST = 1e-6  # of a length, as TFLite has it


@dataclass(frozen=True, slots=True, eq=False)
class Softmax:
    """Attributes: the factor of what is raised to a power."""

    beta: float

    def forward(self, *inputs: Array) -> Array:
        """Shares along the last axis."""
        x = inputs[0] * self.beta
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """What one share wins the others lose."""
        shares = self.forward(*inputs)
        mean = (gradient * shares).sum(axis=-1, keepdims=True)
        return (self.beta * shares * (gradient - mean),)


@dataclass(frozen=True, slots=True, eq=False)
class LogSoftmax:
    """The logarithms of shares."""

    def forward(self, *inputs: Array) -> Array:
        """Each number less the logarithm of the sum of all powers."""
        x = inputs[0] - inputs[0].max(axis=-1, keepdims=True)
        return np.asarray(x - np.log(np.exp(x).sum(axis=-1, keepdims=True)))

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """What one gains the others lose, by their shares."""
        shares = np.exp(self.forward(*inputs))
        return (gradient - shares * gradient.sum(axis=-1, keepdims=True),)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A vector of length 1 in the same direction."""

    def forward(self, *inputs: Array) -> Array:
        """Each number over the length."""
        return inputs[0] / self._length(inputs[0])

    def backward(self, gradient: Array, *inputs: Array) -> tuple[Array, ...]:
        """What is across to the vector; along it nothing changes."""
        unit = self.forward(*inputs)
        along = (gradient * unit).sum(axis=-1, keepdims=True)
        return ((gradient - unit * along) / self._length(inputs[0]),)

    def _length(self, x: Array) -> Array:
        length = np.sqrt((x**2).sum(axis=-1, keepdims=True))
        return np.asarray(np.maximum(length, _LEAST))
