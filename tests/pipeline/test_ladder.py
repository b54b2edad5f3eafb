"""What a build folder knows of each rung's answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.harness.test_results import INFO, RESULT
from tests.pipeline.pretend import pretend_project
from tinycnn.artifacts import BuildFolder
from tinycnn.harness import ValidationResult
from tinycnn.pipeline import Workspace
from tinycnn.pipeline.ladder import gather_answers, keep_answers, list_unrun


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project with sixteen test images, all of which the reference answers by 0."""
    return pretend_project(tmp_path)


def found_on(
    build: BuildFolder, indices: list[int], *, board: str, wrong: int = -1
) -> ValidationResult:
    """A validation of these images, of which one may differ."""
    reference = build.reference_outputs.read()
    outputs = reference[indices].copy()
    outputs[[i == wrong for i in indices], 1] = 100
    return replace(
        RESULT,
        model_sha256=build.linked.read().model_sha256,
        device=replace(INFO, board=board),
        device_name=board,
        indices=np.array(indices),
        outputs=outputs,
    )


SIM = "simulated Arduino Nano 33 BLE"


def test_rungs_go_from_left_to_right(workspace: Workspace) -> None:
    """As far as the build has kept their answers."""
    build = workspace.build
    labels = [one.label for one in gather_answers(build)]
    assert labels == ["fake-quantized", "int8 reference"]
    assert [label for label, _ in list_unrun(build)] == [
        "WebAssembly",
        "simulated board",
        "board",
    ]

    outputs = build.reference_outputs.read()
    build.float_outputs.write(np.ones(outputs.shape, np.float32))
    build.host_outputs.write(outputs)
    keep_answers(build, found_on(build, [3, 1], board=SIM))
    keep_answers(build, found_on(build, [2], board="nano33ble"))
    keep_answers(build, found_on(build, [3], board="WebAssembly with SIMD"))
    keep_answers(build, found_on(build, [4], board="WebAssembly"))

    assert [one.label for one in gather_answers(build)] == [
        "float",
        "fake-quantized",
        "int8 reference",
        "C on host",
        "WebAssembly",
        "WebAssembly, no SIMD",
        "simulated board",
        "board",
    ]
    assert list_unrun(build) == ()


def test_several_runs_of_a_device_add_up(workspace: Workspace) -> None:
    """What was asked again counts as it was answered last."""
    build = workspace.build
    keep_answers(build, found_on(build, [3, 1], board=SIM, wrong=1))
    first = gather_answers(build)[-1]
    keep_answers(build, found_on(build, [1, 7], board=SIM, wrong=7))
    second = gather_answers(build)[-1]

    reference = gather_answers(build)[-2].scores
    assert np.flatnonzero(first.tried).tolist() == [1, 3]
    assert np.flatnonzero((first.scores != reference).any(axis=1)).tolist() == [1]
    assert np.flatnonzero(second.tried).tolist() == [1, 3, 7]
    assert np.flatnonzero((second.scores != reference).any(axis=1)).tolist() == [7]


def test_a_program_of_this_computer_is_no_rung_of_its_own(workspace: Workspace) -> None:
    """The build has measured it already, on all images."""
    build = workspace.build
    keep_answers(build, found_on(build, [1], board="host"))

    assert build.device_answers.read_if_there() is None


def test_answers_of_another_build_are_no_rung(workspace: Workspace) -> None:
    """Neither of another model nor beside other outputs of the reference."""
    build = workspace.build
    keep_answers(build, replace(found_on(build, [1], board=SIM), model_sha256="cd"))
    assert len(gather_answers(build)) == 2

    keep_answers(build, found_on(build, [1], board=SIM))
    assert len(gather_answers(build)) == 3
    build.reference_outputs.write(build.reference_outputs.read() + np.int8(1))
    assert len(gather_answers(build)) == 2

    build.forget_findings()
    assert not build.device_answers.path.exists()


def test_broken_answers_cost_a_rung_not_a_report(workspace: Workspace) -> None:
    """They are made again by the next validation."""
    build = workspace.build
    build.device_answers.path.write_text("{")
    build.float_outputs.path.write_bytes(b"no array")

    assert len(gather_answers(build)) == 2
    keep_answers(build, found_on(build, [1], board=SIM))
    assert len(gather_answers(build)) == 3
