"""The model that a path or a name means: a `.tflite`, a project, a family.

An architecture without trained weights becomes a `.tflite` of the same operators and
sizes, so that whether it fits is known before any training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinycnn.analysis.cost import OpCost, count_costs
from tinycnn.analysis.fit import Analysis
from tinycnn.analysis.geometry import Geometry, trace_geometry
from tinycnn.compiler import read_tflite
from tinycnn.errors import ProjectError
from tinycnn.pipeline.build import open_workspace
from tinycnn.pipeline.stages import Observer
from tinycnn.pipeline.training import require_tensorflow
from tinycnn.project import PROJECT_FILE, ModelSettings, load_project

__all__ = ["FoundModel", "Layer", "find_model", "list_layers", "untrained_model"]


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A `.tflite` and where it is from.

    Attributes:
        content: The bytes of the file.
        origin: What the file says: a path, or an architecture that was not trained.
        board: The board that a project names; None without a project.
        parameters: Those of a Keras model that was not trained, as Keras counts them.
    """

    content: bytes
    origin: str
    board: str | None = None
    parameters: int | None = None


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
    """The model at `path`.

    Args:
        path: A `.tflite` file, a project's folder or its `tinycnn.toml`.
        observer: Told how the download of a data set proceeds.
        data_folders: Where published data sets may lie.

    Raises:
        ProjectError: If the file cannot be read or the project file is wrong.
        DatasetError: If an unbuilt project's data set, which gives shapes, is missing.
        ModelError: If the architecture is not supported.
        ToolchainError: If TensorFlow is needed and not installed.
    """
    if path.is_dir() or path.name == PROJECT_FILE:
        return _find_in_project(path, observer, data_folders)
    return FoundModel(_read(path), str(path))


def untrained_model(
    settings: ModelSettings,
    *,
    root: Path,
    input_shape: tuple[int, int, int],
    classes: int,
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
        settings, root=root, input_shape=input_shape, classes=classes
    )
    origin = f"architecture {settings.label}, not trained yet"
    parameters = model.count_params()
    return FoundModel(convert_untrained(model), origin, board, parameters)


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


def _find_in_project(
    path: Path, observer: Observer, data_folders: Sequence[Path]
) -> FoundModel:
    project = load_project(path)
    built = (path if path.is_dir() else path.parent) / "build" / "model.tflite"
    board = project.target.board
    if built.exists():
        return FoundModel(_read(built), str(built), board)
    dataset = open_workspace(path, observer=observer, data_folders=data_folders).dataset
    return untrained_model(
        project.model,
        root=path if path.is_dir() else path.parent,
        input_shape=dataset.image_shape,
        classes=len(dataset.class_names),
        board=board,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"{path}: cannot be read: {error.strerror}",
            hint="give a .tflite file or a project",
        ) from error
