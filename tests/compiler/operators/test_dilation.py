from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.executor import Executor
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import (
    Objective,
    compile_tflite,
    lower_graph,
    plan_memory,
    read_tflite,
)
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.errors import UnsupportedModelError
from tinycnn.reference import load_reference

WIDTH, BLOCK, KERNEL = 10, 2, 3
INNER = (WIDTH + 4) // BLOCK  # two pixels added on both sides
OUTER = INNER - KERNEL + 1


def line_model(
    *, stride: int = 1, between: str = "EXPAND_DIMS", channels: int = 3
) -> bytes:
    """A dilated convolution of one dimension, as converters write it."""
    b = ModelBuilder()

    def numbers(values: Any) -> int:
        data = np.array(values, np.int32)
        return b.tensor(data.shape, "int32", data=data)

    def activation(*shape: int) -> int:
        return b.tensor(shape, scale=0.1, zero_point=5)

    rng = np.random.default_rng(0)
    weights = rng.integers(-127, 128, (4, 1, KERNEL, channels)).astype(np.int8)
    w = b.tensor(weights.shape, scale=np.full(4, 0.01), data=weights)
    bias = b.tensor((4,), "int32", np.full(4, 0.001), data=np.arange(4, dtype=np.int32))
    x, y = activation(1, WIDTH, channels), activation(1, WIDTH, 4)
    phases, image = activation(2, INNER, channels), activation(2, 1, INNER, channels)
    result, line = activation(2, 1, OUTER, 4), activation(2, OUTER, 4)
    block = numbers([BLOCK])
    b.op("SPACE_TO_BATCH_ND", [x, block, numbers([[2, 2]])], [phases])
    extra = [numbers(1)] if between == "EXPAND_DIMS" else []
    b.op(between, [phases, *extra], [image])
    options = {"padding": 1, "strideH": stride, "strideW": stride}
    b.op("CONV_2D", [image, w, bias], [result], **options)
    b.op("RESHAPE", [result, numbers([2, OUTER, 4])], [line])
    b.op("BATCH_TO_SPACE_ND", [line, block, numbers([[0, 0]])], [y])
    return b.build([x], [y])


def test_a_dilated_line_is_one_convolution(executor: Executor, tmp_path: Path) -> None:
    """Five operators become a convolution between two aliases, bit for bit."""
    path = tmp_path / "model.tflite"
    path.write_bytes(line_model())
    graph = read_tflite(path.read_bytes())
    program = lower_graph(graph, plan_memory(graph), name="case")
    inputs = np.random.default_rng(1).integers(-128, 128, (20, WIDTH * 3))
    rows = inputs.astype(np.int8)
    expected = [y.tobytes() for y in load_reference(path).run(rows)]

    assert [op.kind for op in graph.ops] == ["EXPAND_DIMS", "CONV_2D", "RESHAPE"]
    assert graph.ops[1].attrs == ConvAttrs(
        (1, 1), (1, 2), (0, 2, 0, 2), clamp=(-128, 127), pads_batches=True
    )
    assert expected == executor.run(program, rows)


@pytest.mark.parametrize("options", [{"stride": 2}, {"between": "ABS"}])
def test_other_batches_are_refused(options: dict[str, Any]) -> None:
    """A batch that is not a dilation is named."""
    with pytest.raises(
        UnsupportedModelError,
        match=r"op 0 \(SPACE_TO_BATCH_ND .* the dilation of a con",
    ):
        read_tflite(line_model(**options))


def test_padded_batches_are_refused_under_tflm() -> None:
    """TFLite Micro pads with another value than the zero point, whatever the kernel."""
    for objective in (None, Objective()):
        with pytest.raises(UnsupportedModelError, match="pads with 0, expected the"):
            compile_tflite(line_model(), name="m", numerics="tflm", objective=objective)
