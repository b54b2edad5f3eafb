"""Firmware projects as WebAssembly: what a module exports, computes and needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from tests.compiler.models import residual_model, two_sided_model
from tests.conftest import require_module
from tests.harness.mistaken import run_reference
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.compiler.emission.places import list_places
from tinycnn.device import TensorInfo, TextModel, open_wasm
from tinycnn.device.wasm_module import WasmModule
from tinycnn.firmware import (
    FirmwareProject,
    WasmVariant,
    build_wasm,
    dialect_sources,
    firmware_dir,
    write_arduino_project,
)
from tinycnn.firmware.trace import trace_sources
from tinycnn.harness.reasons.expected import expect_bytes, expect_tensors
from tinycnn.reference import load_reference

Modules = dict[WasmVariant, Path]
VARIANTS: Sequence[WasmVariant] = get_args(WasmVariant)
BOARDS = {"simd": "WebAssembly with SIMD", "mvp": "WebAssembly"}


def write_project(
    folder: Path, compilation: Compilation, more: dict[str, str] | None = None
) -> FirmwareProject:
    """The sketch of a model."""
    return write_arduino_project(
        folder,
        name=compilation.program.name,
        model_sources={**compilation.sources, **(more or {})},
        kernels=compilation.program.kernels,
        board=load_board("nano33ble"),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where modules are built."""
    require_module("wasmtime")
    return tmp_path_factory.mktemp("wasm")


@pytest.fixture(scope="module")
def modules(folder: Path) -> Modules:
    """A model of two inputs and two outputs, by variant."""
    project = write_project(folder, compile_tflite(two_sided_model(), name="two"))
    return {
        variant: build_wasm(project, output=folder / f"{variant}.wasm", variant=variant)
        for variant in VARIANTS
    }


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Inputs of that model."""
    chance = np.random.default_rng(0)
    return chance.integers(-128, 128, (10, 3200)).astype(np.int8)


@pytest.fixture(scope="module")
def expected(folder: Path, rows: np.ndarray) -> np.ndarray:
    """What the reference makes of them."""
    path = folder / "two.tflite"
    path.write_bytes(two_sided_model())
    return load_reference(path).run(rows)


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_inputs_and_outputs_cross_the_link(
    modules: Modules, rows: np.ndarray, expected: np.ndarray, variant: WasmVariant
) -> None:
    """Several at once, and it says what it is."""
    with open_wasm(modules[variant]) as device:
        info = device.info()
        got = np.stack(
            [answer.output for _, answer in device.infer_many(enumerate(rows))]
        )
        steps = device.profile(rows[0])

    assert np.array_equal(got, expected)
    assert (info.model, info.board, info.numerics) == ("two", BOARDS[variant], "litert")
    assert len(steps) == 3
    assert device.counters.resends == 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_model_can_be_called_without_the_link(
    modules: Modules, rows: np.ndarray, expected: np.ndarray, variant: WasmVariant
) -> None:
    """Whole, and step by step."""
    module = WasmModule(modules[variant], fuel=10**9)
    for run in ("invoke", "step"):
        for row, outputs in zip(rows[:2], expected, strict=False):
            rest = row.tobytes()
            for i in range(module.call("input_count")):
                size = module.call("input_bytes", i)
                module.write(module.call("input", i), rest[:size])
                rest = rest[size:]
            for step in range(module.call("steps") if run == "step" else 1):
                module.call(run, *([step] if run == "step" else []))
            got = b"".join(
                module.read(module.call("output", i), module.call("output_bytes", i))
                for i in range(module.call("output_count"))
            )
            assert got == outputs.tobytes()
    assert module.read(module.call("sha256"), 32).hex() == (
        compile_tflite(two_sided_model(), name="two").program.sha256
    )


@pytest.mark.usefixtures("compile_anew")
def test_the_same_project_gives_the_same_bytes(
    modules: Modules, tmp_path: Path
) -> None:
    """Wherever it is built."""
    project = write_project(tmp_path, compile_tflite(two_sided_model(), name="two"))
    again = build_wasm(project, output=tmp_path / "again.wasm")

    assert again.read_bytes() == modules["simd"].read_bytes()
    assert str(tmp_path).encode() not in again.read_bytes()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_module_exports_what_its_manual_says(
    modules: Modules, variant: WasmVariant
) -> None:
    """And imports nothing; without SIMD it runs where there is none."""
    import wasmtime

    config = wasmtime.Config()
    config.wasm_relaxed_simd = config.wasm_simd = variant == "simd"
    engine = wasmtime.Engine(config)
    module = wasmtime.Module(engine, modules[variant].read_bytes())
    manual = (firmware_dir() / "ports/wasm/wasm_module.h").read_text()

    told = set(re.findall(r"\b([a-z_0-9]+)\(", manual.split("#ifndef")[0]))
    assert {export.name for export in module.exports} == told | {"memory"}
    assert list(module.imports) == []


def test_the_variant_with_simd_needs_it(modules: Modules) -> None:
    """So it was used."""
    import wasmtime

    config = wasmtime.Config()
    config.wasm_relaxed_simd = config.wasm_simd = False
    with pytest.raises(wasmtime.WasmtimeError, match="SIMD"):
        wasmtime.Module(wasmtime.Engine(config), modules["simd"].read_bytes())


def test_a_traced_module_tells_every_tensor(folder: Path) -> None:
    """As debug firmware of a board does."""
    model = residual_model()
    compilation = compile_tflite(model, name="net")
    project = write_project(folder, compilation, trace_sources(compilation.program))
    size = compilation.program.inputs[0].tensor.size
    values = np.random.default_rng(7).normal(0, 1, size).astype(np.float32)
    row = values.view(np.int8)
    places = list_places(compilation.program)
    tensors = expect_tensors(
        model, compilation, row, lambda data, rows: run_reference(data, "litert", rows)
    )

    with open_wasm(build_wasm(project, output=folder / "traced.wasm")) as device:
        got = [device.tensor(row, n, p.tensor.bytes) for n, p in enumerate(places)]

    assert got == list(expect_bytes(places, tensors))


def test_a_module_speaks_text_too(folder: Path) -> None:
    """Where its project does."""
    compilation = compile_tflite(residual_model(), name="text")
    program = compilation.program
    inputs = [buffer.tensor for buffer in program.inputs]
    project = write_project(
        folder, compilation, dialect_sources("mlperf", "text", inputs)
    )
    row = np.random.default_rng(7).normal(0, 1, inputs[0].size).astype(np.float32)
    (folder / "text.tflite").write_bytes(residual_model())
    expected = load_reference(folder / "text.tflite").run(row.view(np.int8)[None])[0]
    model = TextModel(
        tuple(TensorInfo("float32", t.shape, 0.0, 0, t.bytes) for t in inputs), ()
    )

    path = build_wasm(project, output=folder / "text.wasm")
    with open_wasm(path, text=model) as device:
        assert device.info().board == "WebAssembly with SIMD"
        assert np.array_equal(device.infer(row.view(np.int8)).output, expected)
