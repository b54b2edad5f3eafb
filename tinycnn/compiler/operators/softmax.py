"""SOFTMAX over the last dimension, by a table of exponentials."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.fixed_point import softmax_exp_table
from tinycnn.compiler.graph import Attrs
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.operators.operator import Node, Operator, RawOp, no_macs
from tinycnn.compiler.program import Param

__all__ = ["SOFTMAX", "SoftmaxAttrs"]

_MAX_CLASSES = 4095  # the sum of exponentials has 12 integer bits


@dataclass(frozen=True, slots=True)
class SoftmaxAttrs(Attrs):
    """Options: softmax(beta * x)."""

    beta: float


def _read(raw: RawOp) -> SoftmaxAttrs:
    return SoftmaxAttrs(raw.float32(0))


def _check(node: Node) -> None:
    node.check_inputs(1)
    x, y, beta = node.int8_input(), node.int8_output(), node.attrs(SoftmaxAttrs).beta
    node.check_output_shape(x.shape)
    if y.zero_point != -128 or abs(y.scale - 1 / 256) > 0.001 / 256 or not x.shape:
        node.refuse(
            f"expected output scale 1/256 and zero point -128, got {y.scale} and "
            f"{y.zero_point}"
        )
    if not (math.isfinite(beta) and beta * x.scale * 2**26 > 1):
        node.refuse(f"beta {beta} with input scale {x.scale} is too small")
    if x.shape[-1] > _MAX_CLASSES:
        node.refuse(f"expected at most {_MAX_CLASSES} classes, got {x.shape[-1]}")


def _lower(lowering: Lowering, node: Node) -> None:
    x = node.input()
    table = softmax_exp_table(x.scale, node.attrs(SoftmaxAttrs).beta)
    params: dict[str, Param] = {
        "rows": x.size // x.shape[-1],
        "channels": x.shape[-1],
        "table_size": len(table),
        "exp": lowering.array(node, "exp", "int32_t", table),
    }
    lowering.call(node, "tcnn_softmax_s8", "tcnn_softmax_params_t", params)


SOFTMAX = Operator("SOFTMAX", 25, _read, _check, _lower, no_macs)
