"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

from tinycnn.compiler.operators.depthwise_conv_2d.channels import CHANNELS
from tinycnn.compiler.operators.depthwise_conv_2d.lines import LINES
from tinycnn.compiler.operators.depthwise_conv_2d.memory import ORDER
from tinycnn.compiler.operators.depthwise_conv_2d.pairs import (
    depthwise_pairs,
    depthwise_triples,
    depthwise_wide_pairs,
    depthwise_windows,
)
from tinycnn.compiler.operators.depthwise_conv_2d.planes import PLANES
from tinycnn.compiler.operators.depthwise_conv_2d.quads import depthwise_quads
from tinycnn.compiler.operators.depthwise_conv_2d.rows import GROUPS, depthwise_rows
from tinycnn.compiler.operators.depthwise_conv_2d.rules import (
    check,
    count_macs,
    lower,
    read,
)
from tinycnn.compiler.operators.depthwise_conv_2d.terms import break_down
from tinycnn.compiler.operators.shared.convolution import (
    absorb_border,
    check_padding,
    convolution_window,
)
from tinycnn.compiler.operators.shared.cycles import cycles_by_step
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_depthwise
from tinycnn.compiler.operators.shared.rows import window_rows

__all__ = ["OPERATORS"]

OPERATORS = (
    Operator(
        kind="DEPTHWISE_CONV_2D",
        code=4,
        read=read,
        check=check,
        lower=lower,
        count_macs=count_macs,
        count_cycles=cycles_by_step(36, 101, count_macs),
        kernels=(
            depthwise_rows,
            *GROUPS,
            depthwise_pairs,
            depthwise_wide_pairs,
            depthwise_windows,
            depthwise_quads,
            *PLANES,
        ),
        mul_kernels=(depthwise_triples, *LINES),
        find_window=convolution_window,
        order=ORDER,
        channels=CHANNELS,
        absorb_border=absorb_border,
        check_numerics=check_padding,
        break_down=break_down,
        weights_axis=3,
        rows=window_rows(convolution_window),
        options=2,
        count_possible=possible_depthwise(count_macs),
    ),
)
