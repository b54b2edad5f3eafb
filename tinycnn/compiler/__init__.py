"""The compiler: `.tflite` -> Graph -> passes -> kernels -> memory plan -> Program -> C.

Each arrow is a function of its own; `compile_tflite` is the whole chain.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.codegen import generate_sources
from tinycnn.compiler.graph import Graph, Op, QuantParams, Tensor
from tinycnn.compiler.kernels import Kernel, Optimize, choose_kernels
from tinycnn.compiler.lower import lower_graph
from tinycnn.compiler.memory import MemoryPlan, plan_memory
from tinycnn.compiler.numerics import Numerics
from tinycnn.compiler.passes import run_passes
from tinycnn.compiler.program import Program
from tinycnn.compiler.tflite import read_tflite

__all__ = [
    "Compilation",
    "Graph",
    "MemoryPlan",
    "Numerics",
    "Op",
    "Optimize",
    "Program",
    "QuantParams",
    "Tensor",
    "compile_tflite",
    "generate_sources",
    "lower_graph",
    "plan_memory",
    "read_tflite",
    "run_passes",
]


@dataclass(frozen=True, slots=True, eq=False)
class Compilation:
    """A compiled model with what led to it."""

    graph: Graph
    plan: MemoryPlan
    program: Program
    sources: dict[str, str]


def compile_tflite(
    data: bytes,
    *,
    name: str,
    numerics: Numerics = "litert",
    optimize: Optimize | None = None,
    flash_bytes: int | None = None,
    ram_bytes: int | None = None,
) -> Compilation:
    """Compile a `.tflite` file.

    Args:
        data: The file's bytes.
        name: Prefix of all C names; a C identifier.
        numerics: The reference to equal: `litert`, LiteRT's reference kernels, or
            `tflm`, TFLite Micro.
        optimize: What to choose kernels for Cortex-M with DSP by; portable kernels
            without.
        flash_bytes: The most that weights and tables should take.
        ram_bytes: The most that the arena should take.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
    """
    graph = run_passes(read_tflite(data))
    kernels: dict[int, Kernel] = {}
    if optimize is not None:
        graph, kernels = choose_kernels(
            graph,
            optimize=optimize,
            numerics=numerics,
            flash_bytes=flash_bytes,
            ram_bytes=ram_bytes,
        )
    plan = plan_memory(graph)
    program = lower_graph(graph, plan, name=name, numerics=numerics, kernels=kernels)
    return Compilation(graph, plan, program, generate_sources(program))
