"""MEAN."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import (
    Multiplier,
    Numerics,
    mean_multiplier,
)
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.reduce.loops import (
    ReduceAttrs,
    ReduceParams,
    check_reduction,
    find_loops,
    read_reduction,
)
from tinycnn.compiler.operators.reduce.memory import ORDER
from tinycnn.compiler.operators.reduce.quads import reduce_quads
from tinycnn.compiler.operators.reduce.terms import break_down_by
from tinycnn.compiler.operators.shared.channel_rules import keep_first_apart, settle
from tinycnn.compiler.operators.shared.channels import (
    ChannelRules,
    ChannelValues,
    Known,
    Narrow,
    keep_all,
    unknown,
)
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_input

__all__ = ["OPERATORS", "count_reduced", "count_sum_cycles", "lower_sums"]
__all__ += ["sum_quads"]


@dataclass(frozen=True, slots=True)
class MeanParams(Params):
    """What the kernel takes: reduce.h."""

    ctype = "tcnn_mean_params_t"
    loops: ReduceParams
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int


def _check(node: Node) -> None:
    check_reduction(node)
    node.check_headroom(_multiplier(node), count_reduced(node) * 255)


def count_reduced(node: Node) -> int:
    """Input elements for each element of the output."""
    return math.prod(node.input().shape[a] for a in node.attrs(ReduceAttrs).axes)


def _multiplier(node: Node) -> Multiplier:
    """Input scale / output scale / number of elements."""
    x, y = node.input(), node.output()
    return mean_multiplier(x.scale / y.scale, count_reduced(node))


def _lower(lowering: Lowering, node: Node) -> None:
    lower_sums(lowering, node, _multiplier(node))


def lower_sums(
    lowering: Lowering,
    node: Node,
    multiplier: Multiplier,
    function: str = "tcnn_mean_s8",
) -> None:
    """Add the call that sums and rescales."""
    params = MeanParams(
        loops=find_loops(node),
        input_zero_point=node.input().zero_point,
        output_zero_point=node.output().zero_point,
        multiplier=multiplier.value,
        shift=multiplier.shift,
    )
    lowering.call(node, function, params)


def sum_quads(find_multiplier: Callable[[Node], Multiplier]) -> KernelRule:
    """The kernel for DSP of an operator with such a multiplier."""

    def lower(lowering: Lowering, node: Node, function: str) -> None:
        lower_sums(lowering, node, find_multiplier(node), function)

    rule = reduce_quads("tcnn_mean_s8_dsp", lower, per_four=4.6, per_output=90)

    def fits(node: Node, numerics: Numerics) -> Kernel | None:
        """Twice a sum, shifted to the left, must fit 32 bits."""
        left = max(find_multiplier(node).shift, 0)
        largest = 255 * count_reduced(node) << left
        return rule(node, numerics) if largest < 1 << 30 else None

    return fits


count_sum_cycles = cycles_by_step(12, 60, lambda node: node.input().size)


def _find_constant(node: Node, known: Known) -> ChannelValues:
    x, y, axes = node.input(), node.output(), node.attrs(ReduceAttrs).axes
    if len(x.shape) - 1 in axes:
        return unknown(node)
    sums = (known[x.id] - x.zero_point) * count_reduced(node)
    return settle(node, sums, np.array(x.scale / y.scale / count_reduced(node)))


def _find_needs(node: Node, known: Known) -> Narrow:
    """Channels stay apart unless they are averaged."""
    is_mixed = len(node.input().shape) - 1 in node.attrs(ReduceAttrs).axes
    return keep_all(node) if is_mixed else keep_first_apart(node, known)


OPERATORS = (
    Operator(
        "MEAN",
        40,
        read_reduction,
        _check,
        _lower,
        order=ORDER,
        channels=ChannelRules(_find_constant, _find_needs),
        count_cycles=count_sum_cycles,
        kernels=(sum_quads(_multiplier),),
        break_down=break_down_by(_multiplier),
        count_possible=possible_by_input(1),
    ),
)
