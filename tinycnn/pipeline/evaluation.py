"""The stage that measures a built project on its test images.

Every rung of the accuracy ladder sees the same images: the int8 reference and the
generated C as a program of this computer. The simulated board runs one for the cycles.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.boards import load_board
from tinycnn.compiler import Tensor, read_tflite
from tinycnn.datasets import Dataset, quantize_images
from tinycnn.device import open_host, open_simulated
from tinycnn.harness import validate
from tinycnn.pipeline.stages import Observer
from tinycnn.project import Project
from tinycnn.reference import load_reference

__all__ = ["HOST_PROGRAM", "evaluate", "model_inputs"]

HOST_PROGRAM = "host.exe" if sys.platform == "win32" else "host"


def model_inputs(tensor: Tensor, images: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Test images as the model's int8 input, one flat row an image."""
    inputs = quantize_images(images, scale=tensor.scale, zero_point=tensor.zero_point)
    return inputs.reshape(len(images), -1)


def evaluate(
    folder: Path, project: Project, dataset: Dataset, build: Path, observer: Observer
) -> None:
    """Measure; writes `evaluation.json` and `outputs.npy` (those of the reference)."""
    model = build / "model.tflite"
    graph = read_tflite(model.read_bytes())
    inputs = model_inputs(graph.tensors[graph.inputs[0]], dataset.test.images)
    reference = load_reference(model, project.target.numerics)
    outputs = reference.run(inputs)
    with open_host(build / HOST_PROGRAM) as device:
        result = validate(
            device,
            inputs,
            outputs,
            model_sha256=graph.sha256,
            reference=reference.identity,
            labels=dataset.test.labels,
            on_progress=lambda done, total: observer.progress("evaluate", done, total),
        )
    board = load_board(project.target.board)
    with open_simulated(build / "firmware.elf", board.name) as device:
        simulated = device.infer(inputs[0])
        stack_bytes = device.info().stack_bytes
    evaluation = {
        "reference": str(reference.identity),
        "reference_correct": _count_correct(outputs, dataset.test.labels),
        "host_correct": _count_correct(result.outputs, dataset.test.labels),
        "host_different": result.different,
        "cycles": simulated.cycles,
        "latency_ms": simulated.cycles / board.clock_hz * 1e3,
        "stack_bytes": stack_bytes,
    }
    np.save(folder / "outputs.npy", outputs)
    text = json.dumps(evaluation, indent=1)
    (folder / "evaluation.json").write_text(f"{text}\n", "utf-8")


def _count_correct(outputs: NDArray[np.generic], labels: NDArray[np.int64]) -> int:
    return int(np.sum(outputs.argmax(axis=1) == labels))
