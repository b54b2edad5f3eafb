"""The summary for a build server's page: what a glance must tell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.harness.test_results import RESULT
from tests.pipeline.pretend import pretend_project
from tinycnn.harness import (
    Diagnosis,
    Explanation,
    Health,
    HealthCheck,
    ValidationResult,
)
from tinycnn.harness.reasons import Reason, Reasons
from tinycnn.pipeline import bench_project
from tinycnn.project import Budgets
from tinycnn.report import render_summary
from tinycnn.workbench import Subject

WHY = Explanation("mirrored", "left is right", "turn it", 3, 4, 5, 6)


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """A project that was built."""
    return bench_project(pretend_project(tmp_path_factory.mktemp("built")))


def found(**changed: Any) -> ValidationResult:
    """A result without differences, on the simulated board."""
    device = replace(RESULT.device, board="simulated Arduino Nano 33 BLE")
    equal = {"different": 0, "differences": (), "total": 4, "device": device}
    return replace(RESULT, **{**equal, **changed})


def rows(text: str) -> dict[str, list[str]]:
    """The cells of the table of key figures, by their label."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines()]
    return {cells[0]: cells[1:] for cells in lines if len(cells) > 1}


def test_a_glance_tells_the_verdict(subject: Subject) -> None:
    """In the title; the whole, a part and a difference differ."""
    titles = [
        render_summary(subject, found(**changed)).splitlines()[0]
        for changed in ({}, {"total": 9}, {"different": 1, "total": 4})
    ]

    assert titles == [
        "### ✅ demo: Every output equals the reference, bit for bit",
        "### ⚠️ demo: Only 4 of 9 outputs were compared; all equal",
        "### ❌ demo: 1 of 4 outputs differ from the reference",
    ]


def test_figures_stand_beside_what_is_allowed(subject: Subject) -> None:
    """Budgets, or else the board; what is over is marked."""
    budgets = Budgets(flash_bytes=40_000, latency_ms=9.0, accuracy=0.6)
    bound = replace(subject, budgets=budgets)
    table = rows(render_summary(bound, found(cycles=np.full(4, 640_000))))

    assert table["Flash"][:2] == ["50,000 bytes", "40,000 bytes"]
    assert "over" in table["Flash"][2]
    assert table["RAM"][:2] == ["22,432 bytes", "218,224 bytes"]
    assert "over" not in table["RAM"][2]
    assert table["Latency, estimated"][:2] == ["10.00 ms", "9.0 ms"]
    assert "over" in table["Latency, estimated"][2]
    assert table["Accuracy on the device"][:2] == ["50.00 %", "≥ 60.00 %"]
    assert table["Images"][0] == "4 of 4"
    assert table["Different"][0] == "0"


def test_a_boards_own_times_are_not_called_estimated(subject: Subject) -> None:
    """Only the simulated board's are."""
    table = rows(render_summary(subject, found(device=RESULT.device)))

    assert table["Cycles"][0] == "150"


def test_differences_and_causes_are_shown(subject: Subject) -> None:
    """The first ones, folded away; the cause above them."""
    result = replace(RESULT, diagnosis=Diagnosis((WHY,), tried=9))
    text = render_summary(subject, result)

    assert "cause: mirrored: explains 3 of 4 differing images" in text
    assert "| 2 | 1 -2 | 0 0 |" in text
    assert text.count("<details>") == text.count("</details>") == 1


HOSTILE = "a|b\n# x <img src=x onerror=y> `c` @everyone [z](http://x) *!*\x1b[0m"


def test_names_stay_text(subject: Subject) -> None:
    """None ends its cell, becomes a heading or a link, or calls anybody."""
    evil = found(device_name=HOSTILE, ended=HOSTILE)
    text = render_summary(replace(subject, name=HOSTILE), evil)

    assert not re.search(r"(?<!\\)<img|^#\s*x|@everyone|(?<!\\)\[z|\x1b", text, re.M)
    assert rows(text)["Images"][0] == "4 of 4"
    assert text.splitlines()[0].startswith("### ")


def test_a_device_that_is_not_sound_is_seen_at_a_glance(subject: Subject) -> None:
    """Whatever its outputs: also of a part, and where rounding was forgiven."""
    dead = HealthCheck("guards", "failed", "overwritten behind the arena")
    good = HealthCheck("stack", "passed", "512 bytes of stack used of 4,096")
    rounded = Reasons((Reason("rounding", "TFLite Micro", 1),), 1, 1, forgives=True)
    titles = []
    for changed in ({}, {"total": 9}, {"different": 1, "reasons": rounded}):
        health = Health((dead, good, good))
        text = render_summary(subject, found(health=health, **changed))
        titles.append(text.splitlines()[0].removeprefix("### ❌ demo: "))
        assert rows(text)["Checks of the device"][0] == "2 passed, 1 failed"
        assert "over" in rows(text)["Checks of the device"][2]
        assert "unsound: guards: overwritten behind the arena" in text
    sound = render_summary(subject, found(health=Health((good,))))

    assert titles == [
        "Every output equals the reference, but a device is not sound",
        "Only 4 of 9 outputs were compared; all equal, but a device is not sound",
        "1 of 4 outputs differ, as another reference rounds; a device is not sound",
    ]
    assert sound.startswith("### ✅ demo: ")
    assert rows(sound)["Checks of the device"][1:] == ["0 failed", "✅"]
