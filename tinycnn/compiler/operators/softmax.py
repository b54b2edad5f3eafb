"""SOFTMAX and LOG_SOFTMAX over the last dimension.

Those of int8 go by tables of exponentials; both exist for floats at the border.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinycnn.compiler.arithmetic.fixed_point import (
    one_over_one_plus,
    softmax_differences,
    softmax_exp_table,
    softmax_multiplier,
)
from tinycnn.compiler.arithmetic.numerics import (
    Numerics,
    divide_by_power_of_two,
    doubling_high_multiply,
    quantize_multiplier,
)
from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int32Constants, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.breakdown import (
    Breakdown,
    Element,
    limit,
    show_place,
)
from tinycnn.compiler.operators.shared.memory_order import ROW_BY_ROW
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.possible import possible_by_output

__all__ = ["OPERATORS", "SoftmaxAttrs"]

_SUM_INTEGER_BITS = 12  # of the sum of exponentials
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
    _check_quantized(node, 1 / 256, -128)
    if not beta * node.input().scale * 2**26 > 1:
        node.refuse_scales(
            f"beta {beta} with input scale {node.input().scale} is too small"
        )


def _check_log_softmax(node: Node) -> None:
    if node.input().dtype == "float32":
        _check_float(node)
        return
    _check_quantized(node, 1 / 16, 127)
    if softmax_multiplier(node.input().scale, 1.0).shift < 2:
        node.refuse_scales(f"the input scale {node.input().scale} is too small")


def _check_quantized(node: Node, scale: float, zero_point: int) -> None:
    node.check_inputs(1)
    x, y = node.int8_input(), node.int8_output()
    node.check_output_shape(x.shape)
    if y.zero_point != zero_point or abs(y.scale / scale - 1) > 0.001 or not x.shape:
        node.refuse(
            f"expected output scale 1/{1 / scale:.0f} and zero point {zero_point}, got "
            f"{y.scale} and {y.zero_point}"
        )
    if x.shape[-1] > _MAX_CLASSES:
        node.refuse(f"expected at most {_MAX_CLASSES} classes, got {x.shape[-1]}")


def _check_float(node: Node) -> None:
    node.check_inputs(1)
    x = node.check_activation(node.input(), "float32")
    node.check_activation(node.output(), "float32")
    node.check_output_shape(x.shape)
    if not x.shape:
        node.refuse("expected at least one dimension, got none")


@dataclass(frozen=True, slots=True)
class SoftmaxParams(Params):
    """What the kernel of int8 takes: softmax.h."""

    ctype = "tcnn_softmax_params_t"
    rows: int
    channels: int
    table_size: int
    exp: Int32Constants


@dataclass(frozen=True, slots=True)
class LogSoftmaxParams(Params):
    """What the kernel of int8 takes: softmax.h."""

    ctype = "tcnn_log_softmax_params_t"
    rows: int
    channels: int
    table_size: int
    exp: Int32Constants
    scaled: Int32Constants
    multiplier: int
    shift: int


@dataclass(frozen=True, slots=True)
class FloatParams(Params):
    """What the kernel of floats takes: softmax.h."""

    ctype = "tcnn_softmax_f32_params_t"
    rows: int
    channels: int
    beta: float
    logarithmic: int


def _lower_softmax(lowering: Lowering, node: Node) -> None:
    x, beta = node.input(), node.attrs(SoftmaxAttrs).beta
    if x.dtype == "float32":
        floats = FloatParams(*_rows(x), beta, logarithmic=0)
        lowering.call(node, "tcnn_softmax_f32", floats)
        return
    _lower_table(lowering, node, "tcnn_softmax_s8")


def _lower_table(lowering: Lowering, node: Node, function: str) -> None:
    x, beta = node.input(), node.attrs(SoftmaxAttrs).beta
    table = softmax_exp_table(x.scale, beta)
    exp = lowering.array(node, "exp", "int32_t", table)
    lowering.call(node, function, SoftmaxParams(*_rows(x), len(table), exp))


def _lower_log_softmax(lowering: Lowering, node: Node) -> None:
    x = node.input()
    if x.dtype == "float32":
        floats = FloatParams(*_rows(x), beta=1.0, logarithmic=1)
        lowering.call(node, "tcnn_softmax_f32", floats)
        return
    table, scaled = softmax_exp_table(x.scale, 1.0), softmax_differences(x.scale, 1.0)
    forward = softmax_multiplier(x.scale, 1.0)
    back = quantize_multiplier((1 << (31 - forward.shift)) / forward.value)
    params = LogSoftmaxParams(
        *_rows(x),
        table_size=len(table),
        exp=lowering.array(node, "exp", "int32_t", table),
        scaled=lowering.array(node, "scaled", "int32_t", scaled),
        multiplier=back.value,
        shift=back.shift,
    )
    lowering.call(node, "tcnn_log_softmax_s8", params)


def _rows(x: Tensor) -> tuple[int, int]:
    """How many rows, of how many channels."""
    return x.size // x.shape[-1], x.shape[-1]


@dataclass(frozen=True, slots=True)
class _Cost:
    """Cycles of a kernel, as the simulated board counts them.

    Attributes:
        start: Of a call.
        row: Of a row, beside its elements.
        element: Of an element that is too far below its row's largest to count.
        counted: More of one that counts.
    """

    start: int
    row: int
    element: float
    counted: float = 0.0


# Two to 1001 classes of random inputs, zig -O2. A float's exponential is in doubles,
# which a Cortex-M4 computes by subroutines; that of the largest one is the quickest.
_SOFTMAX = _Cost(start=70, row=180, element=32.5, counted=27)
_SOFTMAX_QUADS = _Cost(start=50, row=188, element=27, counted=10)
_LOG_SOFTMAX = _Cost(start=70, row=430, element=30.5, counted=24.5)
_FLOAT_SOFTMAX = _Cost(start=0, row=-900, element=3950)
_FLOAT_LOG_SOFTMAX = _Cost(start=0, row=1540, element=1980)


def _count_softmax(node: Node) -> int:
    beta = node.attrs(SoftmaxAttrs).beta
    return _count_cycles(node, beta, _SOFTMAX, _FLOAT_SOFTMAX)


def _count_log_softmax(node: Node) -> int:
    return _count_cycles(node, 1.0, _LOG_SOFTMAX, _FLOAT_LOG_SOFTMAX)


def _count_cycles(node: Node, beta: float, of_int8: _Cost, of_float: _Cost) -> int:
    """Cycles where differences to the largest value are of any size alike."""
    x = node.input()
    rows, channels = _rows(x)
    cost, share = of_float, 0.0
    if x.dtype != "float32":
        cost, share = of_int8, len(softmax_differences(x.scale, beta)) / 256
    per_element = cost.element + share * cost.counted
    return round(cost.start + rows * (cost.row + channels * per_element))


def _softmax_quads(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel for DSP, of int8."""
    x, beta = node.input(), node.attrs(SoftmaxAttrs).beta
    if x.dtype == "float32":
        return None

    def lower(lowering: Lowering, node: Node) -> None:
        _lower_table(lowering, node, "tcnn_softmax_s8_dsp")

    return Kernel(
        function="tcnn_softmax_s8_dsp",
        cycles=_count_cycles(node, beta, _SOFTMAX_QUADS, _FLOAT_SOFTMAX),
        constant_bytes=4 * len(softmax_differences(x.scale, beta)),
        scratch_bytes=0,
        lower=lower,
        code_bytes=500,
    )


def _break_down_softmax(element: Element) -> Breakdown | None:
    """None of floats: their exponentials are no sums of integers."""
    x, beta = element.node.input(), element.node.attrs(SoftmaxAttrs).beta
    if x.dtype == "float32":
        return None
    table = softmax_exp_table(x.scale, beta)
    row = [int(value) for value in element.value()[element.position[:-1]]]
    exps = [_exponential(table, max(row) - value) for value in row]
    parts = [divide_by_power_of_two(e, _SUM_INTEGER_BITS) for e in exps]
    total, own = sum(parts), exps[element.position[-1]]
    share = _share(own, total)
    names = (show_place((*element.position[:-1], c)) for c in range(len(row)))
    numbers = zip(row, (max(row) - value for value in row), parts, strict=True)
    return Breakdown(
        words="its share of the sum of exponentials",
        result=limit(share - 128),
        columns=("input at", "input", "below the largest", "exponential"),
        terms=tuple(
            (name, *map(str, n)) for name, n in zip(names, numbers, strict=True)
        ),
        stages=(
            ("sum of exponentials (x 2^-19)", total),
            ("own exponential (x 2^-31)", own),
            ("256 x share", share),
            ("- 128, within -128 to 127", limit(share - 128)),
        ),
        slips={
            "last value left out of the sum": limit(
                _share(own, max(total - parts[-1], 1)) - 128
            ),
            "output zero point left out": limit(share),
        },
    )


def _exponential(table: tuple[int, ...], difference: int) -> int:
    """0 where it is too small to count."""
    return table[difference] if difference < len(table) else 0


def _share(exponential: int, total: int) -> int:
    """256 times an exponential in Q0.31 over a sum in Q12.19, as in the reference."""
    zeros = 32 - total.bit_length()
    reciprocal = one_over_one_plus((total << zeros) - (1 << 31))
    exponent = min(_SUM_INTEGER_BITS - zeros + 31 - 8, 31)
    product = doubling_high_multiply(reciprocal, exponential)
    return divide_by_power_of_two(product, exponent)


OPERATORS = (
    Operator(
        "SOFTMAX",
        25,
        _read,
        _check_softmax,
        _lower_softmax,
        order=ROW_BY_ROW,
        count_cycles=_count_softmax,
        break_down=_break_down_softmax,
        kernels=(_softmax_quads,),
        options=9,
        count_possible=possible_by_output(60),
    ),
    Operator(
        "LOG_SOFTMAX",
        50,
        read_nothing,
        _check_log_softmax,
        _lower_log_softmax,
        count_cycles=_count_log_softmax,
    ),
)
