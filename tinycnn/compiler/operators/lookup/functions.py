"""LOGISTIC, TANH, HARD_SWISH and ABS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.lookup.rules import (
    break_down_by,
    check,
    check_rescaling,
    find_kernels,
    lower_by,
)
from tinycnn.compiler.operators.lookup.tables import (
    LookupTable,
    abs_table,
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
from tinycnn.compiler.operators.shared.operator import Operator, read_nothing
from tinycnn.compiler.operators.shared.rows import ELEMENT_ROWS

__all__ = ["OPERATORS"]


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


def _plain(
    kind: str,
    code: int,
    check: Callable[[Node], None],
    compute: Callable[[Tensor, Tensor, Numerics], LookupTable],
    channels: ChannelRules = KEEP_FIRST_APART,
) -> Operator:
    def find_table(node: Node, numerics: Numerics) -> LookupTable:
        return compute(node.input(), node.output(), numerics)

    return Operator(
        kind,
        code,
        read_nothing,
        check,
        lower_by(find_table),
        order=ELEMENTWISE,
        rows=ELEMENT_ROWS,
        channels=channels,
        break_down=break_down_by(find_table),
        kernels=find_kernels(find_table),
    )


def _find_zeros(node: Node, known: Known) -> ChannelValues:
    """HARD_SWISH: what is 0 stays 0."""
    x, y = node.input(), node.output()
    return np.where(known[x.id] == x.zero_point, y.zero_point, np.nan)


OPERATORS = (
    _plain("LOGISTIC", 14, _check_logistic, logistic_table),
    _plain("TANH", 28, _check_tanh, tanh_table),
    _plain(
        "HARD_SWISH",
        117,
        _check_hard_swish,
        hard_swish_table,
        ChannelRules(_find_zeros, keep_first_apart),
    ),
    _plain("ABS", 101, check_rescaling, abs_table),
)
