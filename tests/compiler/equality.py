"""One random case: a model, its program, and what the reference says of both."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tests.compiler.cases import CASES, draw_rows
from tests.compiler.executor import Runner
from tinycnn.compiler import (
    Graph,
    MemoryPlan,
    Program,
    lower_graph,
    plan_memory,
    read_tflite,
    run_passes,
)
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import InvalidModelError
from tinycnn.reference import LOADERS

EQUAL, DIFFERENT, NO_REFERENCE = "equal", "different", "no reference"
# Operators that are refused, by numerics: TFLite Micro does not have them, or pads with
# 0 (SPACE_TO_BATCH_ND); LiteRT takes the int8 of a SUM for uint8.
REFUSED: dict[str, frozenset[str]] = {
    "litert": frozenset(("ELU", "SUM")),
    "tflm": frozenset(
        """
        BATCH_TO_SPACE_ND EXP GELU RELU_0_TO_1 RELU_N1_TO_1 SPACE_TO_BATCH_ND TILE
        """.split()
    ),
}


@dataclass(frozen=True)
class Case:
    """A model with a place for its tensors, and inputs for it."""

    model: bytes
    graph: Graph
    plan: MemoryPlan
    rows: np.ndarray


def compile_graph(model: bytes, numerics: Numerics) -> Program:
    """The program of a file, passes applied."""
    graph = run_passes(read_tflite(model))
    return lower_graph(graph, plan_memory(graph), name="case", numerics=numerics)


def compare_model(
    model: bytes, rng: np.random.Generator, executor: Runner, numerics: Numerics
) -> str:
    """Whether the kernels give the reference's bytes for random inputs."""
    return _compare(_prepare(model, rng), executor, numerics)


def compare_case(kind: str, seed: int, executor: Runner, numerics: Numerics) -> str:
    """The same for the case of an operator that belongs to `seed`."""
    return _compare(_draw_case(kind, seed), executor, numerics)


def list_kernels(kind: str, seeds: Iterable[int]) -> set[str]:
    """The C functions that the programs of an operator's cases call."""
    cases = (_draw_case(kind, seed) for seed in seeds)
    programs = (lower_graph(c.graph, c.plan, name="case") for c in cases)
    return {kernel for program in programs for kernel in program.kernels}


@functools.lru_cache(maxsize=256)  # the cases of one operator, for the next numerics
def _draw_case(kind: str, seed: int) -> Case:
    rng = np.random.default_rng([seed, *kind.encode()])
    return _prepare(CASES[kind](rng), rng)


def _prepare(model: bytes, rng: np.random.Generator) -> Case:
    graph = run_passes(read_tflite(model))
    rows = draw_rows(rng, [graph.tensors[t] for t in graph.inputs], 4)
    return Case(model, graph, plan_memory(graph), rows)


def _compare(case: Case, executor: Runner, numerics: Numerics) -> str:
    program = lower_graph(case.graph, case.plan, name="case", numerics=numerics)
    try:
        run_rows = LOADERS[numerics](case.model)
    except InvalidModelError:
        return NO_REFERENCE
    expected = run_rows([row.tobytes() for row in case.rows])
    return EQUAL if expected == executor.run(program, case.rows) else DIFFERENT
