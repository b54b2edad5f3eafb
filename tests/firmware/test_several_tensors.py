"""A model with several inputs and outputs, as firmware, against the reference."""

from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import two_sided_model
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.device import open_host, open_simulated
from tinycnn.firmware import (
    FirmwareProject,
    build_host,
    build_image,
    write_arduino_project,
)
from tinycnn.reference import load_reference

BOARD = load_board("nano33ble")


@pytest.fixture
def project(tmp_path: Path) -> FirmwareProject:
    """The sketch of the model."""
    compilation = compile_tflite(two_sided_model(), name="two")
    return write_arduino_project(
        tmp_path,
        name="two",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=BOARD,
    )


@pytest.mark.emulated
@pytest.mark.parametrize("where", ["host", "sim"])
def test_all_inputs_and_outputs_cross_the_link(
    project: FirmwareProject, tmp_path: Path, where: str
) -> None:
    """Inputs are written in parts; outputs larger than a reply are read in parts."""
    path = tmp_path / "two.tflite"
    path.write_bytes(two_sided_model())
    inputs = np.random.default_rng(0).integers(-128, 128, (3, 3200)).astype(np.int8)
    expected = load_reference(path).run(inputs)

    if where == "host":
        device = open_host(build_host(project, output=tmp_path / "host"))
    else:
        image = build_image(project, BOARD, output=tmp_path / "two.elf")
        device = open_simulated(image.elf)
    with device:
        got = np.stack([device.infer(row).output for row in inputs])

    assert got.shape == expected.shape == (3, 1600 + 6400)
    assert np.array_equal(got, expected)
