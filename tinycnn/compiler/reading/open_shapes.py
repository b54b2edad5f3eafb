"""Shapes that the converter left open, closed by the operators that compute them.

Converters write 1 for a dimension that they do not know, and -1 into the tensor's
signature. Shapes are fixed here: what an operator's own rules expect of its output
takes the place of the 1, wherever the signature leaves it open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tinycnn.compiler.ir.graph import Graph, Op, Tensor
from tinycnn.compiler.ir.node import Node, ShapeError
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import ModelError

__all__ = ["Signatures", "close_shapes"]

Signatures = Mapping[int, tuple[int, ...]]
"""Of tensors with open dimensions: sizes, -1 where one is open."""

_MAX_ELEMENTS = 16 << 20  # of a tensor, as in a file


def close_shapes(op: RawOp, signatures: Signatures) -> dict[int, Tensor]:
    """The outputs of `op` whose shapes were open and are others than the file says.

    Args:
        op: An operator whose inputs are of closed shapes.
        signatures: Those of the file.
    """
    closed: dict[int, Tensor] = {}
    if not any(i in signatures for i in op.outputs):
        return closed
    while (wrong := _find_wrong(replace(op, tensors=_with(op, closed)))) is not None:
        if wrong.tensor.id in closed or not _is_open(wrong, signatures):
            break
        closed[wrong.tensor.id] = replace(wrong.tensor, shape=wrong.expected)
    return closed


def _with(op: RawOp, closed: Mapping[int, Tensor]) -> tuple[Tensor, ...]:
    return tuple(closed.get(t.id, t) for t in op.tensors) if closed else op.tensors


def _find_wrong(op: RawOp) -> ShapeError | None:
    """The first output whose shape is not what the operator's rules expect."""
    rules = OPERATORS[op.kind]
    if rules.read is None:
        return None
    try:
        node = Op(op.index, op.kind, op.inputs, op.outputs, rules.read(op))
        rules.check(Node(Graph(op.tensors, (node,), (), (), ""), node))
    except ShapeError as error:
        return error
    except ModelError:
        pass  # told when the whole graph is checked
    return None


def _is_open(wrong: ShapeError, signatures: Signatures) -> bool:
    """Whether the file's signature allows the expected shape."""
    signature, expected = signatures.get(wrong.tensor.id), wrong.expected
    return (
        signature is not None
        and len(signature) == len(expected)
        and all(s in (-1, size) for s, size in zip(signature, expected, strict=True))
        and replace(wrong.tensor, shape=expected).size <= _MAX_ELEMENTS
    )
