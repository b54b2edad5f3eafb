"""SPACE_TO_BATCH_ND, convolution, BATCH_TO_SPACE_ND -> one dilated convolution.

Exact: each batch of the inner convolution is one phase of the dilated one, and what is
added to the sides is the zero point, whose products are 0. Run on import, since the
tensors between have a batch. With a convolution of one dimension, EXPAND_DIMS and
RESHAPE stand between; they stay, with other shapes.
"""

from __future__ import annotations

from dataclasses import replace

from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.operators import reshape
from tinycnn.compiler.operators.batch_space.rules import BlockAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs

__all__ = ["fold_dilation"]

Chain = list[Op]

_ALIASES = frozenset(o.kind for o in reshape.OPERATORS if o.is_alias)


def fold_dilation(graph: Graph, op: Op) -> Graph:
    """`graph` with the convolution dilated that stands behind `op`, if one does."""
    chain = _find_chain(graph, op)
    return graph if chain is None else _fold(graph, chain)


def _find_chain(graph: Graph, op: Op) -> Chain | None:
    """From a SPACE_TO_BATCH_ND to its BATCH_TO_SPACE_ND; None if it is not that."""
    chain = [op]
    while chain[-1].kind != "BATCH_TO_SPACE_ND":
        tip = chain[-1].outputs[0]
        readers = [reader for reader in graph.ops if tip in reader.inputs]
        if len(readers) != 1 or tip in graph.outputs or readers[0] in chain:
            return None
        if readers[0].inputs.index(tip) != 0 or readers[0].inputs.count(tip) != 1:
            return None
        chain.append(readers[0])
    middle = chain[1:-1]
    conv = middle[len(middle) // 2] if middle else op
    if not isinstance(conv.attrs, ConvAttrs) or not _can_fold(graph, chain, conv):
        return None
    return chain if len(middle) == 1 or _is_line(graph, middle) else None


def _can_fold(graph: Graph, chain: Chain, conv: Op) -> bool:
    """Whether the block is all that there is to it."""
    before, after, attrs = chain[0].attrs, chain[-1].attrs, conv.attrs
    assert isinstance(before, BlockAttrs)
    assert isinstance(after, BlockAttrs)
    assert isinstance(attrs, ConvAttrs)
    x, y = graph.tensors[chain[0].inputs[0]], graph.tensors[chain[-1].outputs[0]]
    first, last = (graph.tensors[op.outputs[0]] for op in (chain[0], chain[-2]))
    return (
        x.quant == first.quant
        and last.quant == y.quant
        and before.block == after.block
        and len(x.shape) == len(y.shape) == len(before.block) + 2
        and len(chain) == {2: 3, 1: 5}.get(len(before.block))
        and attrs.stride == attrs.dilation == (1, 1)
        and attrs.padding == (0, 0, 0, 0)
        and all(
            cut <= added
            for cuts, adds in zip(after.sides, before.sides, strict=True)
            for cut, added in zip(cuts, adds, strict=True)
        )
    )


def _is_line(graph: Graph, middle: Chain) -> bool:
    """Whether the image between two aliases is one row, or one column, of pixels."""
    first, conv, last = middle
    if not {first.kind, last.kind} <= _ALIASES:
        return False
    axis = _find_axis(graph, conv)
    return all(
        _insert_axis(graph.tensors[line].shape, axis) == graph.tensors[image].shape
        for line, image in (
            (first.inputs[0], conv.inputs[0]),
            (last.outputs[0], conv.outputs[0]),
        )
    )


def _find_axis(graph: Graph, conv: Op) -> int:
    """The dimension of its input along which a convolution of one dimension goes."""
    return 2 if graph.tensors[conv.inputs[1]].shape[1] == 1 else 1


def _insert_axis(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """The 4-D shape of a 3-D line along `axis`."""
    return (shape[0], 1, *shape[1:]) if axis == 2 else (*shape[:2], 1, *shape[2:])


def _fold(graph: Graph, chain: Chain) -> Graph:
    """Leave out both ends; the image between them is the whole one."""
    tensors, middle = list(graph.tensors), chain[1:-1]
    axis = _find_axis(graph, middle[len(middle) // 2])
    ends = (chain[0].inputs[0], chain[-1].outputs[0])
    for op, end in zip(middle[:-1], ends, strict=False):
        image = tensors[op.outputs[0]]
        shape = _insert_axis(tensors[end].shape, axis)
        tensors[image.id] = replace(image, shape=shape)
    changed = {op.index: _reconnect(op, chain, axis) for op in middle}
    ops = tuple(
        changed.get(op.index, op)
        for op in graph.ops
        if op.index not in (chain[0].index, chain[-1].index)
    )
    return replace(graph, tensors=tuple(tensors), ops=ops)


def _reconnect(op: Op, chain: Chain, axis: int) -> Op:
    """`op` reading and writing what the ends of the chain read and wrote."""
    inputs, outputs = op.inputs, op.outputs
    if op is chain[1]:
        inputs = (chain[0].inputs[0], *inputs[1:])
    if op is chain[-2]:
        outputs = chain[-1].outputs
    if not isinstance(op.attrs, ConvAttrs):
        return replace(op, inputs=inputs[:1], outputs=outputs)
    before, after = chain[0].attrs, chain[-1].attrs
    assert isinstance(before, BlockAttrs)
    assert isinstance(after, BlockAttrs)
    sides = [
        (added[0] - cut[0], added[1] - cut[1])
        for added, cut in zip(before.sides, after.sides, strict=True)
    ]
    block = before.block
    if len(block) == 1:
        sides = [(0, 0), *sides] if axis == 2 else [*sides, (0, 0)]
        block = (1, *block) if axis == 2 else (*block, 1)
    (top, bottom), (left, right) = sides
    padding = (top, left, bottom, right)
    attrs = replace(
        op.attrs,
        dilation=(block[0], block[1]),
        padding=padding,
        pads_batches=any(padding),
    )
    return replace(op, inputs=inputs, outputs=outputs, attrs=attrs)
