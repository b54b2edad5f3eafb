"""ADD of two tensors of one shape."""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.graph import Attrs, Tensor
from tinycnn.compiler.lowering import Lowering
from tinycnn.compiler.numerics import quantize_multiplier
from tinycnn.compiler.operators.activation import Clamp, clamp_params, read_clamp
from tinycnn.compiler.operators.operator import Node, Operator, RawOp, no_macs
from tinycnn.compiler.program import Param

__all__ = ["ADD", "AddAttrs"]

_LEFT_SHIFT = 20  # LEFT_SHIFT of tcnn_add_s8.c


@dataclass(frozen=True, slots=True)
class AddAttrs(Attrs):
    """Options; `clamp` is the int8 range of the fused activation."""

    clamp: Clamp


def _read(raw: RawOp) -> AddAttrs:
    return AddAttrs(read_clamp(raw, raw.int8(0)))


def _check(node: Node) -> None:
    node.check_inputs(2)
    a, b, y = node.int8_input(0), node.int8_input(1), node.int8_output()
    if a.shape != b.shape:
        node.refuse(f"expected two inputs of one shape, got {a.shape} and {b.shape}")
    node.check_output_shape(a.shape)
    if 2 * max(a.scale, b.scale) >= (1 << _LEFT_SHIFT) * y.scale:
        node.refuse(f"the output scale {y.scale} is too small")


def _lower(lowering: Lowering, node: Node) -> None:
    a, b, y = node.input(0), node.input(1), node.output()
    twice_largest = 2.0 * max(a.scale, b.scale)
    params: dict[str, Param] = {
        "size": y.size,
        "input1": _term(a, a.scale / twice_largest),
        "input2": _term(b, b.scale / twice_largest),
        "output": _term(y, twice_largest / ((1 << _LEFT_SHIFT) * y.scale)),
        **clamp_params(node.attrs(AddAttrs).clamp),
    }
    lowering.call(node, "tcnn_add_s8", "tcnn_add_params_t", params)


def _term(tensor: Tensor, real: float) -> dict[str, Param]:
    multiplier = quantize_multiplier(real)
    return {
        "zero_point": tensor.zero_point,
        "multiplier": multiplier.value,
        "shift": multiplier.shift,
    }


ADD = Operator("ADD", 0, _read, _check, _lower, no_macs)
