"""What a build folder keeps of validations: the fullest, and a part as a part."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from tests.harness.test_results import RESULT
from tests.pipeline.pretend import pretend_project
from tinycnn.harness import Decision, StopRule, ValidationResult
from tinycnn.pipeline import Workspace, bench_project

TOTAL = 16


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project that was built, with sixteen test images."""
    made = pretend_project(tmp_path)
    assert len(made.dataset.test) == TOTAL
    return made


def keep(
    workspace: Workspace,
    images: int,
    *,
    different: int = 0,
    device: str = "sim",
    ended: str = "",
    decision: Decision | None = None,
) -> None:
    """Keep a validation that found this."""
    found: ValidationResult = replace(
        RESULT,
        model_sha256=workspace.build.linked.read().model_sha256,
        device_name=device,
        indices=np.arange(images),
        outputs=np.zeros((images, 4), np.int8),
        different=different,
        differences=(),
        total=TOTAL,
        ended=ended,
        decision=decision,
    )
    bench_project(workspace).keep(found)


def known(workspace: Workspace) -> list[tuple[str, int, int]]:
    """Device, images and equal ones: of the fullest, then of the one beside it."""
    build = workspace.build
    found = (build.results.read_if_there(), build.partial_results.read_if_there())
    return [(one.device.name, one.images, one.equal) for one in found if one]


def page(workspace: Workspace) -> str:
    """The report's text."""
    return workspace.build.report.read_text("utf-8")


def test_a_part_does_not_replace_the_whole(workspace: Workspace) -> None:
    """`validate`, then `validate --count 5`."""
    keep(workspace, TOTAL)
    keep(workspace, 5)

    assert known(workspace) == [("sim", TOTAL, TOTAL), ("sim", 5, 5)]
    assert "Every output equals the reference" in page(workspace)
    assert "partial: 11 images were not compared" in page(workspace)


def test_a_part_alone_says_so(workspace: Workspace) -> None:
    """On the page and for a build server."""
    keep(workspace, 5, ended="interrupted")

    assert known(workspace) == [("sim", 5, 5)]
    assert "Every output equals the reference" not in page(workspace)
    assert "Only 5 of 16 outputs were compared; all equal" in page(workspace)
    (case,) = ET.parse(workspace.build.junit).getroot()
    assert case.get("name") == "outputs equal the reference, 5 of 16 images"
    message = "0 of 5 images differ; partial: 11 were not compared; interrupted"
    assert case.find("failure").get("message") == message


def test_a_part_that_differs_is_never_hidden(workspace: Workspace) -> None:
    """Behind neither the whole nor a longer part."""
    keep(workspace, TOTAL)
    keep(workspace, 9)
    keep(workspace, 5, different=1)

    assert known(workspace) == [("sim", TOTAL, TOTAL), ("sim", 5, 4)]
    assert "differ from the reference" in page(workspace)
    assert ET.parse(workspace.build.junit).getroot().get("failures") == "1"


def test_the_longest_part_of_each_device_stays(workspace: Workspace) -> None:
    """A shorter one that adds nothing replaces none, the whole replaces both."""
    keep(workspace, TOTAL)
    keep(workspace, 9, device="board", ended="unplugged")
    keep(workspace, 5, device="board")
    assert known(workspace) == [("sim", TOTAL, TOTAL), ("board", 9, 9)]

    keep(workspace, TOTAL, device="board")
    assert known(workspace) == [("board", TOTAL, TOTAL)]


@pytest.mark.parametrize("verdict", ["pass", "fail", "open"])
def test_an_agreement_is_what_a_build_server_is_told(
    workspace: Workspace, verdict: Literal["pass", "fail", "open"]
) -> None:
    """Some differences may pass, and what is undecided does not."""
    rule = StopRule(0.9, 0.75)
    found = Decision(rule, verdict, TOTAL, 9, 1, 8, 0.71, 0.98, 16)
    keep(workspace, 9, different=1, decision=found)

    (case,) = ET.parse(workspace.build.junit).getroot()
    assert case.get("name") == "agreement with the reference of 75 %"
    assert (case.find("failure") is None) == (verdict == "pass")
    assert found.lines[0] in page(workspace)
    assert found.lines[1] == (
        "confidence 90 % after 9 of 16 images, 8 of them a random sample"
    )
    assert workspace.build.results.read().decision == found


def test_an_agreement_of_equal_images_is_not_all(workspace: Workspace) -> None:
    """The page says of how many."""
    found = Decision(StopRule(), "pass", TOTAL, 9, 0, 9, 0.996, 1.0, 16)
    keep(workspace, 9, decision=found)

    assert "All of 9 of 16" not in page(workspace)
    assert "9 of 16 outputs were compared, enough to stop; all equal" in page(workspace)


def test_another_build_forgets_all(workspace: Workspace) -> None:
    """They are of firmware that is gone."""
    keep(workspace, TOTAL)
    keep(workspace, 5)
    workspace.build.forget_findings()

    assert known(workspace) == []
