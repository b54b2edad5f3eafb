"""One random case: a model, its program, and what the reference says of both."""

from __future__ import annotations

import numpy as np

from tests.compiler.cases import CASES, draw_rows
from tinycnn.compiler import lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.errors import InvalidModelError
from tinycnn.reference import LOADERS

EQUAL, DIFFERENT, NO_REFERENCE = "equal", "different", "no reference"
# Operators that TFLite Micro does not have; SPACE_TO_BATCH_ND pads with 0 there, which
# is refused.
NOT_IN_TFLM = frozenset(
    """
    BATCH_TO_SPACE_ND RELU_0_TO_1 RELU_N1_TO_1 REVERSE_V2 SPACE_TO_BATCH_ND TILE
    """.split()
)


def compile_graph(model, numerics):
    """The program of a file, passes applied."""
    graph = run_passes(read_tflite(model))
    return lower_graph(graph, plan_memory(graph), name="case", numerics=numerics)


def compare_model(model, rng, executor, numerics, count=4):
    """Whether the kernels give the reference's bytes for random inputs."""
    program = compile_graph(model, numerics)
    try:
        run_rows = LOADERS[numerics](model)
    except InvalidModelError:
        return NO_REFERENCE
    rows = draw_rows(rng, [b.tensor for b in program.inputs], count)
    expected = run_rows([row.tobytes() for row in rows])
    return EQUAL if expected == executor.run(program, rows) else DIFFERENT


def compare_case(kind, seed, executor, numerics):
    """The same for the case of an operator that belongs to `seed`."""
    rng = np.random.default_rng([seed, *kind.encode()])
    return compare_model(CASES[kind](rng), rng, executor, numerics)
