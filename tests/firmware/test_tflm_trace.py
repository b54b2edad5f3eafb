"""TFLite Micro as debug firmware: it keeps every tensor, and says where."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.models import image_model, residual_model
from tests.conftest import require_module
from tests.harness.reasons.traced_kernels import chain_model
from tinycnn.compiler import read_tflite
from tinycnn.firmware.tflm import ARDUINO_RELEASE, make_tflm_engine
from tinycnn.reference import LOADERS, measure_arena
from tinycnn.reference.every_tensor import list_activations, list_kept, with_outputs


@pytest.mark.parametrize("model", [image_model(3), residual_model()])
def test_every_tensor_is_kept_in_the_order_of_the_operators(model: bytes) -> None:
    """The interpreter's outputs are the model's own and then all others."""
    require_module("tflite_micro")
    graph = read_tflite(model)
    engine, normal = (
        make_tflm_engine(
            model,
            name="net",
            arena=measure_arena(model),
            release=ARDUINO_RELEASE,
            traced=traced,
        )
        for traced in (True, False)
    )
    source = engine.sources["net_model.cpp"]

    assert f"static tcnn_place_t places[{len(graph.ops)}]" in source
    assert "!locate_all() || !locate_kept()" in source
    assert {"net_trace.h", "tcnn/tcnn_trace.c"} <= set(engine.sources)
    assert engine.arena_bytes > normal.arena_bytes
    assert "trace" not in "".join(normal.sources.values())
    assert not any("trace" in name for name in normal.sources)


def test_what_is_kept_is_what_every_interpreter_computes() -> None:
    """The patched file gives the model's own outputs first, the same as before."""
    require_module("tflite_micro")
    model = chain_model()
    graph = read_tflite(model)
    patched = with_outputs(model, list_activations(model, graph))
    row = np.arange(270, dtype=np.uint8).tobytes()
    for numerics in ("litert", "tflm"):
        load = LOADERS[numerics]
        (own,), (all_,) = load(model)([row]), load(patched)([row])

        assert all_[: len(own)] == own
        sizes = [graph.tensors[t].bytes for t in list_kept(model, graph)]
        assert len(all_) == sum(sizes)
