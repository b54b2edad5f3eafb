"""The route of quantized ONNX files, and how far its result is from onnxruntime's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import read_tflite
from tinycnn.compiler.reading.file_kind import find_kind
from tinycnn.errors import InvalidModelError, UnsupportedModelError
from tinycnn.imports.imported import Imported, Route, Run, Source, Wishes
from tinycnn.imports.qdq.comparing import Part, compare_parts, open_session
from tinycnn.imports.qdq.reading import Network, load_onnx, read_network
from tinycnn.imports.qdq.translate import Translation, translate

__all__ = ["ROUTE", "describe", "draw_integers", "run_onnx"]

_MARKS = (b"QuantizeLinear", b"QLinear", b"QGemm")
_SAMPLES = 16


def _matches(source: Source) -> bool:
    is_quantized = any(mark in source.data for mark in _MARKS)
    return is_quantized and find_kind(source.data).title == "an ONNX model"


def _read(source: Source, wishes: Wishes) -> Imported:
    model = load_onnx(source)
    try:
        return _translate(model)
    except (InvalidModelError, UnsupportedModelError) as error:
        raise type(error)(f"{source.name}: {error}", error.hint) from error


def _translate(model: Any) -> Imported:
    network = read_network(model)
    found = translate(network)
    said = [f"a quantized ONNX model: {len(network.nodes)} nodes, scales as they are"]
    run = None
    if len(network.inputs) == 1:
        parts = compare_parts(model, found, draw_integers(found, _SAMPLES))
        said += describe(parts)
        is_real = network.outputs[0] not in found.tensors
        if is_real and network.inputs[0].dtype == "float32":
            run = run_onnx(model, network, found)
    return Imported("int8", found.content, run=run, said=tuple(said))


def draw_integers(found: Translation, count: int) -> NDArray[np.int8]:
    """Random inputs of the file."""
    graph = read_tflite(found.content)
    x = graph.tensors[graph.inputs[0]]
    rng = np.random.default_rng(0)
    return rng.integers(-128, 128, (count, *x.shape[1:])).astype(np.int8)


def describe(parts: Sequence[Part]) -> list[str]:
    """How near the operators are to onnxruntime's, in lines."""
    count = sum(part.difference.count for part in parts)
    unlike = sum(part.difference.unlike for part in parts)
    line = f"each operator beside onnxruntime's, of the same integers: {count:,}"
    if not unlike:
        return [f"{line} results, all equal"]
    most = max(part.difference.most for part in parts)
    steps = "a step" if most == 1 else f"{most} steps"
    worst: dict[str, float] = {}
    for part in parts:
        worst[part.kind] = max(worst.get(part.kind, 0), part.farthest)
    far = [f"{kind} {value:.3f}" for kind, value in worst.items() if value]
    return [
        f"{line} results, {unlike:,} differ, by at most {steps}",
        f"  farthest from the real number, in steps (a tie is 0.5): {', '.join(far)}",
    ]


def run_onnx(model: Any, network: Network, found: Translation) -> Run:
    """Runs the original for inputs as the file takes them, a sample at a time."""
    session = open_session(model)
    put, order = network.inputs[0], found.input_orders[0]

    def run(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = []
        for sample in inputs:
            value = sample[None].transpose(np.argsort(order)).astype(np.float32)
            output = session.run(None, {put.name: value})[0]
            rows.append(output.transpose(found.output_orders[0]).reshape(-1))
        return np.asarray(rows, np.float32)

    return run


ROUTE = Route("a quantized ONNX model (QDQ, QOperator)", _matches, _read)
