"""ADD and SUB: what a file may say, and the portable kernels."""

from __future__ import annotations

from tinycnn.compiler.arithmetic.numerics import Multiplier, quantize_multiplier
from tinycnn.compiler.ir.graph import ClampedAttrs, Tensor
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Param
from tinycnn.compiler.operators.shared.activation import clamp_params
from tinycnn.compiler.operators.shared.broadcast import (
    broadcast_params,
    check_broadcast,
    lower_binary,
)

__all__ = ["LEFT_SHIFT", "check", "find_multipliers", "lower_add", "lower_sub"]

LEFT_SHIFT = 20  # of tcnn_rescale_term


def check(node: Node) -> None:
    """Scales whose ratio the left shift has room for."""
    check_broadcast(node)
    a, b, y = node.input(0), node.input(1), node.int8_output()
    if 2 * max(a.scale, b.scale) >= (1 << LEFT_SHIFT) * y.scale:
        node.refuse(f"the output scale {y.scale} is too small")


def lower_add(lowering: Lowering, node: Node) -> None:
    """A simpler kernel adds what is of one shape."""
    if node.input(0).shape != node.input(1).shape:
        _lower_terms(lowering, node, {"sign": 1})
        return
    params: dict[str, Param] = {"size": node.output().size, **_terms(node)}
    lower_binary(lowering, node, "tcnn_add_s8", "tcnn_add_params_t", params)


def lower_sub(lowering: Lowering, node: Node) -> None:
    """ADD with the second term's sign turned."""
    _lower_terms(lowering, node, {"sign": -1})


def _lower_terms(lowering: Lowering, node: Node, sign: dict[str, Param]) -> None:
    params = {"broadcast": broadcast_params(node), **sign, **_terms(node)}
    function, params_type = "tcnn_add_broadcast_s8", "tcnn_add_broadcast_params_t"
    lower_binary(lowering, node, function, params_type, params)


def find_multipliers(node: Node) -> tuple[Multiplier, Multiplier, Multiplier]:
    """Those of both terms, to twice the larger of their scales, and of the sum."""
    a, b, y = node.input(0), node.input(1), node.output()
    twice_largest = 2.0 * max(a.scale, b.scale)
    return (
        quantize_multiplier(a.scale / twice_largest),
        quantize_multiplier(b.scale / twice_largest),
        quantize_multiplier(twice_largest / ((1 << LEFT_SHIFT) * y.scale)),
    )


def _terms(node: Node) -> dict[str, Param]:
    """The scales of both terms and the sum."""
    first, second, output = find_multipliers(node)
    return {
        "input1": _term(node.input(0), first),
        "input2": _term(node.input(1), second),
        "output": _term(node.output(), output),
        **clamp_params(node.attrs(ClampedAttrs).clamp),
    }


def _term(tensor: Tensor, multiplier: Multiplier) -> dict[str, Param]:
    return {
        "zero_point": tensor.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }
