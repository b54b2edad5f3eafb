"""LOGISTIC, TANH, HARD_SWISH, ABS, EXP, ELU and GELU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tinycnn.compiler.arithmetic.float_functions import erfc_float32
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Attrs, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.lookup.rules import (
    FindTable,
    break_down_by,
    check,
    check_rescaling,
    find_kernels,
    lower_by,
)
from tinycnn.compiler.operators.lookup.tables import (
    LookupTable,
    abs_table,
    elu_table,
    exp_table,
    gelu_table,
    hard_swish_multipliers,
    hard_swish_table,
    logistic_table,
    tanh_table,
)
from tinycnn.compiler.operators.shared.channel_rules import (
    KEEP_FIRST_APART,
    keep_first_apart,
)
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
)
from tinycnn.compiler.operators.shared.memory_order import ELEMENTWISE
from tinycnn.compiler.operators.shared.numerics import not_in_litert, not_in_tflm
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.compiler.operators.shared.rows import ELEMENT_ROWS

__all__ = ["OPERATORS"]

_LARGEST = 2.0**100


@dataclass(frozen=True, slots=True)
class GeluAttrs(Attrs):
    """Options: whether it is computed by tanh, instead of by erfc."""

    approximate: bool


def _check_real(node: Node) -> None:
    """Scales at which 32-bit floats stay finite."""
    check(node)
    x, y = node.input(), node.output()
    if x.scale > _LARGEST or y.scale < 1 / _LARGEST:
        node.refuse_scales(f"scales {x.scale} and {y.scale} exceed 32-bit floats")


def _check_logistic(node: Node) -> None:
    check(node)
    if node.output().scale != 1 / 256:
        node.refuse(f"expected output scale 1/256, got {node.output().scale}")


def _check_tanh(node: Node) -> None:
    check(node)
    if node.output().scale < 2.0**-30:
        node.refuse_scales(f"the output scale {node.output().scale} is too small")


def _check_hard_swish(node: Node) -> None:
    check(node)
    scale, relu = hard_swish_multipliers(node.input(), node.output())
    if not (-15 <= scale.shift <= 0 and -15 <= relu.shift <= 30):
        node.refuse_scales(
            f"scales {node.input().scale} and {node.output().scale} exceed the 16-bit "
            "arithmetic of the reference"
        )


def _find_gelu(node: Node, numerics: Numerics, *, off: int = 0) -> LookupTable:
    approximate = node.attrs(GeluAttrs).approximate
    erfc = partial(erfc_float32, off=off)
    return gelu_table(node.input(), node.output(), approximate=approximate, erfc=erfc)


def _check_gelu(node: Node) -> None:
    _check_real(node)
    if len({_find_gelu(node, "litert", off=off) for off in (-1, 0, 1)}) > 1:
        node.refuse_scales(
            "an output lies so near to the middle between two numbers that the C "
            "library under the reference decides"
        )


def _computed(
    kind: str,
    code: int,
    check: Callable[[Node], None],
    compute: Callable[[Tensor, Tensor, Numerics], LookupTable],
) -> Operator:
    def find_table(node: Node, numerics: Numerics) -> LookupTable:
        return compute(node.input(), node.output(), numerics)

    return _looked_up(kind, code, check, find_table)


def _looked_up(
    kind: str, code: int, check: Callable[[Node], None], find_table: FindTable
) -> Operator:
    return Operator(
        kind,
        code,
        read_nothing,
        check,
        lower_by(find_table),
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=KEEP_FIRST_APART,
        break_down=break_down_by(find_table),
        kernels=find_kernels(find_table),
        count_possible=possible_by_output(5),
    )


def _find_zeros(node: Node, known: Known) -> ChannelValues:
    """HARD_SWISH: what is 0 stays 0."""
    x, y = node.input(), node.output()
    return np.where(known[x.id] == x.zero_point, y.zero_point, np.nan)


OPERATORS = (
    _computed("LOGISTIC", 14, _check_logistic, logistic_table),
    _computed("TANH", 28, _check_tanh, tanh_table),
    replace(
        _computed("HARD_SWISH", 117, _check_hard_swish, hard_swish_table),
        channels=ChannelRules(_find_zeros, keep_first_apart),
    ),
    _computed("ABS", 101, check_rescaling, abs_table),
    replace(_computed("EXP", 47, _check_real, exp_table), check_numerics=not_in_tflm),
    replace(
        _computed("ELU", 111, _check_real, elu_table), check_numerics=not_in_litert
    ),
    replace(
        _looked_up("GELU", 150, _check_gelu, _find_gelu),
        read=lambda raw: GeluAttrs(approximate=bool(raw.int8(0))),
        options=116,
        check_numerics=not_in_tflm,
    ),
)
