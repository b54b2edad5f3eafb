"""Where the last maps speak for a class: the mean of a map is the class's score."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import residual_model
from tests.explorer.exhibits import lenet_model, make_exhibit
from tests.explorer.typescript import call_page
from tests.harness.mistaken import run_reference
from tinycnn.compiler import read_tflite
from tinycnn.explorer.compile import compile_for_explorer
from tinycnn.reference.every_tensor import run_every_tensor

pytestmark = pytest.mark.external


def test_a_score_is_the_mean_of_its_map() -> None:
    """The maps are the reference's; its own means and scores are rounded, and end."""
    model = residual_model()
    exhibit, graph = make_exhibit(model, count=3), read_tflite(model)
    dense = next(op for op in graph.ops if op.kind == "FULLY_CONNECTED")
    averaging = next(op for op in graph.ops if op.outputs[0] == dense.inputs[0])
    maps, means, weights, scores = (
        graph.tensors[i]
        for i in (averaging.inputs[0], *dense.inputs[:2], *dense.outputs)
    )
    assert weights.data is not None
    added = weights.data.astype(int) * means.scale * weights.scale / scores.scale
    tensors = run_every_tensor(model, graph, exhibit.examples.inputs, _run)
    centred = tensors[maps.id][:, 0] - float(maps.zero_point)
    exact = centred.mean(axis=(1, 2)) * maps.scale
    steps = exact / means.scale + means.zero_point
    lost = np.maximum(0.51, steps - 126.5)  # by rounding, or beyond the last step
    for i, said in enumerate(_call(model, exhibit.examples.inputs)):
        assert said["tensor"] == f"t{scores.id}"
        assert said["scores"] == tensors[scores.id][i, 0].tolist()
        for channel, found in enumerate(said["maps"]):
            assert found["cells"] == {"rows": 4, "columns": 3, "channels": 8}
            mean, weight = np.mean(found["values"]), added[channel]
            assert mean == pytest.approx(weight @ exact[i] / means.scale, rel=1e-4)
            score = said["scores"][channel] - said["zero"]
            kept = np.clip(mean, -128 - said["zero"], 127 - said["zero"])
            assert abs(kept - score) <= np.abs(weight) @ lost[i] + 0.51


def _run(model: bytes, rows: NDArray[np.int8]) -> NDArray[np.int8]:
    found = np.asarray(run_reference(model, "litert", rows)).view(np.int8)
    return found.reshape(len(rows), -1)


def _call(model: bytes, rows: NDArray[np.int8]) -> list[dict[str, Any]]:
    compiled = compile_for_explorer(model, variants=("mvp",))
    said = {
        "model": compiled.document,
        "module": base64.b64encode(compiled.modules["mvp"]).decode(),
        "inputs": rows.view(np.uint8).tolist(),
    }
    return list(call_page("learned/class_map_call.ts", said))


def test_a_network_without_means_has_none() -> None:
    """LeNet's dense layers read places, not means."""
    rows = make_exhibit(lenet_model(), count=1).examples.inputs
    assert _call(lenet_model(), rows)[0]["maps"] == [None] * 5
