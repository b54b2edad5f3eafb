"""The whole chain from a project folder to a validated firmware, stage by stage."""

from tinycnn.pipeline.architecture import (
    FoundModel,
    Layer,
    find_model,
    list_layers,
    untrained_model,
)
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
from tinycnn.pipeline.firmware import BoardImage
from tinycnn.pipeline.foreign import validate_model
from tinycnn.pipeline.frames import (
    Classification,
    classify_pictures,
    validate_frames,
)
from tinycnn.pipeline.profile import profile_model, profile_project
from tinycnn.pipeline.stages import Observer
from tinycnn.pipeline.validation import validate_project

__all__ = [
    "BoardImage",
    "Classification",
    "FoundModel",
    "Layer",
    "Observer",
    "Workspace",
    "build_project",
    "check_budgets",
    "classify_pictures",
    "convert_project",
    "find_model",
    "link_project",
    "list_layers",
    "open_workspace",
    "profile_model",
    "profile_project",
    "report_project",
    "train_float",
    "train_project",
    "untrained_model",
    "validate_frames",
    "validate_model",
    "validate_project",
]
