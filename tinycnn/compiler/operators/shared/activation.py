"""Fused activation functions: the int8 range that each leaves.

Follows TFLite's CalculateActivationRangeQuantized.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tinycnn.compiler.ir.graph import Clamp, ClampedAttrs, Tensor
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.errors import UnsupportedModelError

__all__ = [
    "quantize_range",
    "read_clamp",
    "read_first_clamp",
]

_NAMES = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")
_RANGES: Mapping[int, tuple[float, float]] = MappingProxyType(
    {
        0: (-math.inf, math.inf),
        1: (0.0, math.inf),
        2: (-1.0, 1.0),
        3: (0.0, 6.0),
    }
)


def read_first_clamp(raw: RawOp) -> ClampedAttrs:
    """The attributes of an operator whose first option is the fused activation."""
    return ClampedAttrs(clamp=read_clamp(raw, raw.int8(0)))


def read_clamp(raw: RawOp, activation: int) -> Clamp:
    """Smallest and largest int8 output under the fused activation `activation`.

    Raises:
        UnsupportedModelError: If it is another function or the output has no scale.
    """
    if activation not in _RANGES:
        known = 0 <= activation < len(_NAMES)
        name = _NAMES[activation] if known else str(activation)
        raise UnsupportedModelError(
            f"{raw.label}: fused activation {name} is not supported",
            hint="supported: NONE, RELU, RELU_N1_TO_1, RELU6",
        )
    return quantize_range(raw, *_RANGES[activation])


def quantize_range(raw: RawOp, lowest: float, highest: float) -> Clamp:
    """Smallest and largest int8 output whose real values are in the range given.

    Raises:
        UnsupportedModelError: If the output has no scale.
    """
    if raw.output.quant is None:
        raise UnsupportedModelError(
            f"{raw.label}: expected a quantized output, got '{raw.output.name}' without"
        )
    low, high = (_quantize(bound, raw.output) for bound in (lowest, highest))
    return max(-128, low), min(127, high)


def _quantize(bound: float, tensor: Tensor) -> int:
    if math.isinf(bound):
        return -128 if bound < 0 else 127
    steps = float(np.float32(bound)) / tensor.scale
    if not abs(steps) < 1 << 31:
        raise UnsupportedModelError(
            f"tensor {tensor.id} ('{tensor.name}'): scale {tensor.scale} is too small "
            f"for an activation up to {bound}"
        )
    away = math.floor(abs(float(np.float32(steps))) + 0.5)
    return int(math.copysign(away, steps)) + tensor.zero_point
