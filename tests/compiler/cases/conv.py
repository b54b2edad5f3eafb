"""Convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.cases.draw import (
    ACTIVATIONS,
    SAME,
    VALID,
    draw_bias,
    draw_image,
    draw_quant,
    draw_scales,
    draw_weights,
    draw_window,
    output_size,
    pick,
)
from tests.compiler.tflite_builder import ModelBuilder


def conv_options(
    padding: int, strides: tuple[int, int], dilations: tuple[int, int], activation: int
) -> dict[str, Any]:
    return {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "dilationHFactor": dilations[0],
        "dilationWFactor": dilations[1],
        "fusedActivationFunction": activation,
    }


def add_bias(
    rng: np.random.Generator,
    b: ModelBuilder,
    scale: float,
    w_scales: list[float],
    channels: int,
) -> int:
    """The tensor of a bias."""
    scales = [scale * s for s in w_scales]
    return b.tensor((channels,), "int32", scales, data=draw_bias(rng, channels))


def optional_bias(rng: np.random.Generator, *arguments: Any) -> list[int]:
    """A bias, most of the time."""
    return [] if rng.random() < 0.2 else [add_bias(rng, *arguments)]


def conv_2d(rng: np.random.Generator) -> bytes:
    h, w, c = draw_image(rng)
    channels = int(pick(rng, 1, rng.integers(1, 9)))
    groups = int(pick(rng, 1, 1, 2, rng.integers(1, 5)))
    channels, own = channels * groups, c
    c *= groups
    padding, kernels, strides, dilations, sizes = draw_window(rng, h, w, dilate=True)
    scale, zero_point = draw_quant(rng)
    data = draw_weights(rng, (channels, *kernels, own))
    per_channel = rng.random() < 0.9
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=per_channel)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor(data.shape, scale=w_scales, data=data)
    y = b.tensor((1, *sizes, channels), scale=y_scale, zero_point=draw_quant(rng)[1])
    options = conv_options(padding, strides, dilations, pick(rng, *ACTIVATIONS))
    bias = add_bias(rng, b, scale, w_scales, channels)
    b.op("CONV_2D", [x, k, bias], [y], **options)
    return b.build([x], [y])


def depthwise_conv_2d(rng: np.random.Generator) -> bytes:
    h, w, c = draw_image(rng)
    multiplier = int(pick(rng, 1, 1, 2, 3, 8))
    channels = c * multiplier
    padding, kernels, strides, dilations, sizes = draw_window(rng, h, w, dilate=True)
    if strides[0] != strides[1]:
        strides = (strides[0], strides[0])
        sizes = tuple(
            output_size(size, k, s, d, padding)
            for size, k, s, d in zip((h, w), kernels, strides, dilations, strict=True)
        )
    scale, zero_point = draw_quant(rng)
    data = draw_weights(rng, (1, *kernels, channels))
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=True)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor(data.shape, scale=w_scales, data=data, axis=3)
    y = b.tensor((1, *sizes, channels), scale=y_scale, zero_point=draw_quant(rng)[1])
    options = conv_options(padding, strides, dilations, pick(rng, *ACTIVATIONS))
    inputs = [x, k, *optional_bias(rng, b, scale, w_scales, channels)]
    b.op("DEPTHWISE_CONV_2D", inputs, [y], depthMultiplier=multiplier, **options)
    return b.build([x], [y])


def transpose_conv(rng: np.random.Generator) -> bytes:
    """The output may end anywhere within the last stride."""
    h, w, c = (min(size, 5) for size in draw_image(rng))
    channels = int(pick(rng, 1, rng.integers(1, 6)))
    padding = pick(rng, SAME, VALID)
    kernels = tuple(int(rng.integers(1, 5)) for _ in "hw")
    strides = tuple(int(rng.integers(1, 4)) for _ in "hw")
    sizes = tuple(
        (size - 1) * s + (1 if padding == SAME else k) + int(rng.integers(s))
        for size, k, s in zip((h, w), kernels, strides, strict=True)
    )
    scale, zero_point = draw_quant(rng)
    data = draw_weights(rng, (channels, *kernels, c))
    per_channel = rng.random() < 0.8
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=per_channel)
    b = ModelBuilder()
    shape = (1, *sizes, channels)
    k = b.tensor(data.shape, scale=w_scales, data=data)
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    target = b.tensor((4,), "int32", data=np.array(shape, np.int32))
    inputs = [target, k, x]
    inputs += optional_bias(rng, b, scale, w_scales, channels)
    y = b.tensor(shape, scale=y_scale, zero_point=draw_quant(rng)[1])
    options = {"padding": padding, "strideH": strides[0], "strideW": strides[1]}
    activation = pick(rng, *ACTIVATIONS)
    b.op("TRANSPOSE_CONV", inputs, [y], fusedActivationFunction=activation, **options)
    return b.build([x], [y])


def draw_dilation(rng: np.random.Generator, size: int, kernel: int) -> tuple[Any, ...]:
    """Of one dimension: block, (before, after) added, (before, after) cut, sizes."""
    block = int(pick(rng, 1, 2, rng.integers(1, 4)))
    before, wanted = (int(rng.integers(0, 4)) for _ in "ba")
    least = (kernel - 1) * block + 1
    wanted = max(wanted, least - size - before)
    spare = -(size + before + wanted) % block
    cut = int(rng.integers(0, before + 1)) if rng.random() < 0.2 else 0
    output = size + before + wanted - (kernel - 1) * block - cut
    if output < 1:
        cut, output = 0, output + cut
    inner = (size + before + wanted + spare) // block
    return block, (before, wanted + spare), (cut, spare), inner, output


def dilated(rng: np.random.Generator, kind: str) -> bytes:
    """A convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND."""
    h, w, c = draw_image(rng)
    kernels = tuple(int(rng.integers(1, 4)) for _ in "hw")
    blocks, added, cut, inner, sizes = zip(
        *(draw_dilation(rng, *each) for each in zip((h, w), kernels, strict=True)),
        strict=True,
    )
    multiplier = 1 if kind == "CONV_2D" else int(pick(rng, 1, 2))
    channels = int(rng.integers(1, 6)) if kind == "CONV_2D" else c * multiplier
    axis = 0 if kind == "CONV_2D" else 3
    shape = (channels, *kernels, c) if axis == 0 else (1, *kernels, channels)
    scale, zero_point = draw_quant(rng)
    data = draw_weights(rng, shape)
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=True)
    batch, y_zero_point = int(np.prod(blocks)), draw_quant(rng)[1]
    outer = [i - k + 1 for i, k in zip(inner, kernels, strict=True)]
    b = ModelBuilder()
    block, paddings, crops = (
        b.tensor(np.shape(values), "int32", data=np.array(values, np.int32))
        for values in (blocks, added, cut)
    )
    x, phases = (
        b.tensor(s, scale=scale, zero_point=zero_point)
        for s in ((1, h, w, c), (batch, *inner, c))
    )
    results, y = (
        b.tensor((n, *size, channels), scale=y_scale, zero_point=y_zero_point)
        for n, size in ((batch, outer), (1, sizes))
    )
    k = b.tensor(shape, scale=w_scales, data=data, axis=axis)
    bias = add_bias(rng, b, scale, w_scales, channels)
    options = conv_options(VALID, (1, 1), (1, 1), pick(rng, *ACTIVATIONS))
    if kind != "CONV_2D":
        options["depthMultiplier"] = multiplier
    b.op("SPACE_TO_BATCH_ND", [x, block, paddings], [phases])
    b.op(kind, [phases, k, bias], [results], **options)
    b.op("BATCH_TO_SPACE_ND", [results, block, crops], [y])
    return b.build([x], [y])


def space_to_batch_nd(rng: np.random.Generator) -> bytes:
    return dilated(rng, "CONV_2D")


def batch_to_space_nd(rng: np.random.Generator) -> bytes:
    return dilated(rng, "DEPTHWISE_CONV_2D")


CASES = {
    "BATCH_TO_SPACE_ND": batch_to_space_nd,
    "SPACE_TO_BATCH_ND": space_to_batch_nd,
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "TRANSPOSE_CONV": transpose_conv,
}
