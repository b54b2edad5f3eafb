"""A small report of a model built by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tinycnn.analysis.cost import count_costs
from tinycnn.analysis.fit import Activation, Analysis
from tinycnn.analysis.ram import RamUse
from tinycnn.artifacts import Curves
from tinycnn.boards import load_board
from tinycnn.compiler import Graph, Op, QuantParams, Tensor, plan_memory
from tinycnn.compiler.ir.graph import ClampedAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.compiler.operators.softmax import SoftmaxAttrs
from tinycnn.report import AccuracyStep, Agreement, Report, Verdict

QUANT = QuantParams((0.1,), (0,))


def _tensor(
    number: int, name: str, shape: tuple[int, ...], *, constant: bool = False
) -> Tensor:
    data = np.zeros(shape, np.int8) if constant else None
    return Tensor(number, name, shape, "int8", QUANT, data)


@pytest.fixture
def graph() -> Graph:
    """Convolution, reshape, dense and softmax; its operators are numbered 1 to 4."""
    tensors = (
        _tensor(0, "image", (1, 8, 8, 1)),
        _tensor(1, "conv/weights", (4, 3, 3, 1), constant=True),
        _tensor(2, "net/relu/Relu;net/conv/BiasAdd", (1, 4, 4, 4)),
        _tensor(3, "flat", (1, 64)),
        _tensor(4, "dense/weights", (3, 64), constant=True),
        _tensor(5, "logits", (1, 3)),
        _tensor(6, "scores", (1, 3)),
    )
    conv = ConvAttrs((2, 2), (1, 1), (0, 0, 1, 1), clamp=(-128, 127))
    ops = (
        Op(1, "CONV_2D", (0, 1), (2,), conv),
        Op(2, "RESHAPE", (2,), (3,)),
        Op(3, "FULLY_CONNECTED", (3, 4), (5,), ClampedAttrs(clamp=(-128, 127))),
        Op(4, "SOFTMAX", (5,), (6,), SoftmaxAttrs(1.0)),
    )
    return Graph(tensors, ops, (0,), (6,), "ab" * 32)


def analysis_of(graph: Graph) -> Analysis:
    """What a report shows of a compilation, for a graph that cannot be compiled."""
    plan, costs = plan_memory(graph), count_costs(graph)
    nothing = (0,) * len(costs)
    return Analysis(
        costs=costs,
        outputs=tuple(graph.tensors[op.outputs[0]].name for op in graph.ops),
        kernels=("",) * len(costs),
        calls=(),
        cycles=nothing,
        file_macs=0,
        live_bytes=nothing,
        peak_step=plan.peak_step,
        activations=tuple(
            Activation(t.id, t.name, t.shape, t.bytes)
            for t in graph.tensors
            if t.data is None
        ),
        plan=plan,
        constant_bytes=0,
        code_bytes=0,
        ram_bytes=0,
    )


@pytest.fixture
def report(graph: Graph) -> Report:
    """Twelve test images of three classes, two of them wrong; validated on a device."""
    rng = np.random.Generator(np.random.PCG64(3))
    labels = np.arange(12, dtype=np.int64) % 3
    scores = np.full((12, 3), 0.125)
    scores[np.arange(12), labels] = 0.75
    scores[4] = (0.5, 0.25, 0.25)  # true 1, surely wrong
    scores[7] = (0.375, 0.25, 0.375)  # true 1, a tie of two others
    return Report(
        name="kws",
        generator="tinycnn 0.1",
        model_sha256=graph.sha256,
        reference="ai-edge-litert 2.3.0 BUILTIN_REF",
        dataset="digits",
        board=load_board("nano33ble"),
        ladder=(AccuracyStep("float", 11, 12), AccuracyStep("int8", 10, 12)),
        agreement=Agreement(3, 12, 2),
        curves={
            "float": Curves((2.0, 1.0), (0.4, 0.8), (2.2, 1.2), (0.3, 0.7), 0.7),
            "fake-quantized": Curves((0.9,), (0.85,), (1.1,), (0.75,), 0.75),
        },
        class_names=("cat", "dog", "owl"),
        images=rng.integers(0, 256, (12, 8, 8, 1), dtype=np.uint8),
        labels=labels,
        scores=scores,
        analysis=analysis_of(graph),
        flash_bytes=88_778,
        ram_bytes=21_822,
        ram=RamUse(76, 5_270, 16_476, 0),
        stack_measured_bytes=1_510,
        latency_ms=1.5,
        cycles=96_000,
        verdicts=(Verdict("sim", 12, 12, 40.0),),
    )


@pytest.fixture
def make_report(report: Report) -> Callable[..., Report]:
    """A function: the small report with some of its values replaced."""
    return lambda **values: replace(report, **values)
