"""Networks that are not asked for one of several classes, through the whole chain."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from tests.observer import Log
from tinycnn.errors import ProjectError
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
dataset = {path = "data.npz"}
model = {build = "net.py:build"}
training = {epochs = 24, batch_size = 16, learning_rate = 0.02, augment = false}
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
    return keras.Model(image, keras.layers.Dense(UNITS, activation=ACTIVATION)(x))
"""


class Case(NamedTuple):
    """A task: its labels from which halves are bright, and the end of its network."""

    labels: Any
    units: str
    activation: str
    fact: str
    found: list[str]


def _dark(above: Any, below: Any) -> Any:
    return (~above).astype(np.int64)


CASES = {
    "binary": Case(
        _dark, "1", "'sigmoid'", "&#39;1&#39; above 0.5, else &#39;0&#39;", ["0", "1"]
    ),
    "multi-label": Case(
        lambda above, below: np.stack([above, below], 1).astype(np.uint8),
        "classes",
        "'sigmoid'",
        "each label above 0.5",
        ["0", "1"],
    ),
    "regression": Case(
        lambda above, below: (above * 0.75 - below * 0.25).astype(np.float32),
        "classes",
        "None",
        ">MAE</th>",
        ["0 0.", "0 -0."],
    ),
}


@pytest.fixture(scope="module", params=CASES)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Report, Case]:
    """Images that are bright above, below, or in both halves."""
    case, folder = CASES[request.param], tmp_path_factory.mktemp("project")
    kind = np.arange(240) % 3
    above, below = kind != 1, (kind == 1) | ((kind == 2) & (request.param != "binary"))
    images = np.random.default_rng(0).integers(0, 60, (240, 8, 8, 1), np.uint8)
    images[above, :4] += 150
    images[below, 4:] += 150
    np.savez(folder / "data.npz", x=images, y=case.labels(above, below))
    network = NETWORK.replace("UNITS", case.units)
    (folder / "net.py").write_text(network.replace("ACTIVATION", case.activation))
    (folder / "tinycnn.toml").write_text(TOML)
    workspace = open_workspace(folder, observer=Log())
    return workspace, build_project(workspace), case


def test_the_whole_chain_measures_the_task(
    built: tuple[Workspace, Report, Case], tmp_path: Path
) -> None:
    """Every rung, the page, a validation, and what a device takes pictures for."""
    workspace, report, case = built
    assert report.task in CASES
    assert min(step.accuracy for step in report.ladder) > 0.9
    assert case.fact in workspace.build.report.read_text("utf-8")

    choice = DeviceChoice("host")
    result = validate(bench_project(workspace), choice, workspace.observer)
    accuracy = report.ladder[-1].accuracy
    results = json.loads(workspace.build.results.path.read_text("utf-8"))
    assert result.device_accuracy == pytest.approx(accuracy)
    assert results["accuracy"]["reference"] == pytest.approx(accuracy)

    paths = []
    for half in (0, 1):
        pixels = np.full((8, 8), 30, np.uint8)
        pixels[4 * half : 4 * half + 4] = 180
        paths.append(tmp_path / f"{half}.png")
        Image.fromarray(pixels).save(paths[-1])
    found = [each.label for each in classify_pictures(workspace, paths, choice)]
    assert [label[: len(f)] for label, f in zip(found, case.found, strict=True)] == (
        case.found
    )


def test_a_camera_prints_one_class(built: tuple[Workspace, Report, Case]) -> None:
    """Its sketch has no words for several labels or numbers."""
    workspace, report, _ = built
    folder, observer = workspace.build.project, Log()
    text = TOML.replace('app = "serial"', 'app = "camera"').partition("frame")[0]
    (folder / "tinycnn.toml").write_text(text)
    camera = open_workspace(folder, observer=observer)
    (folder / "tinycnn.toml").write_text(TOML)

    if report.labels.ndim > 1:
        with pytest.raises(ProjectError, match=r"target.app: .* prints one class"):
            build_project(camera)
