"""Operators that work element by element, on two tensors or one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.compiler.cases.draw import Draw, draw_image, draw_quant, pick
from tests.compiler.tflite_builder import ModelBuilder

ACTIVATIONS = (0, 0, 1, 2, 3)  # NONE, RELU, RELU_N1_TO_1, RELU6


def draw_shape(rng: np.random.Generator) -> tuple[int, ...]:
    """A shape of up to six dimensions, few of them large."""
    rank = int(pick(rng, 4, 4, 3, 2, 1, 5, 6))
    return tuple(
        int(d) for d in rng.integers(1, (0, 41, 9, 7, 5, 4, 3)[rank] + 1, rank)
    )


def draw_shapes(rng: np.random.Generator) -> tuple[tuple[int, ...], ...]:
    """Two shapes that broadcast, and the output's; at most four runs of dimensions."""
    shape = draw_shape(rng)
    kind = pick(rng, "same", "scalar", "channel", "image", "last", "runs", "runs")
    other = {
        "same": shape,
        "scalar": pick(rng, (), (1,), (1,) * len(shape)),
        "channel": shape[-1:],
        "image": (1, *shape[1:-1], 1)[-len(shape) :],
        "last": shape[int(rng.integers(len(shape))) :],
    }.get(kind)
    first = shape
    if other is None:
        states = rng.integers(0, 3, len(shape))
        while np.count_nonzero(np.diff(states)) > 3:
            states = rng.integers(0, 3, len(shape))
        first = tuple(1 if s == 1 else d for s, d in zip(states, shape, strict=True))
        other = tuple(1 if s == 2 else d for s, d in zip(states, shape, strict=True))
    shapes = (first, other) if rng.random() < 0.5 else (other, first)
    return *shapes, np.broadcast_shapes(*shapes)


