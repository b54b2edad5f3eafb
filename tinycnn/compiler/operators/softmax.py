"""SOFTMAX and LOG_SOFTMAX over the last dimension.

SOFTMAX of int8 goes by a table of exponentials; both exist for floats at the border.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.fixed_point import softmax_exp_table
from tinycnn.compiler.graph import Attrs
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.operators.operator import (
    Node,
    Operator,
    RawOp,
    no_macs,
    read_nothing,
)
from tinycnn.compiler.program import Param

__all__ = ["LOG_SOFTMAX", "SOFTMAX", "SoftmaxAttrs"]

_MAX_CLASSES = 4095  # the sum of exponentials has 12 integer bits


@dataclass(frozen=True, slots=True)
class SoftmaxAttrs(Attrs):
    """Options: softmax(beta * x)."""

    beta: float


def _read(raw: RawOp) -> SoftmaxAttrs:
    return SoftmaxAttrs(raw.float32(0))


def _check_softmax(node: Node) -> None:
    beta = node.attrs(SoftmaxAttrs).beta
    if not (math.isfinite(beta) and beta > 0):
        node.refuse(f"expected a beta above 0, got {beta}")
    if node.input().dtype == "float32":
        _check_float(node)
    else:
        _check_int8(node, beta)


def _check_int8(node: Node, beta: float) -> None:
    node.check_inputs(1)
    x, y = node.int8_input(), node.int8_output()
    node.check_output_shape(x.shape)
    if y.zero_point != -128 or abs(y.scale - 1 / 256) > 0.001 / 256 or not x.shape:
        node.refuse(
            f"expected output scale 1/256 and zero point -128, got {y.scale} and "
            f"{y.zero_point}"
        )
    if not beta * x.scale * 2**26 > 1:
        node.refuse(f"beta {beta} with input scale {x.scale} is too small")
    if x.shape[-1] > _MAX_CLASSES:
        node.refuse(f"expected at most {_MAX_CLASSES} classes, got {x.shape[-1]}")


def _check_float(node: Node) -> None:
    node.check_inputs(1)
    x = node.check_activation(node.input(), "float32")
    node.check_activation(node.output(), "float32")
    node.check_output_shape(x.shape)
    if not x.shape:
        node.refuse("expected at least one dimension, got none")


def _lower_softmax(lowering: Lowering, node: Node) -> None:
    x, beta = node.input(), node.attrs(SoftmaxAttrs).beta
    if x.dtype == "float32":
        _lower_float(lowering, node, {"beta": beta, "logarithmic": 0})
        return
    table = softmax_exp_table(x.scale, beta)
    params: dict[str, Param] = {
        "rows": x.size // x.shape[-1],
        "channels": x.shape[-1],
        "table_size": len(table),
        "exp": lowering.array(node, "exp", "int32_t", table),
    }
    lowering.call(node, "tcnn_softmax_s8", "tcnn_softmax_params_t", params)


def _lower_log_softmax(lowering: Lowering, node: Node) -> None:
    _lower_float(lowering, node, {"beta": 1.0, "logarithmic": 1})


def _lower_float(lowering: Lowering, node: Node, options: dict[str, Param]) -> None:
    x = node.input()
    rows: dict[str, Param] = {
        "rows": x.size // x.shape[-1],
        "channels": x.shape[-1],
    }
    params = {**rows, **options}
    lowering.call(node, "tcnn_softmax_f32", "tcnn_softmax_f32_params_t", params)


SOFTMAX = Operator("SOFTMAX", 25, _read, _check_softmax, _lower_softmax, no_macs)
LOG_SOFTMAX = Operator(
    "LOG_SOFTMAX", 50, read_nothing, _check_float, _lower_log_softmax, no_macs
)
