"""What a device of a built project must say of itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.compiler.models import image_model
from tests.conftest import require_module
from tests.pipeline.pretend import pretend_build
from tinycnn.artifacts import LinkedFirmware
from tinycnn.pipeline.subject import identify, known_outputs
from tinycnn.project import TargetSettings
from tinycnn.reference import name_reference
from tinycnn.workbench import DeviceChoice

TOML = 'name = "net"\ndataset = {name = "digits"}\nmodel = {name = "tiny_cnn"}\n'
PORT = DeviceChoice(port="/dev/ttyACM0")


@pytest.fixture
def linked(tmp_path: Path) -> LinkedFirmware:
    """Of a project for the Nano."""
    (tmp_path / "tinycnn.toml").write_text(TOML)
    return pretend_build(tmp_path, image_model(3)).build.linked.read()


def test_compiled_firmware_is_the_same_everywhere(linked: LinkedFirmware) -> None:
    """But for the board: this computer is none."""
    target = TargetSettings()
    sim, host, port = (
        identify(linked, target, choice)
        for choice in (DeviceChoice("sim"), DeviceChoice("host"), PORT)
    )

    assert sim == port == replace(host, board=sim.board)
    assert (sim.model_sha256, sim.numerics) == (linked.model_sha256, "litert")
    assert sim.arena_bytes == linked.analysis.plan.arena_bytes
    assert sim.generator == linked.generator
    assert sim.board is not None
    assert (sim.board.name, host.board) == ("nano33ble", None)


@pytest.mark.parametrize(
    ("framework", "library"),
    [("arduino", "Chirale_TensorFLowLite 2.0.0"), ("zephyr", "tflite-micro 8d404de7")],
)
def test_tflm_on_the_board_says_its_library(
    linked: LinkedFirmware, framework: str, library: str
) -> None:
    """C stands in for it elsewhere; how much of its arena it uses is its own matter."""
    target = TargetSettings.model_validate({"engine": "tflm", "framework": framework})
    on_board = identify(linked, target, PORT)
    stand_in = identify(linked, target, DeviceChoice("sim"))

    assert on_board.arena_bytes is None
    assert str(on_board.generator).startswith(f"{linked.generator} for {library}")
    assert stand_in.generator == linked.generator
    itself = identify(replace(linked, engine="tflm"), target, DeviceChoice("sim"))
    assert "Chirale" in str(itself.generator)


def test_outputs_are_known_only_of_today_s_reference(tmp_path: Path) -> None:
    """What another version of it computed is not compared with."""
    require_module("ai_edge_litert")
    (tmp_path / "tinycnn.toml").write_text(TOML)
    workspace = pretend_build(tmp_path, image_model(3))
    project, build = workspace.project, workspace.build
    assert known_outputs(project, build) is None

    evaluation = build.evaluation.read()
    build.evaluation.write(replace(evaluation, reference=name_reference("litert")))
    known = known_outputs(project, build)

    assert known is not None
    assert len(known) == len(workspace.dataset.test)
