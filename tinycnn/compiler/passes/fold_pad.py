"""PAD of rows and columns followed by a convolution -> the convolution's own padding.

Exact: a convolution leaves out pixels outside the image, and a padded pixel holds the
zero point, whose products are 0.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.graph import Graph, Op
from tinycnn.compiler.operators.conv import ConvAttrs
from tinycnn.compiler.operators.pad import PadAttrs

__all__ = ["fold_pad"]


def fold_pad(graph: Graph) -> Graph:
    """`graph` without the PADs that only convolutions read."""
    pads = {op.outputs[0]: op for op in graph.ops if _is_foldable(graph, op)}
    ops = tuple(
        _with_padding(op, pads[op.inputs[0]]) if op.inputs[0] in pads else op
        for op in graph.ops
        if op.outputs[0] not in pads
    )
    return replace(graph, ops=ops)


def _is_foldable(graph: Graph, op: Op) -> bool:
    attrs, output = op.attrs, op.outputs[0]
    if not isinstance(attrs, PadAttrs) or output in graph.outputs:
        return False
    if len(attrs.padding) != 4 or any(map(any, (attrs.padding[0], attrs.padding[3]))):
        return False
    readers = [reader for reader in graph.ops if output in reader.inputs]
    return all(isinstance(reader.attrs, ConvAttrs) for reader in readers)


def _with_padding(op: Op, pad: Op) -> Op:
    assert isinstance(op.attrs, ConvAttrs)
    assert isinstance(pad.attrs, PadAttrs)
    _, (top, bottom), (left, right), _ = pad.attrs.padding
    added = (top, left, bottom, right)
    padding = tuple(a + b for a, b in zip(op.attrs.padding, added, strict=True))
    top, left, bottom, right = padding
    attrs = replace(op.attrs, padding=(top, left, bottom, right))
    return replace(op, inputs=(pad.inputs[0], *op.inputs[1:]), attrs=attrs)
