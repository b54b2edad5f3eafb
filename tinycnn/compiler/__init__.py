"""The compiler: `.tflite` -> Graph -> passes -> kernels -> memory plan -> Program -> C.

Each arrow is a function of its own; `compile_tflite` is the whole chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.choice import Choice, Objective, Optimize, choose_kernels
from tinycnn.compiler.emission.lower import lower_graph
from tinycnn.compiler.emission.sources import generate_sources
from tinycnn.compiler.ir.graph import Graph, Op, QuantParams, Tensor
from tinycnn.compiler.ir.program import Program
from tinycnn.compiler.memory import MemoryPlan, plan_memory
from tinycnn.compiler.memory.planner import draft_plan
from tinycnn.compiler.operators import CHAIN
from tinycnn.compiler.passes import run_passes
from tinycnn.compiler.passes.verify import verify_numerics
from tinycnn.compiler.reading.tflite import read_tflite

__all__ = [
    "Compilation",
    "Graph",
    "MemoryPlan",
    "Numerics",
    "Objective",
    "Op",
    "Optimize",
    "Program",
    "QuantParams",
    "Tensor",
    "choose_kernels",
    "compile_tflite",
    "generate_sources",
    "lower_graph",
    "plan_memory",
    "read_tflite",
    "run_passes",
    "verify_numerics",
]


@dataclass(frozen=True, slots=True, eq=False)
class Compilation:
    """A compiled model with what led to it.

    Attributes:
        choice: Of kernels, under the objective.
        plan: The memory plan.
        program: What the sources say.
        sources: C files by name.
        objective: What kernels were chosen for; without, all are portable.
        unchained_bytes: The arena, if no operators were chained; 0 where none are.
    """

    choice: Choice
    plan: MemoryPlan
    program: Program
    sources: dict[str, str]
    objective: Objective | None = None
    unchained_bytes: int = 0

    @property
    def graph(self) -> Graph:
        """After all passes, with chains."""
        return self.choice.graph


def compile_tflite(
    data: bytes,
    *,
    name: str,
    numerics: Numerics = "litert",
    objective: Objective | None = None,
    reference: str = "",
    labels: Sequence[str] = (),
) -> Compilation:
    """Compile a `.tflite` file.

    Args:
        data: The file's bytes.
        name: Prefix of all C names; a C identifier.
        numerics: The reference to equal: `litert`, LiteRT's reference kernels, or
            `tflm`, TFLite Micro.
        objective: A processor to choose kernels for; portable kernels without.
        reference: Identity of the interpreter with those numerics, for the manual.
        labels: Names of the classes.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
        ProjectError: If there are not as many labels as classes.
    """
    graph = read_tflite(data)
    verify_numerics(graph, numerics)
    whole = run_passes(graph)
    choice = choose_kernels(whole, objective, numerics)
    graph = choice.graph
    plan = plan_memory(graph)
    chosen = choice.kernels if objective else None
    program = lower_graph(graph, plan, name=name, numerics=numerics, kernels=chosen)
    sources = generate_sources(program, objective, reference=reference, labels=labels)
    is_chained = any(op.kind == CHAIN for op in graph.ops)
    unchained = draft_plan(whole).arena_bytes if is_chained else 0
    return Compilation(choice, plan, program, sources, objective, unchained)
