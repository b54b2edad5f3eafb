"""Keras architecture -> int8 `.tflite` without any training.

The file has the operators, shapes and sizes of the trained one; its weights are as
drawn and its ranges are those of noise, so it says what a network needs, not what it
knows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.training.convert import convert_model
from tinycnn.training.quantize import calibrate, quantize_model

__all__ = ["convert_untrained"]

_NOISE_IMAGES, _NOISE = 16, 0.1


def convert_untrained(model: Any) -> bytes:
    """The int8 `.tflite` of `model` as it is.

    Weights that are all zero become noise in `model`: the converter would leave out
    biases that training fills.

    Raises:
        UnsupportedModelError: If `model` holds something without int8 counterpart.
        ToolchainError: If the converter fails.
    """
    rng = np.random.default_rng(0)
    weights = model.get_weights()
    model.set_weights(
        [w if np.any(w) else rng.normal(0, _NOISE, w.shape) for w in weights]
    )
    twin = quantize_model(model)
    shape = (_NOISE_IMAGES, *model.inputs[0].shape[1:])
    calibrate(twin, rng.integers(0, 256, shape, np.uint8))
    return convert_model(twin)
