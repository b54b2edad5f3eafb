from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.tflite_builder import ModelBuilder
from tests.observer import Log
from tinycnn.compiler import lower_graph, plan_memory, read_tflite
from tinycnn.device import open_simulated
from tinycnn.errors import TinycnnError
from tinycnn.workbench import bench_file


def softmax_model(
    kind: str, shape: tuple[int, ...], dtype: str, **options: Any
) -> bytes:
    """One operator at the end of a model."""
    b = ModelBuilder()
    quant: dict[str, Any] = (
        {} if dtype == "float32" else {"scale": 1 / 256, "zero_point": -128}
    )
    x, y = (b.tensor(shape, dtype, **quant) for _ in "xy")
    b.op(kind, [x], [y], **options)
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (softmax_model("SOFTMAX", (4,), "int8", beta=0.0), "a beta above 0, got 0.0"),
        (softmax_model("SOFTMAX", (4,), "float32", beta=-1.0), "a beta above 0, got"),
        (softmax_model("SOFTMAX", (), "float32", beta=1.0), "at least one dimension"),
        (softmax_model("LOG_SOFTMAX", (), "float32"), "at least one dimension"),
        (
            softmax_model("LOG_SOFTMAX", (4,), "int8"),
            "output scale 1/16 and zero point 127, got 0.00390625 and -128",
        ),
        (
            softmax_model("SOFTMAX", (5000,), "int8", beta=1.0),
            "at most 4095 classes, got 5000",
        ),
    ],
)
def test_what_no_kernel_computes_is_refused(model: bytes, message: str) -> None:
    """The error names the operator and the option."""
    with pytest.raises(TinycnnError, match=rf"op 0 \(.*\): expected {message}"):
        read_tflite(model)


def test_a_log_softmax_of_tiny_steps_is_refused() -> None:
    """Below a step of 2^-25, the reference's arithmetic breaks down."""
    b = ModelBuilder()
    x, y = b.tensor((4,), scale=2.0**-26), b.tensor((4,), scale=1 / 16, zero_point=127)
    b.op("LOG_SOFTMAX", [x], [y])

    with pytest.raises(TinycnnError, match=r"input scale .* is too small"):
        read_tflite(b.build([x], [y]))


def test_floats_far_below_the_largest_count_nothing(executor: Executor) -> None:
    """Their exponential is 0, as are those of negative infinity."""
    graph = read_tflite(softmax_model("SOFTMAX", (4,), "float32", beta=1.0))
    program = lower_graph(graph, plan_memory(graph), name="m")
    inputs = np.array([[0, -110, -np.inf, 0]], np.float32)

    (raw,) = executor.run(program, inputs)

    assert np.frombuffer(raw, np.float32).tolist() == [0.5, 0, 0, 0.5]


@pytest.mark.emulated
def test_its_cycles_are_predicted(tmp_path: Path) -> None:
    """Within 15 % of what the simulated board counts, from 2 classes to 1001."""
    b = ModelBuilder()
    outputs = []
    sizes = ((1, 2), (1, 10), (4, 35), (1, 1001))
    inputs = [b.tensor(size, scale=scale) for size in sizes for scale in (0.1, 0.5)]
    for x in inputs:
        y = b.tensor(tuple(b.tensors[x].shape), scale=1 / 256, zero_point=-128)
        b.op("SOFTMAX", [x], [y], beta=1.0)
        outputs.append(y)
    model = tmp_path / "net.tflite"
    model.write_bytes(b.build(inputs, outputs))
    with (
        bench_file(model, observer=Log()) as subject,
        open_simulated(subject.program("sim")) as device,
    ):
        steps = device.profile(subject.inputs[0])

    for step, call in zip(steps, subject.analysis.calls, strict=True):
        assert call.predicted_cycles == pytest.approx(step.cycles, rel=0.15)