def draw_constant(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values of the whole range, often its edges."""
    edges = rng.random(shape) < 0.3
    random = rng.integers(-128, 128, shape)
    return np.where(edges, pick(rng, -128, 127, 0), random).astype(np.int8)


def scale_near(rng: np.random.Generator, scale: float) -> float:
    """A scale at which most of the int8 range is used.

    Some are exact ratios or the next float above, where ties come, or nearly come.
    """
    if rng.random() < 0.4:
        exact = np.float32(scale * pick(rng, 1.0, 0.5, 2.0, 2 / 3))
        return float(pick(rng, exact, np.nextafter(exact, np.float32(np.inf))))
    return float(np.float32(scale * 2.0 ** rng.uniform(*pick(rng, (-1, 2), (-3, 3)))))


def draw_quants(rng: np.random.Generator, kind: str) -> tuple[Any, ...]:
    """Scale and zero point of both inputs and the output."""
    first, second, output = (draw_quant(rng) for _ in range(3))
    if kind in ("MAXIMUM", "MINIMUM"):
        return first, first, first
    if kind == "MUL":
        scale = scale_near(rng, first[0] * second[0] * pick(rng, 1, 64))
    elif rng.random() < 0.15:  # sums a little below a tie, which one rounding hides
        second = (first[0], second[1])
        scale = float(np.nextafter(np.float32(2 * first[0]), np.float32(np.inf)))
    else:
        if rng.random() < 0.4:
            second = (scale_near(rng, first[0]), second[1])
        scale = scale_near(rng, max(first[0], second[0]))
    return first, second, (scale, output[1])


def binary(rng: np.random.Generator, kind: str) -> bytes:
    """Two activations, or one and a constant on either side."""
    *shapes, output = draw_shapes(rng)
    *quants, (y_scale, y_zero_point) = draw_quants(rng, kind)
    constant = int(pick(rng, -1, -1, 0, 1))
    b = ModelBuilder()
    ids = []
    for i, (shape, quant) in enumerate(zip(shapes, quants, strict=True)):
        data = draw_constant(rng, shape) if i == constant else None
        ids.append(b.tensor(shape, scale=quant[0], zero_point=quant[1], data=data))
    if constant < 0 and shapes[0] == shapes[1] and rng.random() < 0.15:
        ids[1] = ids[0]
    y = b.tensor(output, scale=y_scale, zero_point=y_zero_point)
    options = {}
    if kind in ("ADD", "SUB", "MUL"):
        options["fusedActivationFunction"] = pick(rng, *ACTIVATIONS)
    b.op(kind, ids, [y], **options)
    activations = [t for i, t in enumerate(ids) if i != constant]
    return b.build(list(dict.fromkeys(activations)), [y])


def prelu(rng: np.random.Generator) -> bytes:
    """A slope for all, for each channel, for each pixel or for each element."""
    shape = (1, *draw_image(rng))
    alpha_shape = pick(
        rng,
        shape,
        shape[3:],
        (1, 1, shape[3]),
        (1,),
        (1, *shape[1:3], 1),
        (shape[2], 1),
    )
    scale, zero_point = draw_quant(rng)
    alpha_scale, alpha_zero_point = float(np.float32(2.0 ** rng.uniform(-9, -5))), 0
    if rng.random() < 0.3:
        alpha_scale, alpha_zero_point = 2.0**-7, draw_quant(rng)[1]
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    data = draw_constant(rng, alpha_shape)
    a = b.tensor(alpha_shape, scale=alpha_scale, zero_point=alpha_zero_point, data=data)
    y = b.tensor(shape, scale=scale_near(rng, scale), zero_point=draw_quant(rng)[1])
    b.op("PRELU", [x, a], [y])
    return b.build([x], [y])


def _decided_scale(scale: float, zero_point: int, y_scale: float) -> float:
    """An output scale at which no C library decides how GELU is rounded."""
    reals = [scale * (value - zero_point) for value in range(-128, 128)]
    while True:
        steps = [real * math.erfc(-real / math.sqrt(2)) / 2 / y_scale for real in reals]
        if all(abs(step % 1 - 0.5) > 1e-4 for step in steps):
            return y_scale
        y_scale = float(np.float32(y_scale * 1.003))


def unary(rng: np.random.Generator, kind: str) -> bytes:
    """Every one of the 256 inputs, and some more."""
    shape = pick(rng, (256,), (1, 16, 16), (1, 4, 8, 9), (2, 1, 3, 1, 50))
    scale, zero_point = draw_quant(rng)
    y_scale, y_zero_point = scale_near(rng, scale), draw_quant(rng)[1]
    options = {}
    if kind == "LOGISTIC":
        y_scale, y_zero_point = 1 / 256, int(pick(rng, -128, -128, y_zero_point))
    elif kind == "TANH" and rng.random() < 0.8:
        y_scale = float(pick(rng, 1 / 128, 1 / 128, 2 / 233))  # 1 is a tie in the last
        y_zero_point = int(pick(rng, 0, 0, y_zero_point))
    elif kind == "LEAKY_RELU":
        options["alpha"] = float(pick(rng, 0.1, 0.2, 0.3, 0.0, 1.0, 0.5, rng.random()))
    elif kind == "GELU":
        options["approximate"] = bool(rng.random() < 0.5)
        y_scale = _decided_scale(scale, zero_point, y_scale)
    elif kind == "HARD_SWISH":
        y_scale = max(y_scale, scale / 64)
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    y = b.tensor(shape, scale=y_scale, zero_point=y_zero_point)
    b.op(kind, [x], [y], **options)
    return b.build([x], [y])


def _of_kind(draw: Callable[[np.random.Generator, str], bytes], kind: str) -> Draw:
    return lambda rng: draw(rng, kind)


BINARY = ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM")
UNARY = (
    *("ABS", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "TANH"),
    *("ELU", "EXP", "GELU"),
    *("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1"),
)
CASES = {
    "PRELU": prelu,
    **{kind: _of_kind(binary, kind) for kind in BINARY},
    **{kind: _of_kind(unary, kind) for kind in UNARY},
}
