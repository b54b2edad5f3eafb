"""Which layer of a trained project costs the accuracy, on its validation images."""

from __future__ import annotations

from tinycnn.artifacts import BuildFolder, Sensitivities, hash_json, hash_path
from tinycnn.datasets import Dataset
from tinycnn.errors import ProjectError
from tinycnn.pipeline.build import Workspace
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.inputs import hash_dataset
from tinycnn.pipeline.training import load_twin, require_tensorflow

__all__ = ["analyze_sensitivity", "digest_of", "known_sensitivity"]


def analyze_sensitivity(workspace: Workspace) -> Sensitivities:
    """What quantizing nothing, each layer alone, and all layers gives.

    It is kept in the build folder, and read there as long as the weights are the same.

    Raises:
        ProjectError: If the project was not trained yet.
        StaleBuildError: If it changed since.
        ToolchainError: If TensorFlow is not installed.
    """
    project, dataset, build = workspace.project, workspace.dataset, workspace.build
    weights = build.twin_weights
    if not weights.is_file():
        raise ProjectError(
            f"{weights}: not trained yet", hint="run tinycnn train first"
        )
    check_current(project, build, dataset, through="quantize")
    known = known_sensitivity(build, dataset)
    if known is not None:
        return known
    require_tensorflow()
    from tinycnn.training.sensitivity import measure_sensitivity

    cases = measure_sensitivity(
        load_twin(project, dataset, build),
        dataset.validation,
        on_layer=lambda done, total: workspace.observer.progress(
            "analyze", done, total
        ),
    )
    made_of = digest_of(build, dataset)
    found = Sensitivities(made_of, len(dataset.validation), cases)
    build.sensitivity.write(found)
    return found


def known_sensitivity(build: BuildFolder, dataset: Dataset) -> Sensitivities | None:
    """What was found of the weights that are there now; None if nothing was."""
    found = build.sensitivity.read_if_there()
    if found is None or not build.twin_weights.is_file():
        return None
    return found if found.made_of == digest_of(build, dataset) else None


def digest_of(build: BuildFolder, dataset: Dataset) -> str:
    """Of all that a sensitivity is made of."""
    return hash_json([hash_path(build.twin_weights), hash_dataset(dataset)])
