"""PAD of rows and columns -> the padding of the convolution or MAX_POOL_2D behind it.

Exact: a convolution leaves out pixels outside the image, and the products of a padded
pixel that holds the zero point are 0. A maximum over a window with padded pixels is the
maximum over its other pixels if none of those can be below the padded ones. An
AVERAGE_POOL_2D counts padded pixels, but not its own padding, so it keeps its PAD.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.operators.pad import PadAttrs, PadV2Attrs
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.shared.window import Sides

__all__ = ["fold_pad"]


def fold_pad(graph: Graph) -> Graph:
    """`graph` without the PADs that only such operators read."""
    pads = {op.outputs[0]: op for op in graph.ops if _is_foldable(graph, op)}
    ops = tuple(
        _with_padding(op, pads[op.inputs[0]]) if op.inputs[0] in pads else op
        for op in graph.ops
        if op.outputs[0] not in pads
    )
    return replace(graph, ops=ops)


def _is_foldable(graph: Graph, op: Op) -> bool:
    attrs, output = op.attrs, op.outputs[0]
    if not isinstance(attrs, PadAttrs | PadV2Attrs) or output in graph.outputs:
        return False
    if len(attrs.padding) != 4 or any(map(any, (attrs.padding[0], attrs.padding[3]))):
        return False
    if graph.tensors[op.inputs[0]].quant != graph.tensors[output].quant:
        return False
    readers = [reader for reader in graph.ops if output in reader.inputs]
    return all(_can_pad(graph, op, reader) for reader in readers)


def _can_pad(graph: Graph, pad: Op, reader: Op) -> bool:
    source = graph.tensors[pad.inputs[0]]
    value = getattr(pad.attrs, "value", source.zero_point)
    if isinstance(reader.attrs, ConvAttrs):
        return bool(value == source.zero_point)
    if reader.kind != "MAX_POOL_2D":
        return False
    makers = [op.attrs for op in graph.ops if source.id in op.outputs]
    lowest = min(
        (getattr(attrs, "clamp", (-128,))[0] for attrs in makers), default=-128
    )
    return bool(value <= lowest) and _windows_reach(graph, pad, reader)


def _windows_reach(graph: Graph, pad: Op, pool: Op) -> bool:
    """Whether every window of `pool` has a pixel of the image before `pad`."""
    attrs, image = pool.attrs, graph.tensors[pad.inputs[0]].shape[1:3]
    assert isinstance(attrs, PoolAttrs)
    before = _add_padding(attrs.padding, pad)[:2]
    output = graph.tensors[pool.outputs[0]].shape[1:3]
    sizes = zip(before, attrs.window, attrs.stride, output, image, strict=True)
    return all(
        top < window and (rows - 1) * stride - top < height
        for top, window, stride, rows, height in sizes
    )


def _with_padding(op: Op, pad: Op) -> Op:
    assert isinstance(op.attrs, ConvAttrs | PoolAttrs)
    attrs = replace(op.attrs, padding=_add_padding(op.attrs.padding, pad))
    return replace(op, inputs=(pad.inputs[0], *op.inputs[1:]), attrs=attrs)


def _add_padding(padding: Sides, pad: Op) -> Sides:
    """Top, left, bottom, right of both together."""
    assert isinstance(pad.attrs, PadAttrs | PadV2Attrs)
    _, (top, bottom), (left, right), _ = pad.attrs.padding
    a, b, c, d = padding
    return a + top, b + left, c + bottom, d + right
