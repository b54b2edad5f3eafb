"""A built project's device: its preprocessing checked, and pictures classified."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from tests.compiler.models import image_model
from tests.observer import Log
from tests.pipeline.pretend import pretend_evaluation, pretend_model, record_of
from tinycnn.artifacts import BuildFolder
from tinycnn.boards import load_board
from tinycnn.datasets import (
    frame_to_image,
    image_to_frame,
    load_dataset,
    quantize_images,
)
from tinycnn.errors import ProjectError
from tinycnn.pipeline import Workspace, classify_pictures, validate_frames
from tinycnn.pipeline.firmware import make_firmware
from tinycnn.pipeline.frames import compare_frames
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import parse_project
from tinycnn.reference import load_reference
from tinycnn.workbench import DeviceChoice

TOML = """
name = "net"
[dataset]
path = "images.npz"
[model]
name = "tiny_cnn"
[target]
app = "serial"
frame = { width = 40, height = 40, pixels = "rgb565" }
"""
CLASSES = ("ant", "bee", "cat", "dog")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The image model's firmware, built as a project's."""
    folder = tmp_path_factory.mktemp("project")
    images = np.zeros((40, 24, 32, 3), np.uint8)
    np.savez(folder / "images.npz", x=images, y=np.arange(40) % 4)
    project = parse_project(TOML)
    dataset = load_dataset(project.dataset, seed=1, root=folder)
    runner = StageRunner(BuildFolder(folder / "build"), Log())
    runner.build.path.mkdir()
    dataset = replace(dataset, class_names=CLASSES)
    pretend_model(runner, project, dataset, image_model(3))
    make_firmware(project, runner, record_of(runner, "convert").digest, CLASSES)
    pretend_evaluation(runner, dataset)
    return Workspace(project, dataset, load_board("nano33ble"), runner, project)


@pytest.mark.emulated
@pytest.mark.parametrize("device", ["sim", "host"])
def test_preprocessing_is_equal(
    workspace: Workspace, device: Literal["sim", "host"]
) -> None:
    """On the simulated board and on this computer."""
    check = validate_frames(workspace, DeviceChoice(device), count=2)

    assert check.equal
    assert check.frames == 13
    assert check.frame == workspace.project.target.frame.format


@pytest.mark.emulated
def test_firmware_that_crops_where_the_project_pads_is_told(
    workspace: Workspace,
) -> None:
    """A black border is a difference, except of a black frame."""
    padded = parse_project(TOML.replace("npz", 'npz"\nfit = "pad'))

    check = compare_frames(
        replace(workspace, project=padded), DeviceChoice("host"), count=1
    )

    different = [difference.frame for difference in check.differences]
    assert "random 0" in different
    assert "black" not in different


@pytest.mark.emulated
def test_pictures_are_classified(workspace: Workspace, tmp_path: Path) -> None:
    """Sent as frames; the label and the score are the reference's."""
    pixels = np.arange(40 * 40 * 3).reshape(40, 40, 3) * 7
    pictures = {
        tmp_path / f"{shade}.png": (pixels % shade).astype(np.uint8)
        for shade in (20, 250)
    }
    for path, picture in pictures.items():
        Image.fromarray(picture).save(path)

    found = list(classify_pictures(workspace, list(pictures), DeviceChoice("host")))

    frame = workspace.project.target.frame.format
    expected = []
    for path, picture in pictures.items():
        data = image_to_frame(picture, frame.pixels)
        image = frame_to_image(data, frame, image_shape=(24, 32, 3), fit="crop")
        row = quantize_images(image, scale=1 / 255, zero_point=-128).reshape(1, -1)
        scores = load_reference(workspace.build.model).run(row)[0]
        score = (int(scores.max()) + 128) / 256
        expected.append((path, CLASSES[scores.argmax()], score))
    assert [(each.path, each.label, each.score) for each in found] == expected


@pytest.mark.emulated
def test_the_project_has_the_labels_of_the_data_set(workspace: Workspace) -> None:
    """In the sketch that the user gets."""
    model = workspace.build.path / "arduino/net/src/net_model.c"

    assert '    "cat",\n' in model.read_text()


def test_a_project_that_was_not_built_is_told(tmp_path: Path) -> None:
    """Before a device is opened."""
    runner = StageRunner(BuildFolder(tmp_path / "build"), Log())
    board = load_board("nano33ble")
    unread: Any = None  # the data set
    project = parse_project(TOML)
    workspace = Workspace(project, unread, board, runner, project)

    with pytest.raises(ProjectError, match="not built yet"):
        validate_frames(workspace, DeviceChoice())
