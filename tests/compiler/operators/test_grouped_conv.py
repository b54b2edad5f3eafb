"""Convolutions in groups: those of one channel each are depthwise."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.compiler import compile_tflite, read_tflite


def grouped(groups: int, depth: int = 1, filters: int = 2) -> bytes:
    """A 3 x 3 convolution in groups of `depth` channels, with a scale a filter."""
    channels = groups * filters
    data = np.arange(channels * 9 * depth).reshape(channels, 3, 3, depth) % 255 - 127
    b = ModelBuilder()
    x = b.tensor((1, 6, 6, groups * depth), scale=0.05, zero_point=3)
    scales = [0.002 + 0.0001 * c for c in range(channels)]
    w = b.tensor(data.shape, scale=scales, data=data.astype(np.int8))
    y = b.tensor((1, 4, 4, channels), scale=0.1, zero_point=-3)
    b.op("CONV_2D", [x, w], [y], padding=1, strideH=1, strideW=1)
    return b.build([x], [y])


@pytest.mark.parametrize("filters", [1, 2])
def test_groups_of_one_channel_are_depthwise(filters: int) -> None:
    """Weights turn with their scales."""
    graph = read_tflite(grouped(4, filters=filters))

    (op,) = graph.ops
    w = graph.tensors[op.inputs[1]]
    assert op.kind == "DEPTHWISE_CONV_2D"
    assert w.shape == (1, 3, 3, 4 * filters)
    assert w.quant is not None
    assert w.quant.axis == 3


@pytest.mark.parametrize(("groups", "depth"), [(1, 1), (2, 3)])
def test_others_stay(groups: int, depth: int) -> None:
    """One group of one channel, and groups of more channels."""
    program = compile_tflite(grouped(groups, depth), name="m").program

    assert [call.op.kind for call in program.calls if "conv" in call.function] == [
        "CONV_2D"
    ]
