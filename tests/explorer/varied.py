"""One small model of the operators that few networks have."""

from __future__ import annotations

import numpy as np

from tests.compiler.models import add_conv
from tests.compiler.tflite_builder import ModelBuilder

__all__ = ["varied_model"]


def varied_model(side: int = 6) -> bytes:
    """PRELU, resizing both ways, squared difference, look-up, pads, two ways to end."""
    b = ModelBuilder()
    x = b.tensor((1, side, side, 1), scale=1 / 255, zero_point=-128)
    y = add_conv(b, x, (3, 3, 3, 1), (1, side, side, 3), scale=0.02)
    y = _move_zero(b, y, (1, side, side, 3))
    slope = np.array([20, 60, 110], np.int8).reshape(1, 1, 3)
    slopes = b.tensor((1, 1, 3), scale=1 / 128, zero_point=0, data=slope)
    bent = b.tensor((1, side, side, 3), scale=0.02, zero_point=-20)
    b.op("PRELU", [y, slopes], [bent])
    large = (1, 2 * side, 2 * side, 3)
    size = b.tensor((2,), "int32", data=np.array(large[1:3], np.int32))
    maps = []
    for kind in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"):
        maps.append(b.tensor(large, scale=0.02, zero_point=-20))
        b.op(kind, [bent, size], [maps[-1]], halfPixelCenters=True)
    apart = b.tensor(large, scale=0.002, zero_point=-128)
    b.op("SQUARED_DIFFERENCE", maps, [apart])
    lit = b.tensor(large, scale=1 / 256, zero_point=-128)
    b.op("LOGISTIC", [apart], [lit])
    amounts = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
    wide = (1, 2 * side + 2, 2 * side + 2, 3)
    padded = b.tensor(wide, scale=1 / 256, zero_point=-128)
    b.op("PAD", [lit, b.tensor((4, 2), "int32", data=amounts)], [padded])
    mirrored = b.tensor(
        (1, wide[1] + 2, wide[2] + 2, 3), scale=1 / 256, zero_point=-128
    )
    b.op("MIRROR_PAD", [padded, b.tensor((4, 2), "int32", data=amounts)], [mirrored])
    return b.build([x], _decide(b, mirrored, wide[1] + 2))


def _move_zero(b: ModelBuilder, x: int, shape: tuple[int, ...]) -> int:
    """Numbers of both signs: a third is taken off."""
    y = b.tensor(shape, scale=0.02, zero_point=0)
    constant = b.tensor((1,), scale=0.01, zero_point=0, data=np.array([90], np.int8))
    b.op("SUB", [x, constant], [y])
    return y


def _decide(b: ModelBuilder, x: int, side: int) -> list[int]:
    """Mean of windows, a dense layer, shares: their logarithms, and as real numbers."""
    half = side // 4
    pooled = b.tensor((1, half, half, 3), scale=1 / 256, zero_point=-128)
    window = {"filterHeight": 4, "filterWidth": 4, "strideH": 4, "strideW": 4}
    b.op("AVERAGE_POOL_2D", [x], [pooled], padding=1, **window)
    flat = half * half * 3
    vector = b.tensor((1, flat), scale=1 / 256, zero_point=-128)
    target = b.tensor((2,), "int32", data=np.array([1, flat], np.int32))
    b.op("RESHAPE", [pooled, target], [vector])
    rng = np.random.default_rng(8)
    data = rng.integers(-127, 128, (4, flat)).astype(np.int8)
    scores = b.tensor((1, 4), scale=0.05, zero_point=3)
    weights = b.tensor((4, flat), scale=0.01, data=data)
    b.op("FULLY_CONNECTED", [vector, weights], [scores])
    logarithms = b.tensor((1, 4), scale=1 / 16, zero_point=127)
    b.op("LOG_SOFTMAX", [scores], [logarithms])
    real, shares = (b.tensor((1, 4), "float32") for _ in range(2))
    b.op("DEQUANTIZE", [scores], [real])
    b.op("SOFTMAX", [real], [shares], beta=1.0)
    return [logarithms, shares]
