"""ARG_MAX and ARG_MIN: where along an axis the greatest or the least value lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.errors import InvalidModelError

__all__ = ["OPERATORS"]

_WIDTHS = {"int32": 32, "int64": 64}
_FEW = 8  # values, of which fewer are compared one by one
_TYPE_CODES = {2: "int32", 4: "int64"}  # of the schema


@dataclass(frozen=True, slots=True)
class ArgExtremumAttrs(Attrs):
    """Options: the axis, 0 or more, and the schema's number of the output's type."""

    axis: int
    output_type: int


@dataclass(frozen=True, slots=True)
class ArgExtremumParams(Params):
    """What the kernel takes: arg_extremum.h."""

    ctype = "tcnn_arg_extremum_params_t"
    outer: int
    size: int
    inner: int
    sign: int


def _read(raw: RawOp) -> ArgExtremumAttrs:
    rank, axes = len(raw.input(0).shape), raw.constant(1).reshape(-1).tolist()
    if len(axes) != 1 or not -rank <= axes[0] < rank:
        raise InvalidModelError(
            f"{raw.label}: expected an axis of a {rank}-D input, got {axes}"
        )
    return ArgExtremumAttrs(int(axes[0]) % rank, raw.int8(0))


def _check(node: Node) -> None:
    node.check_inputs(2)
    x, attrs = node.int8_input(), node.attrs(ArgExtremumAttrs)
    y = node.check_activation(node.output(), *_WIDTHS)
    if _TYPE_CODES.get(attrs.output_type) != y.dtype:
        got = f"{y.dtype}, type {attrs.output_type} by its options"
        node.invalid(f"expected an output of the type of its options, got {got}")
    node.check_output_shape((*x.shape[: attrs.axis], *x.shape[attrs.axis + 1 :]))


def _check_numerics(node: Node, numerics: Numerics) -> None:
    if numerics == "tflm" and "int64" in (node.input(1).dtype, node.output().dtype):
        node.refuse(
            "TFLite Micro knows axes and places as int32, not as int64",
            hint="use the numerics litert, or output_type=tf.int32 in tf.argmax",
        )


def _find_params(node: Node, sign: int) -> ArgExtremumParams:
    shape, axis = node.input().shape, node.attrs(ArgExtremumAttrs).axis
    outer, inner = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
    return ArgExtremumParams(outer, shape[axis], inner, sign)


def _name(node: Node) -> str:
    return f"tcnn_arg_extremum_s8_s{_WIDTHS[node.output().dtype]}"


def _lower(sign: int, lowering: Lowering, node: Node) -> None:
    lowering.call(node, _name(node), _find_params(node, sign))


def _words(sign: int, node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for DSP, where values along the axis are neighbours."""
    params, function = _find_params(node, sign), f"{_name(node)}_dsp"
    if params.inner != 1:
        return None

    def lower(lowering: Lowering, node: Node) -> None:
        lowering.call(node, function, params)

    each = 60 + 2.4 * params.size if params.size >= _FEW else 14 + 7 * params.size
    return Kernel(
        function=function,
        cycles=int(60 + params.outer * each),
        constant_bytes=0,
        scratch_bytes=0,
        lower=lower,
        code_bytes=300,
    )


def _count_possible(node: Node) -> int:
    """19 cycles for 8 values, found and then placed; 30 for a place."""
    return round(19 / 8 * node.input().size + 30 * node.output().size)


def _operator(kind: str, code: int, options: int, sign: int) -> Operator:
    return Operator(
        kind,
        code,
        _read,
        _check,
        partial(_lower, sign),
        options=options,
        count_cycles=cycles_by_step(8, 20, lambda node: node.input().size),
        kernels=(partial(_words, sign),),
        check_numerics=_check_numerics,
        count_possible=_count_possible,
    )


OPERATORS = (_operator("ARG_MAX", 56, 40, 1), _operator("ARG_MIN", 79, 57, -1))
