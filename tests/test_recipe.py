import pytest

from tinycnn.errors import ProjectError
from tinycnn.project import parse_project
from tinycnn.recipe import AugmentSettings, TrainingSettings

PROJECT = """
name = "demo"
dataset = {name = "digits"}
model = {name = "tiny_cnn"}
"""


def test_augment_is_a_switch_or_a_table():
    """True means a little, false nothing, a table what it says."""
    tables = [
        parse_project(f"{PROJECT}[training]\naugment = {value}").training.augment
        for value in ("true", "false", "{flip = true, mixup = 0.2}")
    ]

    assert tables[0] == TrainingSettings().augment != AugmentSettings()
    assert tables[1] == AugmentSettings()
    assert tables[2] == AugmentSettings(flip=True, mixup=0.2)


def test_unknown_augmentation_is_named():
    """The nearest key is proposed, in the table's own words."""
    with pytest.raises(ProjectError, match=r"training\.augment\.rotation.*'rotate'"):
        parse_project(f"{PROJECT}[training.augment]\nrotation = 5")
