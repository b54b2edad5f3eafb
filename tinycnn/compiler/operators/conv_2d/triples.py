"""CONV_2D of any shape by three pixels at a time: `tcnn_conv_2d_triples_s8_mul`.

Three pixels lie in two words, so two multiplications do the work of three; a product
takes 2.6 cycles on a Cortex-M0+. Weights stay bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.operators.shared.convolution import ConvAttrs, convolution_window
from tinycnn.compiler.operators.shared.folded_channels import fold_channels
from tinycnn.compiler.operators.shared.mul_channels import (
    pack_interleaved,
    pack_mul_channels,
)
from tinycnn.compiler.operators.shared.windows import (
    WindowShape,
    find_window_memory,
    window_shape,
)

__all__ = ["conv_triples", "triples_kernel"]

_FUNCTION = "tcnn_conv_2d_triples_s8_mul"
_TRIPLE = 3
_STACK_BYTES = 264  # of windows that need no scratch memory
_BLOCKS = (64, 60)  # elements that 21 bits hold; the latter with weights of -128


@dataclass(frozen=True, slots=True)
class TriplesParams(Params):
    """What the kernel takes: conv_2d.h."""

    ctype = "tcnn_conv_2d_triples_params_t"
    conv: WindowShape
    groups: int
    block: int


def conv_triples(node: Node, numerics: Numerics) -> Kernel | None:
    """The kernel, where its arithmetic is exact for `node`."""
    return triples_kernel(node, axis=0)


def triples_kernel(node: Node, *, axis: int) -> Kernel | None:
    """The same for weights whose output channels are that axis."""
    w, attrs = node.input(1), node.attrs(ConvAttrs)
    channels = fold_channels(node, axis=axis, shifts_left=True)
    assert w.data is not None
    data = np.moveaxis(w.data, axis, 0).reshape(node.output().shape[3], -1)
    size = data.shape[1]
    groups = node.input().shape[3] * math.prod(w.shape[1:3]) // size
    block = _BLOCKS[int(data.min() == -128)]
    scratch = groups * _count_bytes(size, block)
    weights = np.stack([_pack(part) for part in np.split(data, groups)])
    constants = pack_mul_channels(channels)
    shape = window_shape(node, convolution_window(node), attrs.clamp)

    def lower(lowering: Lowering, node: Node) -> None:
        lowering.call(
            node,
            _FUNCTION,
            TriplesParams(shape, groups, block),
            lowering.array(node, "weights", "uint8_t", weights),
            lowering.array(node, "constants", "int32_t", constants),
            find_window_memory(lowering, node),
        )

    return Kernel(
        function=_FUNCTION,
        cycles=_count_cycles(node, size, groups, block),
        constant_bytes=weights.size + 4 * constants.size,
        scratch_bytes=scratch if scratch > _STACK_BYTES else 0,
        lower=lower,
        code_bytes=1_600,
    )


def _pack(filters: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Those of a group of channels."""
    size = filters.shape[1]
    return pack_interleaved(np.pad(filters, ((0, 0), (0, -size % 4))), _TRIPLE)


def _count_bytes(size: int, block: int) -> int:
    """Of three windows of a group."""
    return 8 * (-(-size // 4) * 4 + -(-size // block))


def _count_cycles(node: Node, size: int, groups: int, block: int) -> int:
    """Of each three pixels: packing, then three channels of each group at a time."""
    attrs, (_, rows, columns, _) = node.attrs(ConvAttrs), node.input(1).shape
    filters = node.output().shape[3] // groups
    triples = -(-node.output().shape[1] * node.output().shape[2] // _TRIPLE)
    blocks, padded = -(-size // block), -(-size // 4) * 4
    width, beside = node.output().shape[2], attrs.padding[1] + attrs.padding[3]
    # Of a row of the window; taps at the border, or apart, are packed each for itself.
    is_run = groups == attrs.dilation[1] == 1
    cut = min(_TRIPLE * beside / width, 1) if is_run else 1
    runs = 1 + (columns - 1) * cut
    pack = groups * (rows * (100 + 150 * runs) + 18 * size + 130 * blocks)
    multiply = 24 * padded + 250 * blocks + 200
    channels = groups * (-(-filters // _TRIPLE) * multiply + filters * 3 * 75)
    return int(triples * (300 + pack + channels))
