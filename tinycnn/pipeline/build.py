"""The whole chain: project folder -> data set -> model -> firmware -> report.

Each stage names what its outputs depend on, so that a second build runs only what
changed: another board does not train again.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.boards import Board, load_board
from tinycnn.datasets import Dataset, load_dataset
from tinycnn.errors import ProjectError
from tinycnn.frames import App
from tinycnn.models.user import user_model_file
from tinycnn.pipeline.borrowing import hash_borrowed
from tinycnn.pipeline.evaluation import evaluate
from tinycnn.pipeline.firmware import (
    BoardImage,
    check_engine,
    link_for_board,
    make_firmware,
)
from tinycnn.pipeline.stages import Observer, StageRunner, hash_json, hash_path
from tinycnn.pipeline.summary import gather_report
from tinycnn.pipeline.training import (
    Job,
    convert,
    quantize,
    remove_checkpoints,
    require_tensorflow,
    train,
)
from tinycnn.project import Project, load_project, with_app
from tinycnn.report.data import Report
from tinycnn.report.page import render_report

__all__ = ["Workspace", "build_project", "convert_project", "open_workspace"]
__all__ += ["link_project", "report_project", "train_float", "train_project"]


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """A project with its data set, its board and its build folder."""

    project: Project
    dataset: Dataset
    board: Board
    build: Path
    runner: StageRunner

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
) -> Workspace:
    """Read the project in `folder` and load its data set.

    Args:
        folder: The project's folder or its `tinycnn.toml`.
        observer: Told how the work proceeds.
        data_folders: Where published data sets may lie.
        app: What the firmware does, whatever the project file says.

    Raises:
        ProjectError: If the project file is wrong.
        DatasetError: If the data set cannot be had.
    """
    project = load_project(folder)
    if app is not None:
        project = with_app(project, app)
    root = folder if folder.is_dir() else folder.parent
    dataset = load_dataset(
        project.dataset,
        seed=project.seed,
        root=root,
        folders=data_folders,
        progress=lambda name, done, total: observer.progress(name, done, total or done),
    )
    runner = StageRunner(root / "build", observer)
    board = load_board(project.target.board)
    return Workspace(project, dataset, board, root / "build", runner)


def train_float(workspace: Workspace) -> str:
    """Train the float network; returns the digest of its weights."""
    project, dataset, build = workspace.project, workspace.dataset, workspace.build
    require_tensorflow()
    own = user_model_file(project.model, build.parent)
    inputs = {
        "dataset": dataset.sha256,
        "model": project.model.model_dump(),
        "model_file": hash_path(own) if own and own.exists() else None,
        "training": _recipe(project),
        "borrowed": hash_borrowed(project, build),
        "seed": project.seed,
        "keras": importlib.metadata.version("keras"),
    }
    return _run_training("train", train, inputs, workspace)


def train_project(workspace: Workspace) -> str:
    """Train and fine-tune; returns the digest of the fine-tuned weights."""
    inputs = {
        "float": train_float(workspace),
        "training": _recipe(workspace.project),
        "quantization": workspace.project.quantization.model_dump(),
    }
    return _run_training("quantize", quantize, inputs, workspace)


def _recipe(project: Project) -> dict[str, object]:
    """All that training depends on."""
    return project.training.model_dump(exclude={"tensorboard"}, exclude_none=True)


def _run_training(
    name: str,
    action: Callable[[Path, Job], None],
    inputs: Mapping[str, object],
    workspace: Workspace,
) -> str:
    """Run a stage that goes on where it was stopped; returns its outputs' digest."""
    project, dataset, build = workspace.project, workspace.dataset, workspace.build
    job = Job(project, dataset, build, workspace.observer, key=hash_json(inputs))
    digest = workspace.runner.run(name, inputs, lambda out: action(out, job))
    remove_checkpoints(build, name)
    return digest


def convert_project(workspace: Workspace) -> str:
    """Train and convert; returns the digest of the `.tflite` file."""
    project, dataset = workspace.project, workspace.dataset
    return workspace.runner.run(
        "convert",
        {"quantized": train_project(workspace)},
        lambda out: convert(out, project, dataset, workspace.build),
    )


def build_project(workspace: Workspace) -> Report:
    """Run the whole chain; returns what was found.

    Raises:
        TinycnnError: If a stage fails; what earlier stages made stays.
    """
    project, build = workspace.project, workspace.build
    check_engine(project)
    model = convert_project(workspace)
    dataset = workspace.dataset
    firmware = make_firmware(project, workspace.runner, model, dataset.class_names)
    workspace.runner.run(
        "evaluate",
        {"firmware": firmware, "model": model, "dataset": dataset.sha256},
        lambda out: evaluate(out, project, dataset, build, workspace.observer),
    )
    return report_project(workspace)


def link_project(workspace: Workspace) -> BoardImage:
    """Link a built project for its real board, where the board's tools are installed.

    Raises:
        ToolchainError: If the tools fail.
    """
    return link_for_board(workspace.project, workspace.runner)


def report_project(workspace: Workspace) -> Report:
    """Write `report.html` from what the build folder holds.

    Raises:
        ProjectError: If the project was not built yet.
    """
    build = workspace.build
    names = "evaluation firmware quantized results profile".split()
    sources = [f"{name}.json" for name in names]
    if not (build / sources[0]).exists():
        raise ProjectError(f"{build}: not built yet", hint="run tinycnn build first")
    inputs = {n: hash_path(build / n) for n in sources if (build / n).exists()}
    project = workspace.project.model_dump()
    report = gather_report(workspace.project, workspace.dataset, workspace.board, build)

    def write(folder: Path) -> None:
        (folder / "report.html").write_text(render_report(report), "utf-8")

    workspace.runner.run("report", {**inputs, "project": project}, write)
    return report
