"""A network of one sigmoid through the whole chain: two classes, one threshold."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pipeline.test_stages import Log
from tinycnn.pipeline import (
    Workspace,
    bench_project,
    build_project,
    classify_pictures,
    open_workspace,
)
from tinycnn.report.data import Report
from tinycnn.workbench import DeviceChoice, validate

pytestmark = [pytest.mark.train, pytest.mark.emulated]

TOML = """
name = "net"
dataset = {path = "halves.npz"}
model = {build = "net.py:build"}
training = {epochs = 8, batch_size = 16, learning_rate = 0.02, augment = false}
quantization = {epochs = 1}
[target]
app = "serial"
frame = {width = 8, height = 8, pixels = "grey"}
"""
NETWORK = """
import keras
def build(*, input_shape, classes):
    x = image = keras.Input(input_shape)
    x = keras.layers.Flatten()(x)
    return keras.Model(image, keras.layers.Dense(1, activation="sigmoid")(x))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Report]:
    """Images that are bright above (0) or below (1), of which most are of the first."""
    folder = tmp_path_factory.mktemp("project")
    labels = (np.arange(200) % 3 == 0).astype(np.int64)
    images = np.random.default_rng(0).integers(0, 60, (200, 8, 8, 1), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 * label : 4 * label + 4] += 150
    np.savez(folder / "halves.npz", x=images, y=labels)
    (folder / "net.py").write_text(NETWORK)
    (folder / "tinycnn.toml").write_text(TOML)
    workspace = open_workspace(folder, observer=Log())
    return workspace, build_project(workspace)


def test_every_rung_counts_both_classes(built: tuple[Workspace, Report]) -> None:
    """An argmax over one output would always be right about the first, and only it."""
    _, report = built

    assert [step.accuracy for step in report.ladder] == [1.0] * 4
    assert report.scores.shape == (40, 2)
    np.testing.assert_array_equal(report.scores.argmax(axis=1), report.labels)


def test_the_report_shows_the_threshold(built: tuple[Workspace, Report]) -> None:
    """And which class is above it."""
    workspace, _ = built
    page = workspace.build.report.read_text("utf-8")

    assert "Threshold" in page
    assert "&#39;1&#39; above 0.5, else &#39;0&#39;" in page


def test_validation_and_classification_follow_it(
    built: tuple[Workspace, Report], tmp_path: Path
) -> None:
    """The score of a picture is that of its class, also of the first."""
    workspace, _ = built
    choice = DeviceChoice("host")
    result = validate(bench_project(workspace), choice, workspace.observer)
    paths = []
    for label in (0, 1):
        pixels = np.full((8, 8), 30, np.uint8)
        pixels[4 * label : 4 * label + 4] = 180
        paths.append(tmp_path / f"{label}.png")
        Image.fromarray(pixels).save(paths[-1])

    assert (result.device_accuracy, result.reference_accuracy) == (1.0, 1.0)
    results = json.loads(workspace.build.results.path.read_text("utf-8"))
    assert results["accuracy"] == {"device": 1.0, "reference": 1.0}
    found = list(classify_pictures(workspace, paths, choice))
    assert [each.label for each in found] == ["0", "1"]
    assert min(each.score for each in found) > 0.5
