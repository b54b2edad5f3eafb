"""The twin's outputs as int8, to compare them with the converted model's.

In: a fake-quantized twin and images. Out: raw int8 outputs and how they are quantized,
comparable byte for byte with what an int8 interpreter returns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.training.fit import predict

__all__ = ["fake_quantized_outputs", "output_quantization"]


def fake_quantized_outputs(twin: Any, images: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The int8 outputs of `twin` for `images`, one row each."""
    scale, zero_point = output_quantization(twin)
    return np.round(predict(twin, images) / scale + zero_point).astype(np.int8)


def output_quantization(twin: Any) -> tuple[float, int]:
    """Scale and zero point of the twin's output."""
    layer = twin.outputs[0]._keras_history.operation
    while not hasattr(layer, "quantization"):  # pooling and reshaping keep the grid
        source = layer.input[0] if isinstance(layer.input, list) else layer.input
        layer = source._keras_history.operation
    scale, zero_point = layer.quantization()
    return float(scale), int(zero_point)
