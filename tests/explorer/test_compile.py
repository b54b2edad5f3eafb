"""A model to look at: every tensor in time, every constant at its address."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.cases import draw_rows
from tests.compiler.executor import ITEM_TYPES
from tests.compiler.models import residual_model, two_sided_model
from tests.compiler.random_networks import draw_network
from tests.conftest import require_module
from tests.harness.mistaken import run_reference
from tinycnn.compiler import Graph, read_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.device.wasm_module import WasmModule
from tinycnn.explorer import ExplorerModel, compile_for_explorer
from tinycnn.firmware import WasmVariant
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

MODELS = {
    "residual": residual_model,
    "two-sided": two_sided_model,
    "random": lambda: draw_network(np.random.default_rng([2, 3])),
}


def take_in_time(module: WasmModule, found: ExplorerModel, row: bytes) -> Tensors:
    """All activations by id, each read when the document says that it is whole."""
    said, base = found.document, module.call("arena")
    tensors = said["tensors"]
    for name in said["inputs"]:
        size = tensors[name]["bytes"]
        module.write(base + tensors[name]["offset"], row[:size])
        row = row[size:]
    taken = {}
    for step in range(len(said["calls"]) + 1):
        for tensor in tensors.values():
            if tensor["step"] == step:
                data = module.read(base + tensor["offset"], tensor["bytes"])
                taken[tensor["id"]] = np.frombuffer(data, tensor["dtype"])
        if step < len(said["calls"]):
            module.call("step", step)
    return taken


@pytest.mark.parametrize(
    ("name", "numerics", "variant"),
    [
        ("residual", "litert", "mvp"),
        ("residual", "tflm", "simd"),
        ("two-sided", "litert", "simd"),
        ("random", "litert", "simd"),
    ],
)
def test_every_tensor_is_the_references(
    name: str, numerics: Numerics, variant: WasmVariant, tmp_path: Path
) -> None:
    """Where branches meet and tensors overlap, too."""
    require_module("wasmtime")
    if numerics == "tflm":
        require_module("tflite_micro")
    model = MODELS[name]()
    graph: Graph = read_tflite(model)
    rng = np.random.default_rng(5)
    rows = draw_rows(rng, [graph.tensors[i] for i in graph.inputs], 3)
    flat = np.stack([np.frombuffer(row.tobytes(), np.int8) for row in rows])
    expected = run_every_tensor(
        model, graph, flat, lambda data, more: run_reference(data, numerics, more)
    )

    found = compile_for_explorer(model, numerics=numerics, variants=(variant,))
    path = tmp_path / "net.wasm"
    path.write_bytes(found.modules[variant])
    module = WasmModule(path, fuel=10**9)
    for number, row in enumerate(flat):
        taken = take_in_time(module, found, row.tobytes())
        assert set(expected) <= set(taken)
        for tensor, values in expected.items():
            assert taken[tensor].tobytes() == values[number].tobytes(), tensor
    check_arrays(module, found)
    assert found.document["numerics"] == numerics


def check_arrays(module: WasmModule, found: ExplorerModel) -> None:
    """All can be read where the module says that they lie."""
    for name, array in found.document["arrays"].items():
        data = module.read(module.address(name), array["bytes"])
        values = np.frombuffer(data, ITEM_TYPES[array["ctype"]])
        assert values.size == np.prod(array["shape"]), name


def test_the_document_says_what_a_page_shows() -> None:
    """As JSON without loss; whatever a call names is there."""
    model = residual_model()
    said = compile_for_explorer(model, variants=()).document
    graph = read_tflite(model)

    assert json.loads(json.dumps(said)) == said
    assert (said["schema"], said["sha256"]) == (1, graph.sha256)
    assert said["reference"].startswith("ai-edge-litert ")
    assert [op["kind"] for op in said["operators"]] == [op.kind for op in graph.ops]
    names = {*said["tensors"], *said["arrays"], "NULL"}
    for call in said["calls"]:
        assert set(call["args"]) <= names
        assert {*call["inputs"], *call["outputs"]} <= set(said["tensors"])
        told = [v for v in call["params"].values() if isinstance(v, str)]
        assert set(told) <= names
    assert all(len(t["label"]) <= 40 for t in said["tensors"].values())
    assert said == compile_for_explorer(model, variants=()).document
    shapes = {t["id"]: tuple(t["shape"]) for t in said["tensors"].values()}
    assert shapes == {i: graph.tensors[i].shape for i in shapes}
