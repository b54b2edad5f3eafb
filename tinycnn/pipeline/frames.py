"""Raw frames on the device of a built project: is its preprocessing exact, what is it?

The firmware must have been built with an app that takes frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Graph, read_tflite
from tinycnn.datasets import frame_to_image, image_to_frame, read_image
from tinycnn.frames import FrameFormat
from tinycnn.harness import FrameCheck, check_frames, check_model
from tinycnn.pipeline.build import Workspace
from tinycnn.pipeline.evaluation import model_inputs
from tinycnn.pipeline.validation import open_project_device, require_built

__all__ = ["Classification", "classify_pictures", "validate_frames"]

_RANDOM_FRAMES = 16


@dataclass(frozen=True, slots=True)
class Classification:
    """What a device takes a picture for.

    Attributes:
        path: The picture's file.
        label: Of the class with the highest score.
        score: As the model has it: a probability, where its last layer is a softmax.
    """

    path: Path
    label: str
    score: float


def validate_frames(
    workspace: Workspace,
    *,
    device: str = "sim",
    port: str | None = None,
    baud: int = 115_200,
    count: int | None = None,
) -> FrameCheck:
    """Compare the model's input as a device makes it of raw frames with the host's.

    Args:
        workspace: A project that was built.
        device: "sim" or "host"; ignored when a port is given.
        port: A pyserial URL.
        baud: Of the port.
        count: How many random frames there are.

    Raises:
        ProjectError: If the project was not built yet.
        DeviceError: If the device fails, takes no frames, or carries another model.
    """
    graph = _read_graph(workspace)
    tensor = graph.tensors[graph.inputs[0]]

    def expected(data: bytes, frame: FrameFormat) -> NDArray[np.int8]:
        image = frame_to_image(
            data,
            frame,
            image_shape=workspace.dataset.image_shape,
            fit=workspace.project.dataset.fit,
        )
        return model_inputs(tensor, image[None])

    workspace.observer.stage("frames", is_current=False)
    with open_project_device(workspace, device, port, baud) as opened:
        return check_frames(
            opened,
            expected,
            count=_RANDOM_FRAMES if count is None else count,
            model_sha256=graph.sha256,
            on_progress=lambda n, total: workspace.observer.progress(
                "frames", n, total
            ),
        )


def classify_pictures(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    device: str = "sim",
    port: str | None = None,
    baud: int = 115_200,
) -> Iterator[Classification]:
    """Send pictures as raw frames; what the device takes each for, one by one.

    Args:
        workspace: A project that was built.
        paths: The pictures' files; each is cropped to the shape of a frame.
        device: "sim" or "host"; ignored when a port is given.
        port: A pyserial URL.
        baud: Of the port.

    Raises:
        ProjectError: If the project was not built yet.
        DatasetError: If a picture cannot be read.
        DeviceError: If the device fails, takes no frames, or carries another model.
    """
    graph = _read_graph(workspace)
    scores = graph.tensors[graph.outputs[0]]
    with open_project_device(workspace, device, port, baud) as opened:
        check_model(opened.name, graph.sha256, opened.info())
        frame = opened.frame()
        for path in paths:
            size = (frame.width, frame.height)
            depth = workspace.dataset.depth
            picture = read_image(path, size=size, channels=3, depth=depth)
            run = opened.classify(image_to_frame(picture, frame.pixels))
            best = int(run.output.argmax())
            yield Classification(
                path,
                workspace.dataset.class_names[best],
                scores.scale * (int(run.output[best]) - scores.zero_point),
            )


def _read_graph(workspace: Workspace) -> Graph:
    require_built(workspace)
    return read_tflite((workspace.build / "model.tflite").read_bytes())
