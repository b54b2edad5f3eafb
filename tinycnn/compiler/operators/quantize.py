"""QUANTIZE and DEQUANTIZE: the border of the int8 graph, and rescaling inside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    Numerics,
    quantize_multiplier,
    requantize,
    round_half_away,
)
from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.breakdown import (
    Breakdown,
    Element,
    limit,
    round_down,
    show_multiplier,
    show_place,
)
from tinycnn.compiler.operators.shared.channel_rules import KEEP_FIRST_APART
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.rows import ELEMENT_ROWS

__all__ = ["OPERATORS"]

_LARGEST = 2.0**31
_SCALES = (2.0**-100, 2.0**100)  # with an inverse far from the ends of floats
_SUFFIXES = {"int8": "s8", "uint8": "u8"}


@dataclass(frozen=True, slots=True)
class AffineParams(Params):
    """What kernels to and from floats take: quantize.h."""

    ctype = "tcnn_affine_params_t"
    size: int
    scale: float
    zero_point: int


@dataclass(frozen=True, slots=True)
class RequantizeParams(Params):
    """What kernels between 8-bit types take: quantize.h."""

    ctype = "tcnn_requantize_params_t"
    size: int
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int


def _check_quantize(node: Node) -> None:
    node.check_inputs(1)
    x = node.check_activation(node.input(), "float32", "uint8", "int8")
    to = ("int8", "uint8") if x.dtype == "int8" else ("int8",)
    y = node.check_activation(node.output(), *to)
    node.check_output_shape(x.shape)
    if x.dtype != "float32":
        node.check_headroom(quantize_multiplier(x.scale / y.scale), 255)


def _check_dequantize(node: Node) -> None:
    node.check_inputs(1)
    x = node.int8_input()
    node.check_activation(node.output(), "float32")
    node.check_output_shape(x.shape)


def _lower_quantize(lowering: Lowering, node: Node) -> None:
    x, y = node.input(), node.output()
    if x.dtype == "float32":
        lowering.call(node, "tcnn_quantize_f32_s8", _affine(y))
        return
    multiplier = quantize_multiplier(x.scale / y.scale)
    params = RequantizeParams(
        size=x.size,
        input_zero_point=x.zero_point,
        output_zero_point=y.zero_point,
        multiplier=multiplier.value,
        shift=multiplier.shift,
    )
    function = f"tcnn_requantize_{_SUFFIXES[x.dtype]}_{_SUFFIXES[y.dtype]}"
    lowering.call(node, function, params)


def _by_factor(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for DSP, from floats: a number in 24 cycles."""
    x, y = node.input(), node.output()
    if x.dtype != "float32" or not _SCALES[0] <= y.scale <= _SCALES[1]:
        return None
    function = "tcnn_quantize_f32_s8_dsp"
    return Kernel(
        function=function,
        cycles=40 + 24 * x.size,
        constant_bytes=0,
        scratch_bytes=0,
        lower=lambda lowering, node: lowering.call(node, function, _affine(y)),
        code_bytes=200,
    )


def _lower_dequantize(lowering: Lowering, node: Node) -> None:
    lowering.call(node, "tcnn_dequantize_s8_f32", _affine(node.input()))


def _affine(tensor: Tensor) -> AffineParams:
    return AffineParams(tensor.size, tensor.scale, tensor.zero_point)


def _break_down_quantize(element: Element) -> Breakdown:
    x, y, raw = element.node.input(), element.node.output(), element.value()
    value = raw[element.position]
    if x.dtype == "float32":
        return _break_down_float(element, float(value))
    low = 0 if y.dtype == "uint8" else -128
    multiplier = quantize_multiplier(x.scale / y.scale)
    centred = int(value) - x.zero_point
    rescaled = requantize(centred, multiplier)
    clamp = (low, low + 255)
    return Breakdown(
        words="its input on another scale",
        result=limit(rescaled + y.zero_point, clamp),
        columns=("input at", "input", "- zero point"),
        terms=((show_place(element.position), str(value), str(centred)),),
        stages=(
            (f"x {show_multiplier(multiplier)}, rounded twice", rescaled),
            (f"+ zero point {y.zero_point}", rescaled + y.zero_point),
            (f"within {low} to {low + 255}", limit(rescaled + y.zero_point, clamp)),
        ),
        slips={
            "rounding left out": limit(
                round_down(centred, multiplier) + y.zero_point, clamp
            ),
            "output zero point left out": limit(rescaled, clamp),
            "input zero point left out": limit(
                requantize(int(value), multiplier) + y.zero_point, clamp
            ),
        },
    )


def _break_down_float(element: Element, value: float) -> Breakdown:
    y = element.node.output()
    ratio = float(np.float32(value) / np.float32(y.scale))
    if not abs(ratio) < _LARGEST:  # as kernels and reference: beyond all integers
        ratio = _LARGEST if ratio > 0 else -_LARGEST
    whole = round_half_away(ratio)
    return Breakdown(
        words="a real number on the scale of int8",
        result=limit(whole + y.zero_point),
        columns=("input at", "input"),
        terms=((show_place(element.position), f"{value:.9g}"),),
        stages=(
            (f"/ scale {y.scale:.9g}, ties away from zero", whole),
            (f"+ zero point {y.zero_point}", whole + y.zero_point),
            ("within -128 to 127", limit(whole + y.zero_point)),
        ),
        slips={
            "rounding left out": limit(int(ratio) + y.zero_point),
            "rounded down": limit(math.floor(ratio) + y.zero_point),
            "ties to even": limit(round(ratio) + y.zero_point),
            "output zero point left out": limit(whole),
        },
    )


def _count_quantize(node: Node) -> int:
    """Floats are divided."""
    return (50 if node.input().dtype == "float32" else 20) * node.output().size


OPERATORS = (
    Operator(
        "QUANTIZE",
        114,
        read_nothing,
        _check_quantize,
        _lower_quantize,
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_FIRST_APART,
        break_down=_break_down_quantize,
        count_cycles=_count_quantize,
        kernels=(_by_factor,),
    ),
    Operator(
        "DEQUANTIZE",
        6,
        read_nothing,
        _check_dequantize,
        _lower_dequantize,
        order=ELEMENTWISE,
    ),
)
