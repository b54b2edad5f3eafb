"""A profile: kernel calls become operators, and only the right firmware is measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.analysis.fit import analyze
from tinycnn.artifacts import JsonFile
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.device import open_serial
from tinycnn.errors import DeviceError
from tinycnn.harness import (
    Identity,
    OpProfile,
    Profile,
    profile,
    profile_to_json,
)


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    """Eight operators, one of which an earlier pass has folded away."""
    return compile_tflite(residual_model(), name="m")


def measure(compilation: Compilation, **board: int) -> Profile:
    """What is found on a board whose step N takes 100 N cycles and N microseconds."""
    calls, program = len(compilation.program.calls), compilation.program
    values = {
        "sha256": bytes.fromhex(program.sha256),
        "input_bytes": sum(buffer.tensor.bytes for buffer in program.inputs),
        "steps": calls,
    }
    fake = FakeBoard(**{**values, **board})  # type: ignore[arg-type]
    image = np.zeros(fake.input_bytes, np.int8)
    with served(Line(fake)) as url, open_serial(url) as device:
        return profile(
            device,
            image,
            analyze(compilation),
            identity=Identity(program.sha256),
        )


def test_each_operator_has_its_measurement(compilation: Compilation) -> None:
    """Numbered as in the file, with the MACs of its shapes and its call's cycles."""
    found = measure(compilation)

    assert [(op.index, op.kind, op.macs, op.cycles) for op in found.operators] == [
        (0, "QUANTIZE", 0, 0),
        (2, "CONV_2D", 4 * 3 * 8 * 3 * 3 * 3, 100),
        (3, "CONV_2D", 4 * 3 * 8 * 3 * 3 * 8, 200),
        (4, "ADD", 0, 300),
        (5, "MEAN", 0, 400),
        (6, "FULLY_CONNECTED", 4 * 8, 500),
        (7, "SOFTMAX", 0, 600),
        (8, "DEQUANTIZE", 0, 700),
    ]
    assert found.operators[1].kernel == "tcnn_conv_2d_s8"
    assert found.operators[7].stack_bytes == found.stack_bytes == 64 + 7
    assert (found.cycles, found.inference_cycles) == (2800, 1000)
    assert (found.method, found.cache_on) == ("measured (cycle counter)", True)
    assert found.milliseconds == 2800 / 64e3


def test_calls_of_one_operator_are_summed_up() -> None:
    """A concatenation is a copy of each input."""
    b = ModelBuilder()
    x, y = (b.tensor((1, 4), scale=0.1) for _ in range(2))
    z = b.tensor((1, 8), scale=0.1)
    b.op("CONCATENATION", [x, y], [z], axis=1)

    found = measure(compile_tflite(b.build([x, y], [z]), name="m"))

    expected = OpProfile(0, "CONCATENATION", "tcnn_copy_s8", 0, 100, None, 65)
    assert found.operators == (expected,)


def test_shares_and_paces(compilation: Compilation) -> None:
    """A share is of all cycles; only operators with weights have cycles a MAC."""
    found = measure(compilation)
    conv, add = found.operators[2], found.operators[3]

    assert (found.share(conv), conv.cycles_per_mac) == (200 / 2800, 200 / 6912)
    assert add.cycles_per_mac is None


def test_without_a_counter_cycles_come_from_the_clock(compilation: Compilation) -> None:
    """A microsecond is 48 cycles at 48 MHz, and the method says so."""
    found = measure(compilation, flags=0, clock_hz=48_000_000)

    assert [op.cycles for op in found.operators] == [48 * n for n in range(8)]
    assert (found.inference_cycles, found.method) == (480, "measured (microseconds)")


@pytest.mark.parametrize(
    ("board", "message"),
    [
        ({"flags": 0, "clock_hz": 0}, "expected a cycle counter or a known clock"),
        ({"sha256": bytes(32)}, "expected model [0-9a-f]{64}, got 0{64}"),
        ({"steps": 7}, "expected 8 kernel calls, got 7"),
        ({"steps": 0}, "expected 8 kernel calls, got 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    compilation: Compilation, board: dict[str, int], message: str
) -> None:
    """The device is named and a remedy is given."""
    with pytest.raises(DeviceError, match=message) as error:
        measure(compilation, **board)

    assert error.value.hint


def test_json_holds_all_of_it(compilation: Compilation, tmp_path: Path) -> None:
    """What is written can be read again; shares and paces are in it for others."""
    found = measure(compilation)
    path = tmp_path / "profile.json"
    path.write_text(profile_to_json(found), "utf-8")
    value = json.loads(path.read_text("utf-8"))

    assert JsonFile[Profile](path, Profile).read() == found
    assert list(value) == sorted(value)
    assert value["operators"][2]["share"] == 200 / 2800
    assert value["operators"][2]["cycles_per_mac"] == 200 / 6912
