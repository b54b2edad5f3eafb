"""Random one-operator models of the sizes and weights that cores' kernels are for.

Images and channels are large enough for every loop to be entered, passed by and
repeated; weights are those of TFLite's converter, within -127 and 127.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.cases import CASES, Draw
from tests.compiler.cases.conv import add_bias, conv_options
from tests.compiler.cases.draw import (
    ACTIVATIONS,
    draw_quant,
    draw_scales,
    draw_window,
    output_size,
    pick,
)
from tests.compiler.cases.movement import Movement, padded
from tests.compiler.equality import REFUSED
from tests.compiler.tflite_builder import TYPES, ModelBuilder
from tinycnn.compiler.arithmetic.numerics import Numerics


def draw_weights(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Weights of the converter's whole range, or nothing but its largest ones."""
    if rng.random() < 0.1:
        return np.where(rng.random(shape) < 0.5, -127, 127).astype(np.int8)
    return rng.integers(-127, 128, shape).astype(np.int8)


def add_layer(
    rng: np.random.Generator,
    kind: str,
    shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    data: np.ndarray,
    axis: int,
    *,
    per_channel: bool | None = None,
    **options: Any,
) -> bytes:
    """A model of one operator with weights and a bias."""
    channels = out_shape[-1]
    scale, zero_point = draw_quant(rng)
    if per_channel is None:
        per_channel = kind == "DEPTHWISE_CONV_2D" or rng.random() < 0.8
    w_scales, y_scale = draw_scales(rng, scale, data, channels, per_channel=per_channel)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    w = b.tensor(data.shape, scale=w_scales, data=data, axis=axis)
    bias = add_bias(rng, b, scale, w_scales, channels)
    y = b.tensor(out_shape, scale=y_scale, zero_point=draw_quant(rng)[1])
    b.op(kind, [x, w, bias], [y], **options)
    return b.build([x], [y])


def conv_2d(rng: np.random.Generator) -> bytes:
    """Any window over any number of channels."""
    h, w = (int(rng.integers(1, 10)) for _ in "hw")
    depth, channels = (int(rng.integers(1, 24)) for _ in "io")
    padding, kernels, strides, _, sizes = draw_window(rng, h, w, dilate=False)
    return add_layer(
        rng,
        "CONV_2D",
        (1, h, w, depth),
        (1, *sizes, channels),
        draw_weights(rng, (channels, *kernels, depth)),
        0,
        **conv_options(padding, strides, (1, 1), pick(rng, *ACTIVATIONS)),
    )


