"""RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR.

Which pixels an output pixel comes from, and with which weights, is computed here, once
for the rows and once for the columns; the kernels read tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Attrs
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.params import Int16Constants, Params
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators.shared.channel_rules import KEEP_FIRST_APART
from tinycnn.compiler.operators.shared.cycles import cycles_by_output
from tinycnn.compiler.operators.shared.operator import Operator
from tinycnn.compiler.operators.shared.possible import possible_by_output
from tinycnn.errors import InvalidModelError

__all__ = ["OPERATORS", "ResizeAttrs"]

_FRACTION_BITS = 10
_MAX_SIZE = 1 << 15  # the tables hold int16


@dataclass(frozen=True, slots=True)
class ResizeAttrs(Attrs):
    """Options: rows and columns of the output, and how pixels are aligned."""

    size: tuple[int, int]
    align_corners: bool
    half_pixel_centers: bool


def _read_bilinear(raw: RawOp) -> ResizeAttrs:
    return _read(raw, raw.int8(2), raw.int8(3))


def _read_nearest(raw: RawOp) -> ResizeAttrs:
    return _read(raw, raw.int8(0), raw.int8(1))


def _read(raw: RawOp, align_corners: int, half_pixel_centers: int) -> ResizeAttrs:
    size = raw.constant(1).reshape(-1).tolist()
    if len(size) != 2 or not all(0 < s < _MAX_SIZE for s in size):
        raise InvalidModelError(
            f"{raw.label}: expected rows and columns below {_MAX_SIZE}, got {size}"
        )
    return ResizeAttrs(
        (size[0], size[1]), bool(align_corners), bool(half_pixel_centers)
    )


def _check(node: Node) -> None:
    node.check_inputs(2)
    x, y, attrs = node.int8_input(), node.int8_output(), node.attrs(ResizeAttrs)
    node.check_same_quant(x, y)
    if len(x.shape) != 4 or x.shape[0] != 1 or max(x.shape[1:3]) >= _MAX_SIZE:
        node.refuse(f"expected batch 1 of 4-D, got {x.shape}")
    node.check_output_shape((1, *attrs.size, x.shape[3]))


def _check_bilinear(node: Node) -> None:
    _check(node)
    attrs = node.attrs(ResizeAttrs)
    if attrs.align_corners and attrs.half_pixel_centers:
        node.refuse("align_corners and half_pixel_centers exclude each other")


@dataclass(frozen=True, slots=True)
class BilinearParams(Params):
    """What the kernel takes: resize.h."""

    ctype = "tcnn_resize_bilinear_params_t"
    input_width: int
    channels: int
    output_height: int
    output_width: int
    rows: Int16Constants
    columns: Int16Constants
    row_weights: Int16Constants
    column_weights: Int16Constants


@dataclass(frozen=True, slots=True)
class NearestParams(Params):
    """What the kernel takes: resize.h."""

    ctype = "tcnn_resize_nearest_params_t"
    input_width: int
    channels: int
    output_height: int
    output_width: int
    rows: Int16Constants
    columns: Int16Constants


def _lower_bilinear(
    lowering: Lowering, node: Node, function: str = "tcnn_resize_bilinear_s8"
) -> None:
    rows, row_weights = _lower_axis(lowering, node, "row", 0)
    columns, column_weights = _lower_axis(lowering, node, "column", 1)
    params = BilinearParams(*_sizes(node), rows, columns, row_weights, column_weights)
    lowering.call(node, function, params)


def _quads(node: Node, numerics: Numerics) -> Kernel:
    """The kernel of RESIZE_BILINEAR for DSP: four channels of a pixel in 82 cycles."""
    function = "tcnn_resize_bilinear_s8_dsp"

    def lower(lowering: Lowering, node: Node) -> None:
        _lower_bilinear(lowering, node, function)

    _, rows, columns, channels = node.output().shape
    pixel = 45 + 82 * (channels // 4) + 26 * (channels % 4)
    return Kernel(
        function=function,
        cycles=60 + rows * (40 + columns * pixel),
        constant_bytes=6 * (rows + columns),
        scratch_bytes=0,
        lower=lower,
        code_bytes=500,
    )


def _lower_axis(
    lowering: Lowering, node: Node, what: str, axis: int
) -> tuple[str, str]:
    """Add the tables of neighbours and of weights along `axis`; their C names."""
    places = [_interpolate(node, axis, i) for i in range(_size(node, axis))]
    pairs = (i for lower, upper, _ in places for i in (lower, upper))
    weights = (weight for _, _, weight in places)
    return (
        lowering.array(node, f"{what}s", "int16_t", pairs),
        lowering.array(node, f"{what}_weights", "int16_t", weights),
    )


def _lower_nearest(
    lowering: Lowering, node: Node, function: str = "tcnn_resize_nearest_neighbor_s8"
) -> None:
    rows, columns = (
        lowering.array(
            node,
            what,
            "int16_t",
            (_nearest(node, axis, i) for i in range(_size(node, axis))),
        )
        for what, axis in (("rows", 0), ("columns", 1))
    )
    params = NearestParams(*_sizes(node), rows, columns)
    lowering.call(node, function, params)


def _words(node: Node, numerics: Numerics) -> Kernel:
    """The kernel of RESIZE_NEAREST_NEIGHBOR for DSP; rows that repeat cost less."""
    function = "tcnn_resize_nearest_neighbor_s8_dsp"

    def lower(lowering: Lowering, node: Node) -> None:
        _lower_nearest(lowering, node, function)

    _, rows, columns, channels = node.output().shape
    new = len({_nearest(node, 0, row) for row in range(rows)})
    pixel = 4 + 4 * channels if channels < 4 else 45 + channels / 3
    row = 40 + columns * pixel
    repeated = 60 + 0.8 * columns * channels
    return Kernel(
        function=function,
        cycles=int(60 + new * row + (rows - new) * repeated),
        constant_bytes=2 * (rows + columns),
        scratch_bytes=0,
        lower=lower,
        code_bytes=500,
    )


def _sizes(node: Node) -> tuple[int, int, int, int]:
    """The input's width and channels, the output's height and width."""
    x, y = node.input(), node.output()
    return x.shape[2], x.shape[3], y.shape[1], y.shape[2]


def _size(node: Node, axis: int) -> int:
    return node.attrs(ResizeAttrs).size[axis]


def _interpolate(node: Node, axis: int, i: int) -> tuple[int, int, int]:
    """The two input pixels of output pixel `i`, and the second's weight of 1024.

    Follows ComputeInterpolationValuesInteger; below the first pixel the reference
    extrapolates with weights outside 0 to 1024, and so do we.
    """
    attrs, size, one = node.attrs(ResizeAttrs), _size(node, axis), 1 << _FRACTION_BITS
    full = node.input().shape[1 + axis]
    if attrs.align_corners and size > 1:
        scale = (one * (full - 1) + (size - 1) // 2) // (size - 1)
    else:
        scale = (one * full + size // 2) // size
    place = i * scale
    if attrs.half_pixel_centers:
        place += scale // 2 - one // 2
    lower = max(place // one, 0)
    upper = min((place + one - 1) // one, full - 1)
    return lower, upper, place - one * lower


def _nearest(node: Node, axis: int, i: int) -> int:
    """The input pixel of output pixel `i`, in the reference's float32 arithmetic."""
    attrs, size = node.attrs(ResizeAttrs), _size(node, axis)
    full = node.input().shape[1 + axis]
    spread = attrs.align_corners and size > 1
    scale = np.float32(full - spread) / np.float32(size - spread)
    offset = np.float32(0.5 if attrs.half_pixel_centers else 0.0)
    place = float((np.float32(i) + offset) * scale)
    nearest = math.floor(place + 0.5) if attrs.align_corners else math.floor(place)
    return max(min(nearest, full - 1), 0)


OPERATORS = (
    Operator(
        "RESIZE_BILINEAR",
        23,
        _read_bilinear,
        _check_bilinear,
        _lower_bilinear,
        count_cycles=cycles_by_output(96),
        kernels=(_quads,),
        channels=KEEP_FIRST_APART,
        options=15,
        count_possible=possible_by_output(20),
    ),
    Operator(
        "RESIZE_NEAREST_NEIGHBOR",
        97,
        _read_nearest,
        _check,
        _lower_nearest,
        kernels=(_words,),
        channels=KEEP_FIRST_APART,
        options=74,
        count_possible=possible_by_output(2),
    ),
)
