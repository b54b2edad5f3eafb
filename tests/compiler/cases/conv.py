"""Convolutions."""

from __future__ import annotations

from tests.compiler.cases.draw import (
    ACTIVATIONS,
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


def conv_options(padding, strides, dilations, activation):
    return {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "dilationHFactor": dilations[0],
        "dilationWFactor": dilations[1],
        "fusedActivationFunction": activation,
    }


def conv_2d(rng):
    h, w, c = draw_image(rng)
    channels = int(pick(rng, 1, rng.integers(1, 9)))
    padding, kernels, strides, dilations, sizes = draw_window(rng, h, w, dilate=True)
    scale, zero_point = draw_quant(rng)
    data = draw_weights(rng, (channels, *kernels, c))
    per_channel = rng.random() < 0.9
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=per_channel)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor(data.shape, scale=w_scales, data=data)
    bias = b.tensor(
        (channels,),
        "int32",
        [scale * s for s in w_scales],
        data=draw_bias(rng, channels),
    )
    y = b.tensor((1, *sizes, channels), scale=y_scale, zero_point=draw_quant(rng)[1])
    options = conv_options(padding, strides, dilations, pick(rng, *ACTIVATIONS))
    b.op("CONV_2D", [x, k, bias], [y], **options)
    return b.build([x], [y])


def depthwise_conv_2d(rng):
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
    bias = b.tensor(
        (channels,),
        "int32",
        [scale * s for s in w_scales],
        data=draw_bias(rng, channels),
    )
    y = b.tensor((1, *sizes, channels), scale=y_scale, zero_point=draw_quant(rng)[1])
    options = conv_options(padding, strides, dilations, pick(rng, *ACTIVATIONS))
    b.op("DEPTHWISE_CONV_2D", [x, k, bias], [y], depthMultiplier=multiplier, **options)
    return b.build([x], [y])


CASES = {
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
}
