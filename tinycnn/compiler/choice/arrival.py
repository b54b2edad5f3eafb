"""A graph whose input arrives row by row: which can be, and what becomes of it.

In: a graph of one input. Out: the same, of which that input has no place in the arena:
the first operators take its rows, as links of a chain.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import UnsupportedModelError

__all__ = ["let_arrive", "refuse_arrival"]

_HINT = "take the input whole"


def let_arrive(graph: Graph) -> Graph:
    """`graph` with its input arriving, and without what only gives it other shapes.

    Raises:
        UnsupportedModelError: If it has several inputs, or needs the one for longer.
    """
    if len(graph.inputs) != 1:
        raise UnsupportedModelError(
            "model: expected one input, as it is to arrive row by row, got "
            f"{len(graph.inputs)}",
            hint=_HINT,
        )
    arriving: tuple[int, ...] = graph.inputs
    ops = graph.ops
    while ops and OPERATORS[ops[0].kind].is_alias and ops[0].inputs[0] == arriving[-1]:
        arriving, ops = (*arriving, *ops[0].outputs), ops[1:]
    needed = {t for op in ops for t in op.inputs} | set(graph.outputs)
    if not ops or needed & set(arriving[:-1]):
        refuse_arrival(graph)
    return replace(graph, ops=ops, arriving=arriving)


def refuse_arrival(graph: Graph) -> NoReturn:
    """Say that the input is needed whole.

    Raises:
        UnsupportedModelError: Always.
    """
    op, source = graph.ops[0], graph.tensors[graph.inputs[0]]
    raise UnsupportedModelError(
        f"op {op.index} ({op.kind}): expected an operator that takes the rows of an "
        f"int8 image one by one, as they are to arrive, got {source.dtype} of shape "
        f"{source.shape}",
        hint=_HINT,
    )
