"""FULLY_CONNECTED."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases.draw import (
    ACTIVATIONS,
    draw_bias,
    draw_quant,
    draw_scales,
    draw_weights,
    pick,
)
from tests.compiler.tflite_builder import ModelBuilder


def fully_connected(rng: np.random.Generator) -> bytes:
    depth, channels = int(rng.integers(1, 40)), int(pick(rng, 1, rng.integers(1, 20)))
    rows = int(pick(rng, 1, 1, 3))
    scale, zero_point = draw_quant(rng)
    per_channel = bool(rng.random() < 0.4)
    data = draw_weights(rng, (channels, depth))
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=per_channel)
    b = ModelBuilder()
    x = b.tensor((rows, depth), scale=scale, zero_point=zero_point)
    k = b.tensor(data.shape, scale=w_scales, data=data)
    inputs = [x, k]
    if rng.random() < 0.8:
        bias_scale = [scale * s for s in w_scales]
        bias = draw_bias(rng, channels)
        inputs.append(b.tensor((channels,), "int32", bias_scale, data=bias))
    y = b.tensor((rows, channels), scale=y_scale, zero_point=draw_quant(rng)[1])
    activation = pick(rng, *ACTIVATIONS)
    b.op("FULLY_CONNECTED", inputs, [y], fusedActivationFunction=activation)
    return b.build([x], [y])


CASES = {
    "FULLY_CONNECTED": fully_connected,
}
