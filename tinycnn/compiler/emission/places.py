"""Where and when the tensors of a program lie in the arena: what a trace looks at.

In: a program. Out: a place for each activation that an operator reads, at the moment
before its first kernel call, and for each that it writes, after its last. The first
place whose bytes are wrong names the operator: at a read, whoever wrote over a tensor
that was right; at a write, the operator itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.ir.graph import Op, Tensor
from tinycnn.compiler.ir.program import Buffer, KernelCall, Program

__all__ = ["Place", "digest_places", "list_places"]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A tensor at a moment of an inference.

    Attributes:
        step: Kernel calls that have run by then.
        offset: Bytes from the start of the arena.
        tensor: What lies there.
        op: Who reads or has written it; None: the harness.
        reads: Whether it is read, and not written.
        function: The operator's first C function; empty where there is none.
    """

    step: int
    offset: int
    tensor: Tensor
    op: Op | None
    reads: bool
    function: str = ""

    @property
    def row(self) -> tuple[int, int, int]:
        """As `tcnn_place_t` has it."""
        return self.step, self.offset, self.tensor.bytes


def list_places(program: Program) -> tuple[Place, ...]:
    """The places of `program` by rising step; what was just looked at is left out."""
    places: dict[tuple[int, int, int], Place] = {}
    for place in _all_places(program):
        places.setdefault(place.row, place)
    return tuple(places.values())


def digest_places(places: Sequence[Place]) -> bytes:
    """Their table as the device has it: three little-endian words a place."""
    return np.array([place.row for place in places], "<u4").tobytes()


def _all_places(program: Program) -> Iterator[Place]:
    buffers = {buffer.tensor.id: buffer for buffer in program.buffers}
    whole = (*(program.inputs if program.fed is None else ()), *program.outputs)
    buffers |= {b.tensor.id: b for b in whole}
    for buffer in program.inputs if program.fed is None else ():
        yield Place(0, buffer.offset, buffer.tensor, None, reads=False)
    start = 0
    for calls in _group_by_op(program.calls):
        op, end = calls[0].op, start + len(calls)
        for reads, step, ids in ((True, start, op.inputs), (False, end, op.outputs)):
            for b in _find(buffers, ids):
                function = calls[0].function
                yield Place(step, b.offset, b.tensor, op, reads, function)
        start = end
    for buffer in program.outputs:
        yield Place(start, buffer.offset, buffer.tensor, None, reads=True)


def _find(buffers: dict[int, Buffer], ids: Sequence[int]) -> Iterator[Buffer]:
    return (buffers[i] for i in ids if i in buffers)


def _group_by_op(calls: Sequence[KernelCall]) -> Iterator[list[KernelCall]]:
    """The calls of each operator; those of one follow each other."""
    group: list[KernelCall] = []
    for call in calls:
        if group and group[0].op.outputs != call.op.outputs:
            yield group
            group = []
        group.append(call)
    if group:
        yield group
