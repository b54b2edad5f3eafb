"""The stage that measures a built project on its test images.

Every rung of the accuracy ladder sees the same images: the int8 reference and the
generated C as a program of this computer. The simulated board runs one for the cycles.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.artifacts import BuildFolder, Evaluation
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.harness import validate
from tinycnn.pipeline.subject import linked_subject, model_scores
from tinycnn.project import Project
from tinycnn.tasks import credits_of
from tinycnn.workbench import DeviceChoice, Observer, open_device

__all__ = ["evaluate"]


def evaluate(
    out: BuildFolder,
    project: Project,
    dataset: Dataset,
    build: BuildFolder,
    observer: Observer,
) -> None:
    """Measure; writes the evaluation and the outputs of the reference."""
    subject = linked_subject(project, build, dataset)
    reference, inputs = subject.reference(), subject.inputs
    outputs, choice = reference.run(inputs), DeviceChoice("host")
    with open_device(subject, choice) as device:
        result = validate(
            device,
            inputs,
            outputs,
            identity=subject.identity(choice),
            reference=reference.identity,
            labels=subject.labels,
            on_progress=lambda done, total: observer.progress("evaluate", done, total),
        )
    with open_device(subject, DeviceChoice("sim")) as device:
        simulated = device.infer(inputs[0])
        stack_bytes = device.info().stack_bytes
    evaluation = Evaluation(
        reference=str(reference.identity),
        reference_correct=_sum_credits(build, outputs, dataset.test.labels),
        host_correct=_sum_credits(build, result.outputs, dataset.test.labels),
        host_different=result.different,
        cycles=simulated.cycles,
        latency_ms=simulated.cycles / subject.board.clock_hz * 1e3,
        stack_bytes=stack_bytes,
    )
    out.reference_outputs.write(outputs)
    out.host_outputs.write(result.outputs)
    out.evaluation.write(evaluation)


def _sum_credits(
    build: BuildFolder, outputs: NDArray[np.int8], labels: NDArray[Any]
) -> float:
    graph = read_tflite(build.model.read_bytes())
    scores = model_scores(graph.tensors[graph.outputs[0]], outputs)
    return float(credits_of(scores, labels).sum())
