from typing import Any

import numpy as np
import pytest

from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.cost import count_costs
from tinycnn.compiler import read_tflite
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators.shared.broadcast import find_broadcast
from tinycnn.errors import TinycnnError


def binary_model(
    kind: str,
    first: tuple[int, ...],
    second: tuple[int, ...],
    output: tuple[int, ...],
    *,
    scales: tuple[float, ...] = (0.1, 0.1, 0.1),
    constants: tuple[int, ...] = (),
) -> bytes:
    """One operator on tensors of these shapes; `constants` are numbers of inputs."""
    b = ModelBuilder()
    ids = []
    for i, (shape, scale) in enumerate(
        zip((first, second, output), scales, strict=True)
    ):
        data = np.ones(shape, np.int8) if i in constants else None
        ids.append(b.tensor(shape, scale=scale, data=data))
    b.op(kind, ids[:2], ids[2:])
    return b.build([t for i, t in enumerate(ids[:2]) if i not in constants], ids[2:])


def unary_model(kind: str, scale: float, output_scale: float, **options: Any) -> bytes:
    """One operator on four values."""
    b = ModelBuilder()
    x, y = b.tensor((1, 4), scale=scale), b.tensor((1, 4), scale=output_scale)
    b.op(kind, [x], [y], **options)
    return b.build([x], [y])


def two_constants_model() -> bytes:
    """The sum of two constants, added to an activation."""
    b = ModelBuilder()
    constants = [b.tensor((4,), scale=0.1, data=np.ones(4, np.int8)) for _ in "ab"]
    x, total, y = (b.tensor((4,), scale=0.1) for _ in range(3))
    b.op("ADD", constants, [total])
    b.op("ADD", [x, total], [y])
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("first", "second", "shape", "stride1", "stride2"),
    [
        ((2, 3, 4), (2, 3, 4), (1, 1, 1, 24), (0, 0, 0, 1), (0, 0, 0, 1)),
        ((2, 3, 4), (), (1, 1, 1, 24), (0, 0, 0, 1), (0, 0, 0, 0)),
        ((2, 3, 4), (4,), (1, 1, 6, 4), (0, 0, 4, 1), (0, 0, 0, 1)),
        ((2, 3, 4), (2, 1, 1), (1, 1, 2, 12), (0, 0, 12, 1), (0, 0, 1, 0)),
        ((2, 1, 4), (1, 3, 4), (1, 2, 3, 4), (0, 4, 0, 1), (0, 0, 4, 1)),
        ((1, 1), (1,), (1, 1, 1, 1), (0, 0, 0, 0), (0, 0, 0, 0)),
    ],
)
def test_dimensions_walked_alike_are_one(
    first: tuple[int, ...],
    second: tuple[int, ...],
    shape: tuple[int, ...],
    stride1: tuple[int, ...],
    stride2: tuple[int, ...],
) -> None:
    """Shapes fold to as few strides as they need."""
    model = binary_model("MUL", first, second, np.broadcast_shapes(first, second))
    graph = read_tflite(model)

    broadcast = find_broadcast(Node(graph, graph.ops[0]))

    assert broadcast.fields == {"shape": shape, "stride1": stride1, "stride2": stride2}


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            two_constants_model(),
            "expected an activation among the inputs, got two constants",
        ),
        (
            binary_model("SUB", (2, 3), (2, 4), (2, 4)),
            r"shapes \(2, 3\) and \(2, 4\) cannot be broadcast",
        ),
        (
            binary_model("MUL", (2, 1, 2, 1, 2), (1, 2, 1, 2, 1), (2, 2, 2, 2, 2)),
            "shapes .* alternate in more than 4 dimensions",
        ),
        (
            binary_model("MINIMUM", (2, 3), (2, 1), (2, 4)),
            r"expected an output of shape \(2, 3\), got \(2, 4\)",
        ),
        (
            binary_model("ADD", (4,), (4,), (4,), scales=(1.0, 1.0, 1e-6)),
            "the output scale .* is too small",
        ),
        (
            binary_model("MUL", (4,), (4,), (4,), scales=(1e30, 1e30, 1e-6)),
            "values up to 65025 scaled by .* exceed 32 bits",
        ),
        (
            binary_model("MAXIMUM", (4,), (4,), (4,), scales=(0.1, 0.2, 0.1)),
            "expected input and output of one scale",
        ),
        (
            binary_model("PRELU", (1, 4), (3, 4), (3, 4), constants=(1,)),
            r"expected an output of shape \(1, 4\), got \(3, 4\)",
        ),
        (
            binary_model("PRELU", (4,), (4,), (4,), scales=(1.0, 1e6, 0.1)),
            "values up to 65025 scaled by .* exceed 32 bits",
        ),
        (unary_model("LOGISTIC", 0.1, 0.1), "expected output scale 1/256, got 0.1"),
        (unary_model("TANH", 0.1, 1e-12), "the output scale .* is too small"),
        (
            unary_model("LEAKY_RELU", 0.1, 0.1, alpha=-0.5),
            "expected an alpha of at least 0, got -0.5",
        ),
        (unary_model("RELU", 1.0, 1e-9), "values up to 255 scaled by"),
        (
            unary_model("HARD_SWISH", 1.0, 1e-3),
            "scales .* exceed the 16-bit arithmetic",
        ),
    ],
)
def test_what_no_kernel_computes_is_refused(model: bytes, message: str) -> None:
    """The error names the operator and the option."""
    with pytest.raises(TinycnnError, match=rf"op 0 \(.*\): {message}"):
        read_tflite(model)


def test_a_constant_operand_counts_as_flash() -> None:
    """Its bytes are the program's, on whichever side it stands."""
    for number in (0, 1):
        model = binary_model("SUB", (5,), (5,), (5,), constants=(number,))
        (cost,) = count_costs(read_tflite(model))

        assert (cost.constant_bytes, cost.activation_bytes, cost.macs) == (5, 10, 0)
