"""CONV_2D in groups and dilated, by two pixels at a time: `tcnn_conv_2d_parts_s8_dsp`.

A part is a group of channels of those outputs whose windows begin at the same place
between dilated taps: columns that a dilation apart are side by side in a plane.
"""

from __future__ import annotations

import math

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.folded_channels import fold_channels
from tinycnn.compiler.operators.shared.parts import (
    Copies,
    Filters,
    Part,
    Phase,
    parts_kernel,
)

__all__ = ["conv_parts"]


def conv_parts(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    attrs, data = node.attrs(ConvAttrs), node.input(1).data
    assert data is not None
    depth, (down, across) = data.shape[3], attrs.dilation
    groups = node.input().shape[3] // depth
    if groups == down == across == 1:
        return None
    width, channels = node.output().shape[2:]
    filters = [
        Filters(weights, folded)
        for weights, folded in zip(
            np.split(data.astype(np.int64), groups),
            fold_channels(node, axis=0).split(groups),
            strict=True,
        )
    ]
    stride = attrs.stride[1]
    reach = (width - 1) * stride + (data.shape[2] - 1) * across + 1
    copies = Copies(
        depth,
        attrs.stride[0],
        down,
        pad=attrs.padding[1],
        planes=across,
        width=-(-reach // across),
    )
    apart = math.gcd(stride, across)
    period = across // apart  # pixels from one of a part to its next
    parts = tuple(
        Part(
            ((plane * groups + group) * copies.width + column) * depth,
            stride // apart * depth,
            group,
            first * channels + group * (channels // groups),
            period * channels,
            len(range(first, width, period)),
        )
        for first in range(min(period, width))
        for column, plane in [divmod(first * stride, across)]
        for group in range(groups)
    )
    phases = [Phase(-attrs.padding[0], parts)]
    return parts_kernel(node, copies, filters, phases, attrs.clamp)
