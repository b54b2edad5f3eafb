"""A picture climbs: step by step towards what makes one number of a network large.

A picture of free pixels ends as noise. Here it is a sum of waves, of which the long
ones move most, and it is shifted a little at each step (Olah, Mordvintsev and Schubert,
2017, "Feature visualization"); the steps are Adam's (Kingma and Ba, 2015). What is
pulled towards the mean of real images leaves out what is not needed: digits stay on
black.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Tensor
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import Array, to_real

__all__ = ["Climb", "Way", "climb"]

_RATE, _BETAS, _EPSILON = 0.05, (0.9, 0.999), 1e-8
_START = 0.01  # how far the first numbers are spread
_CONTRAST = 0.25


@dataclass(frozen=True, slots=True)
class Way:
    """How a picture is sought.

    Attributes:
        steps: How many.
        is_waves: Whether it is a sum of waves; else pixels, each for itself.
        jitter: The most pixels that it is shifted by.
        smoothness: What differences between neighbours cost.
        pull: What differences from the usual picture cost.
        seed: Of all that chance decides.
    """

    steps: int
    is_waves: bool = True
    jitter: int = 0
    smoothness: float = 0.0
    pull: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Pictures, each towards a number of one tensor.

    Attributes:
        network: In real numbers.
        source: Its input, a picture of int8 or uint8.
        usual: The mean of real images, shape (H, W, C).
        tensor: Where the numbers are.
        wish: By picture, what counts how much.
    """

    network: RealNetwork
    source: Tensor
    usual: NDArray[np.uint8]
    tensor: int
    wish: Array

    def slope(self, shares: Array) -> Array:
        """How each pixel, 0 to 1, moves what is wished of its picture."""
        held = np.iinfo(self.source.dtype)
        lowest, highest = to_real(self.source, np.array([held.min, held.max])).tolist()
        reach = highest - lowest
        given = (lowest + reach * shares).astype(np.float32)
        values = self.network.run({self.source.id: given}, until=self.tensor)
        back = self.network.pull_back(values, self.tensor, self.wish)
        return back[self.source.id]


def climb(
    goal: Climb, way: Way, on_step: Callable[[int], None] = lambda done: None
) -> NDArray[np.uint8]:
    """The pictures after all steps, shape (N, H, W, C)."""
    chance = np.random.default_rng(way.seed)
    shape = (len(goal.wish), *goal.source.shape[1:])
    found: _Parameters = (_Waves if way.is_waves else _Pixels).start(shape, chance)
    adam = _Adam(found.numbers)
    for step in range(way.steps):
        shares = _press(found.draw())
        shift = chance.integers(-way.jitter, way.jitter + 1, 2)
        moved = np.roll(shares, shift, (1, 2))
        slope = np.roll(goal.slope(moved), -shift, (1, 2))
        slope /= np.sqrt((slope**2).mean(axis=(1, 2, 3), keepdims=True)) + _EPSILON
        if way.smoothness:
            slope -= way.smoothness * _roughness_slope(shares)
        slope -= way.pull * (shares - goal.usual / np.float32(255))
        adam.step(found.pull_back(slope * shares * (1 - shares)))
        on_step(step + 1)
    return np.rint(255 * _press(found.draw())).astype(np.uint8)


def _press(numbers: Array) -> Array:
    """Any number to a share of brightness."""
    return np.asarray(0.5 * (1 + np.tanh(numbers / 2)))


def _roughness_slope(x: Array) -> Array:
    """Of half the squared differences between neighbours, by each pixel."""
    total = np.zeros_like(x)
    down, right = np.diff(x, axis=1), np.diff(x, axis=2)
    total[:, 1:] += down
    total[:, :-1] -= down
    total[:, :, 1:] += right
    total[:, :, :-1] -= right
    return total


class _Parameters(Protocol):
    """Numbers that make pictures."""

    numbers: Array

    def draw(self) -> Array:
        """The pictures, before they are pressed into brightness."""

    def pull_back(self, slope: Array) -> Array:
        """From the pictures' slope to the numbers'."""


@dataclass(slots=True, eq=False)
class _Pixels:
    """Each pixel a number."""

    numbers: Array

    @classmethod
    def start(cls, shape: tuple[int, ...], chance: np.random.Generator) -> _Pixels:
        return cls(chance.normal(0, _START, shape).astype(np.float32))

    def draw(self) -> Array:
        return self.numbers

    def pull_back(self, slope: Array) -> Array:
        return slope


@dataclass(slots=True, eq=False)
class _Waves:
    """Each wave two numbers, its parts; the longer, the larger a step of them is."""

    numbers: Array
    size: tuple[int, int]
    lengths: Array

    @classmethod
    def start(cls, shape: tuple[int, ...], chance: np.random.Generator) -> _Waves:
        count, rows, columns, channels = shape
        across, down = np.fft.rfftfreq(columns), np.fft.fftfreq(rows)
        waves = np.hypot(down[:, None], across)
        lengths = 1 / np.maximum(waves, 1 / max(rows, columns))
        numbers = chance.normal(0, _START, (2, count, *waves.shape, channels))
        return cls(numbers, (rows, columns), lengths[..., None] * _CONTRAST)

    def draw(self) -> Array:
        waves = (self.numbers[0] + 1j * self.numbers[1]) * self.lengths
        return np.fft.irfft2(waves, self.size, (1, 2), norm="ortho")

    def pull_back(self, slope: Array) -> Array:
        """Up to a factor a wave, to which Adam's steps are indifferent."""
        waves = np.fft.rfft2(slope, axes=(1, 2), norm="ortho") * self.lengths
        return np.stack([waves.real, waves.imag])


@dataclass(slots=True, eq=False)
class _Adam:
    """Moves numbers uphill, in place."""

    numbers: Array
    count: int = 0
    mean: Array = field(init=False)
    square: Array = field(init=False)

    def __post_init__(self) -> None:
        self.mean = np.zeros_like(self.numbers)
        self.square = np.zeros_like(self.numbers)

    def step(self, slope: Array) -> None:
        """One step along the slope."""
        first, second = _BETAS
        self.count += 1
        self.mean += (1 - first) * (slope - self.mean)
        self.square += (1 - second) * (slope**2 - self.square)
        mean = self.mean / (1 - first**self.count)
        square = self.square / (1 - second**self.count)
        self.numbers += _RATE * mean / (np.sqrt(square) + _EPSILON)
