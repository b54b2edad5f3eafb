"""PReLU: a slope for each channel, or each place, that training finds."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.models.backend import keras, tf
from tinycnn.training.reading import Call, Place, Reading
from tinycnn.training.rounding import requantized
from tinycnn.training.steps import Constant, Operator

__all__ = ["READERS"]


def _counted(x: Any, slope: Any, x_scale: Any, slope_scale: Any, scale: Any) -> Any:
    """PRELU: each side has a multiplier of its own."""
    above = requantized(x, x_scale / scale)
    below = requantized(x * slope, x_scale * slope_scale / scale)
    return tf.where(x >= 0, above, below)


_PRELU = Operator(
    "prelu",
    lambda x, slope: tf.where(x >= 0, x, slope * x),
    "PRELU",
    counted=_counted,
    channels="kept",
)


def _read_prelu(reading: Reading, call: Call) -> Place:
    slopes = call.operation.alpha
    constant = Constant(1, np.asarray(slopes)[np.newaxis], slopes)
    return reading.plain(call.name, call.sources, _PRELU, call.shape, (constant,))


READERS = {keras.layers.PReLU: _read_prelu}
