"""TRANSPOSE_CONV: what a file may say, and the portable kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.activation import read_clamp
from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.compiler.operators.shared.convolution import lower_convolution
from tinycnn.compiler.operators.shared.weighted_sum import (
    Sum,
    bias_of,
    break_down_sum,
    rescaling_of,
)
from tinycnn.compiler.operators.shared.weights import check_weights
from tinycnn.compiler.operators.shared.window import Extent, Window, same_padding
from tinycnn.errors import InvalidModelError

__all__ = ["TransposeConvAttrs", "as_conv", "break_down", "check", "count_macs"]
__all__ += ["find_window", "lower", "read"]


@dataclass(frozen=True, slots=True)
class TransposeConvAttrs(ClampedAttrs):
    """Options.

    Attributes:
        stride: Rows, columns.
        same: Whether the padding is SAME.
        cut: Rows and columns cut from the output's top and left by it.
        shape: Of the output, as the first input says.
    """

    stride: Extent
    same: bool
    cut: Extent
    shape: tuple[int, ...]


def read(raw: RawOp) -> TransposeConvAttrs:
    """Its attributes.

    Raises:
        InvalidModelError: If an option contradicts another.
    """
    stride, padding = (raw.int32(2), raw.int32(1)), raw.int8(0)
    shape = tuple(raw.constant(0).reshape(-1).tolist())
    window = raw.input(1).shape[1:3]
    if len(shape) != 4 or len(raw.input(1).shape) != 4 or min(stride) < 1:
        raise InvalidModelError(
            f"{raw.label}: expected 4-D output and weights and strides of at least 1, "
            f"got {shape}, {raw.input(1).shape}, {stride}"
        )
    if padding not in (0, 1):
        raise InvalidModelError(f"{raw.label}: expected padding 0 or 1, got {padding}")
    top, left = (
        0 if padding else same_padding(size, w, s)[0]
        for size, w, s in zip(shape[1:3], window, stride, strict=True)
    )
    clamp = read_clamp(raw, raw.int8(3))
    return TransposeConvAttrs(stride, padding == 0, (top, left), shape, clamp=clamp)


def as_conv(node: Node) -> Node:
    """`node` with the inputs in the order of CONV_2D: activation, weights, bias."""
    ids = node.op.inputs
    op = replace(node.op, inputs=(ids[2], ids[1], *ids[3:]))
    return Node(node.graph, op)


def check(node: Node) -> None:
    """Weights for all input channels; the input that the output's shape asks for."""
    node.check_inputs(3, 4)
    conv, attrs = as_conv(node), node.attrs(TransposeConvAttrs)
    x, y = conv.int8_input(), conv.int8_output()
    w = check_weights(conv, axis=0)
    if len(x.shape) != 4 or x.shape[0] != 1 or w.shape[3] != x.shape[3]:
        node.refuse(f"expected batch 1 of {w.shape[3]} channels, got {x.shape}")
    node.check_output_shape(attrs.shape)
    if y.shape[0] != 1 or y.shape[3] != w.shape[0]:
        node.invalid(f"expected {w.shape[0]} output channels, got {y.shape}")
    for axis in (1, 2):
        window = 1 if attrs.same else w.shape[axis]
        back = (y.shape[axis] - window) // attrs.stride[axis - 1] + 1
        if back != x.shape[axis]:
            node.invalid(f"expected an input of {back} on axis {axis}, got {x.shape}")


def lower(lowering: Lowering, node: Node) -> None:
    """The portable kernel."""
    conv, attrs = as_conv(node), node.attrs(TransposeConvAttrs)
    window = find_window(node)
    params, *constants = lower_convolution(lowering, conv, window, attrs.clamp)
    lowering.call(node, "tcnn_transpose_conv_s8", params, *constants)


def find_window(node: Node) -> Window:
    """What is laid down on the output."""
    attrs, (_, rows, columns, _) = node.attrs(TransposeConvAttrs), node.input(1).shape
    return Window((rows, columns), attrs.stride, (1, 1), (*attrs.cut, 0, 0))


def break_down(element: Element) -> Breakdown:
    """A weight for each input pixel whose window is laid over the output's."""
    node, channel = element.node, element.position[3]
    conv, (image, w) = as_conv(node), (element.value(2), element.value(1))
    _, y, x, _ = element.position
    stride, cut = (
        node.attrs(TransposeConvAttrs).stride,
        node.attrs(TransposeConvAttrs).cut,
    )
    pairs = [
        (row, column, ky, kx)
        for row in range(image.shape[1])
        for column in range(image.shape[2])
        for ky, kx in [(y + cut[0] - row * stride[0], x + cut[1] - column * stride[1])]
        if 0 <= ky < w.shape[1] and 0 <= kx < w.shape[2]
    ]
    depth = range(image.shape[3])
    places = tuple((row, column, c) for row, column, _, _ in pairs for c in depth)
    windows = [(ky, kx, c) for _, _, ky, kx in pairs for c in depth]
    taken = [w[channel, ky, kx, c] for ky, kx, c in windows]
    found = replace(element, node=conv)
    terms = Sum(
        places,
        np.array(windows, np.int64).reshape(-1, 3),
        np.array([image[(0, *place)] for place in places], np.int64),
        np.array(taken, np.int64),
        np.zeros(len(places), np.bool_),
        conv.input().zero_point,
        bias_of(found, channel),
    )
    return break_down_sum(terms, rescaling_of(found, channel, is_once=False))


def count_macs(node: Node) -> int:
    """One a weight, for each input."""
    x, w = node.input(2), node.input(1)
    return x.size * math.prod(w.shape[:3])
