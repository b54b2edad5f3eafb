"""What multiplies and adds by channel: normalizations and scalings of what is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.models.backend import keras
from tinycnn.training.reading import Call, Place, Reading, refusal

__all__ = ["READERS"]

_layers = keras.layers


def _read_batch_norm(reading: Reading, call: Call) -> Place:
    norm = call.operation
    if norm.axis not in (-1, len(call.shape)):
        raise refusal(norm, "axis -1", str(norm.axis))
    mean = np.asarray(norm.moving_mean, np.float64)
    variance = np.asarray(norm.moving_variance, np.float64)
    gamma = np.asarray(norm.gamma, np.float64) if norm.scale else 1.0
    beta = np.asarray(norm.beta, np.float64) if norm.center else 0.0
    factor = gamma / np.sqrt(variance + norm.epsilon)
    return reading.scale(call.sources[0], factor, beta - mean * factor, call.name)


def _read_rescaling(reading: Reading, call: Call) -> Place:
    layer = call.operation
    return _scaled(reading, call, layer.scale, layer.offset)


def _read_normalization(reading: Reading, call: Call) -> Place:
    layer = call.operation
    mean = np.asarray(layer.mean, np.float64)
    deviation = np.sqrt(np.asarray(layer.variance, np.float64))
    deviation = np.maximum(deviation, keras.config.epsilon())
    factor, offset = 1.0 / deviation, -mean / deviation
    if layer.invert:
        factor, offset = deviation, mean
    return _scaled(reading, call, factor, offset)


def _scaled(reading: Reading, call: Call, factor: Any, offset: Any) -> Place:
    """By what is one number, or one a channel, in any shape that says so."""
    for value in (factor, offset):
        shape = np.shape(value)
        if np.size(value) != 1 and shape[-1:] != (np.size(value),):
            expected = "one value, or one for each channel"
            raise refusal(call.operation, expected, str(shape), _HINT)
    factor, offset = np.ravel(factor), np.ravel(offset)
    return reading.scale(call.sources[0], factor, offset, call.name)


_HINT = "normalize along the last axis"
READERS = {
    _layers.BatchNormalization: _read_batch_norm,
    _layers.Rescaling: _read_rescaling,
    _layers.Normalization: _read_normalization,
}
