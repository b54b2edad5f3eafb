"""The whole chain from a project folder to a validated firmware, stage by stage."""

from tinycnn.pipeline.architecture import (
    Layer,
    find_model,
    list_layers,
    untrained_model,
)
from tinycnn.pipeline.bench import bench_project
from tinycnn.pipeline.budgets import check_budgets
from tinycnn.pipeline.build import (
    Workspace,
    build_project,
    convert_project,
    link_project,
    open_workspace,
    report_project,
    train_float,
    train_project,
)
from tinycnn.pipeline.frames import (
    Classification,
    classify_pictures,
    validate_frames,
)

__all__ = [
    "Classification",
    "Layer",
    "Workspace",
    "bench_project",
    "build_project",
    "check_budgets",
    "classify_pictures",
    "convert_project",
    "find_model",
    "link_project",
    "list_layers",
    "open_workspace",
    "report_project",
    "train_float",
    "train_project",
    "untrained_model",
    "validate_frames",
]
