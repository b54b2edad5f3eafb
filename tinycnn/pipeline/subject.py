"""A project's model as the subject of the workbench, once its firmware is linked."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.artifacts import BuildFolder, LinkedFirmware
from tinycnn.boards import load_board
from tinycnn.choices import DeviceKind
from tinycnn.compiler import Tensor, read_tflite
from tinycnn.datasets import Dataset, pixel_table
from tinycnn.firmware.tflm import ARDUINO_RELEASE
from tinycnn.firmware.tflm_library import TflmLibrary
from tinycnn.harness import Identity
from tinycnn.pipeline.budgets import list_limits
from tinycnn.pipeline.firmware import RELEASES, objective_of
from tinycnn.project import Project, TargetSettings
from tinycnn.reference import load_reference, name_reference
from tinycnn.scaling import UNIT, Scaling
from tinycnn.tasks import as_grid
from tinycnn.workbench import DeviceChoice, Subject
from tinycnn.workbench.workshop import Workshop

__all__ = ["identify", "known_outputs", "linked_subject", "model_inputs"]
__all__ += ["model_scores"]


def linked_subject(project: Project, build: BuildFolder, dataset: Dataset) -> Subject:
    """The linked model with the test images, all of which are asked for.

    Raises:
        TinycnnError: If a file of the build folder is missing or broken.
    """
    content = build.model.read_bytes()
    graph = read_tflite(content)
    linked, target, test = build.linked.read(), project.target, dataset.test
    return Subject(
        inputs=model_inputs(
            graph.tensors[graph.inputs[0]], test.images, project.model.input_scaling
        ),
        reference=lambda: load_reference(build.model, target.numerics),
        analysis=linked.analysis,
        board=load_board(target.board),
        program=partial(_find_program, build),
        identity=partial(identify, linked, target),
        labels=test.labels,
        ram=linked.ram,
        limits=list_limits(project.budgets, load_board(target.board), linked),
        model=build.model,
        dialect=linked.dialect,
        log=build.run_log,
        name=project.name,
        numerics=target.numerics,
        flash_bytes=linked.flash_bytes,
        budgets=project.budgets,
        workshop=Workshop(
            content,
            project.name,
            load_board(target.board),
            objective_of(project),
            target.numerics,
            target.toolchain,
            target.engine,
            _find_tflm(project, build, linked),
        ),
    )


def known_outputs(project: Project, build: BuildFolder) -> NDArray[np.int8] | None:
    """What today's reference makes of all test images, if the build has kept it.

    Only of a build that is known to be the project's as it is now.
    """
    if build.evaluation.read().reference != name_reference(project.target.numerics):
        return None
    return build.reference_outputs.read()


def _find_tflm(
    project: Project, build: BuildFolder, linked: LinkedFirmware
) -> TflmLibrary | None:
    """TFLite Micro for the simulated board, if that runs it."""
    library = project.target.tflm_library
    if linked.engine != "tflm" or library is None:
        return None
    return TflmLibrary(build.project / library / "src", build.tflm_archive)


def model_inputs(
    tensor: Tensor, images: NDArray[np.uint8], scaling: Scaling = UNIT
) -> NDArray[np.int8]:
    """Test images as the bytes of the model's input, one flat row an image."""
    is_real = tensor.dtype == "float32"
    grid = (1.0, 0) if is_real else (tensor.scale, tensor.zero_point)
    table = pixel_table(tensor.dtype, *grid, scaling)
    channels = np.arange(images.shape[-1]) if table.shape[1] > 1 else 0
    rows = np.ascontiguousarray(table[images, channels]).reshape(len(images), -1)
    return rows.view(np.int8)


def model_scores(tensor: Tensor, outputs: NDArray[np.int8]) -> NDArray[np.float64]:
    """Rows of bytes of the model's output as real numbers."""
    values = np.ascontiguousarray(outputs).view(tensor.dtype).astype(np.float64)
    values = as_grid(values, tensor.shape)
    if tensor.dtype == "float32":
        return values
    return (values - tensor.zero_point) * tensor.scale


def identify(
    linked: LinkedFirmware, target: TargetSettings, choice: DeviceChoice
) -> Identity:
    """What a device that runs the project's firmware must say of itself."""
    engine, release = linked.engine, ARDUINO_RELEASE
    if choice.port is not None:
        engine, release = target.engine, RELEASES[target.framework]
    elif choice.kind != "sim":
        engine = "compiled"
    is_compiled = engine == "compiled"
    library = f"{linked.generator} for {release.name} {release.version}"
    is_board = choice.port is not None or choice.kind == "sim"
    return Identity(
        linked.model_sha256,
        linked.numerics,
        generator=linked.generator if is_compiled else library,
        arena_bytes=linked.analysis.plan.arena_bytes if is_compiled else None,
        board=load_board(linked.board) if is_board else None,
    )


def _find_program(build: BuildFolder, kind: DeviceKind) -> Path:
    return {
        "sim": build.simulated_image,
        "host": build.host_program,
        "wasm": build.wasm,
        "wasm-mvp": build.wasm_mvp,
    }[kind]
