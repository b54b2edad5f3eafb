"""DEPTHWISE_CONV_2D of any window: `tcnn_depthwise_conv_2d_lines_s8_mul`.

Channels are gathered into planes of bytes; a tap takes 22 cycles for four outputs on a
Cortex-M0+.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel, KernelRule
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.depthwise_conv_2d.planes import find_turned_shape
from tinycnn.compiler.operators.shared.folded_channels import fold_channels
from tinycnn.compiler.operators.shared.mul_channels import pack_mul_channels
from tinycnn.compiler.operators.shared.windows import WindowShape

__all__ = ["LINES"]

_FUNCTION = "tcnn_depthwise_conv_2d_lines_s8_mul"
_OUTPUTS = 4  # at a time
_STRIDES = (1, 2)  # to the side
_OFFSET = 128  # of inputs


@dataclass(frozen=True, slots=True)
class LinesParams(Params):
    """What the kernel takes: depthwise_conv_2d.h."""

    ctype = "tcnn_depthwise_lines_params_t"
    conv: WindowShape
    rows_at_once: int


def depthwise_lines(rows_at_once: int) -> KernelRule:
    """The rule for the kernel with so many rows of outputs a pass."""

    def rule(node: Node, numerics: Numerics) -> Kernel | None:
        channels = fold_channels(node, axis=3, shifts_left=True)
        shape = find_turned_shape(node)
        is_wanted = rows_at_once == 1 or shape.output_height > rows_at_once // 2
        if not is_wanted or shape.stride_width not in _STRIDES:
            return None
        data = node.input(1).data
        assert data is not None
        weights = np.ascontiguousarray(data.reshape(-1, data.shape[3]).T)
        lifted = _OFFSET * weights.astype(np.int64).sum(axis=1)
        constants = pack_mul_channels(replace(channels, bias=channels.bias - lifted))

        def lower(lowering: Lowering, node: Node) -> None:
            lowering.call(
                node,
                _FUNCTION,
                LinesParams(shape, rows_at_once),
                lowering.array(node, "weights", "int8_t", weights),
                lowering.array(node, "constants", "int32_t", constants),
                lowering.scratch(node),
            )

        return Kernel(
            function=_FUNCTION,
            cycles=_count_cycles(shape, rows_at_once),
            constant_bytes=weights.size + 4 * constants.size,
            scratch_bytes=_count_scratch(shape, rows_at_once),
            lower=lower,
            code_bytes=1_400,
        )

    return rule


LINES = tuple(depthwise_lines(rows) for rows in (1, 2, 4, 8))


def _find_plane(p: WindowShape, rows: int) -> tuple[int, int]:
    """Lines that so many rows of outputs need, and bytes of each."""
    lines = (rows - 1) * p.stride_height + (p.kernel_height - 1) * p.dilation_height + 1
    outputs = -(-p.output_width // _OUTPUTS) * _OUTPUTS
    reach = (p.kernel_width - 1) * p.dilation_width + 1
    return lines, (outputs - 1) * p.stride_width + reach


def _count_scratch(p: WindowShape, rows_at_once: int) -> int:
    """A filter, rows of outputs, and a plane."""
    lines, pitch = _find_plane(p, rows_at_once)
    staged = rows_at_once * p.output_width * p.output_channels
    return 4 * p.kernel_height * p.kernel_width + staged + lines * pitch


def _count_cycles(p: WindowShape, rows_at_once: int) -> int:
    """Per pass: planes, then the filters over each; and what is copied."""
    passes = -(-p.output_height // rows_at_once)
    lines, pitch = _find_plane(p, rows_at_once)
    size = p.kernel_height * p.kernel_width
    gather = passes * p.input_channels * lines * (45 + 11 * pitch)
    expand = passes * p.output_channels * (80 + 9 * size)
    fours = -(-p.output_width // _OUTPUTS)
    row = 25 + fours * (120 + 22 * size + 6 * p.kernel_height) + 75 * p.output_width
    rows = p.output_height * p.output_channels * row
    copied = p.output_height * p.output_width * p.output_channels * 6
    return gather + expand + rows + copied
