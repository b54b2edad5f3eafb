"""A number taken apart is the reference's number, for each operator."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.cases import CASES, draw_rows
from tests.compiler.equality import REFUSED
from tests.conftest import require_module
from tinycnn.compiler import read_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.errors import InvalidModelError
from tinycnn.reference import LOADERS
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

SUMS = sorted(kind for kind in CASES if OPERATORS[kind].break_down is not None)
MODELS = 12
NUMBERS = 6


def draw(kind: str, seed: int, numerics: Numerics) -> tuple[Graph, Tensors] | None:
    """A model of one operator with its tensors; None if the reference refuses it."""
    rng = np.random.default_rng([seed, *kind.encode()])
    model = CASES[kind](rng)
    graph = read_tflite(model)
    inputs = [graph.tensors[t] for t in graph.inputs]
    row = draw_rows(rng, inputs, 4)[seed % 4]

    def run(content: bytes, rows: np.ndarray) -> np.ndarray:
        found = LOADERS[numerics](content)([r.tobytes() for r in rows])
        return np.frombuffer(b"".join(found), np.int8).reshape(len(rows), -1)

    flat = np.frombuffer(row.tobytes(), np.int8)[None]
    try:
        return graph, run_every_tensor(model, graph, flat, run)
    except InvalidModelError:
        return None


def take_apart(
    graph: Graph, op: Op, tensors: Tensors, place: int, numerics: Numerics
) -> Breakdown | None:
    """The number at a flat place of an operator's first output."""
    values = []
    for number in op.inputs:
        constant = graph.tensors[number].data if number >= 0 else None
        found = tensors[number][0] if number in tensors else constant
        values.append(found)
    shape = graph.tensors[op.outputs[0]].shape
    position = tuple(int(i) for i in np.unravel_index(place, shape))
    break_down = OPERATORS[op.kind].break_down
    assert break_down is not None
    return break_down(Element(Node(graph, op), numerics, tuple(values), position))


@pytest.mark.parametrize(
    ("kind", "numerics"),
    [(k, n) for k in SUMS for n in ("litert", "tflm") if k not in REFUSED[n]],
)
def test_a_number_taken_apart_is_the_references(kind: str, numerics: Numerics) -> None:
    """Each stage follows from the one before; the last is what the reference says."""
    if numerics == "tflm":
        require_module("tflite_micro")
    checked = 0
    for seed in range(MODELS):
        drawn = draw(kind, seed, numerics)
        if drawn is None:
            continue
        graph, tensors = drawn
        for op in (op for op in graph.ops if op.kind == kind):
            expected = tensors[op.outputs[0]][0]
            count = min(NUMBERS, expected.size)
            for place in np.linspace(0, expected.size - 1, count).astype(int):
                found = take_apart(graph, op, tensors, int(place), numerics)
                if found is None:  # floats
                    continue
                checked += 1

                assert found.result == expected.flat[place], f"seed {seed}, {place}"
                assert found.stages[-1][1] == found.result
                assert {len(term) for term in found.terms} <= {len(found.columns)}

    assert checked or numerics == "tflm"
