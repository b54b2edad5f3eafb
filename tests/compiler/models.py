"""Small whole models, built by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.compiler.tflite_builder import ModelBuilder


def add_conv(
    b: ModelBuilder,
    x: int,
    shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    *,
    padding: int = 0,
    stride: int = 1,
    scale: float = 0.02,
    seed: int = 0,
) -> int:
    """Adds a CONV_2D with random weights; returns its output."""
    rng = np.random.default_rng(seed)
    data = rng.integers(-127, 128, shape).astype(np.int8)
    bias = rng.integers(-500, 500, shape[0]).astype(np.int32)
    w = b.tensor(shape, scale=np.full(shape[0], 0.01), data=data)
    k = b.tensor((shape[0],), "int32", np.full(shape[0], 0.0002), data=bias)
    y = b.tensor(out_shape, scale=scale, zero_point=-128)
    b.op(
        "CONV_2D",
        [x, w, k],
        [y],
        padding=padding,
        strideH=stride,
        strideW=stride,
        fusedActivationFunction=1,
    )
    return y


def residual_model() -> bytes:
    """Float in, float out: quantize, pad, conv, conv + add, mean, dense, softmax."""
    b = ModelBuilder()
    image = b.tensor((1, 9, 7, 3), "float32")
    x = b.tensor((1, 9, 7, 3), scale=1 / 255, zero_point=-128)
    b.op("QUANTIZE", [image], [x])
    amounts = np.array([[0, 0], [0, 1], [0, 1], [0, 0]], np.int32)
    padded = b.tensor((1, 10, 8, 3), scale=1 / 255, zero_point=-128)
    b.op("PAD", [x, b.tensor((4, 2), "int32", data=amounts)], [padded])
    first = add_conv(b, padded, (8, 3, 3, 3), (1, 4, 3, 8), padding=1, stride=2)
    second = add_conv(b, first, (8, 3, 3, 8), (1, 4, 3, 8), seed=1)
    total = b.tensor((1, 4, 3, 8), scale=0.03, zero_point=-128)
    b.op("ADD", [first, second], [total])
    mean = b.tensor((1, 8), scale=0.02, zero_point=-100)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    b.op("MEAN", [total, axes], [mean])
    rng = np.random.default_rng(2)
    data = rng.integers(-127, 128, (4, 8)).astype(np.int8)
    weights = b.tensor((4, 8), scale=0.01, data=data)
    logits = b.tensor((1, 4), scale=0.05, zero_point=3)
    b.op("FULLY_CONNECTED", [mean, weights], [logits])
    scores = b.tensor((1, 4), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [logits], [scores], beta=1.0)
    output = b.tensor((1, 4), "float32")
    b.op("DEQUANTIZE", [scores], [output])
    return b.build([image], [output])


def conv_model(**options: Any) -> bytes:
    """int8 in and out, one CONV_2D."""
    b = ModelBuilder()
    x = b.tensor((1, 6, 6, 2), scale=0.02, zero_point=-3)
    y = add_conv(b, x, (4, 3, 3, 2), (1, 6, 6, 4), **options)
    return b.build([x], [y])


def reshape_model() -> bytes:
    """int8 in and out, one RESHAPE."""
    b = ModelBuilder()
    x = b.tensor((1, 2, 6), scale=0.1)
    y = b.tensor((1, 12), scale=0.1)
    shape = b.tensor((2,), "int32", data=np.array([1, 12], np.int32))
    b.op("RESHAPE", [x, shape], [y])
    return b.build([x], [y])


def two_sided_model() -> bytes:
    """Two inputs; two outputs, each larger than one reply of the protocol."""
    b = ModelBuilder()
    shape = (1, 20, 20, 4)
    first = b.tensor(shape, "uint8", scale=0.02, zero_point=120)
    second = b.tensor(shape, scale=0.03, zero_point=-7)
    inner = b.tensor(shape, scale=0.02, zero_point=-8)
    b.op("QUANTIZE", [first], [inner])
    total = b.tensor(shape, scale=0.05, zero_point=3)
    b.op("ADD", [inner, second], [total])
    real = b.tensor(shape, "float32")
    b.op("DEQUANTIZE", [inner], [real])
    return b.build([first, second], [total, real])


def image_model(channels: int, *, rows: int = 24, columns: int = 32) -> bytes:
    """An int8 image to four int8 scores: conv, mean, dense, softmax."""
    b = ModelBuilder()
    x = b.tensor((1, rows, columns, channels), scale=1 / 255, zero_point=-128)
    extent = (rows - 1) // 2, (columns - 1) // 2
    first = add_conv(b, x, (8, 3, 3, channels), (1, *extent, 8), padding=1, stride=2)
    mean = b.tensor((1, 8), scale=0.01, zero_point=-128)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    b.op("MEAN", [first, axes], [mean])
    data = np.random.default_rng(13).integers(-127, 128, (4, 8)).astype(np.int8)
    weights = b.tensor((4, 8), scale=0.02, data=data)
    bias = b.tensor(
        (4,), "int32", scale=0.0002, data=np.array([0, 6000, 9000, 4000], np.int32)
    )
    logits = b.tensor((1, 4), scale=0.05)
    b.op("FULLY_CONNECTED", [mean, weights, bias], [logits])
    scores = b.tensor((1, 4), scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [logits], [scores], beta=1.0)
    return b.build([x], [scores])


def deep_model() -> bytes:
    """The same image and scores; a window of 1,152 bytes, which needs scratch."""
    b = ModelBuilder()
    x = b.tensor((1, 24, 32, 3), scale=1 / 255, zero_point=-128)
    first = add_conv(b, x, (128, 3, 3, 3), (1, 11, 15, 128), padding=1, stride=2)
    second = add_conv(b, first, (4, 3, 3, 128), (1, 5, 7, 4), padding=1, stride=2)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    scores = b.tensor((1, 4), scale=0.01, zero_point=-128)
    b.op("MEAN", [second, axes], [scores])
    return b.build([x], [scores])


def one_sigmoid_model(bias: int = 9000) -> bytes:
    """Four int8 values to one probability: dense, logistic."""
    b = ModelBuilder()
    x = b.tensor((1, 4), scale=1 / 255, zero_point=-128)
    data = np.array([[10, -20, 30, -40]], np.int8)
    weights = b.tensor((1, 4), scale=0.05, data=data)
    start = b.tensor((1,), "int32", scale=0.05 / 255, data=np.array([bias], np.int32))
    logit = b.tensor((1, 1), scale=0.05)
    b.op("FULLY_CONNECTED", [x, weights, start], [logit])
    score = b.tensor((1, 1), scale=1 / 256, zero_point=-128)
    b.op("LOGISTIC", [logit], [score])
    return b.build([x], [score])
