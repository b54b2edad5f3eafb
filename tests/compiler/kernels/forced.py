"""Programs in which an operator has the kernel that a test wants, and their check."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from tests.compiler.cases import draw_rows
from tests.compiler.executor import Runner
from tinycnn.choices import Family
from tinycnn.compiler import Program, lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.choice.kernels import apply_kernels, find_offer
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.reference import LOADERS


def family_of(function: str) -> Family:
    """The cores that a kernel with this C function is for."""
    return "mul" if function.endswith("_mul") else "dsp"


def force(model: bytes, function: str, numerics: Numerics = "litert") -> Program | None:
    """The program of `model` with the kernel `function` wherever it is exact.

    Where it is offered in several ways, any of them. None where that is nowhere.
    """
    graph = run_passes(read_tflite(model))
    kernels: dict[int, Kernel] = {}
    for op in graph.ops:
        if OPERATORS[op.kind].is_alias:
            continue
        found = find_offer(Node(graph, op), numerics, family_of(function)).kernels
        ways = [kernel for kernel in found if kernel.function == function]
        if ways:
            kernels[op.outputs[0]] = ways[zlib.crc32(model) % len(ways)]
    if not kernels:
        return None
    graph = apply_kernels(graph, kernels)
    plan = plan_memory(graph)
    return lower_graph(graph, plan, name="case", numerics=numerics, kernels=kernels)


def assert_equal(
    model: bytes,
    program: Program,
    rng: np.random.Generator,
    executors: Sequence[Runner],
    numerics: Numerics = "litert",
    count: int = 4,
) -> None:
    """Every executor gives the reference's bytes for random and extreme inputs."""
    rows = draw_rows(rng, [b.tensor for b in program.inputs], count)
    expected = LOADERS[numerics](model)([row.tobytes() for row in rows])
    for executor in executors:
        assert executor.run(program, rows) == expected, type(executor).__name__
