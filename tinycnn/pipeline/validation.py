"""Validation of a built project: its test images on a device against the reference."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.device import Device, open_host, open_serial, open_simulated
from tinycnn.errors import ProjectError
from tinycnn.files import write_whole
from tinycnn.harness import ValidationResult, validate, write_results
from tinycnn.pipeline.build import Workspace, report_project
from tinycnn.pipeline.evaluation import HOST_PROGRAM, model_inputs
from tinycnn.reference import Reference, load_reference
from tinycnn.report import Check, render_junit

__all__ = ["open_project_device", "require_built", "validate_project"]

_BATCH = 64


def validate_project(
    workspace: Workspace,
    *,
    device: str = "sim",
    port: str | None = None,
    baud: int = 115_200,
    count: int | None = None,
) -> ValidationResult:
    """Stream the test images to a device and write what was found.

    `results.json` and `junit.xml` are written, and the report is brought up to date.

    Args:
        workspace: A project that was built.
        device: "sim" or "host"; ignored when a port is given.
        port: A pyserial URL.
        baud: Of the port.
        count: Use only the first images.

    Raises:
        ProjectError: If the project was not built yet.
        DeviceError: If the device fails or carries another model.
    """
    model = workspace.build / "model.tflite"
    require_built(workspace)
    graph = read_tflite(model.read_bytes())
    test = workspace.dataset.test
    images = test.images[:count]
    inputs = model_inputs(graph.tensors[graph.inputs[0]], images)
    reference = load_reference(model, workspace.project.target.numerics)
    workspace.observer.stage("validate", is_current=False)
    with open_project_device(workspace, device, port, baud) as opened:
        result = validate(
            opened,
            inputs,
            _batches(reference, inputs),
            model_sha256=graph.sha256,
            reference=reference.identity,
            labels=test.labels[:count],
            on_progress=lambda n, total: workspace.observer.progress(
                "validate", n, total
            ),
        )
    write_results(result, workspace.build / "results.json")
    _write_junit(result, workspace)
    report_project(workspace)
    return result


def require_built(workspace: Workspace) -> None:
    """Do nothing if the project was built.

    Raises:
        ProjectError: If it was not.
    """
    if not (workspace.build / "evaluation.json").exists():
        raise ProjectError(
            f"{workspace.build}: not built yet", hint="run tinycnn build"
        )


def _write_junit(result: ValidationResult, workspace: Workspace) -> None:
    message = f"{result.different} of {result.images} images differ"
    check = Check("outputs equal the reference", result.equal, message)
    text = render_junit([check], name=workspace.project.name)
    write_whole(text, workspace.build / "junit.xml")


def open_project_device(
    workspace: Workspace, device: str, port: str | None, baud: int
) -> Device:
    """The device that runs the project's firmware, which was built.

    Raises:
        DeviceError: If it cannot be opened.
    """
    if port is not None:
        return open_serial(port, baud)
    if device == "host":
        return open_host(workspace.build / HOST_PROGRAM)
    return open_simulated(workspace.build / "firmware.elf", workspace.board.name)


def _batches(
    reference: Reference, inputs: NDArray[np.int8]
) -> Iterator[NDArray[np.int8]]:
    for start in range(0, len(inputs), _BATCH):
        yield reference.run(inputs[start : start + _BATCH])
