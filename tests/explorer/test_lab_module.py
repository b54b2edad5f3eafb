"""The lab's WebAssembly computes what the reference does, of any convolution."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.executor import ITEM_TYPES
from tests.conftest import require_module
from tests.harness.mistaken import run_reference
from tinycnn.compiler import (
    Program,
    choose_kernels,
    lower_graph,
    plan_memory,
    read_tflite,
)
from tinycnn.device.wasm_module import WasmModule
from tinycnn.explorer.lab import build_lab, gather_lab

KERNEL = "tcnn_conv_2d_s8"


def lower(model: bytes) -> Program:
    """As for a board, by portable kernels."""
    graph = choose_kernels(read_tflite(model), None, "litert").graph
    return lower_graph(graph, plan_memory(graph), name="net", numerics="litert")


def convolve(module: WasmModule, program: Program, image: bytes, size: int) -> bytes:
    """What the module makes of an image, `size` bytes; arguments as the page gives."""
    (call,) = program.calls
    arrays = {
        array.name: array.values.astype(ITEM_TYPES[array.ctype]).tobytes()
        for array in program.arrays
    }
    place = -(-module.call("heap") // 16) * 16
    where: dict[str, int] = {}
    for name, data in {**arrays, "image": image, "output": bytes(size)}.items():
        module.write(place, data)
        where[name] = place
        place += -(-len(data) // 16) * 16
    fields: Mapping[str, object] = call.params.fields
    values = [where.get(str(value), value) for value in fields.values()]
    module.write(place, struct.pack(f"<{len(values)}i", *values))
    given = [where.get(name, 0) for name in call.arguments[1:-1]]
    module.call("conv_2d", place, where["image"], *given, where["output"])
    return module.read(where["output"], size)


def test_convolutions_are_the_references(tmp_path: Path) -> None:
    """Strides, dilations, paddings, zero points and roundings, drawn by chance."""
    require_module("wasmtime")
    path = tmp_path / "lab.wasm"
    path.write_bytes(build_lab())
    module, done = WasmModule(path, fuel=10**9), 0
    for seed in range(60):
        rng = np.random.default_rng([7, seed])
        model = CASES["CONV_2D"](rng)
        program = lower(model)
        if [call.function for call in program.calls] != [KERNEL]:
            continue
        graph = read_tflite(model)
        size = graph.tensors[graph.inputs[0]].bytes
        rows = rng.integers(-128, 128, (1, size), np.int8)
        expected = np.asarray(run_reference(model, "litert", rows)).tobytes()
        assert convolve(module, program, rows.tobytes(), len(expected)) == expected
        done += 1
    assert done >= 20


@pytest.mark.external
def test_a_page_pays_little_for_it() -> None:
    """It is small, and its parameters are named in their order."""
    pieces = gather_lab()
    assert len(pieces["lab-module"]) < 2048
    assert pieces["lab"].startswith(b'{"params":["input_height","input_width"')
