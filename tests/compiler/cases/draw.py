"""What all families of cases draw: shapes, scales, weights, windows.

Edges (one pixel, one channel, -128, 127, powers of two) come more often than by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinycnn.compiler import Tensor

Draw = Callable[[np.random.Generator], bytes]  # a model that holds one operator

SAME, VALID = 0, 1
ACTIVATIONS = (0, 1, 3)  # NONE, RELU, RELU6


def pick(rng: np.random.Generator, *values: Any) -> Any:
    return values[rng.integers(len(values))]


def draw_quant(rng: np.random.Generator) -> tuple[float, int]:
    """Scale and zero point of an activation."""
    scale = float(np.float32(2.0 ** rng.uniform(-8, 1)))
    return scale, int(pick(rng, -128, -1, 0, 127, rng.integers(-128, 128)))


def draw_bias(rng: np.random.Generator, channels: int) -> np.ndarray:
    return rng.integers(-300, 300, channels).astype(np.int32)


def draw_weights(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Weights of the whole range, or small ones, with which roundings show."""
    largest = pick(rng, 127, 2)
    weights = rng.integers(-largest, largest + 1, shape)
    edges = rng.random(shape) < 0.1
    return np.where(edges, pick(rng, -largest, 0, largest), weights).astype(np.int8)


def draw_image(rng: np.random.Generator) -> tuple[int, int, int]:
    """Height, width and channels."""
    return (
        int(pick(rng, 1, rng.integers(1, 10))),
        int(pick(rng, 1, rng.integers(1, 10))),
        int(pick(rng, 1, 3, rng.integers(1, 9))),
    )


def window(rng: np.random.Generator, size: int, padding: int, dilation: int = 1) -> int:
    """A kernel size that fits `size`."""
    most = size if padding == SAME else (size - 1) // dilation + 1
    return (
        int(pick(rng, 1, 3, 5, rng.integers(1, 7)))
        if padding == SAME
        else int(rng.integers(1, min(most, 6) + 1))
    )


def output_size(
    size: int, kernel: int, stride: int, dilation: int, padding: int
) -> int:
    effective = (kernel - 1) * dilation + 1
    return -(-size // stride) if padding == SAME else (size - effective) // stride + 1


def draw_window(
    rng: np.random.Generator, h: int, w: int, *, dilate: bool
) -> tuple[Any, ...]:
    """Padding, kernel, stride, dilation and output size for rows and columns."""
    padding = pick(rng, SAME, VALID)
    strides = tuple(int(rng.integers(1, 4)) for _ in "hw")
    if dilate and rng.random() < 0.4:
        strides = (1, 1)
    dilations = tuple(int(rng.integers(1, 4)) if dilate else 1 for _ in "hw")
    if dilate and strides != (1, 1):
        dilations = (1, 1)
    kernels = tuple(
        window(rng, size, padding, d) for size, d in zip((h, w), dilations, strict=True)
    )
    outputs = tuple(
        output_size(size, k, s, d, padding)
        for size, k, s, d in zip((h, w), kernels, strides, dilations, strict=True)
    )
    return padding, kernels, strides, dilations, outputs


def draw_scales(
    rng: np.random.Generator,
    scale: float,
    weights: np.ndarray,
    channels: int,
    *,
    per_channel: bool,
) -> tuple[list[float], float]:
    """Weight scales and an output scale at which the sums use the int8 range.

    Some are powers of two, so that exact ties occur.
    """
    count = channels if per_channel else 1
    exponents = [rng.uniform(-9, -5) for _ in range(count)]
    typical = np.sqrt(weights.size / channels) * np.abs(weights).mean() + 1
    exponent = np.log2(scale * typical) + max(exponents) + rng.uniform(0, 2)
    if rng.random() < 0.3:
        exponents = [round(e) for e in exponents]
        exponent = round(exponent - np.log2(scale)) + np.log2(scale)
    return [float(np.float32(2.0**e)) for e in exponents], float(
        np.float32(2.0**exponent)
    )


def draw_rows(
    rng: np.random.Generator, tensors: Sequence[Tensor], count: int
) -> np.ndarray:
    """Inputs of a model, the bytes of all its tensors laid end to end in each row."""
    parts = [draw_inputs(rng, tensor, count).view(np.int8) for tensor in tensors]
    return np.concatenate(parts, axis=1)


def draw_inputs(rng: np.random.Generator, tensor: Tensor, count: int) -> np.ndarray:
    """Inputs for a tensor: random, the edges of its type, and each of its values."""
    shape = (count, tensor.size)
    if tensor.dtype == "float32":
        reals = rng.uniform(-300, 300, shape)
        quarters = rng.random(shape) < 0.2  # halfway between integers, on some scales
        return np.where(quarters, np.rint(4 * reals) / 4, reals).astype(np.float32)
    info = np.iinfo(tensor.dtype)
    inputs = rng.integers(info.min, info.max + 1, shape).astype(tensor.dtype)
    inputs[0], inputs[1] = info.min, info.max
    if tensor.size >= 256:
        inputs[2, :256] = np.arange(info.min, info.max + 1)
    return inputs
