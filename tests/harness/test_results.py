"""`results.json`: complete, in a fixed order."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tinycnn.about import __version__
from tinycnn.device import Counters, DeviceInfo, TensorInfo
from tinycnn.frames import FrameFormat
from tinycnn.harness import (
    Diagnosis,
    Difference,
    Explanation,
    ValidationResult,
    result_to_json,
)

TENSOR = TensorInfo("int8", (1, 2), 0.5, -3, 2)
INFO = DeviceInfo(
    board="nano33ble",
    board_id="0102030405060708",
    model="digits",
    model_sha256="ab" * 32,
    generator="tinycnn",
    numerics="litert",
    clock_hz=64_000_000,
    arena_bytes=2048,
    stack_bytes=512,
    max_payload=1024,
    inputs=(TENSOR,),
    outputs=(TENSOR,),
    cache_on=True,
    counts_cycles=True,
    frame=FrameFormat(width=3, height=2, pixels="grey"),
)
RESULT = ValidationResult(
    model_sha256="ab" * 32,
    reference="ai-edge-litert 2.3.0",
    device_name="simulated nano33ble",
    device=INFO,
    counters=Counters(exchanges=6, resends=1),
    indices=np.arange(4),
    outputs=np.zeros((4, 2), np.int8),
    cycles=np.array([100, 300, 200, 100]),
    micros=np.array([1, 3, 2, 1]),
    different=1,
    differences=(Difference(2, (1, -2), (0, 0)),),
    device_accuracy=0.5,
    reference_accuracy=0.75,
    seconds=2.0,
)


def test_json_has_all_that_identifies_a_run() -> None:
    """Versions, hashes, reference, device and counts are all in it."""
    value = json.loads(result_to_json(RESULT))

    assert value["tinycnn"] == __version__
    assert value["model_sha256"] == "ab" * 32
    assert value["reference"] == "ai-edge-litert 2.3.0"
    assert value["device"]["board_id"] == "0102030405060708"
    assert value["device"]["name"] == "simulated nano33ble"
    assert value["device"]["cache_on"] is True
    assert value["device"]["frame"] == {"width": 3, "height": 2, "pixels": "grey"}
    assert (value["images"], value["equal"], value["different"]) == (4, 3, 1)
    assert value["verdict"] == "different"
    assert value["differences"] == [{"index": 2, "expected": [1, -2], "got": [0, 0]}]
    assert value["accuracy"] == {"device": 0.5, "reference": 0.75}
    assert value["cycles"] == {"min": 100, "median": 200, "max": 300}
    assert value["images_per_second"] == 2.0
    assert value["counters"]["resends"] == 1
    assert (value["order"], value["seed"]) == ("given", None)


@pytest.mark.parametrize(
    ("different", "total", "ended", "verdict"),
    [
        (0, None, "", "equal"),
        (0, 4, "", "equal"),
        (0, 9, "", "partial"),
        (0, 9, "interrupted", "partial"),
        (0, 4, "unplugged", "partial"),
        (1, 9, "interrupted", "different"),
    ],
)
def test_a_part_is_no_verdict(
    different: int, total: int | None, ended: str, verdict: str
) -> None:
    """Equal are only all images; how many there are and why it ended stand beside."""
    result = replace(RESULT, different=different, total=total, ended=ended)
    value = json.loads(result_to_json(result))

    assert value["verdict"] == verdict
    assert (value["images"], value["total"], value["ended"]) == (4, total or 4, ended)


def test_json_says_what_explains_the_differences() -> None:
    """With all counts; null if nobody has asked."""
    found = Explanation("mirrored", "left is right", "turn it", 3, 4, 5, 6)
    result = replace(RESULT, diagnosis=Diagnosis((found,), tried=120))

    value = json.loads(result_to_json(result))["diagnosis"]

    assert json.loads(result_to_json(RESULT))["diagnosis"] is None
    assert (value["tried"], value["left_out"]) == (120, 0)
    assert value["explanations"][0]["name"] == "mirrored"
    assert value["explanations"][0]["differing_tried"] == 4


def test_json_is_in_alphabetical_order() -> None:
    """Keys are sorted, so that equal results are equal files."""
    keys = list(json.loads(result_to_json(RESULT)))

    assert keys == sorted(keys)


def test_equal_result_says_so() -> None:
    """No difference gives the verdict equal."""
    value = json.loads(result_to_json(replace(RESULT, different=0, differences=())))

    assert value["verdict"] == "equal"
