"""The project file, `tinycnn.toml`: read, checked, and written for a new project.

Text in, a frozen `Project` out; an error names file, key, what was got and what was
expected.
"""

from tinycnn.about import PROJECT_FILE
from tinycnn.project.reading import (
    load_project,
    parse_model,
    parse_project,
    with_options,
)
from tinycnn.project.schema import (
    Budgets,
    DatasetSettings,
    FrameSettings,
    ModelSettings,
    PixelSettings,
    Project,
    TargetSettings,
)
from tinycnn.project.search import SearchSettings
from tinycnn.project.writing import project_template
from tinycnn.recipe import QuantizationSettings, TrainingSettings

__all__ = [
    "PROJECT_FILE",
    "Budgets",
    "DatasetSettings",
    "FrameSettings",
    "ModelSettings",
    "PixelSettings",
    "Project",
    "QuantizationSettings",
    "SearchSettings",
    "TargetSettings",
    "TrainingSettings",
    "load_project",
    "parse_model",
    "parse_project",
    "project_template",
    "with_options",
]
