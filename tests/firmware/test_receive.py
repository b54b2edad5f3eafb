"""The buffer for the next image, in firmware of boards with much and little RAM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import image_model
from tinycnn.analysis.fit import HARNESS_RAM_BYTES
from tinycnn.analysis.ram import plan_buffer
from tinycnn.analysis.receive import LEAST_RECEIVE_BYTES
from tinycnn.boards import Board, load_board
from tinycnn.compiler import compile_tflite
from tinycnn.device import open_simulated
from tinycnn.firmware import FirmwareImage, build_image, write_arduino_project
from tinycnn.reference import load_reference

NANO = load_board("nano33ble")
PAGE = 4_096  # of the simulated board's memory


def build(model: bytes, board: Board, folder: Path) -> FirmwareImage:
    """The firmware of a model, with the buffer that the board has room for."""
    compilation = compile_tflite(model, name="net")
    program = compilation.program
    size = sum(buffer.tensor.bytes for buffer in program.inputs)
    sketch = write_arduino_project(
        folder,
        name="net",
        model_sources=compilation.sources,
        kernels=program.kernels,
        board=board,
        receive=plan_buffer(size, program.arena_bytes, board),
    )
    return build_image(sketch, board, output=folder / "net.elf")


def leaving(free: int) -> Board:
    """The board with RAM that leaves a page more than this, at most."""
    model = image_model(3, rows=96, columns=96)
    program = compile_tflite(model, name="net").program
    taken = program.arena_bytes + HARNESS_RAM_BYTES
    ram_bytes = -(-(NANO.core_ram_bytes + taken + free) // PAGE) * PAGE
    return NANO.model_copy(update={"ram_bytes": ram_bytes})


@pytest.mark.emulated
@pytest.mark.parametrize(("board", "is_whole"), [(NANO, True), (leaving(5_000), False)])
def test_a_large_image_waits_as_far_as_there_is_room(
    board: Board, is_whole: bool, tmp_path: Path
) -> None:
    """What was planned is linked, told to the host, and images arrive whole."""
    model = tmp_path / "net.tflite"
    model.write_bytes(image_model(3, rows=96, columns=96))
    rows = np.random.default_rng(0).integers(-128, 128, (6, 27_648), np.int8)
    expected = load_reference(model).run(rows)

    image = build(model.read_bytes(), board, tmp_path / "board")
    with open_simulated(image.elf) as device:
        window = device.info().window
        answers = list(device.infer_many(enumerate(rows)))

    assert image.ram is not None
    ram = image.ram
    assert (ram.receive_bytes >= ram.image_bytes) is is_whole
    assert ram.receive_bytes >= LEAST_RECEIVE_BYTES
    assert (window.receive_bytes, window.is_paced) == (ram.receive_bytes, True)
    assert [number for number, _ in answers] == list(range(len(rows)))
    assert np.array_equal([answer.output for _, answer in answers], expected)
    assert device.counters.crc_errors == 0
    # It was planned with what a harness usually takes; a few bytes more were linked.
    assert 4_000 <= ram.count_free(board) < (200_000 if is_whole else 4_200)
