"""Random one-operator models, each from a seed; every draw is valid for the reference.

Shapes, strides, paddings, dilations, zero points, scales and clamps are drawn; edges
(one pixel, one channel, -128, 127) are drawn more often than chance would.
"""

from __future__ import annotations

import numpy as np

from tests.compiler.tflite_builder import ModelBuilder

SAME, VALID = 0, 1
ACTIVATIONS = (0, 1, 3)  # NONE, RELU, RELU6


def pick(rng, *values):
    return values[rng.integers(len(values))]


def draw_quant(rng):
    """Scale and zero point of an activation."""
    scale = float(np.float32(2.0 ** rng.uniform(-8, 1)))
    return scale, int(pick(rng, -128, -1, 0, 127, rng.integers(-128, 128)))


def draw_bias(rng, channels):
    return rng.integers(-300, 300, channels).astype(np.int32)


def draw_weights(rng, shape):
    """Weights of the whole range, or small ones, with which roundings show."""
    largest = pick(rng, 127, 2)
    weights = rng.integers(-largest, largest + 1, shape)
    edges = rng.random(shape) < 0.1
    return np.where(edges, pick(rng, -largest, 0, largest), weights).astype(np.int8)


def window(rng, size, padding, dilation=1):
    """A kernel size that fits `size`."""
    most = size if padding == SAME else (size - 1) // dilation + 1
    return (
        int(pick(rng, 1, 3, 5, rng.integers(1, 7)))
        if padding == SAME
        else int(rng.integers(1, min(most, 6) + 1))
    )


def output_size(size, kernel, stride, dilation, padding):
    effective = (kernel - 1) * dilation + 1
    return -(-size // stride) if padding == SAME else (size - effective) // stride + 1


def draw_image(rng):
    """Height, width and channels."""
    return (
        int(pick(rng, 1, rng.integers(1, 10))),
        int(pick(rng, 1, rng.integers(1, 10))),
        int(pick(rng, 1, 3, rng.integers(1, 9))),
    )


def draw_window(rng, h, w, *, dilate):
    """Padding, kernel, stride, dilation and output size for rows and columns."""
    padding = pick(rng, SAME, VALID)
    strides = tuple(int(rng.integers(1, 4)) for _ in "hw")
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


def conv_options(padding, strides, dilations, activation):
    return {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "dilationHFactor": dilations[0],
        "dilationWFactor": dilations[1],
        "fusedActivationFunction": activation,
    }


def draw_scales(rng, scale, weights, channels, *, per_channel):
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


def fully_connected(rng):
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


def pool(rng, kind):
    h, w, c = draw_image(rng)
    padding, kernels, strides, _, sizes = draw_window(rng, h, w, dilate=False)
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    y = b.tensor((1, *sizes, c), scale=scale, zero_point=zero_point)
    options = {
        "padding": padding,
        "strideH": strides[0],
        "strideW": strides[1],
        "filterHeight": kernels[0],
        "filterWidth": kernels[1],
        "fusedActivationFunction": pick(rng, *ACTIVATIONS),
    }
    b.op(kind, [x], [y], **options)
    return b.build([x], [y])


def max_pool_2d(rng):
    return pool(rng, "MAX_POOL_2D")


def average_pool_2d(rng):
    return pool(rng, "AVERAGE_POOL_2D")


def mean(rng):
    shape = (1, *draw_image(rng))
    axes = pick(rng, (1, 2), (1, 2), (1,), (2,), (3,), (1, 2, 3), (2, 3))
    keep = bool(rng.random() < 0.5)
    out = [1 if i in axes else d for i, d in enumerate(shape) if keep or i not in axes]
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    k = b.tensor((len(axes),), "int32", data=np.array(axes, np.int32))
    y_scale = scale * pick(rng, 1.0, 2.0 ** rng.uniform(-2, 2))
    y = b.tensor(out, scale=y_scale, zero_point=draw_quant(rng)[1])
    b.op("MEAN", [x, k], [y], keepDims=keep)
    return b.build([x], [y])


def add(rng):
    """Two inputs of unequal scale: one is the other, requantized."""
    h, w, c = draw_image(rng)
    b = ModelBuilder()
    tensors = []
    for _ in range(3):
        scale, zero_point = draw_quant(rng)
        tensors.append(b.tensor((1, h, w, c), scale=scale, zero_point=zero_point))
    x, other, y = tensors
    b.op("QUANTIZE", [x], [other])
    inputs = [x, other] if rng.random() < 0.8 else [other, other]
    b.op("ADD", inputs, [y], fusedActivationFunction=pick(rng, *ACTIVATIONS))
    return b.build([x], [y])


def pad(rng):
    rank = int(pick(rng, 4, 4, 3, 2))
    shape = (1, *draw_image(rng))[4 - rank :]
    padding = rng.integers(0, 3, (rank, 2)).astype(np.int32)
    if rank == 4:
        padding[0] = 0
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    k = b.tensor((rank, 2), "int32", data=padding)
    out = [d + int(p.sum()) for d, p in zip(shape, padding, strict=True)]
    y = b.tensor(out, scale=scale, zero_point=zero_point)
    b.op("PAD", [x, k], [y])
    return b.build([x], [y])


def reshape(rng):
    h, w, c = draw_image(rng)
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, h, w, c), scale=scale, zero_point=zero_point)
    k = b.tensor((2,), "int32", data=np.array([1, h * w * c], np.int32))
    y = b.tensor((1, h * w * c), scale=scale, zero_point=zero_point)
    b.op("RESHAPE", [x, k], [y], newShape=np.array([1, h * w * c], np.int32))
    return b.build([x], [y])


