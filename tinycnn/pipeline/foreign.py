"""A `.tflite` file without a project: compiled, built where needed, on a device.

Firmware of the simulated board is built in a scratch folder and gone afterwards; a port
leads to a board that carries the model already.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.compiler.ir.program import Program
from tinycnn.device import Device, open_host, open_serial, open_simulated
from tinycnn.errors import ProjectError
from tinycnn.firmware import (
    build_host,
    build_image,
    make_input,
    write_arduino_project,
)
from tinycnn.harness import ValidationResult, validate
from tinycnn.pipeline.architecture import find_model
from tinycnn.pipeline.evaluation import HOST_PROGRAM
from tinycnn.pipeline.stages import Observer
from tinycnn.reference import load_isolated_reference
from tinycnn.rendering import c_identifier

__all__ = ["BOARD", "compile_model", "open_model", "validate_model"]

BOARD = "nano33ble"

_INPUTS = 32
_BATCH = 16  # what a reference in a child has computed within its limits


def compile_model(path: Path, *, observer: Observer) -> Compilation:
    """The model in the file `path`, compiled.

    Raises:
        ProjectError: If it cannot be read.
        ModelError: If it is broken or uses something unsupported.
    """
    content = find_model(path, observer=observer).content
    observer.stage("compile", is_current=False)
    objective = find_objective(load_board(BOARD))
    return compile_tflite(content, name=c_identifier(path.stem), objective=objective)


@contextmanager
def open_model(
    compilation: Compilation,
    *,
    device: str = "sim",
    port: str | None,
    baud: int,
    observer: Observer,
) -> Iterator[Device]:
    """A device that runs the model.

    Args:
        compilation: The compiled model.
        device: "sim" or "host"; ignored when a port is given.
        port: A pyserial URL.
        baud: Of the port.
        observer: Told of the build.

    Raises:
        ToolchainError: If the firmware cannot be built or does not fit the board.
        DeviceError: If the device cannot be opened.
    """
    with tempfile.TemporaryDirectory() as folder:
        opened = (
            open_serial(port, baud)
            if port is not None
            else _build_and_open(compilation, device, Path(folder), observer)
        )
        with opened:
            yield opened


def _build_and_open(
    compilation: Compilation, device: str, folder: Path, observer: Observer
) -> Device:
    board = load_board(BOARD)
    observer.stage("build", is_current=False)
    sketch = write_arduino_project(
        folder,
        name=compilation.program.name,
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
    )
    if device == "host":
        return open_host(build_host(sketch, output=folder / HOST_PROGRAM))
    image = build_image(sketch, board, output=folder / "firmware.elf")
    return open_simulated(image.elf, board.name)


def validate_model(
    path: Path,
    *,
    inputs: Path | None = None,
    device: str = "sim",
    port: str | None = None,
    baud: int = 115_200,
    count: int | None = None,
    observer: Observer,
) -> ValidationResult:
    """Compare a device's outputs with those of the reference, on any inputs.

    Args:
        path: A `.tflite` file.
        inputs: A `.npy` file with an input a row; 32 rows of random bytes without.
        device: "sim" or "host"; ignored when a port is given.
        port: A pyserial URL.
        baud: Of the port.
        count: Use only the first inputs, or so many random ones.
        observer: Told how the work proceeds.

    Raises:
        ProjectError: If a file cannot be read, or the inputs are not the model's.
        DeviceError: If the device fails or carries another model.
    """
    compilation = compile_model(path, observer=observer)
    program = compilation.program
    if inputs is None:
        rows = np.stack([make_input(program, n) for n in range(count or _INPUTS)])
    else:
        rows = _read_inputs(inputs, program)[:count]
    reference = load_isolated_reference(path, "litert")
    starts = range(0, len(rows), _BATCH)
    with open_model(
        compilation, device=device, port=port, baud=baud, observer=observer
    ) as opened:
        observer.stage("validate", is_current=False)
        return validate(
            opened,
            rows,
            (reference.run(rows[start : start + _BATCH]) for start in starts),
            model_sha256=compilation.graph.sha256,
            reference=reference.identity,
            on_progress=lambda n, total: observer.progress("validate", n, total),
        )


def _read_inputs(path: Path, program: Program) -> NDArray[np.int8]:
    """The rows of a `.npy` file as bytes, checked against the model's input.

    Those of a model with several inputs are bytes, all inputs laid end to end.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path}: cannot be read: {error}", hint="save an array with numpy.save"
        ) from error
    tensors = [buffer.tensor for buffer in program.inputs]
    dtype = tensors[0].dtype if len(tensors) == 1 else "uint8"
    row_bytes = sum(tensor.bytes for tensor in tensors)
    rows = len(array) if array.ndim else 0
    if array.dtype != dtype or rows == 0 or array.nbytes != rows * row_bytes:
        got = f"{array.dtype} of shape {array.shape}"
        expected = f"rows of {dtype}, {row_bytes:,} bytes each"
        raise ProjectError(
            f"{path}: expected {expected}, got {got}",
            hint="model.h of tinycnn compile tells what the inputs are",
        )
    return np.ascontiguousarray(array).reshape(rows, -1).view(np.int8)
