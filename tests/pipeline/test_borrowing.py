import json
from pathlib import Path

import numpy as np
import pytest

from tests.observer import Log
from tinycnn.artifacts import BuildFolder
from tinycnn.errors import ProjectError
from tinycnn.pipeline import Workspace, open_workspace, train_float, train_project
from tinycnn.pipeline.borrowing import hash_borrowed
from tinycnn.pipeline.preview import preview_project
from tinycnn.pipeline.sensitivity import analyze_sensitivity
from tinycnn.project import load_project

pytestmark = pytest.mark.train

BIG = """
name = "big"
dataset = {path = "../noise.npz"}
model = {name = "lenet5", width = 0.25}
training = {epochs = 1, tensorboard = true}
quantization = {method = "ptq"}
"""
SMALL = """
name = "small"
dataset = {path = "../noise.npz"}
model = {name = "lenet5", width = 0.25}
quantization = {epochs = 1, ranges = "learned", weights = "ternary"}
[training]
epochs = 2
prune = {share = 0.5, epochs = 1}
[training.transfer]
source = "../big"
epochs = 1
freeze = "conv_2"
[training.distill]
teacher = "../big"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two projects that share a data set."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (80, 8, 8, 1), np.uint8)
    np.savez(tmp_path / "noise.npz", x=x, y=np.arange(80) % 4)
    for name, text in (("big", BIG), ("small", SMALL)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tinycnn.toml").write_text(text)
    return tmp_path


def _train(folder: Path) -> tuple[Workspace, Log]:
    observer = Log()
    workspace = open_workspace(folder, observer=observer)
    train_project(workspace)
    return workspace, observer


def test_a_network_learns_from_another_project(folder: Path) -> None:
    """Head, all, what pruning left, and the twin train; nothing but results stays."""
    train_float(open_workspace(folder / "big", observer=Log()))
    workspace, observer = _train(folder / "small")

    assert observer.steps == [
        *(("train_head", 1, 1), ("train", 1, 2), ("train", 2, 2)),
        *(("train_pruned", 1, 1), ("quantize", 1, 1)),
    ]
    curve = json.loads(workspace.build.float_curves.path.read_text("utf-8"))
    assert len(curve["loss"]) == 3
    assert sorted(path.name for path in workspace.build.path.iterdir()) == [
        *("film.json", "float.json", "float.npy", "float.npz", "quantized.json"),
        *("quantized.npy", "quantized.npz", "stages.json"),
    ]
    assert any((folder / "big" / "build" / "tensorboard" / "train").iterdir())
    assert _train(folder / "small")[1].stages == [("train", True), ("quantize", True)]


def test_a_teacher_that_changed_is_learned_from_anew(folder: Path) -> None:
    """The digest of its weights is an input of the stage."""
    project = load_project(folder / "small")
    build = BuildFolder.of(folder / "small")
    weights = folder / "big" / "build" / "float.npz"
    weights.parent.mkdir()
    digests = []
    for content in (b"one", b"two"):
        weights.write_bytes(content)
        digests.append(hash_borrowed(project, build))

    assert digests[0].keys() == {"../big"}
    assert digests[0] != digests[1]


def test_an_untrained_project_teaches_nothing(folder: Path) -> None:
    """The hint is the command that trains it."""
    with pytest.raises(ProjectError, match=r"big.build.float\.npz: no such") as caught:
        _train(folder / "small")
    assert "tinycnn train" in caught.value.hint


def test_preview_and_sensitivity_are_there_without_training_again(folder: Path) -> None:
    """A picture before training, a row for each layer after it."""
    workspace = open_workspace(folder / "big", observer=Log())
    assert preview_project(workspace).read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(ProjectError, match="not trained yet"):
        analyze_sensitivity(workspace)

    _train(folder / "big")
    layers = [case.layer for case in analyze_sensitivity(workspace).cases]
    assert (layers[0], layers[1], layers[-1]) == ("nothing", "conv_1", "all")
