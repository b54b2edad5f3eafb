"""A small model and the firmware project made of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinycnn.boards import Board, load_board
from tinycnn.firmware import FirmwareProject, write_arduino_project

COUNTING_MODEL = Path(__file__).parents[1] / "harness/c/counting_model.c"
HEADER = """\
#ifndef MODEL_H
#define MODEL_H
struct tcnn_model;
#ifdef __cplusplus
extern "C"
#else
extern
#endif
const struct tcnn_model counting_model;
#endif
"""
MODEL = {
    "counting_model.h": HEADER,
    "counting_model.c": COUNTING_MODEL.read_text("utf-8"),
}
KERNELS = ["tcnn_conv_2d_s8", "tcnn_softmax_s8"]


@pytest.fixture(scope="session")
def board() -> Board:
    """The board that everything is built for."""
    return load_board("nano33ble")


@pytest.fixture
def write_project(tmp_path: Path, board: Board) -> Callable[..., FirmwareProject]:
    """Writes a sketch of the counting model; keywords replace what it is made of."""

    def write(**changes: Any) -> FirmwareProject:
        values = {"name": "counting", "model_sources": MODEL, "kernels": KERNELS}
        folder = tmp_path / "sketches"
        return write_arduino_project(folder, board=board, **{**values, **changes})

    return write


@pytest.fixture
def project(write_project: Callable[..., FirmwareProject]) -> FirmwareProject:
    """The sketch of the counting model."""
    return write_project()
