"""How long a model takes as a whole, measured as the MLPerf Tiny runner does.

Runs between two laps of the device's clock, after some that do not count; several such
windows, of which the median is told.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.device import TextDevice

__all__ = ["Latency", "measure_latency"]

_WINDOWS = 5
_WARMUPS = 10


@dataclass(frozen=True, slots=True)
class Latency:
    """What a run took.

    Attributes:
        device: What the device is called.
        runs: In each window.
        windows: Microseconds of a run, the mean of each window.
    """

    device: str
    runs: int
    windows: tuple[float, ...]

    @property
    def micros(self) -> float:
        """The median of the windows."""
        return statistics.median(self.windows)

    @property
    def runs_per_second(self) -> float:
        """As many runs as fit a second; 0 where the clock is too slow to tell."""
        return 1e6 / self.micros if self.micros else 0.0


def measure_latency(
    device: TextDevice, image: NDArray[np.int8], *, window_s: float = 1.0
) -> Latency:
    """Measure a device that speaks text.

    Args:
        device: An open device.
        image: The bytes of all inputs, laid end to end.
        window_s: About how long a window lasts, by the device's clock.

    Raises:
        DeviceError: If the device tells no times, as in energy mode, or fails.
    """
    once = device.time(image, 1, 1)
    runs = max(1, math.ceil(window_s * 1e6 / once))
    warmups = min(_WARMUPS, runs)  # a slow model is not run longer than it must
    windows = tuple(device.time(image, runs, warmups) for _ in range(_WINDOWS))
    return Latency(device.name, runs, windows)