def softmax(rng):
    rows, channels = int(pick(rng, 1, 1, 4)), int(pick(rng, 1, 2, rng.integers(1, 40)))
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((rows, channels), scale=scale, zero_point=zero_point)
    y = b.tensor((rows, channels), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [x], [y], beta=float(pick(rng, 1.0, 1.0, 0.5, 2.0)))
    return b.build([x], [y])


def quantize(rng):
    source, target = pick(
        rng, ("float32", "int8"), ("uint8", "int8"), ("int8", "uint8"), ("int8", "int8")
    )
    b = ModelBuilder()
    ids = []
    for dtype in (source, target):
        scale, zero_point = draw_quant(rng)
        offset = 128 if dtype == "uint8" else 0
        quant = {} if dtype == "float32" else {"scale": scale}
        ids.append(b.tensor((1, 60), dtype, zero_point=zero_point + offset, **quant))
    b.op("QUANTIZE", [ids[0]], [ids[1]])
    return b.build([ids[0]], [ids[1]])


def dequantize(rng):
    scale, zero_point = draw_quant(rng)
    b = ModelBuilder()
    x = b.tensor((1, 60), scale=scale, zero_point=zero_point)
    y = b.tensor((1, 60), "float32")
    b.op("DEQUANTIZE", [x], [y])
    return b.build([x], [y])


CASES = {
    "ADD": add,
    "AVERAGE_POOL_2D": average_pool_2d,
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "DEQUANTIZE": dequantize,
    "FULLY_CONNECTED": fully_connected,
    "MAX_POOL_2D": max_pool_2d,
    "MEAN": mean,
    "PAD": pad,
    "QUANTIZE": quantize,
    "RESHAPE": reshape,
    "SOFTMAX": softmax,
}


def draw_inputs(rng, tensor, count):
    """Inputs for a tensor: random, and the edges of its type."""
    shape = (count, tensor.size)
    if tensor.dtype == "float32":
        return rng.uniform(-300, 300, shape).astype(np.float32)
    info = np.iinfo(tensor.dtype)
    inputs = rng.integers(info.min, info.max + 1, shape).astype(tensor.dtype)
    inputs[0], inputs[1] = info.min, info.max
    return inputs
