"""The model of a project or of a family: built, converted, or not trained yet.

An architecture without trained weights becomes a `.tflite` of the same operators and
sizes, so that whether it fits is known before any training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tinycnn.analysis.cost import OpCost, count_costs
from tinycnn.analysis.fit import Analysis, analyze
from tinycnn.analysis.geometry import Geometry, trace_geometry
from tinycnn.artifacts import BuildFolder, LinkedFirmware
from tinycnn.compiler import read_tflite
from tinycnn.datasets import Dataset
from tinycnn.errors import ProjectError
from tinycnn.pipeline.build import open_workspace
from tinycnn.pipeline.firmware import compile_project
from tinycnn.pipeline.freshness import (
    check_current,
    load_own_images,
)
from tinycnn.pipeline.training import require_tensorflow
from tinycnn.project import ModelSettings, Project, load_project
from tinycnn.workbench import FoundModel, Observer, read_model

__all__ = ["Layer", "find_model", "list_layers", "untrained_model"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One operator of a `.tflite` file, named after the layer that it computes.

    Attributes:
        ram_bytes: Of the arena in use meanwhile; None where nothing is left to compute.
    """

    name: str
    cost: OpCost
    geometry: Geometry
    ram_bytes: int | None


def find_model(
    path: Path, *, observer: Observer, data_folders: Sequence[Path] = ()
) -> FoundModel:
    """The model of the project at `path`.

    Args:
        path: A project's folder or its `tinycnn.toml`.
        observer: Told how the download of a data set proceeds.
        data_folders: Where published data sets may lie.

    Raises:
        ProjectError: If the project file is wrong.
        DatasetError: If an unbuilt project's data set, which gives shapes, is missing.
        ModelError: If the architecture is not supported.
        ToolchainError: If TensorFlow is needed and not installed.
    """
    project, build = load_project(path), BuildFolder.of(path)
    board = project.target.board
    dataset = load_own_images(project, build, data_folders)
    try:
        check_current(project, build, dataset, through="convert")
        found = FoundModel(read_model(build.model), str(build.model), board)
    except ProjectError:
        found = _find_unbuilt(project, path, observer, data_folders)
    linked = _find_linked(project, build, dataset)
    analysis = linked.analysis if linked else _analyze(project, found.content)
    measured = build.evaluation.read_if_there() if linked else None
    stack_bytes = measured.stack_bytes if measured else 0
    return replace(
        found,
        analysis=analysis,
        linked=linked,
        stack_measured_bytes=stack_bytes,
        analyze_as=partial(_analyze_as, project, found.content),
    )


def untrained_model(
    settings: ModelSettings,
    *,
    root: Path,
    input_shape: tuple[int, int, int],
    classes: int,
    grid: tuple[int, int] | None = None,
    board: str | None = None,
) -> FoundModel:
    """The architecture that `settings` name, converted with drawn weights.

    Raises:
        ProjectError: If the images do not suit the model, or the user's own cannot be
            built.
        ModelError: If the architecture is not supported.
        ToolchainError: If TensorFlow is not installed.
    """
    require_tensorflow()
    from tinycnn.models import build_from_settings
    from tinycnn.training.untrained import convert_untrained

    model = build_from_settings(
        settings, root=root, input_shape=input_shape, classes=classes, grid=grid
    )
    origin = f"architecture {settings.label}, not trained yet"
    parameters = model.count_params()
    return FoundModel(convert_untrained(model), origin, board, parameters)


def _find_unbuilt(
    project: Project, folder: Path, observer: Observer, data_folders: Sequence[Path]
) -> FoundModel:
    """The model of a project that was not built; that of a file needs no data set."""
    root = BuildFolder.of(folder).project
    if project.model.file is not None:
        return _read_model_file(project, root)
    open_ = open_workspace(folder, observer=observer, data_folders=data_folders)
    return untrained_model(
        project.model,
        root=root,
        input_shape=open_.dataset.image_shape,
        classes=len(open_.dataset.class_names),
        grid=open_.dataset.grid,
        board=project.target.board,
    )


def _read_model_file(project: Project, root: Path) -> FoundModel:
    settings, board = project.model, project.target.board
    path = root / str(settings.file)
    if settings.is_finished:
        return FoundModel(read_model(path), str(path), board)
    require_tensorflow()
    from tinycnn.models import build_file_model
    from tinycnn.training.untrained import convert_untrained

    model = build_file_model(settings, root=root)
    parameters = model.count_params()
    return FoundModel(
        convert_untrained(model), f"{path}, not built yet", board, parameters
    )


def list_layers(content: bytes, analysis: Analysis) -> tuple[Layer, ...]:
    """The operators of a `.tflite` file as it is, with the RAM that `analysis` found.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
    """
    graph = read_tflite(content)
    ram: dict[int, int] = {}
    for cost, live in zip(analysis.costs, analysis.live_bytes, strict=True):
        ram[cost.index] = max(live, ram.get(cost.index, 0))
    costs, geometries = count_costs(graph), trace_geometry(graph)
    return tuple(
        Layer(graph.tensors[op.outputs[0]].name, cost, geometry, ram.get(op.index))
        for op, cost, geometry in zip(graph.ops, costs, geometries, strict=True)
    )


def _find_linked(
    project: Project, build: BuildFolder, dataset: Dataset | None
) -> LinkedFirmware | None:
    """The firmware of today's project file, if it is there."""
    try:
        check_current(project, build, dataset)
        return build.linked.read()
    except ProjectError:
        return None


def _analyze(project: Project, content: bytes) -> Analysis:
    """What the project's firmware would be."""
    return analyze(compile_project(project, content), file=read_tflite(content))


def _analyze_as(project: Project, content: bytes, keys: Mapping[str, str]) -> Analysis:
    """What it would be with these keys in [target]; all else is as it says."""
    target = project.target.model_copy(update=dict(keys))
    return _analyze(project.model_copy(update={"target": target}), content)
