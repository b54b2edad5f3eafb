"""A kernel that is given, from project file to simulated board: nothing is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.observer import Log
from tinycnn.pipeline import bench_project, build_project, open_workspace
from tinycnn.project import project_template
from tinycnn.workbench import DeviceChoice, validate

pytestmark = [pytest.mark.train, pytest.mark.emulated]


def test_an_edge_detector_runs_on_the_board(tmp_path: Path) -> None:
    """Colour images of a file: its outputs are the reference's, and near exact sums."""
    chance = np.random.default_rng(5)
    images = chance.integers(0, 256, (60, 6, 5, 3), np.uint8)
    np.savez(tmp_path / "data.npz", x=images, y=np.arange(60) % 2)
    text = project_template("edges", dataset="data.npz", model="image_kernel")
    (tmp_path / "tinycnn.toml").write_text(text)
    workspace = open_workspace(tmp_path, observer=Log())

    report = build_project(workspace)
    result = validate(bench_project(workspace), DeviceChoice("sim"), workspace.observer)

    assert report.task == "regression"
    assert min(step.accuracy for step in report.ladder) > 0.999
    assert report.ladder[0].accuracy == pytest.approx(1.0)
    assert result.different == 0
    assert len(result.outputs) == len(workspace.dataset.test) == 12
