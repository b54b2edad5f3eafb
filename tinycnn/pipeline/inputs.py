"""What the outputs of each stage depend on, named as in tinycnn.toml.

The build compares it with what it was when a stage ran last, and runs the stage again;
whoever reads the build folder compares likewise, and is told what changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tinycnn.analysis.fit import find_objective
from tinycnn.artifacts import (
    BuildFolder,
    Inputs,
    flatten_settings,
    hash_if_there,
    hash_json,
    hash_path,
)
from tinycnn.boards import load_board
from tinycnn.boards.ledger import RUN_FILE
from tinycnn.datasets import Dataset
from tinycnn.models.user import model_file
from tinycnn.project import PixelSettings, Project
from tinycnn.reference import name_reference
from tinycnn.runtime import firmware_dir

__all__ = ["convert_inputs", "evaluate_inputs", "firmware_inputs", "hash_dataset"]
__all__ += ["project_inputs", "quantize_inputs", "report_inputs", "tflm_inputs"]
__all__ += ["train_inputs"]

_NAMES = BuildFolder(Path())
_LABELS = "names of the classes"
DATA = "data set"


def hash_dataset(dataset: Dataset | None) -> dict[str, str]:
    """The digest of a data set's content, and its counts, by which a change is told.

    Nothing where it is not at hand.
    """
    if dataset is None:
        return {}
    images = sum(map(len, (dataset.train, dataset.validation, dataset.test)))
    counts = f"{images:,} images, {len(dataset.class_names):,} labels"
    return {DATA: f"{_hash_once(dataset)} {counts}"}


@lru_cache(maxsize=1)  # some are large, and a build asks several times
def _hash_once(dataset: Dataset) -> str:
    return dataset.sha256


def train_inputs(
    project: Project,
    root: Path,
    data: Mapping[str, str],
    borrowed: Mapping[str, str],
    tools: Mapping[str, str],
) -> Inputs:
    """Of the float network.

    Args:
        project: What to train and how.
        root: Its folder.
        data: Digest of the data set.
        borrowed: Digests of other projects' weights.
        tools: Versions of what trains.
    """
    own = model_file(project.model, root)
    files = {own.name: hash_path(own)} if own and own.exists() else {}
    weights = {f"weights of {folder}": digest for folder, digest in borrowed.items()}
    return Inputs(
        settings=flatten_settings(
            {
                "model": project.model.model_dump(),
                "training": _recipe(project),
                "seed": project.seed,
            }
        ),
        files={**data, **files, **weights},
        tools=tools,
        told=flatten_settings({"dataset": project.dataset.model_dump()}),
    )


def quantize_inputs(project: Project, weights: str) -> Inputs:
    """Of the fake-quantized twin; `weights` is the float network's digest."""
    tables = {
        "training": _recipe(project),
        "quantization": project.quantization.model_dump(),
    }
    return Inputs(
        settings=flatten_settings(tables), made_of={_NAMES.float_weights.name: weights}
    )


def convert_inputs(weights: str) -> Inputs:
    """Of the `.tflite` file; `weights` is the twin's digest."""
    return Inputs(made_of={_NAMES.twin_weights.name: weights})


def project_inputs(
    project: Project,
    labels: Sequence[str] | None,
    model: str,
    *,
    asked: Project,
) -> Inputs:
    """Of the sketch or application.

    Args:
        project: What tinycnn.toml says.
        labels: The names of the classes; None where they are not at hand.
        model: Digest of the `.tflite` file.
        asked: The same with what the build was asked to do instead.
    """
    app, own = asked.target.app, project.target
    unused = {"app", "dialect"} if app == "serial" else {"app", "dialect", "frame"}
    settings = flatten_settings(
        {
            "name": project.name,
            "target": project.target.model_dump(exclude=unused),
            "budgets": _binding_budgets(project),
            "dataset": {"fit": project.dataset.fit if app != "validate" else None},
        }
    )
    if app != "validate":
        settings |= _pixels(project.model.input_pixels)
    return Inputs(
        settings=settings,
        files={} if labels is None else {_LABELS: hash_json(list(labels))},
        made_of={_NAMES.model.name: model},
        tools={
            "reference": name_reference(project.target.numerics),
            "C sources": hash_path(firmware_dir()),
        },
        options={
            **{"app": app, "target.app": own.app},
            **{"dialect": asked.target.dialect, "target.dialect": own.dialect},
        },
    )


def firmware_inputs(project: Inputs, tflm: str | None) -> Inputs:
    """Of the linked programs: those of the project, and the digest of TFLite Micro."""
    archive = {} if tflm is None else {_NAMES.tflm_archive.name: tflm}
    return replace(project, made_of={**project.made_of, **archive})


def tflm_inputs(project: Project, library: Path) -> Inputs:
    """Of TFLite Micro for the simulated board; `library` is its source."""
    core = load_board(project.target.board).core
    return Inputs(
        files={"target.tflm_library": hash_path(library)}, options={"core": core}
    )


def evaluate_inputs(
    data: Mapping[str, str],
    firmware: str,
    model: str,
    *,
    pixels: PixelSettings | None = None,
) -> Inputs:
    """Of the evaluation: the digests of data set, linked programs and `.tflite`.

    And what a finished network expects of a pixel.
    """
    made_of = {_NAMES.simulated_image.name: firmware, _NAMES.model.name: model}
    return Inputs(settings=_pixels(pixels), files=data, made_of=made_of)


def report_inputs(project: Project, build: BuildFolder) -> Inputs:
    """Of the page: all that it is gathered from."""
    sources = (
        *(build.evaluation.path, build.linked.path, build.twin_curves.path),
        *(build.results.path, build.partial_results.path, build.profile.path),
        *(build.device_answers.path, build.float_outputs.path, build.host_outputs.path),
        build.explained,
    )
    probe = hash_if_there(build.project / RUN_FILE)
    return Inputs(
        settings=flatten_settings(project.model_dump()),
        files={RUN_FILE: probe} if probe else {},
        made_of={p.name: digest for p in sources if (digest := hash_if_there(p))},
    )


def _pixels(pixels: PixelSettings | None) -> dict[str, Any]:
    return flatten_settings({"model": {"pixels": pixels and pixels.model_dump()}})


def _recipe(project: Project) -> dict[str, object]:
    """All that training depends on."""
    return project.training.model_dump(exclude={"tensorboard"})


def _binding_budgets(project: Project) -> dict[str, int]:
    """The budgets that are less than the board has.

    By them kernels are chosen; what RAM is left decides how much of an image waits.
    """
    target, board = project.target, load_board(project.target.board)
    budgets = project.budgets.model_dump(include={"flash_bytes", "ram_bytes"})
    free = find_objective(board, target.optimize)
    bound = find_objective(board, target.optimize, **budgets)
    return {
        name: limit
        for name, limit in budgets.items()
        if getattr(free, name, None) != getattr(bound, name, None)
        or (name == "ram_bytes" and limit is not None and limit < board.ram_bytes)
    }
