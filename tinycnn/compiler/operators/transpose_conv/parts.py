"""TRANSPOSE_CONV by two pixels at a time: `tcnn_conv_2d_parts_s8_dsp`.

Outputs whose row and column, when divided by the strides, leave the same remainders are
a convolution by those taps that have them: a part.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.folded_channels import (
    FoldedChannels,
    Integers,
    fold_channels,
)
from tinycnn.compiler.operators.shared.parts import (
    Copies,
    Filters,
    Part,
    Phase,
    parts_kernel,
)
from tinycnn.compiler.operators.shared.windows import fold_starts
from tinycnn.compiler.operators.transpose_conv.rules import TransposeConvAttrs, as_conv

__all__ = ["transpose_parts"]


def transpose_parts(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    conv, attrs = as_conv(node), node.attrs(TransposeConvAttrs)
    (down, across), (top, left) = attrs.stride, attrs.cut
    _, height, width, channels = node.output().shape
    folded, depth = fold_channels(conv, axis=0), conv.input().shape[3]
    rows, columns = range(min(down, height)), range(min(across, width))
    filters = [
        _find_filters(conv, folded, _find_taps(node, y + top, x + left))
        for y, x in product(rows, columns)
    ]
    begins = [(x + left) // across - filters[x].weights.shape[2] + 1 for x in columns]
    pad = max(0, -min(begins))
    parts = [
        Part(
            (begin + pad) * depth,
            depth,
            x,
            x * channels,
            across * channels,
            len(range(x, width, across)),
        )
        for x, begin in zip(columns, begins, strict=True)
    ]
    ends = (
        begin + pad + part.count - 1 + filters[part.filters].weights.shape[2]
        for part, begin in zip(parts, begins, strict=True)
    )
    phases = [
        Phase(
            (y + top) // down - filters[y * len(columns)].rows + 1,
            tuple(
                replace(part, filters=y * len(columns) + x)
                for x, part in enumerate(parts)
            ),
        )
        for y in rows
    ]
    copies = Copies(depth, 1, 1, pad, planes=1, width=max(ends))
    return parts_kernel(conv, copies, filters, phases, attrs.clamp)


def _find_taps(node: Node, y: int, x: int) -> Integers:
    """The weights that reach an output of the whole; at least one, which may be 0."""
    data, (down, across) = node.input(1).data, node.attrs(TransposeConvAttrs).stride
    assert data is not None
    taps = data[:, y % down :: down, x % across :: across][:, ::-1, ::-1]
    lacking = [(0, max(1 - taps.shape[axis], 0)) for axis in (1, 2)]
    return np.pad(taps.astype(np.int64), ((0, 0), *lacking, (0, 0)))


def _find_filters(conv: Node, folded: FoldedChannels, taps: Integers) -> Filters:
    """With the bias for these taps; no sum is larger than one of all taps may be."""
    bias = fold_starts(conv, taps.sum(axis=(1, 2, 3)))
    return Filters(taps, replace(folded, bias=bias))
