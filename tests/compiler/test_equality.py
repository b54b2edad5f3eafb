"""Every kernel against the reference interpreter, byte for byte."""

import numpy as np
import pytest

from tests.compiler.cases import CASES, draw_rows
from tinycnn.compiler import lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.compiler.operators import OPERATORS
from tinycnn.reference import load_reference

CASES_PER_OPERATOR = 60


def test_every_supported_operator_has_cases():
    """No operator is supported without being compared; TFLite has no MOVE."""
    assert sorted(set(OPERATORS) - {"MOVE"}) == sorted(CASES)


@pytest.mark.parametrize("kind", sorted(CASES))
def test_kernels_equal_the_reference(kind, executor, tmp_path):
    """Random models of one operator give the reference's bytes for each input."""
    for seed in range(CASES_PER_OPERATOR):
        rng = np.random.default_rng([seed, *kind.encode()])
        model = CASES[kind](rng)
        path = tmp_path / "model.tflite"
        path.write_bytes(model)
        graph = run_passes(read_tflite(model))
        program = lower_graph(graph, plan_memory(graph), name="case")
        inputs = draw_rows(rng, [b.tensor for b in program.inputs], 4)

        expected = [y.tobytes() for y in load_reference(path).run(inputs)]

        assert expected == executor.run(program, inputs), f"{kind} seed {seed}"
