"""The whole chain: project folder -> data set -> model -> firmware -> report.

Each stage names what its outputs depend on, so that a second build runs only what
changed: another board does not train again.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.artifacts import BoardImage, BuildFolder, Inputs
from tinycnn.boards import Board, load_board
from tinycnn.choices import Dialect
from tinycnn.datasets import Dataset
from tinycnn.errors import ProjectError
from tinycnn.files import write_whole
from tinycnn.frames import App
from tinycnn.pipeline.board_image import link_for_board
from tinycnn.pipeline.borrowing import hash_borrowed
from tinycnn.pipeline.data import load_images
from tinycnn.pipeline.evaluation import evaluate
from tinycnn.pipeline.finished import check_suits, finished_inputs, take_finished
from tinycnn.pipeline.firmware import check_engine, make_firmware
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.inputs import (
    convert_inputs,
    evaluate_inputs,
    hash_dataset,
    quantize_inputs,
    report_inputs,
    train_inputs,
)
from tinycnn.pipeline.stages import StageRunner
from tinycnn.pipeline.summary import gather_report
from tinycnn.pipeline.training import (
    Job,
    convert,
    quantize,
    remove_checkpoints,
    require_tensorflow,
    train,
)
from tinycnn.project import Project, load_project, with_options
from tinycnn.report.data import Report
from tinycnn.report.page import render_report
from tinycnn.workbench import Observer

__all__ = ["Workspace", "build_project", "convert_project", "open_workspace"]
__all__ += ["link_project", "report_project", "train_float", "train_project"]


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """A project with its data set, its board and its build folder.

    Attributes:
        project: What tinycnn.toml says.
        asked: The same with what the command line asks of the firmware instead.
        is_traced: Whether the firmware project is to be debug firmware.
    """

    project: Project
    dataset: Dataset
    board: Board
    runner: StageRunner
    asked: Project
    is_traced: bool = False

    @property
    def build(self) -> BuildFolder:
        """Its build folder."""
        return self.runner.build

    @property
    def observer(self) -> Observer:
        """Who is told how the work proceeds."""
        return self.runner.observer


def open_workspace(
    folder: Path,
    *,
    observer: Observer,
    data_folders: Sequence[Path] = (),
    app: App | None = None,
    dialect: Dialect | None = None,
) -> Workspace:
    """Read the project in `folder` and load its data set.

    Args:
        folder: The project's folder or its `tinycnn.toml`.
        observer: Told how the work proceeds.
        data_folders: Where published data sets may lie.
        app: What the firmware does, whatever the project file says.
        dialect: What it speaks, likewise.

    Raises:
        ProjectError: If the project file is wrong.
        DatasetError: If the data set cannot be had.
    """
    project = load_project(folder)
    asked = with_options(project, app=app, dialect=dialect)
    build = BuildFolder.of(folder)
    dataset = load_images(
        project,
        build,
        data_folders,
        lambda name, done, total: observer.progress(name, done, total or done),
    )
    board = load_board(project.target.board)
    return Workspace(project, dataset, board, StageRunner(build, observer), asked)


def train_float(workspace: Workspace) -> str:
    """Train the float network; returns the digest of its weights."""
    project, build = workspace.project, workspace.build
    if project.model.is_finished:
        raise ProjectError(
            f"model '{project.model.file}': a finished .tflite, which is not trained",
            hint="import the float network to train it on",
        )
    require_tensorflow()
    inputs = train_inputs(
        project,
        build.project,
        hash_dataset(workspace.dataset),
        hash_borrowed(project, build),
        {"keras": importlib.metadata.version("keras")},
    )
    return _run_training("train", train, inputs, workspace)


def train_project(workspace: Workspace) -> str:
    """Train and fine-tune; returns the digest of the fine-tuned weights."""
    inputs = quantize_inputs(workspace.project, train_float(workspace))
    return _run_training("quantize", quantize, inputs, workspace)


def _run_training(
    name: str,
    action: Callable[[BuildFolder, Job], None],
    inputs: Inputs,
    workspace: Workspace,
) -> str:
    """Run a stage that goes on where it was stopped; returns its outputs' digest."""
    project, dataset, build = workspace.project, workspace.dataset, workspace.build
    job = Job(project, dataset, build, workspace.observer, key=inputs.key)
    digest = workspace.runner.run(name, inputs, lambda out: action(out, job))
    remove_checkpoints(build, name)
    return digest


def convert_project(workspace: Workspace) -> str:
    """Train and convert; returns the digest of the `.tflite` file."""
    project, dataset = workspace.project, workspace.dataset
    if project.model.is_finished:
        root = workspace.build.project
        check_suits(project, dataset, root)
        return workspace.runner.run(
            "convert",
            finished_inputs(project, root),
            lambda out: take_finished(out, project, root),
        )
    return workspace.runner.run(
        "convert",
        convert_inputs(train_project(workspace)),
        lambda out: convert(out, project, dataset, workspace.build),
    )


def build_project(workspace: Workspace) -> Report:
    """Run the whole chain; returns what was found.

    Raises:
        TinycnnError: If a stage fails; what earlier stages made stays.
    """
    project, dataset, runner = workspace.project, workspace.dataset, workspace.runner
    check_engine(project)
    _check_camera(workspace)
    model = convert_project(workspace)
    firmware = make_firmware(
        project,
        runner,
        model,
        dataset.class_names,
        asked=workspace.asked,
        is_traced=workspace.is_traced,
    )
    runner.run(
        "evaluate",
        evaluate_inputs(
            hash_dataset(dataset), firmware, model, pixels=project.model.input_pixels
        ),
        lambda out: evaluate(out, project, dataset, runner.build, runner.observer),
    )
    return report_project(workspace)


def _check_camera(workspace: Workspace) -> None:
    if (
        workspace.asked.target.app == "camera"
        and workspace.dataset.test.labels.ndim > 1
    ):
        raise ProjectError(
            "target.app: expected 'validate' or 'serial', as a camera's sketch prints "
            "one class, got 'camera'",
            hint='set app = "serial" to send pictures from a host',
        )


def link_project(workspace: Workspace) -> BoardImage:
    """Link a built project for its real board, where the board's tools are installed.

    Raises:
        ToolchainError: If the tools fail.
    """
    return link_for_board(workspace.asked, workspace.runner)


def report_project(workspace: Workspace) -> Report:
    """Write the report of what the build folder holds.

    Raises:
        ProjectError: If the project was not built as it is now.
    """
    build, project = workspace.build, workspace.project
    check_current(project, build, workspace.dataset)
    report = gather_report(project, workspace.dataset, workspace.board, build)
    workspace.runner.run(
        "report",
        report_inputs(project, build),
        lambda out: write_whole(render_report(report), out.report),
    )
    return report
