"""A network that gives each cell of a grid a class, through the whole chain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.observer import Log
from tinycnn.explorer import exhibit_project, explain
from tinycnn.pipeline import (
    bench_project,
    build_project,
    classify_pictures,
    open_workspace,
)
from tinycnn.workbench import DeviceChoice, validate

pytestmark = [pytest.mark.train, pytest.mark.emulated]

TOML = """
name = "net"
dataset = {path = "data.npz"}
model = {build = "net.py:build"}
training = {epochs = 20, batch_size = 16, learning_rate = 0.05, augment = {flip = true}}
quantization = {epochs = 1}
[target]
app = "serial"
frame = {width = 24, height = 16, pixels = "grey"}
"""
NETWORK = """
import keras
def build(*, input_shape, classes):
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(8, 4, 4, activation="relu")(image)
    return keras.Model(image, keras.layers.Conv2D(classes, 1, activation="softmax")(x))
"""


def test_the_whole_chain_finds_squares(tmp_path: Path) -> None:
    """Images that are not square; every rung, the page, a device and `explain`."""
    rng = np.random.default_rng(0)
    cells = (rng.random((240, 4, 6)) < 0.2).astype(np.int64)
    images = cells.repeat(4, axis=1).repeat(4, axis=2) * 180
    images = (images + rng.integers(0, 40, images.shape)).astype(np.uint8)
    names = np.array(["nothing", "square"])
    np.savez(tmp_path / "data.npz", x=images, y=cells, class_names=names)
    (tmp_path / "net.py").write_text(NETWORK)
    (tmp_path / "tinycnn.toml").write_text(TOML)
    workspace = open_workspace(tmp_path, observer=Log())
    report = build_project(workspace)

    assert report.task == "segmentation"
    assert min(step.accuracy for step in report.ladder) > 0.9
    page = workspace.build.report.read_text("utf-8")
    assert "<h2>Cells</h2>" in page
    assert "F1 of objects" in page

    choice = DeviceChoice("sim")
    result = validate(bench_project(workspace), choice, workspace.observer)
    assert result.equal
    assert result.measure == "mean IoU"
    assert result.device_accuracy == pytest.approx(report.ladder[-1].accuracy)

    pixels = np.full((16, 24), 20, np.uint8)
    pixels[8:12, 4:8] = 200
    Image.fromarray(pixels).save(tmp_path / "one.png")
    (found,) = classify_pictures(workspace, [tmp_path / "one.png"], choice)
    assert found.text.startswith("1 x square: square 0.")
    assert found.text.endswith("at (25 %, 62 %)")
    assert set(found.scores) == {"nothing", "square"}

    assert "</html>" in explain(exhibit_project(workspace), Log())
