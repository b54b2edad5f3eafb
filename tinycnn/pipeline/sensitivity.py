"""Which layer of a trained project costs the accuracy, on its validation images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tinycnn.errors import ProjectError
from tinycnn.pipeline.build import Workspace
from tinycnn.pipeline.freshness import check_current
from tinycnn.pipeline.training import load_twin, require_tensorflow

if TYPE_CHECKING:
    from tinycnn.training.sensitivity import Sensitivity

__all__ = ["analyze_sensitivity"]


def analyze_sensitivity(workspace: Workspace) -> tuple[Sensitivity, ...]:
    """What quantizing nothing, each layer alone, and all layers gives.

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
    require_tensorflow()
    from tinycnn.training.sensitivity import measure_sensitivity

    return measure_sensitivity(
        load_twin(project, dataset, build),
        dataset.validation,
        on_layer=lambda done, total: workspace.observer.progress(
            "analyze", done, total
        ),
    )
