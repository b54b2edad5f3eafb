"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.cases.draw import draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder


def quantize(rng: np.random.Generator) -> bytes:
    source, target = pick(
        rng, ("float32", "int8"), ("uint8", "int8"), ("int8", "uint8"), ("int8", "int8")
    )
    b = ModelBuilder()
    ids = []
    for dtype in (source, target):
        scale, zero_point = draw_quant(rng)
        if rng.random() < 0.3:
            scale = float(pick(rng, 0.5, 1.0, 2.0))
        offset = 128 if dtype == "uint8" else 0
        quant: dict[str, Any] = {} if dtype == "float32" else {"scale": scale}
        ids.append(b.tensor((1, 60), dtype, zero_point=zero_point + offset, **quant))
    b.op("QUANTIZE", [ids[0]], [ids[1]])
    return b.build([ids[0]], [ids[1]])


def dequantize(rng: np.random.Generator) -> bytes:
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, 60), scale=scale, zero_point=zero_point)
    y = b.tensor((1, 60), "float32")
    b.op("DEQUANTIZE", [x], [y])
    return b.build([x], [y])


CASES = {
    "QUANTIZE": quantize,
    "DEQUANTIZE": dequantize,
}
