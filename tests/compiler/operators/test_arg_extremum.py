"""ARG_MAX and ARG_MIN: what the files may ask, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.cases.arg_extremum import arg_extremum
from tests.compiler.equality import EQUAL, compare_model
from tests.compiler.executor import Executor
from tests.compiler.tflite_builder import TYPES, ModelBuilder
from tinycnn.compiler import compile_tflite, plan_memory, read_tflite
from tinycnn.errors import InvalidModelError, ModelError, UnsupportedModelError


def _model(
    dtype: str = "int32", *, axis: int = 1, said: str | None = None, reads: str = ""
) -> bytes:
    b = ModelBuilder()
    x = b.tensor((1, 5), scale=0.1)
    k = b.tensor((1,), "int32", data=np.array([axis], np.int32))
    y = b.tensor((1,), dtype)
    b.op("ARG_MAX", [x, k], [y], outputType=TYPES[said or dtype])
    if reads:
        z = b.tensor((1,), scale=0.1)
        b.op(reads, [y], [z])
        return b.build([x], [z])
    return b.build([x], [y])


def test_64_bits_equal_the_reference(executor: Executor) -> None:
    """LiteRT's; TFLite Micro has none."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        model = arg_extremum(("ARG_MAX", "ARG_MIN")[seed % 2], rng, "int64")

        assert compare_model(model, rng, executor, "litert") == EQUAL, f"seed {seed}"


def test_an_output_of_64_bits_lies_at_a_multiple_of_its_size() -> None:
    """Behind an odd number of bytes, too."""
    graph = read_tflite(_model("int64"))
    plan = plan_memory(graph)
    assert plan.offsets[graph.outputs[0]] % 8 == 0


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (_model(axis=2), InvalidModelError, "expected an axis of a 2-D input, got"),
        (_model(said="int64"), InvalidModelError, "type of its options, got int32"),
        (_model(reads="RELU"), UnsupportedModelError, "activation of type int8"),
    ],
)
def test_what_is_refused(model: bytes, error: type[ModelError], message: str) -> None:
    """In one line that names the operator."""
    with pytest.raises(error, match=message):
        read_tflite(model)


def test_tflite_micro_has_places_of_32_bits_only() -> None:
    """It says what to do."""
    with pytest.raises(UnsupportedModelError, match="as int32, not as int64") as error:
        compile_tflite(_model("int64"), name="case", numerics="tflm")
    assert "output_type=tf.int32" in (error.value.hint or "")
