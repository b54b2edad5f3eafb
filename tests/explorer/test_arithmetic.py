"""The page's own arithmetic against the references: every number of every tensor."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.compiler.cases import CASES, draw_rows
from tests.compiler.cases.softmax import float_softmax
from tests.compiler.equality import REFUSED
from tests.compiler.executor import ITEM_TYPES
from tests.compiler.models import residual_model, two_sided_model
from tests.compiler.random_networks import draw_network
from tests.conftest import require_module
from tests.explorer.exhibits import joined_model, lenet_model
from tests.explorer.typescript import call_page
from tests.harness.mistaken import run_reference
from tinycnn.compiler import Graph, read_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.graph import Op
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.breakdown import Breakdown, Element
from tinycnn.errors import InvalidModelError, UnsupportedModelError
from tinycnn.explorer.compile import lower_plainly
from tinycnn.explorer.document import describe_program
from tinycnn.reference.every_tensor import Tensors, run_every_tensor

pytestmark = pytest.mark.external


def draw_seed(seed: int) -> bytes:
    """A random network."""
    return draw_network(np.random.default_rng([4, seed]))


NETWORKS: dict[str, Callable[[], bytes]] = {
    "residual": residual_model,
    "two-sided": two_sided_model,
    "lenet": lenet_model,
    "joined": joined_model,
    **{f"random {seed}": functools.partial(draw_seed, seed) for seed in range(8)},
}
VECTORS = 3  # numbers of an operator whose terms are compared, too
SEEDS = 2


def describe(name: str, model: bytes, numerics: Numerics) -> dict[str, Any] | None:
    """A model with all tensors of an inference, as JSON; None if it is refused."""
    rng = np.random.default_rng([7, *name.encode()])
    graph = read_tflite(model)
    rows = draw_rows(rng, [graph.tensors[i] for i in graph.inputs], 4)[3:]
    flat = np.stack([np.frombuffer(row.tobytes(), np.int8) for row in rows])
    try:
        tensors = run_every_tensor(
            model, graph, flat, lambda data, more: run_reference(data, numerics, more)
        )
        plain, plan, program = lower_plainly(model, numerics)
    except (InvalidModelError, UnsupportedModelError):
        return None
    document = describe_program(plain, plan, program)
    return {
        "name": f"{name} {numerics}",
        "model": document,
        "arrays": {
            array.name: listed(array.values.astype(ITEM_TYPES[array.ctype]))
            for array in program.arrays
        },
        "tensors": {
            f"t{number}": listed(values[0])
            for number, values in tensors.items()
            if f"t{number}" in document["tensors"]
        },
        "vectors": [*list_vectors(graph, tensors, numerics)],
    }


def listed(values: np.ndarray) -> dict[str, Any]:
    """An array as JSON."""
    return {"type": str(values.dtype), "values": values.reshape(-1).tolist()}


def list_vectors(
    graph: Graph, tensors: Tensors, numerics: Numerics
) -> Iterator[dict[str, Any]]:
    """Some numbers of each operator as Python takes them apart."""
    for op in graph.ops:
        if OPERATORS[op.kind].break_down is None or op.outputs[0] not in tensors:
            continue
        is_real = graph.tensors[op.inputs[0]].dtype == "float32"
        size = tensors[op.outputs[0]][0].size
        for index in np.linspace(0, size - 1, min(VECTORS, size)).astype(int).tolist():
            found = take_apart(graph, op, tensors, index, numerics)
            if found is not None:
                yield {
                    "tensor": f"t{op.outputs[0]}",
                    "index": index,
                    "terms": [] if is_real else [*map(list_numbers, found.terms)],
                    "stages": [value for _, value in found.stages],
                }


def list_numbers(term: tuple[str, ...]) -> list[int]:
    """All whole numbers but the place; multipliers are no whole numbers."""
    return [int(part) for part in term[1:] if re.fullmatch(r"-?\d+", part)]


def take_apart(
    graph: Graph, op: Op, tensors: Tensors, index: int, numerics: Numerics
) -> Breakdown | None:
    """The number at a flat place of an operator's first output."""
    values = []
    for number in op.inputs:
        constant = graph.tensors[number].data if number >= 0 else None
        values.append(tensors[number][0] if number in tensors else constant)
    shape = graph.tensors[op.outputs[0]].shape
    position = tuple(int(i) for i in np.unravel_index(index, shape))
    break_down = OPERATORS[op.kind].break_down
    assert break_down is not None
    return break_down(Element(Node(graph, op), numerics, tuple(values), position))


def check(subjects: list[dict[str, Any] | None]) -> dict[str, Any]:
    """What the page says of those that no reference refuses."""
    said: dict[str, Any] = call_page(
        "arithmetic/every_number.ts", [one for one in subjects if one]
    )
    return said


@pytest.mark.parametrize("numerics", ["litert", "tflm"])
def test_every_number_of_every_operator(numerics: Numerics) -> None:
    """The byte; of some the terms and each stage, as Python has them."""
    if numerics == "tflm":
        require_module("tflite_micro")
    kinds = [kind for kind in sorted(CASES) if kind not in REFUSED[numerics]]
    subjects = [
        describe(f"{kind} {seed}", CASES[kind](np.random.default_rng(seed)), numerics)
        for kind in kinds
        for seed in range(SEEDS)
    ]
    subjects += [
        describe(f"{kind} of reals", float_softmax(rng, kind, **options), numerics)
        for kind, options in (("SOFTMAX", {"beta": 0.5}), ("LOG_SOFTMAX", {}))
        for rng in map(np.random.default_rng, range(SEEDS))
    ]
    said = check(subjects)
    assert said["wrong"] == []
    assert said["unknown"] == {}
    assert said["vectors"] > 100


@pytest.mark.parametrize("numerics", ["litert", "tflm"])
def test_every_number_of_whole_networks(numerics: Numerics) -> None:
    """Where branches meet, and where what is reshaped has two names."""
    if numerics == "tflm":
        require_module("tflite_micro")
    subjects = [describe(name, make(), numerics) for name, make in NETWORKS.items()]
    said = check(subjects)
    assert said["wrong"] == []
    assert said["unknown"] == {}
    wanted = {"weighted", "pooled", "pair", "shares", "moved", "reduced", "looked-up"}
    assert wanted <= set(said["families"])


def test_a_wrong_number_is_found() -> None:
    """One byte of one tensor: by its place, and where it goes on from there."""
    subject = describe("lenet", lenet_model(), "litert")
    assert subject is not None
    subject["tensors"]["t4"]["values"][7] ^= 1
    wrong = check([subject])["wrong"]
    assert any(text.startswith("lenet litert t4[7]: pooled") for text in wrong)
