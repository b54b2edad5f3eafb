from pathlib import Path

import pytest

from tinycnn.errors import ProjectError
from tinycnn.project import parse_project
from tinycnn.recipe import AugmentSettings, QuantizationSettings, TrainingSettings

PROJECT = """
name = "demo"
dataset = {name = "digits"}
model = {name = "tiny_cnn"}
"""


def test_augment_is_a_switch_or_a_table() -> None:
    """True means a little, false nothing, a table what it says."""
    tables = [
        parse_project(f"{PROJECT}[training]\naugment = {value}").training.augment
        for value in ("true", "false", "{flip = true, mixup = 0.2}")
    ]

    assert tables[0] == TrainingSettings().augment != AugmentSettings()
    assert tables[1] == AugmentSettings()
    assert tables[2] == AugmentSettings(flip=True, mixup=0.2)


def test_unknown_augmentation_is_named() -> None:
    """The nearest key is proposed, in the table's own words."""
    with pytest.raises(ProjectError, match=r"training\.augment\.rotation.*'rotate'"):
        parse_project(f"{PROJECT}[training.augment]\nrotation = 5")


def test_the_recipe_in_the_manual_is_valid() -> None:
    """All keys that it shows exist, and all of `[training]` are shown or named."""
    section = (Path(__file__).parents[1] / "docs/training.md").read_text("utf-8")
    recipe = section.split("```toml\n")[1].split("```")[0]

    assert parse_project(PROJECT + recipe).training.distill.teacher == "../big"
    for table in (TrainingSettings, AugmentSettings, QuantizationSettings):
        keys = set(table.model_fields) - {"warmup", "per_channel_dense"}
        assert [key for key in sorted(keys) if key not in section] == []
