"""No layer that takes time is left to a portable kernel, whatever its shape."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.kernels.cases import (
    DSP_CASES,
    average_pool_of_few_channels,
    max_pool_of_few_channels,
)
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite, read_tflite, run_passes
from tinycnn.compiler.choice.kernels import find_offer
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import UnsupportedModelError
from tools.bench.meters import find_beside
from tools.portable_share import find_shares

SEEDS = range(10)
BOARD = load_board("nano33ble")

# Layers that are most of what networks compute, in every option that is drawn.
KINDS = (
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "SPACE_TO_BATCH_ND",
    "BATCH_TO_SPACE_ND",
    "TRANSPOSE_CONV",
    "AVERAGE_POOL_2D",
    "MAX_POOL_2D",
    "CONCATENATION",
    "HARD_SWISH",
    "LOGISTIC",
    "RELU",
    "TANH",
)
# Images of some size; those of `CASES` are tiny, and there plain C may be faster, as it
# is for windows of a pixel or two with few channels.
SMALL = (*CASES.values(), average_pool_of_few_channels, max_pool_of_few_channels)
LARGE = tuple(
    draw for _, draw, least in DSP_CASES if least >= 0.8 and draw not in SMALL
)
# Public models, and those of one operator that may lie beside them.
FOLDER = find_beside("TINYCNN_MODELS", "models")
MODELS = sorted(
    path
    for folder in ((FOLDER, FOLDER.parent / "bench") if FOLDER else ())
    for path in folder.rglob("*.tflite")
)


def portable(model: bytes) -> list[str]:
    """Operators of a model whose portable kernel takes more than LIMIT."""
    program = compile_tflite(model, name="m", objective=find_objective(BOARD)).program
    return [
        f"{share.kind}: {', '.join(share.kernels)} {share.share:.0%}"
        for share in find_shares(program)
        if share.is_slow
    ]


@pytest.mark.parametrize("draw", LARGE)
def test_layers_have_kernels(draw: Callable[[np.random.Generator], bytes]) -> None:
    """Images, windows and channels of every size; most of them are drawn to fit."""
    found = [portable(draw(np.random.default_rng([seed, 21]))) for seed in SEEDS]

    assert sum(map(bool, found)) <= 1, found


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_kernel(kind: str) -> None:
    """None is refused by all kernels for DSP; that of fewest cycles is taken."""
    for seed in SEEDS:
        graph = run_passes(read_tflite(CASES[kind](np.random.default_rng([seed, 22]))))
        for op in graph.ops:
            if not OPERATORS[op.kind].is_alias:
                kernels = find_offer(Node(graph, op), "litert").kernels
                assert len(kernels) > 1, f"{op.kind} of seed {seed}"


@pytest.mark.shared_models
@pytest.mark.parametrize("path", MODELS or [None], ids=lambda path: path and path.stem)
def test_no_model_takes_time_in_a_portable_kernel(path: Path | None) -> None:
    """Not more than LIMIT in any operator; what is not supported does not count."""
    if path is None:
        pytest.skip("TINYCNN_MODELS names no folder")

    with suppress(UnsupportedModelError):
        assert portable(path.read_bytes()) == []
