"""What a page is of: a model with examples, from a project or from a lone file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinycnn.artifacts import BuildFolder
from tinycnn.boards import Board
from tinycnn.choices import Numerics
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.explorer.examples import SIZE, Examples, pick_examples
from tinycnn.harness.scores import first_scores
from tinycnn.pipeline import Workspace
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.subject import model_inputs
from tinycnn.project import Project
from tinycnn.reference import run_in_batches
from tinycnn.tasks import task_of
from tinycnn.workbench import ImageChoice, Observer, bench_file, describe_tensor
from tinycnn.workbench.images import guess_task

__all__ = ["Beside", "Exhibit", "Made", "exhibit_file", "exhibit_project"]


@dataclass(frozen=True, slots=True)
class Made:
    """What a project adds to its model: how it came about.

    Attributes:
        project: What tinycnn.toml says.
        dataset: All images, split.
        board: That it was built for.
        build: Everything that its stages left.
    """

    project: Project
    dataset: Dataset
    board: Board
    build: BuildFolder


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """A second model, that takes the same inputs and answers the same question.

    Attributes:
        title: Its name.
        content: The `.tflite` file's bytes.
        numerics: The reference that it equals.
        outputs: Of that, for the examples, shape (N, bytes).
        trained: How images were varied in training; None if nobody knows.
    """

    title: str
    content: bytes
    numerics: Numerics
    outputs: NDArray[np.int8]
    trained: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """A model to be explained.

    Attributes:
        title: Of the page.
        content: The `.tflite` file's bytes.
        numerics: The reference that is equalled.
        examples: What it is shown.
        made: The project that it is of; None of a lone file.
        beside: The model that is shown beside it; None without.
    """

    title: str
    content: bytes
    numerics: Numerics
    examples: Examples
    made: Made | None = None
    beside: Beside | None = None


def exhibit_project(workspace: Workspace) -> Exhibit:
    """The model of a built project, with its test images.

    Raises:
        ProjectError: If the project was not built as it is now.
    """
    project, build, dataset = workspace.project, workspace.build, workspace.dataset
    check_current(project, build, dataset)
    content, test = build.model.read_bytes(), dataset.test
    graph = read_tflite(content)
    output = graph.tensors[graph.outputs[0]]
    outputs = build.reference_outputs.read().astype(np.int8, copy=False)
    outputs = outputs.reshape(len(test.images), -1).view(np.int8)
    task = task_of(test.labels, output.size)
    is_grid = task == "segmentation"  # whose cells the page shows as numbers
    found = Examples(
        inputs=model_inputs(
            graph.tensors[graph.inputs[0]], test.images, project.model.input_scaling
        ),
        outputs=outputs,
        origin=f"test images of {dataset.name}",
        task="regression" if is_grid else task,
        scores=first_scores(outputs, describe_tensor(output)),
        indices=tuple(range(len(test.images))),
        labels=None if is_grid else test.labels,
        classes=None if is_grid else dataset.class_names,
        images=test.images,
    )
    made = Made(project, dataset, workspace.board, build)
    numerics = project.target.numerics
    return Exhibit(project.name, content, numerics, pick_examples(found), made)


def exhibit_file(
    path: Path, *, inputs: Path | None, numerics: Numerics, observer: Observer
) -> Exhibit:
    """The model in a `.tflite` file, with the rows of a `.npy` file or random bytes.

    Raises:
        ProjectError: If a file cannot be read, or the inputs are not the model's.
        ModelError: If the model is broken, unsupported or refused by its reference.
    """
    images = ImageChoice() if inputs else ImageChoice(count=SIZE // 4)
    with bench_file(
        path, inputs=inputs, images=images, numerics=numerics, observer=observer
    ) as subject:
        content = path.read_bytes()
        rows = subject.inputs
        outputs = np.concatenate([*run_in_batches(subject.reference().run, rows)])
    graph = read_tflite(content)
    output = describe_tensor(graph.tensors[graph.outputs[0]])
    found = Examples(
        inputs=rows,
        outputs=outputs.reshape(len(rows), -1).view(np.int8),
        origin=f"rows of {inputs.name}" if inputs else "random bytes",
        task=guess_task(output),
        scores=first_scores(outputs, output),
        indices=tuple(range(len(rows))) if inputs else None,
    )
    return Exhibit(path.stem, content, numerics, pick_examples(found))
