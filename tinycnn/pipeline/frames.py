"""Raw frames on the device of a built project: is its preprocessing exact, what is it?

The firmware must have been built with an app that takes frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.datasets import frame_to_image, image_to_frame, read_image
from tinycnn.datasets.pictures import read_picture
from tinycnn.errors import DatasetError
from tinycnn.frames import FrameFormat
from tinycnn.harness import check_identity
from tinycnn.harness.frames import FrameCheck, check_frames
from tinycnn.pipeline.build import Workspace
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.subject import linked_subject, model_inputs, model_scores
from tinycnn.tasks import TASKS, class_scores, task_of
from tinycnn.workbench import DeviceChoice, open_device

__all__ = ["Classification", "classify_pictures", "compare_frames", "validate_frames"]

_RANDOM_FRAMES = 16


@dataclass(frozen=True, slots=True)
class Classification:
    """What a device takes a picture for.

    Attributes:
        path: The picture's file.
        label: Of the class with the highest score; of several labels all above the
            threshold; of real numbers each with its value.
        score: The highest, as the model has it: a probability, where its last layer is
            a softmax or sigmoid.
        text: All of it in a line for people.
        scores: Of each name; of cells of a grid the highest.
    """

    path: Path
    label: str
    score: float
    text: str
    scores: Mapping[str, float]


def validate_frames(
    workspace: Workspace, choice: DeviceChoice, *, count: int | None = None
) -> FrameCheck:
    """Compare the model's input as a device makes it of raw frames with the host's.

    Args:
        workspace: A project that was built.
        choice: The device.
        count: How many random frames there are.

    Raises:
        StaleBuildError: If the project changed since it was built.
        ProjectError: If it was not built yet.
        DeviceError: If the device fails, takes no frames, or is another than was built.
    """
    check_current(workspace.project, workspace.build, workspace.dataset)
    return compare_frames(workspace, choice, count=count)


def compare_frames(
    workspace: Workspace, choice: DeviceChoice, *, count: int | None = None
) -> FrameCheck:
    """As `validate_frames`, whatever the project file says by now."""
    project, dataset = workspace.project, workspace.dataset
    graph = read_tflite(workspace.build.model.read_bytes())
    tensor, observer = graph.tensors[graph.inputs[0]], workspace.observer

    def expected(data: bytes, frame: FrameFormat) -> NDArray[np.int8]:
        image = frame_to_image(
            data, frame, image_shape=dataset.image_shape, fit=project.dataset.fit
        )
        return model_inputs(tensor, image[None], project.model.input_scaling)

    observer.stage("frames", is_current=False)
    subject = linked_subject(project, workspace.build, dataset)
    with open_device(subject, choice) as device:
        return check_frames(
            device,
            expected,
            count=_RANDOM_FRAMES if count is None else count,
            identity=subject.identity(choice),
            on_progress=lambda n, total: observer.progress("frames", n, total),
        )


def classify_pictures(
    workspace: Workspace, paths: Sequence[Path], choice: DeviceChoice
) -> Iterator[Classification]:
    """Send pictures as raw frames; what the device takes each for, one by one.

    Args:
        workspace: A project that was built.
        paths: The pictures' files; each is cropped to the shape of a frame.
        choice: The device.

    Raises:
        StaleBuildError: If the project changed since it was built.
        ProjectError: If it was not built yet.
        DatasetError: If pictures cannot be read: all of them, before any is sent.
        DeviceError: If the device fails, takes no frames, or is another than was built.
    """
    project, build, dataset = workspace.project, workspace.build, workspace.dataset
    check_current(project, build, dataset)
    _check_pictures(paths)
    graph = read_tflite(build.model.read_bytes())
    scores = graph.tensors[graph.outputs[0]]
    task = task_of(dataset.test.labels, scores.size)
    step = 0.0 if scores.dtype == "float32" else scores.scale
    subject = linked_subject(project, build, dataset)
    with open_device(subject, choice) as device:
        check_identity(device.name, subject.identity(choice), device.info())
        frame = device.frame()
        for path in paths:
            size = (frame.width, frame.height)
            picture = read_image(path, size=size, channels=3, depth=dataset.depth)
            run = device.classify(image_to_frame(picture, frame.pixels))
            found = class_scores(task, model_scores(scores, run.output[None]))[0]
            said = TASKS[task].describe(dataset.class_names, found.tolist(), step)
            best = found.reshape(-1, len(dataset.class_names)).max(axis=0).tolist()
            named = zip(dataset.class_names, best, strict=True)
            yield Classification(path, said.label, said.score, said.text, dict(named))


def _check_pictures(paths: Sequence[Path]) -> None:
    """Tell of all that cannot be read at once, before a device is asked for any."""
    faults: list[DatasetError] = []
    for path in paths:
        try:
            read_picture(path, size=8, channels=1)
        except DatasetError as error:
            faults.append(error)
    if faults:
        raise DatasetError("\n".join(map(str, faults)), hint=faults[0].hint)
