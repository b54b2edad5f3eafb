"""A debug harness: what each operator reads and writes, as the reference has it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import residual_model
from tests.harness.mistaken import run_reference
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.compiler.emission.places import digest_places, list_places
from tinycnn.device import Device, open_host
from tinycnn.errors import ProtocolError
from tinycnn.firmware import build_host, write_arduino_project
from tinycnn.firmware.trace import trace_sources
from tinycnn.harness.reasons.expected import expect_bytes, expect_tensors

MODEL = residual_model()


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    """Of a model with two branches, and floats at its ends."""
    return compile_tflite(MODEL, name="net")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where programs are built."""
    return tmp_path_factory.mktemp("trace")


def build(folder: Path, compilation: Compilation, *, traced: bool) -> Path:
    """The model as a program of this computer."""
    more = trace_sources(compilation.program) if traced else {}
    project = write_arduino_project(
        folder / f"traced{traced}",
        name="net",
        model_sources={**compilation.sources, **more},
        kernels=compilation.program.kernels,
        board=load_board("nano33ble"),
    )
    return build_host(project, output=folder / f"program{traced}")


@pytest.fixture(scope="module")
def traced(folder: Path, compilation: Compilation) -> Iterator[Device]:
    """The model, traced."""
    with open_host(build(folder, compilation, traced=True)) as device:
        yield device


def draw_row(compilation: Compilation) -> np.ndarray:
    """Random numbers for its input."""
    size = compilation.program.inputs[0].tensor.size
    values = np.random.default_rng(7).normal(0, 1, size).astype(np.float32)
    return values.view(np.int8)


def test_each_place_holds_the_references_tensor(
    traced: Device, compilation: Compilation
) -> None:
    """All checksums are those of the interpreter's tensors, and so are the bytes."""
    row = draw_row(compilation)
    places = list_places(compilation.program)
    tensors = expect_tensors(
        MODEL,
        compilation,
        row,
        lambda model, rows: run_reference(model, "litert", rows),
    )
    expected = expect_bytes(places, tensors)
    found = traced.checksums(row)

    assert None not in expected
    assert found.table == zlib.crc32(digest_places(places))
    assert found.values == tuple(zlib.crc32(e) for e in expected if e is not None)
    for number, place in enumerate(places):
        assert traced.tensor(row, number, place.tensor.bytes) == expected[number]


def test_a_traced_model_still_infers(traced: Device, compilation: Compilation) -> None:
    """Whatever was traced before."""
    row = draw_row(compilation)
    traced.checksums(row)

    assert (
        traced.infer(row).output.tobytes()
        == run_reference(MODEL, "litert", row[None]).tobytes()
    )


def test_a_place_that_is_not_there_is_refused(
    traced: Device, compilation: Compilation
) -> None:
    """In one line, and the next request is served."""
    row = draw_row(compilation)
    with pytest.raises(ProtocolError, match=r"refused TENSOR \d+: .*no such place"):
        traced.tensor(row, 99, 4)
    with pytest.raises(ProtocolError, match="TENSOR reply: expected 757 bytes"):
        traced.tensor(row, 0, 757)

    assert len(traced.checksums(row).values) == len(list_places(compilation.program))


def test_normal_firmware_is_not_traced(folder: Path, compilation: Compilation) -> None:
    """It says so, and the hint what to flash instead."""
    program = build(folder, compilation, traced=False)
    with (
        open_host(program) as device,
        pytest.raises(ProtocolError, match="no debug harness here") as caught,
    ):
        device.checksums(draw_row(compilation))

    assert "tinycnn build --trace" in str(caught.value.hint)
