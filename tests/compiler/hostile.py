"""What a mutant may do, and files that ask for more than they weigh."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.compiler.cases import draw_rows
from tests.compiler.equality import compile_graph
from tests.compiler.executor import Executor
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import compile_tflite
from tinycnn.errors import InvalidModelError, ModelError
from tinycnn.reference import load_isolated_reference

ACCEPTED = "accepted"
MOST_LINE = 2000


def check_mutant(model: bytes) -> str:
    """The outcome's name; an AssertionError if the refusal is not one clear line.

    Any exception but a ModelError is the caller's to see.
    """
    try:
        compile_tflite(model, name="m")
    except ModelError as error:
        text = str(error)
        clear = text.isprintable() and len(text) < MOST_LINE
        assert clear, repr(text[:200])
        return type(error).__name__
    return ACCEPTED


def compare_isolated(model: bytes, seed: int, executor: Executor, folder: Path) -> str:
    """Compare an accepted mutant with the reference in a child process.

    What the reference refuses or dies of counts as compared; returns the outcome.
    """
    program = compile_graph(model, "litert")
    if sum(b.tensor.bytes for b in program.buffers) > 1 << 20:
        return "too large"
    rng = np.random.default_rng(seed)
    rows = draw_rows(rng, [b.tensor for b in program.inputs], 3)
    path = folder / "mutant.tflite"
    path.write_bytes(model)
    try:
        expected = load_isolated_reference(path).run(rows)
    except InvalidModelError:
        return "refused by the reference"
    got = executor.run(program, rows)
    assert [y.tobytes() for y in expected] == got, f"seed {seed}"
    return "equal"


def bombs() -> dict[str, Callable[[], bytes]]:
    """Builders of valid or nearly valid files that cost little and ask for much."""
    return {
        "many operators with one large weight": shared_weights,
        "many channels shared by many operators": shared_scales,
        "many large constants in one buffer": shared_buffer,
        "a window of billions of pixels": large_window,
        "axes without end": many_axes,
        "the largest activations": large_activations,
    }


def shared_weights() -> bytes:
    """512 layers of 4 MB that share one tensor: 2 GB of C."""
    b = ModelBuilder()
    data = np.ones((2048, 2048), np.int8)
    w = b.tensor(data.shape, scale=0.01, data=data)
    ids = [b.tensor((1, 2048), scale=0.5) for _ in range(513)]
    for x, y in pairwise(ids):
        b.op("FULLY_CONNECTED", [x, w], [y])
    return b.build([ids[0]], [ids[-1]])


def shared_scales() -> bytes:
    """500 layers of 60,000 channels with a scale each."""
    b = ModelBuilder()
    count = 60000
    data = np.ones((1, 1, 1, count), np.int8)
    w = b.tensor(data.shape, scale=np.full(count, 0.01), data=data, axis=3)
    ids = [b.tensor((1, 1, 1, count), scale=0.5) for _ in range(501)]
    for x, y in pairwise(ids):
        options = {"depthMultiplier": 1, "strideH": 1, "strideW": 1}
        b.op("DEPTHWISE_CONV_2D", [x, w], [y], **options)
    return b.build([ids[0]], [ids[-1]])


def shared_buffer() -> bytes:
    """1,000 constants of 8 MB that are one buffer: 8 GB."""
    b = ModelBuilder()
    first = b.tensor((8 << 20,), scale=0.1, data=np.zeros(8 << 20, np.int8))
    for _ in range(1000):
        other = b.tensor((8 << 20,), scale=0.1)
        b.tensors[other].buffer = b.tensors[first].buffer
    x, y = (b.tensor((1, 4), scale=s) for s in (0.1, 0.2))
    b.op("QUANTIZE", [x], [y])
    return b.build([x], [y])


def large_window() -> bytes:
    """A pooling window, stride and padding near 2^31."""
    b = ModelBuilder()
    x, y = (b.tensor((1, 1, 1, 4), scale=0.1) for _ in "xy")
    size = 2**31 - 1
    options = {"filterHeight": size, "filterWidth": size, "padding": 0}
    b.op("AVERAGE_POOL_2D", [x], [y], strideH=size, strideW=size, **options)
    return b.build([x], [y])


def many_axes() -> bytes:
    """500 reductions over four million axes."""
    b = ModelBuilder()
    data = np.ones(4 << 20, np.int32)
    axes = b.tensor(data.shape, "int32", data=data)
    ids = [b.tensor((1, 1, 4), scale=0.1) for _ in range(501)]
    for x, y in pairwise(ids):
        b.op("MEAN", [x, axes], [y], keepDims=True)
    return b.build([ids[0]], [ids[-1]])


def large_activations() -> bytes:
    """200 activations of 16 MB, all alive to the end."""
    b = ModelBuilder()
    shape = (1, 1 << 12, 1 << 12, 1)
    ids = [b.tensor(shape, scale=0.1) for _ in range(200)]
    for y in ids[1:]:
        b.op("ADD", [ids[0], ids[0]], [y])
    outputs = ids[1:9]
    return b.build([ids[0]], outputs)
