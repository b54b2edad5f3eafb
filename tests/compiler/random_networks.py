"""Random valid networks of 3 to 20 operators, each from a seed.

A network is a chain of blocks on an image (convolutions, pooling, residual additions,
branches that are joined, activation functions), then a head. Each output scale is
chosen so that the values use the int8 range: signals survive to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.compiler.cases.draw import SAME, VALID, draw_bias, output_size, pick
from tests.compiler.tflite_builder import ModelBuilder

MOST_OPERATORS = 20


class Network:
    """A model in the making: where the signal is, and how large it may get."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.builder = ModelBuilder()
        self.shape = (
            1,
            *(int(rng.integers(4, 17)) for _ in "hw"),
            int(pick(rng, 1, 3)),
        )
        self.current = self.activation(self.shape, 0.05)
        self.inputs = [self.current]

    def activation(
        self, shape: tuple[int, ...], scale: float, zero_point: int | None = None
    ) -> int:
        """A new int8 tensor."""
        if zero_point is None:
            zero_point = int(pick(self.rng, -128, 0, self.rng.integers(-128, 128)))
        return self.builder.tensor(shape, scale=scale, zero_point=zero_point)

    def scale_of(self, tensor: int) -> float:
        """The scale of an activation."""
        return float(self.builder.tensors[tensor].quantization.scale[0])

    def zero_point_of(self, tensor: int) -> int:
        """The zero point of an activation."""
        return int(self.builder.tensors[tensor].quantization.zeroPoint[0])

    def like_current(self, shape: tuple[int, ...]) -> int:
        """A tensor of the current quantization, as movements of data demand."""
        return self.activation(
            shape, self.scale_of(self.current), self.zero_point_of(self.current)
        )

    def add(
        self,
        kind: str,
        inputs: Sequence[int],
        output: int,
        shape: tuple[int, ...],
        **options: Any,
    ) -> None:
        """An operator whose output becomes the signal."""
        self.builder.op(kind, inputs, [output], **options)
        self.current, self.shape = output, shape

    def weights(
        self, shape: tuple[int, ...], channels: int, axis: int
    ) -> tuple[int, int, float]:
        """Random weights and bias; with the scale that their sums need."""
        data = self.rng.integers(-127, 128, shape).astype(np.int8)
        scales = 2.0 ** self.rng.uniform(-9, -6, channels)
        x_scale = self.scale_of(self.current)
        b = self.builder
        w = b.tensor(shape, scale=scales, data=data, axis=axis)
        bias = b.tensor(
            (channels,), "int32", x_scale * scales, data=draw_bias(self.rng, channels)
        )
        fan_in = data.size // channels
        return w, bias, x_scale * float(scales.mean()) * 40 * np.sqrt(fan_in)


def convolve(net: Network) -> None:
    """CONV_2D or DEPTHWISE_CONV_2D."""
    rng = net.rng
    depthwise, kernel = rng.random() < 0.4, int(pick(rng, 1, 3, 3, 5))
    channels = net.shape[3] if depthwise else int(rng.integers(1, 13))
    add_convolution(net, kernel, channels, depthwise=depthwise)


def separate(net: Network) -> None:
    """DEPTHWISE_CONV_2D, or now and then CONV_2D, then one of 1 x 1."""
    rng = net.rng
    kernel, depthwise = int(pick(rng, 3, 3, 3, 5)), rng.random() < 0.9
    add_convolution(net, kernel, net.shape[3], depthwise=depthwise)
    add_convolution(net, 1, draw_width(rng), depthwise=False)


def draw_width(rng: np.random.Generator) -> int:
    """Channels, of which kernels may take some at a time."""
    return int(pick(rng, 4, 8, 12, 20, 36))


def add_convolution(
    net: Network, kernel: int, channels: int, *, depthwise: bool
) -> None:
    """One of that size, or of the image's if that is smaller."""
    rng, (_, h, w, c) = net.rng, net.shape
    kernel, padding = min(kernel, h, w), pick(rng, SAME, VALID)
    stride = 1 if kernel == 1 else int(pick(rng, 1, 1, 2))
    kernels = (1 if depthwise else channels, kernel, kernel, c)
    weights, bias, scale = net.weights(kernels, channels, 3 if depthwise else 0)
    sizes = (output_size(size, kernel, stride, 1, padding) for size in (h, w))
    shape = (1, *sizes, channels)
    options = {"depthMultiplier": 1} if depthwise else {}
    net.add(
        "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
        [net.current, weights, bias],
        net.activation(shape, scale),
        shape,
        padding=padding,
        strideH=stride,
        strideW=stride,
        fusedActivationFunction=pick(rng, 0, 1, 3),
        **options,
    )


