"""Which inputs may arrive row by row, and what is said of those that may not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.models import conv_model, two_sided_model
from tests.compiler.passes.rewriting import Layers
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Objective, Optimize, compile_tflite
from tinycnn.errors import ProjectError, UnsupportedModelError

ROWS = Objective("ram", arrival="rows")


@pytest.fixture(scope="module")
def wide() -> bytes:
    """Three convolutions, and an input that is larger than all that comes after."""
    rng = np.random.default_rng(3)
    layers = Layers(ModelBuilder(), (1, 32, 32, 8))
    layers.conv(rng.integers(-9, 10, (8, 3, 3, 8)))
    layers.conv(rng.integers(-9, 10, (8, 1, 1, 8)))
    layers.conv(rng.integers(-9, 10, (2, 3, 3, 8)))
    return layers.build()


@pytest.mark.parametrize("optimize", ["speed", "size", "ram"])
def test_an_input_that_arrives_has_no_place(wide: bytes, optimize: Optimize) -> None:
    """The first call takes it, and with `ram` the arena is a part of the input."""
    whole = compile_tflite(wide, name="m", objective=Objective("ram"))
    fed = compile_tflite(wide, name="m", objective=Objective(optimize, arrival="rows"))
    source = fed.graph.inputs[0]

    assert fed.program.calls[0].is_fed
    assert source not in fed.plan.offsets
    if optimize == "ram":
        assert fed.plan.arena_bytes < whole.plan.arena_bytes / 2


def test_a_budget_is_kept(wide: bytes) -> None:
    """What arrives is chained as far as the RAM asks for."""
    least = compile_tflite(wide, name="m", objective=ROWS).plan.arena_bytes
    tight = Objective("speed", ram_bytes=least + 500, arrival="rows")

    assert (
        compile_tflite(wide, name="m", objective=tight).plan.arena_bytes < least + 501
    )


def test_the_manual_says_how_it_is_fed() -> None:
    """And has no place to write an input to."""
    text = compile_tflite(conv_model(), name="m", objective=ROWS).sources["m_model.h"]

    assert "void m_feed(uint8_t *arena, const int8_t *bytes, uint32_t offset," in text
    assert "#define M_INPUT_ROW_BYTES" in text
    assert "m_input(" not in text


def test_several_inputs_are_refused() -> None:
    """There is no order in which their rows would come."""
    with pytest.raises(UnsupportedModelError, match=r"expected one input.*got 2"):
        compile_tflite(two_sided_model(), name="m", objective=ROWS)


def test_an_input_without_rows_is_refused() -> None:
    """A dense layer needs it whole."""
    layers = Layers(ModelBuilder(), (1, 16))
    layers.dense(np.ones((4, 16), np.int64))

    with pytest.raises(UnsupportedModelError, match=r"op 0 \(FULLY_CONNECTED\)"):
        compile_tflite(layers.build(), name="m", objective=ROWS)


def test_a_board_with_portable_kernels_is_refused() -> None:
    """Nothing is chosen for it."""
    with pytest.raises(ProjectError, match=r"board 'due': expected a core.*cortex-m3"):
        find_objective(load_board("due"), arrival="rows")
