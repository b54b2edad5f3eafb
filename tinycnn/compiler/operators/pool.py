"""MAX_POOL_2D and AVERAGE_POOL_2D."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.activation import Clamp, clamp_params, read_clamp
from tinycnn.compiler.operators.operator import Operator, RawOp, no_macs
from tinycnn.compiler.operators.window import Pair, Sides, read_window, window_output

__all__ = ["AVERAGE_POOL_2D", "MAX_POOL_2D", "PoolAttrs", "lower_pool"]


@dataclass(frozen=True, slots=True)
class PoolAttrs(Attrs):
    """Options: rows and columns of window and stride, padding, output range."""

    window: Pair
    stride: Pair
    padding: Sides
    clamp: Clamp


def _read(raw: RawOp) -> PoolAttrs:
    window = raw.int32(4), raw.int32(3)
    stride, padding = read_window(raw, window, (1, 1))
    return PoolAttrs(window, stride, padding, read_clamp(raw, raw.int8(5)))


def _check(node: Node) -> None:
    node.check_inputs(1)
    x, y, attrs = node.int8_input(), node.int8_output(), node.attrs(PoolAttrs)
    node.check_same_quant(x, y)
    size = window_output(node, x, attrs.window, (1, 1), attrs.stride, attrs.padding)
    node.check_output_shape((1, *size, x.shape[3]))


def _lower(lowering: Lowering, node: Node) -> None:
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


MAX_POOL_2D = Operator("MAX_POOL_2D", 17, _read, _check, _lower, no_macs)
AVERAGE_POOL_2D = Operator("AVERAGE_POOL_2D", 1, _read, _check, _lower, no_macs)