def pool(net: Network) -> None:
    """MAX_POOL_2D or AVERAGE_POOL_2D of 2 x 2."""
    _, h, w, c = net.shape
    size = min(2, h, w)
    shape = (1, h // size, w // size, c)
    kind = pick(net.rng, "MAX_POOL_2D", "AVERAGE_POOL_2D")
    options = {"filterHeight": size, "filterWidth": size, "padding": VALID}
    output = net.like_current(shape)
    net.add(kind, [net.current], output, shape, strideH=size, strideW=size, **options)


def pad(net: Network) -> None:
    """PAD of rows and columns."""
    amounts = np.zeros((4, 2), np.int32)
    amounts[1:3] = net.rng.integers(0, 2, (2, 2))
    shape = tuple(int(d + p.sum()) for d, p in zip(net.shape, amounts, strict=True))
    k = net.builder.tensor((4, 2), "int32", data=amounts)
    net.add("PAD", [net.current, k], net.like_current(shape), shape)


def residual(net: Network) -> None:
    """A convolution of 1 x 1, added to (or multiplied with) what went into it."""
    rng, skipped, channels = net.rng, net.current, net.shape[3]
    weights, bias, scale = net.weights((channels, 1, 1, channels), channels, 0)
    inner = net.activation(net.shape, scale)
    net.add(
        "CONV_2D", [net.current, weights, bias], inner, net.shape, strideH=1, strideW=1
    )
    if rng.random() < 0.7:
        kind, scale = pick(rng, "ADD", "SUB"), 1.2 * max(scale, net.scale_of(skipped))
    else:
        kind, scale = "MUL", 60 * scale * net.scale_of(skipped)
    options = {"fusedActivationFunction": pick(rng, 0, 1)}
    output = net.activation(net.shape, scale)
    net.add(kind, [inner, skipped], output, net.shape, **options)


def branch(net: Network) -> None:
    """Two convolutions of the same input, joined along the channels."""
    rng, source, (_, h, w, c) = net.rng, net.current, net.shape
    scale, zero_point = net.scale_of(source) * 2, int(rng.integers(-128, 128))
    outputs, total = [], 0
    for _ in "ab":
        channels = int(rng.integers(1, 7))
        net.current = source
        weights, bias, _ = net.weights((channels, 1, 1, c), channels, 0)
        y = net.activation((1, h, w, channels), scale, zero_point)
        net.builder.op("CONV_2D", [source, weights, bias], [y], strideH=1, strideW=1)
        outputs.append(y)
        total += channels
    shape = (1, h, w, total)
    output = net.activation(shape, scale, zero_point)
    net.add("CONCATENATION", outputs, output, shape, axis=3)


def activate(net: Network) -> None:
    """An activation function of its own."""
    kind = pick(net.rng, "LOGISTIC", "TANH", "RELU", "HARD_SWISH", "LEAKY_RELU")
    scale, zero_point = {
        "LOGISTIC": (1 / 256, -128),
        "TANH": (1 / 128, 0),
    }.get(kind, (net.scale_of(net.current), None))
    options = {"alpha": 0.25} if kind == "LEAKY_RELU" else {}
    output = net.activation(net.shape, scale, zero_point)
    net.add(kind, [net.current], output, net.shape, **options)


def dense(net: Network) -> None:
    """The head: mean or flattening, FULLY_CONNECTED, perhaps SOFTMAX."""
    rng, b = net.rng, net.builder
    if rng.random() < 0.5:
        axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
        shape = (1, net.shape[3])
        output = net.activation(shape, net.scale_of(net.current) / 2)
        net.add("MEAN", [net.current, axes], output, shape)
    else:
        shape = (1, int(np.prod(net.shape)))
        target = b.tensor((2,), "int32", data=np.array(shape, np.int32))
        output = net.like_current(shape)
        net.add("RESHAPE", [net.current, target], output, shape, newShape=shape)
    classes = int(rng.integers(1, 12))
    weights, bias, scale = net.weights((classes, shape[1]), classes, 0)
    if rng.random() < 0.5:  # one scale a tensor
        for tensor in (b.tensors[weights], b.tensors[bias]):
            tensor.quantization.scale = tensor.quantization.scale[:1]
            tensor.quantization.zeroPoint = tensor.quantization.zeroPoint[:1]
    output = net.activation((1, classes), scale)
    net.add("FULLY_CONNECTED", [net.current, weights, bias], output, (1, classes))
    if rng.random() < 0.5:
        output = net.activation((1, classes), 1 / 256, -128)
        net.add("SOFTMAX", [net.current], output, (1, classes), beta=1.0)


BLOCKS = (convolve, convolve, convolve, pool, pad, residual, branch, activate)


def draw_network(rng: np.random.Generator) -> bytes:
    """The bytes of a random network's `.tflite` file."""
    net = Network(rng)
    blocks = int(rng.integers(1, 9))
    for _ in range(blocks):
        if len(net.builder.operators) < MOST_OPERATORS - 6:
            pick(rng, *BLOCKS)(net)
    dense(net)
    return net.builder.build(net.inputs, [net.current])


def draw_separable_network(rng: np.random.Generator) -> bytes:
    """The same of one whose convolutions are mostly depthwise ones and of 1 x 1."""
    net = Network(rng)
    add_convolution(net, 3, draw_width(rng), depthwise=False)
    for _ in range(int(rng.integers(1, 5))):
        pick(rng, separate, separate, residual)(net)
    dense(net)
    return net.builder.build(net.inputs, [net.current])
