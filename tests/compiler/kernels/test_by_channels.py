"""Kernels that compute some channels, then others, are for rows of chains only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.compiler.cases import Draw
from tests.compiler.executor import Executor
from tests.compiler.kernels.cases import (
    depthwise_conv_2d_3x3,
    depthwise_conv_2d_3x3_of_stride_2,
)
from tests.compiler.kernels.conftest import Emulators
from tests.compiler.kernels.forced import assert_equal
from tinycnn.compiler import Program, lower_graph, plan_memory, read_tflite, run_passes
from tinycnn.compiler.choice.arrival import let_arrive
from tinycnn.compiler.choice.kernels import apply_kernels, find_offer
from tinycnn.compiler.choice.links import (
    NoLinkError,
    build_chain,
    find_window,
    list_options,
)
from tinycnn.compiler.ir.kernel import try_rule
from tinycnn.compiler.ir.node import Node

CASES = 60


@pytest.mark.emulated
@pytest.mark.parametrize(
    "draw", [depthwise_conv_2d_3x3, depthwise_conv_2d_3x3_of_stride_2]
)
def test_rows_by_channels_equal_the_reference(
    draw: Draw, executor: Executor, emulators: Emulators
) -> None:
    """Any number of channels at a time, of a layer whose input arrives."""
    used = 0
    for seed in range(CASES):
        rng = np.random.default_rng([seed, 23])
        model = draw(rng)
        for program in force_by_channels(model):
            assert_equal(model, program, rng, [executor, *emulators["dsp"]])
            used += 1

    assert used > CASES // 6


def force_by_channels(model: bytes) -> list[Program]:
    """The programs of one operator, as a chain, with each kernel of the kind."""
    graph = run_passes(read_tflite(model))
    node = Node(graph, graph.ops[0])
    assert not any(kernel.by_channels for kernel in find_offer(node, "litert").kernels)
    window = find_window(node)
    if len(graph.ops) > 1 or window is None:
        return []
    graph, found = let_arrive(graph), []
    for option in list_options(node, window, "litert"):
        kernel = try_rule(option.rule, node, "litert")
        if kernel is None or not kernel.by_channels:
            continue
        try:
            op, chain = build_chain(graph, graph.ops, [option], "litert", arrives=True)
        except NoLinkError:
            continue
        kernels = {op.outputs[0]: chain}
        chained = apply_kernels(replace(graph, ops=(op,)), kernels)
        plan = plan_memory(chained)
        found.append(
            lower_graph(chained, plan, name="m", numerics="litert", kernels=kernels)
        )
    return found