def conv_2d_in_parts(rng: np.random.Generator) -> bytes:
    """Dilated, in groups, or both; strides with dilations."""
    h, w = (int(rng.integers(1, 14)) for _ in "hw")
    groups, (depth, filters) = int(pick(rng, 1, 2, 2, 3, 4)), rng.integers(1, 14, 2)
    padding, stride = int(rng.integers(2)), int(pick(rng, 1, 1, 2, 3, 4))
    least = 2 if groups == 1 else 1
    dilations = int(rng.integers(1, 4)), int(rng.integers(least, 4))
    kernels = tuple(
        int(rng.integers(1, min(6, (size - 1) // dilation + 2 if padding else 6)))
        for size, dilation in zip((h, w), dilations, strict=True)
    )
    sizes = [
        output_size(size, kernel, stride, dilation, padding)
        for size, kernel, dilation in zip((h, w), kernels, dilations, strict=True)
    ]
    return add_layer(
        rng,
        "CONV_2D",
        (1, h, w, groups * int(depth)),
        (1, *sizes, groups * int(filters)),
        draw_weights(rng, (groups * int(filters), *kernels, int(depth))),
        0,
        **conv_options(padding, (stride,) * 2, dilations, pick(rng, *ACTIVATIONS)),
    )


def conv_2d_3x3(rng: np.random.Generator) -> bytes:
    """Windows of 3 x 3, stride 1."""
    padding = int(rng.integers(2))
    h, w = (int(rng.integers(3 if padding else 1, 15)) for _ in "hw")
    depth, channels = (int(rng.integers(1, 24)) for _ in "io")
    return add_layer(
        rng,
        "CONV_2D",
        (1, h, w, depth),
        (1, h - 2 * padding, w - 2 * padding, channels),
        draw_weights(rng, (channels, 3, 3, depth)),
        0,
        **conv_options(padding, (1, 1), (1, 1), pick(rng, *ACTIVATIONS)),
    )


def depthwise_conv_2d_3x3(rng: np.random.Generator, stride: int = 1) -> bytes:
    """Windows of 3 x 3, stride 1."""
    padding = int(rng.integers(2))
    h, w = (int(rng.integers(3 if padding else 1, 15)) for _ in "hw")
    channels = int(rng.integers(1, 24))
    sizes = [output_size(size, 3, stride, 1, padding) for size in (h, w)]
    return add_layer(
        rng,
        "DEPTHWISE_CONV_2D",
        (1, h, w, channels),
        (1, *sizes, channels),
        draw_weights(rng, (1, 3, 3, channels)),
        3,
        depthMultiplier=1,
        **conv_options(padding, (stride,) * 2, (1, 1), pick(rng, *ACTIVATIONS)),
    )


def depthwise_conv_2d_3x3_of_stride_2(rng: np.random.Generator) -> bytes:
    """Windows of 3 x 3, stride 2."""
    return depthwise_conv_2d_3x3(rng, stride=2)


def fully_connected(rng: np.random.Generator) -> bytes:
    """One row, of any multiple of 4."""
    return one_row(rng, 4 * int(rng.integers(1, 65)))


def fully_connected_of_long_rows(rng: np.random.Generator) -> bytes:
    """One row, of a multiple of 4 beyond 256."""
    return one_row(rng, 4 * int(rng.integers(65, 140)))


def one_row(rng: np.random.Generator, inputs: int) -> bytes:
    """One row of so many inputs; in half of all, channels have one scale."""
    outputs = int(rng.integers(16, 32) if inputs > 256 else rng.integers(1, 24))
    return add_layer(
        rng,
        "FULLY_CONNECTED",
        (1, inputs),
        (1, outputs),
        draw_weights(rng, (outputs, inputs)),
        0,
        per_channel=rng.random() < 0.5,
        fusedActivationFunction=pick(rng, *ACTIVATIONS),
    )


def conv_2d_of_small_windows(rng: np.random.Generator) -> bytes:
    """Windows of one row, of 4 or 8 bytes; ReLU6 or ReLU are most frequent."""
    h, w = (int(rng.integers(1, 10)) for _ in "hw")
    size, columns = (int(2 ** rng.integers(2, 4)), int(2 ** rng.integers(3)))
    columns = min(columns, 2 ** int(np.log2(w)), size)
    strides = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    channels = int(rng.integers(1, 24))
    sizes = [(h - 1) // strides[0] + 1, (w - columns) // strides[1] + 1]
    return add_layer(
        rng,
        "CONV_2D",
        (1, h, w, size // columns),
        (1, *sizes, channels),
        draw_weights(rng, (channels, 1, columns, size // columns)),
        0,
        **conv_options(1, strides, (1, 1), pick(rng, *ACTIVATIONS)),
    )


def depthwise_conv_2d_of_one_channel(rng: np.random.Generator) -> bytes:
    """A filter for each output channel over the only input channel."""
    h, w = (int(rng.integers(1, 10)) for _ in "hw")
    channels = int(rng.integers(1, 24))
    padding, kernels, strides, _, _ = draw_window(rng, h, w, dilate=False)
    stride = strides[0]
    sizes = [
        output_size(size, kernel, stride, 1, padding)
        for size, kernel in zip((h, w), kernels, strict=True)
    ]
    return add_layer(
        rng,
        "DEPTHWISE_CONV_2D",
        (1, h, w, 1),
        (1, *sizes, channels),
        draw_weights(rng, (1, *kernels, channels)),
        3,
        depthMultiplier=channels,
        **conv_options(padding, (stride,) * 2, (1, 1), pick(rng, *ACTIVATIONS)),
    )


def depthwise_conv_2d_of_fours(rng: np.random.Generator) -> bytes:
    """Any window over a multiple of four channels."""
    h, w = (int(rng.integers(1, 10)) for _ in "hw")
    channels = 4 * int(rng.integers(1, 6))
    padding, kernels, strides, dilations, _ = draw_window(rng, h, w, dilate=True)
    stride = strides[0]
    sizes = [
        output_size(size, kernel, stride, dilation, padding)
        for size, kernel, dilation in zip((h, w), kernels, dilations, strict=True)
    ]
    return add_layer(
        rng,
        "DEPTHWISE_CONV_2D",
        (1, h, w, channels),
        (1, *sizes, channels),
        draw_weights(rng, (1, *kernels, channels)),
        3,
        depthMultiplier=1,
        **conv_options(padding, (stride,) * 2, dilations, pick(rng, *ACTIVATIONS)),
    )


def depthwise_conv_2d_of_any_window(rng: np.random.Generator) -> bytes:
    """Large windows and images, strides with dilations, odd channels, filters more."""
    h, w = (int(pick(rng, 1, rng.integers(1, 24))) for _ in "hw")
    channels = int(pick(rng, 4, 8, rng.integers(2, 10)))
    multiplier = int(pick(rng, 1, 1, 1, 2, 3))
    padding, stride = int(rng.integers(2)), int(pick(rng, 1, 1, 2, 2, 3, 4))
    dilations = int(pick(rng, 1, 1, 2, 3)), int(pick(rng, 1, 1, 2, 3))
    kernels = tuple(
        int(rng.integers(1, min(12, (size - 1) // dilation + 2 if padding else 12)))
        for size, dilation in zip((h, w), dilations, strict=True)
    )
    sizes = [
        output_size(size, kernel, stride, dilation, padding)
        for size, kernel, dilation in zip((h, w), kernels, dilations, strict=True)
    ]
    return add_layer(
        rng,
        "DEPTHWISE_CONV_2D",
        (1, h, w, channels),
        (1, *sizes, channels * multiplier),
        draw_weights(rng, (1, *kernels, channels * multiplier)),
        3,
        depthMultiplier=multiplier,
        **conv_options(padding, (stride,) * 2, dilations, pick(rng, *ACTIVATIONS)),
    )


def concatenation(rng: np.random.Generator) -> bytes:
    """Images side by side, their channels in runs of any length."""
    h, w = (int(rng.integers(1, 10)) for _ in "hw")
    m, depths = Movement(rng), rng.integers(1, 70, int(rng.integers(1, 4))).tolist()
    x = m.activation((1, h, w, depths[0]))
    others = [m.constant((1, h, w, depth)) for depth in depths[1:]]
    return m.build("CONCATENATION", x, [x, *others], [(1, h, w, sum(depths))], axis=3)


def transpose(rng: np.random.Generator) -> bytes:
    """Images whose dimensions change places."""
    m, order = Movement(rng), rng.permutation(4)
    shape = (1, *(int(d) for d in rng.integers(1, 24, 3)))
    x, y = m.activation(shape), tuple(shape[i] for i in order)
    return m.build("TRANSPOSE", x, [x, m.numbers(order)], [y])


def mean_of_image(rng: np.random.Generator) -> bytes:
    """Images of many pixels become one."""
    h, w, c = (int(d) for d in rng.integers(4, 30, 3))
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    y_scale, y_zero_point = scale * 2.0 ** rng.uniform(-3, 1), draw_quant(rng)[1]
    y = b.tensor((1, c), scale=y_scale, zero_point=y_zero_point)
    b.op("MEAN", [x, axes], [y])
    return b.build([x], [y])


def average_pool_of_large_windows(rng: np.random.Generator) -> bytes:
    """Windows of whole images, or nearly."""
    h, w, c = (int(d) for d in rng.integers(8, 26, 3))
    rows, columns = h - int(rng.integers(3)), w - int(rng.integers(3))
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    shape = (1, h - rows + 1, w - columns + 1, c)
    y = b.tensor(shape, scale=scale, zero_point=zero_point)
    options = {"filterHeight": rows, "filterWidth": columns, "padding": 1}
    b.op("AVERAGE_POOL_2D", [x], [y], strideH=1, strideW=1, **options)
    return b.build([x], [y])


def arg_extremum_of_words(rng: np.random.Generator, dtype: str = "int32") -> bytes:
    """Of many neighbours, often some that are equal."""
    shape = (int(rng.integers(1, 20)), int(rng.integers(1, 70)))
    b = ModelBuilder()
    x = b.tensor(shape, scale=0.1, zero_point=0)
    axis = b.tensor((), "int32", data=np.array(1, np.int32))
    y = b.tensor(shape[:1], dtype)
    b.op(pick(rng, "ARG_MAX", "ARG_MIN"), [x, axis], [y], outputType=TYPES[dtype])
    return b.build([x], [y])


def arg_extremum_of_words_64(rng: np.random.Generator) -> bytes:
    """The same with places of 64 bits."""
    return arg_extremum_of_words(rng, "int64")


def pool_of_few_channels(rng: np.random.Generator, kind: str) -> bytes:
    """Images of one to three channels, of any size, at times one row."""
    h, w = int(pick(rng, 1, *rng.integers(5, 20, 3))), int(rng.integers(5, 20))
    c, (scale, zero_point) = int(rng.integers(1, 4)), draw_quant(rng)
    padding, kernels, strides, _, sizes = draw_window(rng, h, w, dilate=False)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    y = b.tensor((1, *sizes, c), scale=scale, zero_point=zero_point)
    b.op(
        kind,
        [x],
        [y],
        padding=padding,
        strideH=strides[0],
        strideW=strides[1],
        filterHeight=kernels[0],
        filterWidth=kernels[1],
    )
    return b.build([x], [y])


def max_pool_of_few_channels(rng: np.random.Generator) -> bytes:
    """Of largest values."""
    return pool_of_few_channels(rng, "MAX_POOL_2D")


def average_pool_of_few_channels(rng: np.random.Generator) -> bytes:
    """Of means."""
    return pool_of_few_channels(rng, "AVERAGE_POOL_2D")


def pad(rng: np.random.Generator) -> bytes:
    """Images with borders, narrow or wide; now and then of channels."""
    shape = (1, *(int(d) for d in rng.integers(1, 24, 3)))
    padding = rng.integers(0, 5, (4, 2))
    padding[0] = 0
    padding[3] *= rng.random() < 0.3
    return padded(Movement(rng), "PAD", shape, padding)


# A kernel, cases for it, and the least share of them for which it must be offered.
DSP_CASES: tuple[tuple[str, Draw, float], ...] = (
    ("tcnn_add_s8_dsp", CASES["ADD"], 0.6),
    ("tcnn_add_s8_dsp", CASES["SUB"], 0.6),
    ("tcnn_add_terms_s8_dsp", CASES["ADD"], 0.8),
    ("tcnn_add_terms_s8_dsp", CASES["SUB"], 0.8),
    ("tcnn_average_pool_2d_s8_dsp", CASES["AVERAGE_POOL_2D"], 1.0),
    ("tcnn_arg_extremum_s8_s32_dsp", arg_extremum_of_words, 1.0),
    ("tcnn_arg_extremum_s8_s64_dsp", arg_extremum_of_words_64, 1.0),
    ("tcnn_average_pool_2d_s8_dsp", average_pool_of_few_channels, 1.0),
    ("tcnn_average_pool_2d_s8_dsp", average_pool_of_large_windows, 1.0),
    ("tcnn_conv_2d_s8_dsp", conv_2d, 0.8),
    ("tcnn_conv_2d_s8_dsp", depthwise_conv_2d_of_one_channel, 0.8),
    ("tcnn_conv_2d_narrow_s8_dsp", conv_2d_of_small_windows, 0.3),
    ("tcnn_conv_2d_parts_s8_dsp", conv_2d_in_parts, 0.8),
    ("tcnn_conv_2d_parts_s8_dsp", CASES["TRANSPOSE_CONV"], 0.8),
    ("tcnn_conv_2d_parts_s8_dsp", CASES["SPACE_TO_BATCH_ND"], 0.6),
    ("tcnn_conv_2d_windows_s8_dsp", CASES["CONV_2D"], 0.8),
    ("tcnn_conv_2d_windows_s8_dsp", CASES["SPACE_TO_BATCH_ND"], 0.8),
    ("tcnn_conv_2d_windows_s8_dsp", conv_2d, 1.0),
    ("tcnn_conv_2d_windows_s8_dsp", depthwise_conv_2d_of_one_channel, 1.0),
    ("tcnn_conv_2d_winograd_s8_dsp", conv_2d_3x3, 0.8),
    ("tcnn_copy_s8_dsp", concatenation, 1.0),
    ("tcnn_copy_s8_dsp", CASES["MIRROR_PAD"], 1.0),
    ("tcnn_copy_s8_dsp", CASES["SPLIT"], 1.0),
    ("tcnn_copy_s8_dsp", CASES["STRIDED_SLICE"], 0.15),
    ("tcnn_copy_s8_dsp", CASES["TILE"], 1.0),
    ("tcnn_copy_s8_dsp", transpose, 0.8),
    ("tcnn_depthwise_conv_2d_s8_dsp", depthwise_conv_2d_3x3, 0.8),
    ("tcnn_depthwise_conv_2d_quads_s8_dsp", depthwise_conv_2d_of_fours, 0.9),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", depthwise_conv_2d_of_any_window, 0.8),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", CASES["DEPTHWISE_CONV_2D"], 0.5),
    ("tcnn_depthwise_conv_2d_planes_s8_dsp", CASES["BATCH_TO_SPACE_ND"], 0.5),
    (
        "tcnn_depthwise_conv_2d_stride_2_s8_dsp",
        depthwise_conv_2d_3x3_of_stride_2,
        0.6,
    ),
    ("tcnn_fully_connected_rows_s8_dsp", CASES["FULLY_CONNECTED"], 1.0),
    ("tcnn_fully_connected_rows_s8_dsp", fully_connected, 1.0),
    ("tcnn_fully_connected_s8_dsp", fully_connected_of_long_rows, 0.4),
    ("tcnn_fully_connected_wide_s8_dsp", CASES["FULLY_CONNECTED"], 0.3),
    ("tcnn_fully_connected_wide_s8_dsp", fully_connected, 0.4),
    ("tcnn_lookup_s8_dsp", CASES["HARD_SWISH"], 1.0),
    ("tcnn_lookup_s8_dsp", CASES["RELU"], 1.0),
    ("tcnn_max_pool_2d_s8_dsp", CASES["MAX_POOL_2D"], 1.0),
    ("tcnn_max_pool_2d_s8_dsp", max_pool_of_few_channels, 1.0),
    ("tcnn_maximum_s8_dsp", CASES["MAXIMUM"], 1.0),
    ("tcnn_mean_s8_dsp", CASES["MEAN"], 0.9),
    ("tcnn_mean_s8_dsp", mean_of_image, 1.0),
    ("tcnn_minimum_s8_dsp", CASES["MINIMUM"], 1.0),
    ("tcnn_mul_s8_dsp", CASES["MUL"], 0.3),
    ("tcnn_pad_s8_dsp", pad, 0.8),
    ("tcnn_pad_s8_dsp", CASES["PADV2"], 0.8),
    ("tcnn_prelu_lines_s8_dsp", CASES["PRELU"], 0.8),
    ("tcnn_prelu_s8_dsp", CASES["PRELU"], 0.8),
    ("tcnn_quantize_f32_s8_dsp", CASES["QUANTIZE"], 0.1),
    ("tcnn_reduce_max_s8_dsp", CASES["REDUCE_MAX"], 1.0),
    ("tcnn_reduce_min_s8_dsp", CASES["REDUCE_MIN"], 1.0),
    ("tcnn_resize_bilinear_s8_dsp", CASES["RESIZE_BILINEAR"], 1.0),
    (
        "tcnn_resize_nearest_neighbor_s8_dsp",
        CASES["RESIZE_NEAREST_NEIGHBOR"],
        1.0,
    ),
    ("tcnn_softmax_s8_dsp", CASES["SOFTMAX"], 0.5),
    ("tcnn_squared_difference_s8_dsp", CASES["SQUARED_DIFFERENCE"], 0.8),
    ("tcnn_transpose_conv_windows_s8_dsp", CASES["TRANSPOSE_CONV"], 1.0),
)

# Likewise for cores with a fast multiplication and no more.
MUL_CASES: tuple[tuple[str, Draw, float], ...] = (
    ("tcnn_add_linear_s8_mul", CASES["ADD"], 0.6),
    ("tcnn_add_linear_s8_mul", CASES["SUB"], 0.6),
    ("tcnn_conv_2d_triples_s8_mul", CASES["CONV_2D"], 0.8),
    ("tcnn_conv_2d_triples_s8_mul", CASES["SPACE_TO_BATCH_ND"], 0.8),
    ("tcnn_conv_2d_triples_s8_mul", conv_2d, 1.0),
    ("tcnn_conv_2d_triples_s8_mul", conv_2d_3x3, 1.0),
    ("tcnn_conv_2d_triples_s8_mul", depthwise_conv_2d_of_one_channel, 1.0),
    ("tcnn_depthwise_conv_2d_lines_s8_mul", CASES["DEPTHWISE_CONV_2D"], 0.6),
    ("tcnn_depthwise_conv_2d_lines_s8_mul", CASES["BATCH_TO_SPACE_ND"], 0.6),
    ("tcnn_depthwise_conv_2d_lines_s8_mul", depthwise_conv_2d_3x3, 1.0),
    (
        "tcnn_depthwise_conv_2d_lines_s8_mul",
        depthwise_conv_2d_3x3_of_stride_2,
        1.0,
    ),
    ("tcnn_fully_connected_sixes_s8_mul", CASES["FULLY_CONNECTED"], 1.0),
    ("tcnn_fully_connected_sixes_s8_mul", fully_connected, 1.0),
)

KERNEL_CASES = DSP_CASES + MUL_CASES


def is_refused(draw: Draw, numerics: Numerics) -> bool:
    """Whether the reference has no such operator, or none of such types."""
    if numerics == "tflm" and draw is arg_extremum_of_words_64:
        return True
    return any(draw is CASES.get(kind) for kind in REFUSED[numerics])
