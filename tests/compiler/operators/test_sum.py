"""SUM, which one of the references has wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import compile_tflite
from tinycnn.errors import UnsupportedModelError
from tinycnn.reference import LOADERS


def sum_model() -> bytes:
    """Four elements to their sum; real values are half the integers."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=0.5), b.tensor((1,), scale=0.5)
    b.op("SUM", [x, b.tensor((1,), "int32", data=np.array([1], np.int32))], [y])
    return b.build([x], [y])


def test_litert_takes_the_bytes_of_a_sum_for_uint8() -> None:
    """The reason to refuse it; where this fails, there is none any more."""
    row = np.array([1, 2, -3, 4], np.int8)
    output = LOADERS["litert"](sum_model())([row.tobytes()])[0]

    assert output == bytes([min(1 + 2 + (256 - 3) + 4, 255)])


def test_a_sum_is_refused_under_litert() -> None:
    """By what the reference does, with the numerics that have it right."""
    with pytest.raises(UnsupportedModelError, match="takes int8 for uint8") as refusal:
        compile_tflite(sum_model(), name="m")

    assert refusal.value.hint == "use the numerics tflm"


def test_a_sum_compiles_under_tflm() -> None:
    """By MEAN's kernel."""
    model = CASES["SUM"](np.random.default_rng(1))
    program = compile_tflite(model, name="m", numerics="tflm").program

    assert program.kernels == ("tcnn_mean_s8",)
