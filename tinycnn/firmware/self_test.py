"""What a library's self-test holds: inputs by a few numbers, the reference's outputs.

In: a compiled model and the reference interpreter. Out: patterns of which C and Python
make the same inputs, chosen so that few of the expected bytes are the least or greatest
that there is, which wrong arithmetic would often give too. Same model, same patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.cost import count_costs
from tinycnn.compiler import Compilation
from tinycnn.compiler.emission.borders import Border, borders
from tinycnn.compiler.ir.graph import DType
from tinycnn.compiler.ir.program import Program
from tinycnn.reference import Reference

__all__ = ["Pattern", "SelfTest", "make_input", "make_self_test"]

_VECTORS = 4
_MOST_TRIES = 512
_MOST_MACS = 1_000_000_000  # in all tries: seconds of a reference interpreter
_RUNS = (1, 8, 64, 512)
_DIVISORS = (1, 2, 4, 8, 16, 32)
# Numerical Recipes' linear congruential generator.
_FACTOR, _SUMMAND = 1664525, 1013904223
_GOLDEN = 2654435769  # 2^32 by the golden ratio: its multiples are spread evenly


@dataclass(frozen=True, slots=True)
class Pattern:
    """An input, as numbers of which C makes it, too: noise around a random level.

    Attributes:
        seed: Of the generator of random bytes.
        divisor: Of the noise, which is from -128 to 127 without; the level is such
            that all values are.
        run: Values in a row that are equal.
    """

    seed: int
    divisor: int = 1
    run: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class SelfTest:
    """What the self-test of a library holds.

    Attributes:
        reference: Identity of the interpreter.
        tries: Patterns of which these are the best.
        patterns: One a vector.
        expected: The interpreter's raw outputs, one row a vector.
        saturated: Of these the bytes that are the least or greatest of their type.
    """

    reference: str
    tries: int
    patterns: tuple[Pattern, ...]
    expected: NDArray[np.uint8]
    saturated: int


def make_self_test(compilation: Compilation, reference: Reference) -> SelfTest:
    """The patterns whose outputs have the fewest bytes at an end of their range.

    Raises:
        RefusedModelError: If the reference fails on the model.
    """
    program = compilation.program
    macs = sum(cost.macs for cost in count_costs(compilation.graph))
    tries = min(max(_MOST_MACS // max(macs, 1), _VECTORS), _MOST_TRIES)
    patterns = [_draw_pattern(number) for number in range(tries)]
    inputs = np.stack([make_input(program, pattern) for pattern in patterns])
    outputs = reference.run(inputs).view(np.uint8)
    saturated = _count_saturated(borders("output", program.outputs), outputs)
    best = np.argsort(saturated, kind="stable")[:_VECTORS]
    chosen = tuple(patterns[number] for number in best)
    return SelfTest(
        reference=str(reference.identity),
        tries=tries,
        patterns=chosen,
        expected=outputs[best],
        saturated=int(saturated[best].sum()),
    )


def _draw_pattern(number: int) -> Pattern:
    """Each run with each divisor in turn; seeds far apart, as levels are then."""
    divisor = _DIVISORS[number // len(_RUNS) % len(_DIVISORS)]
    return Pattern(number * _GOLDEN % (1 << 32), divisor, _RUNS[number % len(_RUNS)])


def make_input(program: Program, pattern: Pattern) -> NDArray[np.int8]:
    """The bytes of all inputs, as fill() in NAME_self_test.c makes them."""
    sizes = [-(-buffer.tensor.size // pattern.run) for buffer in program.inputs]
    drawn = _random_bytes(pattern.seed, 1 + sum(sizes))
    noise = np.fix(drawn / pattern.divisor)
    values = drawn[0] - noise[0] + noise[1:]
    parts = np.split(values, np.cumsum(sizes)[:-1])
    inputs = (
        _to_type(
            buffer.tensor.dtype, np.repeat(part, pattern.run)[: buffer.tensor.size]
        )
        for buffer, part in zip(program.inputs, parts, strict=True)
    )
    return np.concatenate([part.view(np.int8) for part in inputs])


def _to_type(dtype: DType, values: NDArray[np.floating]) -> NDArray[np.generic]:
    """Whole numbers from -128 to 127 as an input's values."""
    if dtype == "float32":
        return values.astype(np.float32) * np.float32(0.0625)
    return (
        values.astype(np.int8) if dtype == "int8" else (values + 128).astype(np.uint8)
    )


def _random_bytes(seed: int, count: int) -> NDArray[np.int64]:
    """The generator's high bytes, less 128."""
    factors = np.cumprod(np.full(count, _FACTOR, np.uint32), dtype=np.uint32)
    summands = np.cumsum(np.insert(factors[:-1], 0, 1), dtype=np.uint32)
    states = factors * np.uint32(seed) + summands * np.uint32(_SUMMAND)
    return (states >> 24).astype(np.int64) - 128


def _count_saturated(
    outputs: tuple[Border, ...], rows: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """In each row the bytes that are the least or greatest of their type."""
    counts = np.zeros(len(rows), np.int64)
    for border in outputs:
        part, rows = rows[:, : border.tensor.bytes], rows[:, border.tensor.bytes :]
        if border.is_quantized:
            ends = np.iinfo(border.tensor.dtype)
            values = part.view(border.tensor.dtype)
            counts += ((values == ends.min) | (values == ends.max)).sum(axis=1)
    return counts
