"""CONV_2D, in groups too."""

from __future__ import annotations

from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.conv_2d.channels import CHANNELS
from tinycnn.compiler.operators.conv_2d.memory import ORDER
from tinycnn.compiler.operators.conv_2d.narrow import conv_narrow
from tinycnn.compiler.operators.conv_2d.pairs import conv_pairs, conv_wide_pairs
from tinycnn.compiler.operators.conv_2d.parts import conv_parts
from tinycnn.compiler.operators.conv_2d.rules import check, count_macs, lower, read
from tinycnn.compiler.operators.conv_2d.terms import break_down
from tinycnn.compiler.operators.conv_2d.triples import conv_triples
from tinycnn.compiler.operators.conv_2d.windows import conv_windows
from tinycnn.compiler.operators.conv_2d.winograd import conv_winograd
from tinycnn.compiler.operators.depthwise_conv_2d.groups import rewrite_groups
from tinycnn.compiler.operators.shared.convolution import (
    absorb_border,
    check_padding,
    convolution_window,
)
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_convolution
from tinycnn.compiler.operators.shared.rows import window_rows

__all__ = ["OPERATORS"]

_OF_ONE_GROUP = cycles_by_step(11, 60, count_macs)
_TAP = 50  # cycles more of a pixel of the window, in groups


def _count_cycles(node: Node) -> int:
    """Of the portable kernels."""
    depth = node.input(1).shape[3]
    taps = count_macs(node) // depth if depth < node.input().shape[3] else 0
    return _OF_ONE_GROUP(node) + _TAP * taps


OPERATORS = (
    Operator(
        kind="CONV_2D",
        code=3,
        read=read,
        check=check,
        lower=lower,
        count_macs=count_macs,
        count_cycles=_count_cycles,
        kernels=(
            conv_pairs,
            conv_wide_pairs,
            conv_narrow,
            conv_winograd,
            conv_parts,
            conv_windows,
        ),
        mul_kernels=(conv_triples,),
        find_window=convolution_window,
        order=ORDER,
        channels=CHANNELS,
        absorb_border=absorb_border,
        check_numerics=check_padding,
        break_down=break_down,
        weights_axis=0,
        rewrite=rewrite_groups,
        rows=window_rows(convolution_window),
        options=1,
        count_possible=possible_convolution(count_macs),
    ),
)
