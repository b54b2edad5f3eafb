from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.models import conv_model, residual_model
from tests.compiler.passes.rewriting import Layers
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.fit import analyze_tflite, check_fit
from tinycnn.analysis.receive import plan_receive
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import build_image, write_arduino_project

BOARD = load_board("nano33ble")


@pytest.fixture(scope="module")
def analysis() -> Any:
    """Of a model with one operator of most kinds."""
    return analyze_tflite(residual_model())


def test_sizes_of_one_convolution() -> None:
    """6 x 6 outputs of 4 filters of 3 x 3 x 2; int8 weights, int32 biases."""
    analysis = analyze_tflite(conv_model())

    assert analysis.macs == 6 * 6 * 4 * 18
    assert analysis.parameters == 4 * 18 + 4
    assert analysis.costs[0].constant_bytes == 4 * 18 + 4 * 4
    assert analysis.costs[0].activation_bytes == 6 * 6 * 2 + 6 * 6 * 4
    # a multiplier of 4 bytes and a shift of 1 byte a filter beside them
    assert analysis.constant_bytes == 4 * 18 + 4 * 4 + 4 * 5


def test_ram_over_time_stays_within_the_arena(analysis: Any) -> None:
    """Each step has its tensors; the peak step has the most."""
    arena = analysis.plan.arena_bytes

    assert len(analysis.live_bytes) == len(analysis.costs)
    assert all(0 < live <= arena for live in analysis.live_bytes)
    assert analysis.live_bytes[analysis.peak_step] == max(analysis.live_bytes)


def test_the_heaviest_operator_has_the_most_weights(analysis: Any) -> None:
    """The second convolution: 8 filters of 3 x 3 x 8."""
    assert analysis.heaviest.index == 3
    assert analysis.heaviest.constant_bytes == 8 * 72 + 8 * 4


def test_macs_that_nothing_depends_on_are_told_apart() -> None:
    """The file computes a filter of zeros, the compiled model does not."""
    layers = Layers(ModelBuilder(), (1, 4, 4, 2))
    weights = np.ones((4, 1, 1, 2))
    weights[1] = 0
    layers.conv(weights)
    layers.conv(np.ones((3, 1, 1, 4)))
    analysis = analyze_tflite(layers.build())

    assert analysis.file_macs == 16 * (4 * 2 + 3 * 4)
    assert analysis.macs == 16 * (3 * 2 + 3 * 3)


def test_a_board_gives_what_its_core_leaves(analysis: Any) -> None:
    """Both memories are counted without the Arduino core's part."""
    fit = check_fit(analysis, BOARD)

    assert fit.ram_free_bytes == BOARD.ram_bytes - BOARD.core_ram_bytes
    assert fit.flash_free_bytes == BOARD.flash_bytes - BOARD.core_flash_bytes
    assert fit.ram_spare_bytes == fit.ram_free_bytes - analysis.ram_bytes
    assert fit.flash_spare_bytes == fit.flash_free_bytes - analysis.flash_bytes
    assert fit.fits


@pytest.mark.parametrize("memory", ["ram_bytes", "constant_bytes"])
def test_one_memory_too_small_is_enough_not_to_fit(analysis: Any, memory: str) -> None:
    """A byte too many in either does not fit."""
    fit = check_fit(analysis, BOARD)
    spare = fit.ram_spare_bytes if memory == "ram_bytes" else fit.flash_spare_bytes
    needs = getattr(analysis, memory)

    assert check_fit(replace(analysis, **{memory: needs + spare}), BOARD).fits
    assert not check_fit(replace(analysis, **{memory: needs + spare + 1}), BOARD).fits


def test_estimates_are_near_a_real_image(analysis: Any, tmp_path: Path) -> None:
    """Within 15 per cent of flash; of RAM within 512 bytes, the stack not counted."""
    compilation = compile_tflite(residual_model(), name="net")
    sketch = write_arduino_project(
        tmp_path / "arduino",
        name="net",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=BOARD,
        receive=plan_receive(analysis.input_bytes, free_bytes=0),
    )
    output = tmp_path / "net.elf"
    image = build_image(sketch, BOARD, toolchain="zig", output=output)

    assert analysis.flash_bytes == pytest.approx(image.flash_bytes, rel=0.15)
    assert analysis.ram_bytes == pytest.approx(image.ram_bytes - 0x8000, abs=512)
    assert image.ram.arena_bytes == analysis.plan.arena_bytes
