"""Proves a plan by running it on tags instead of numbers.

Every byte of a simulated arena holds the storage and the byte that it belongs to. Each
operator reads and writes in the order of its kernel's loops; a read that does not find
its tag, at the step or at the moment within it, ends the simulation. Only offsets
count: neither lifetimes nor the planner's rules are looked at.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.chain import Chain
from tinycnn.compiler.ir.graph import Graph, Op, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.access import list_reads
from tinycnn.compiler.memory.blocks import find_roots
from tinycnn.compiler.memory.plan import MemoryPlan
from tinycnn.compiler.memory.rows_over import check_rows_over
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import MemoryPlanError

__all__ = ["check_plan"]

_NEVER = np.iinfo(np.int64).max
_HINT = "this is a fault of tinycnn's memory planner; please report it with the model"


def check_plan(graph: Graph, plan: MemoryPlan) -> None:
    """Check that every operator reads what was written for it.

    Raises:
        MemoryPlanError: If it does not, or if a tensor lies outside the arena.
    """
    roots = find_roots(graph)
    for tensor in roots:
        end = plan.offsets[tensor] + graph.tensors[tensor].bytes
        if plan.offsets[tensor] < 0 or end > plan.arena_bytes:
            raise MemoryPlanError(
                f"{_name(graph.tensors[tensor])}: expected a place within "
                f"{plan.arena_bytes:,} bytes, got {plan.offsets[tensor]:,} to {end:,}",
                hint=_HINT,
            )
    arena = _Arena(graph, plan, roots)
    for tensor in graph.inputs:
        if tensor in roots:
            arena.write(tensor)
    for op in graph.ops:
        if not OPERATORS[op.kind].is_alias:
            arena.run(op)
    for tensor in graph.outputs:
        arena.expect(tensor, "the end")


class _Arena:
    """The tags of an arena: storage and byte, in one number."""

    def __init__(self, graph: Graph, plan: MemoryPlan, roots: dict[int, int]) -> None:
        self._graph, self._plan, self._roots = graph, plan, roots
        self._tags = np.full(plan.arena_bytes, -1, np.int64)

    def write(self, tensor: int) -> None:
        """Put a tensor's tags in its place."""
        self._tags[self._place(tensor)] = self._expected(tensor)

    def expect(self, tensor: int, where: str) -> None:
        """Check that a tensor is whole.

        Raises:
            MemoryPlanError: If it is not.
        """
        wrong = self._tags[self._place(tensor)] != self._expected(tensor)
        if wrong.any():
            self._fail(tensor, int(np.argmax(wrong)), where)

    def run(self, op: Op) -> None:
        """Read the inputs and write the outputs of one operator.

        Raises:
            MemoryPlanError: If a byte is overwritten before it is read.
        """
        node, where = Node(self._graph, op), f"op {op.index} ({op.kind})"
        if isinstance(op.attrs, Chain):
            check_rows_over(op.attrs)
        if op.scratch is not None:  # a kernel may use it before it reads its inputs
            self.write(op.scratch)
        written_at = self._write_moments(op)
        for number, tensor in enumerate(op.inputs):
            if tensor in self._graph.arriving:
                deque(list_reads(node, number), maxlen=0)  # proves that rows are found
            if tensor not in self._roots:
                continue
            self.expect(tensor, where)
            x, place = self._graph.tensors[tensor], self._place(tensor)
            lives = written_at[place].reshape(x.size, -1).min(axis=1)
            for elements, moments in list_reads(node, number):
                wrong = lives[elements] < moments
                if wrong.any():
                    element = int(elements[wrong].min())
                    self._fail(tensor, element * (x.bytes // x.size), where)
        for tensor in op.outputs:
            self.write(tensor)
        for tensor in op.writes:
            self.expect(tensor, where)

    def _write_moments(self, op: Op) -> NDArray[np.int64]:
        """For each byte of the arena the output element that overwrites it."""
        moments = np.full(self._plan.arena_bytes, _NEVER, np.int64)
        for tensor in op.outputs:
            y = self._graph.tensors[tensor]
            moments[self._place(tensor)] = np.arange(y.bytes) // (y.bytes // y.size)
        return moments

    def _place(self, tensor: int) -> slice:
        offset = self._plan.offsets[tensor]
        return slice(offset, offset + self._graph.tensors[tensor].bytes)

    def _expected(self, tensor: int) -> NDArray[np.int64]:
        size = self._graph.tensors[tensor].bytes
        return np.arange(size) + (self._roots[tensor] << 32)

    def _fail(self, tensor: int, byte: int, where: str) -> None:
        raise MemoryPlanError(
            f"{_name(self._graph.tensors[tensor])}: byte {byte:,} is overwritten "
            f"before {where} reads it",
            hint=_HINT,
        )


def _name(tensor: Tensor) -> str:
    return f"tensor {tensor.id} ('{tensor.name}')"
