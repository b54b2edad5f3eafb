"""Profile of a model: each operator measured on a simulated or real board.

A project's firmware is profiled on its first test image, a `.tflite` file on random
bytes: what our kernels take does not depend on the values.
"""

from __future__ import annotations

from pathlib import Path

from tinycnn.analysis.fit import analyze
from tinycnn.boards import Board, load_board
from tinycnn.compiler import read_tflite
from tinycnn.errors import ProjectError
from tinycnn.files import write_whole
from tinycnn.firmware import make_input
from tinycnn.harness import Profile, profile, profile_to_json
from tinycnn.pipeline.build import Workspace, report_project
from tinycnn.pipeline.evaluation import model_inputs
from tinycnn.pipeline.firmware import compile_project
from tinycnn.pipeline.foreign import BOARD, compile_model, open_model
from tinycnn.pipeline.stages import Observer
from tinycnn.pipeline.validation import open_project_device, require_built

__all__ = ["profile_model", "profile_project"]

# The cores whose cycles the simulated board can tell.
_CYCLE_MODELS = {"cortex-m4": "Cortex-M4", "cortex-m4f": "Cortex-M4"}


def profile_project(
    workspace: Workspace, *, port: str | None = None, baud: int = 115_200
) -> Profile:
    """What each operator of a built project takes.

    `profile.json` is written, and the report is brought up to date.

    Args:
        workspace: A project that was built.
        port: A pyserial URL; the simulated board without.
        baud: Of the port.

    Raises:
        ProjectError: If the project was not built yet, or the cycles of its board
            cannot be estimated.
        DeviceError: If the device fails or carries another model.
    """
    require_built(workspace)
    content = (workspace.build / "model.tflite").read_bytes()
    graph = read_tflite(content)
    images = workspace.dataset.test.images[:1]
    cycle_model = _find_cycle_model(workspace.board, port)
    workspace.observer.stage("profile", is_current=False)
    with open_project_device(workspace, "sim", port, baud) as device:
        found = profile(
            device,
            model_inputs(graph.tensors[graph.inputs[0]], images)[0],
            analyze(compile_project(workspace.project, content)),
            model_sha256=graph.sha256,
            cycle_model=cycle_model,
        )
    write_whole(profile_to_json(found), workspace.build / "profile.json")
    report_project(workspace)
    return found


def profile_model(
    path: Path, *, port: str | None = None, baud: int = 115_200, observer: Observer
) -> Profile:
    """What each operator of the `.tflite` file `path` takes.

    Args:
        path: The model.
        port: A pyserial URL; the simulated board without.
        baud: Of the port.
        observer: Told how the work proceeds.

    Raises:
        ProjectError: If the file cannot be read.
        DeviceError: If the device fails or carries another model.
    """
    compilation = compile_model(path, observer=observer)
    image = make_input(compilation.program, 0)
    cycle_model = _find_cycle_model(load_board(BOARD), port)
    with open_model(compilation, port=port, baud=baud, observer=observer) as device:
        observer.stage("profile", is_current=False)
        return profile(
            device,
            image,
            analyze(compilation),
            model_sha256=compilation.graph.sha256,
            cycle_model=cycle_model,
        )


def _find_cycle_model(board: Board, port: str | None) -> str | None:
    """The core whose cycles the simulated `board` estimates; None for a real one."""
    if port is not None:
        return None
    if board.core not in _CYCLE_MODELS:
        raise ProjectError(
            f"board '{board.name}': expected a Cortex-M4, whose cycles can be "
            f"estimated, got {board.core}",
            hint="measure on the board itself: --port",
        )
    return _CYCLE_MODELS[board.core]
