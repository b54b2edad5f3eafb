"""What operators lose against the possible, and why."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.models import conv_model
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.losses import NO_LOSS, Loss, find_losses
from tinycnn.compiler import Objective, compile_tflite
from tinycnn.compiler.choice.kernels import find_offer
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.passes import run_passes
from tinycnn.compiler.reading.tflite import read_tflite
from tools.bench.operators import CASES


def losses_of(model: bytes, objective: Objective | None) -> list[Loss]:
    """Those of all operators."""
    return list(find_losses(compile_tflite(model, name="m", objective=objective)))


def dense_model(inputs: int, last_scale: float) -> bytes:
    """One dense layer of 8 channels, of which the last has a scale of its own."""
    b = ModelBuilder()
    x = b.tensor((1, inputs), scale=0.05)
    weights = np.full((8, inputs), 3, np.int8)
    scales = [0.01] * 7 + [last_scale]
    w = b.tensor(weights.shape, scale=scales, data=weights, axis=0)
    y = b.tensor((1, 8), scale=0.5)
    b.op("FULLY_CONNECTED", [x, w], [y])
    return b.build([x], [y])


@pytest.mark.parametrize("name", CASES)
def test_every_kind_that_is_measured_has_a_count(name: str) -> None:
    """And no prediction is far below it."""
    compilation = compile_tflite(
        CASES[name].make(), name="m", objective=Objective("speed")
    )
    (loss,) = find_losses(compilation)
    cycles = sum(call.predicted_cycles or 0 for call in compilation.program.calls)

    assert loss.times(cycles) > 0.9


def test_memory_that_is_not_there_is_named() -> None:
    """The faster kernel, and what it would take."""
    model = CASES["dw 3x3"].make()

    assert not losses_of(model, Objective("speed"))[0].reason
    (loss,) = losses_of(model, Objective("speed", ram_bytes=1))
    assert loss.reason.startswith("tcnn_depthwise_conv_2d_s8_dsp takes ")
    assert loss.reason.endswith(" bytes more RAM")


def test_a_channel_with_an_odd_shift_is_named() -> None:
    """The first that the kernel would not be exact for, by its shift."""
    graph = run_passes(read_tflite(dense_model(64, 12)))
    refusals = find_offer(Node(graph, graph.ops[0]), "litert").refusals

    assert refusals == ("shift -1 in channel 7",)


def test_lengths_that_a_kernel_cannot_take_are_named() -> None:
    """Inputs that must be copied are not many."""
    graph = run_passes(read_tflite(dense_model(301, 0.01)))
    refusals = find_offer(Node(graph, graph.ops[0]), "litert").refusals

    assert refusals == ("301 inputs, which no four divides",)


@pytest.mark.parametrize("objective", [None, Objective("speed", family="mul")])
def test_other_cores_have_no_such_count(objective: Objective | None) -> None:
    """What is possible was counted for DSP instructions."""
    assert losses_of(conv_model(), objective) == [NO_LOSS]


def test_chains_say_that_they_save_ram() -> None:
    """Of all links together."""
    model = CASES["dw 3x3"].make()
    objective = Objective("ram", arrival="rows")
    (loss,) = losses_of(model, objective)

    assert (
        loss.possible_cycles == losses_of(model, Objective("speed"))[0].possible_cycles
    )
    assert loss.reason == "runs row by row, which saves RAM"
