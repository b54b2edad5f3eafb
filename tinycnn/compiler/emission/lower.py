"""Graph and memory plan -> `Program`: each operator becomes kernel calls.

All arithmetic on scales happens in the operators' rules; the C code gets integers.
"""

from __future__ import annotations

from collections.abc import Mapping

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.choice import Kernel
from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import Buffer, Program
from tinycnn.compiler.memory import MemoryPlan
from tinycnn.compiler.operators import OPERATORS

__all__ = ["lower_graph"]


def lower_graph(
    graph: Graph,
    plan: MemoryPlan,
    *,
    name: str,
    numerics: Numerics = "litert",
    kernels: Mapping[int, Kernel] | None = None,
) -> Program:
    """The program that computes `graph` inside the arena of `plan`.

    Args:
        graph: A verified graph.
        plan: A memory plan of the same graph.
        name: Prefix of all C names; a C identifier.
        numerics: The reference whose arithmetic it reproduces.
        kernels: The kernel of each operator by its first output; portable without.

    Raises:
        UnsupportedModelError: If a scale cannot be expressed exactly.
    """
    live = (*graph.inputs, *(tensor for op in graph.ops for tensor in op.writes))
    places = {i: plan.offsets[i] for i in live if i not in graph.arriving}
    buffers = {i: Buffer(f"t{i}", at, graph.tensors[i]) for i, at in places.items()}
    lowering = Lowering(name, buffers, numerics)
    for op in graph.ops:
        chosen = (kernels or {}).get(op.outputs[0])
        lower = chosen.lower if chosen else OPERATORS[op.kind].lower
        lowering.predicted_cycles = chosen.cycles if chosen else None
        lower(lowering, Node(graph, op))
    used = {argument for call in lowering.calls for argument in call.arguments}
    return Program(
        name=name,
        sha256=graph.sha256,
        numerics=numerics,
        arena_bytes=plan.arena_bytes,
        arrays=tuple(lowering.arrays),
        buffers=tuple(b for b in buffers.values() if b.name in used),
        calls=tuple(lowering.calls),
        inputs=tuple(
            buffers.get(i) or Buffer(f"t{i}", 0, graph.tensors[i]) for i in graph.inputs
        ),
        outputs=tuple(buffers[i] for i in graph.outputs),
    )
