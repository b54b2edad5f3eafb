"""MAX_POOL_2D and AVERAGE_POOL_2D: what a file may say, and the portable kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.activation import clamp_params, read_clamp
from tinycnn.compiler.operators.shared.window import (
    Extent,
    Sides,
    Window,
    read_window,
    window_output,
)

__all__ = [
    "PoolAttrs",
    "check",
    "count_pixels",
    "find_window",
    "lower",
    "lower_pool",
    "read",
]


@dataclass(frozen=True, slots=True)
class PoolAttrs(ClampedAttrs):
    """Options: rows and columns of window and stride, padding."""

    window: Extent
    stride: Extent
    padding: Sides


def read(raw: RawOp) -> PoolAttrs:
    """Their attributes."""
    window = raw.int32(4), raw.int32(3)
    stride, padding = read_window(raw, window, (1, 1))
    return PoolAttrs(window, stride, padding, clamp=read_clamp(raw, raw.int8(5)))


def find_window(node: Node) -> Window:
    """What slides over the input."""
    attrs = node.attrs(PoolAttrs)
    return Window(attrs.window, attrs.stride, (1, 1), attrs.padding)


def count_pixels(node: Node) -> int:
    """Steps of the inner loop: one a pixel of the window, for each output."""
    return node.output().size * math.prod(node.attrs(PoolAttrs).window)


def check(node: Node) -> None:
    """Input and output of one quantization, the output as large as windows give."""
    node.check_inputs(1)
    x, y, attrs = node.int8_input(), node.int8_output(), node.attrs(PoolAttrs)
    node.check_same_quant(x, y)
    size = window_output(node, x, attrs.window, (1, 1), attrs.stride, attrs.padding)
    node.check_output_shape((1, *size, x.shape[3]))


def lower(lowering: Lowering, node: Node) -> None:
    """The portable kernel of its name."""
    lower_pool(lowering, node, f"tcnn_{node.op.kind.lower()}_s8")


def lower_pool(lowering: Lowering, node: Node, function: str) -> None:
    """Add the call of a kernel that takes `tcnn_pool_params_t`."""
    x, y, attrs = node.input(), node.output(), node.attrs(PoolAttrs)
    params: dict[str, Param] = {
        "input_height": x.shape[1],
        "input_width": x.shape[2],
        "channels": x.shape[3],
        "output_height": y.shape[1],
        "output_width": y.shape[2],
        "window_height": attrs.window[0],
        "window_width": attrs.window[1],
        "stride_height": attrs.stride[0],
        "stride_width": attrs.stride[1],
        "pad_top": attrs.padding[0],
        "pad_left": attrs.padding[1],
        **clamp_params(attrs.clamp),
    }
    lowering.call(node, function, "tcnn_pool_params_t", params)
