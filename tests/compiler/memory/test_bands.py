"""What a chain keeps is what its windows need, and the proof finds what it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.compiler.memory.graphs import GraphBuilder
from tinycnn.compiler import Graph, MemoryPlan, plan_memory
from tinycnn.compiler.choice.kernels import apply_kernels
from tinycnn.compiler.choice.links import build_chain, find_window, list_options
from tinycnn.compiler.ir.chain import (
    Band,
    Chain,
    Rows,
    RowWindow,
    count_band_rows,
    list_steps,
)
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory import check_plan
from tinycnn.compiler.memory.overlap import find_clearance
from tinycnn.errors import MemoryPlanError


@pytest.fixture
def chained() -> Graph:
    """Two convolutions and a sum with what went into them, as one chain."""
    b = GraphBuilder((1, 12, 8, 4))
    first = b.conv(0, 4)
    graph = b.build(b.add(b.conv(b.conv(first, 4), 4), first))
    options = []
    for op in graph.ops:
        node = Node(graph, op)
        window = find_window(node)
        assert window is not None
        options.append(list_options(node, window, "litert")[0])
    op, kernel = build_chain(graph, graph.ops, options, "litert")
    return apply_kernels(replace(graph, ops=(op,)), {op.outputs[0]: kernel})


def with_chain(graph: Graph, change: Callable[[Chain], Chain]) -> Graph:
    """`graph` with another chain in the place of its own."""
    (op,) = graph.ops
    assert isinstance(op.attrs, Chain)
    return replace(graph, ops=(replace(op, attrs=change(op.attrs)),))


def with_band(chain: Chain, number: int, **changes: Any) -> Chain:
    """`chain` with another band."""
    bands: list[Band] = list(chain.bands)
    bands[number] = replace(bands[number], **changes)
    return replace(chain, bands=tuple(bands))


def test_a_chain_keeps_the_rows_of_its_windows(chained: Graph) -> None:
    """A branch that waits keeps those that the other has not come to yet."""
    (op,) = chained.ops
    assert isinstance(op.attrs, Chain)

    assert [band.rows for band in op.attrs.bands] == [12, 3, 3, 1, 12]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_band_that_is_a_row_too_short_is_found(chained: Graph, number: int) -> None:
    """Whether its rows are pushed out or find no room."""
    plan = plan_memory(chained)

    def shorten(chain: Chain) -> Chain:
        return with_band(chain, number, rows=chain.bands[number].rows - 1)

    with pytest.raises(
        MemoryPlanError, match=r"tensor \d+ \('t'\): (rows|expected|overlaps)"
    ):
        check_plan(with_chain(chained, shorten), plan)


def test_bands_that_overlap_are_found(chained: Graph) -> None:
    """Each lies behind the one before, and the kernels' memory behind all."""
    plan = plan_memory(chained)

    for change in (
        lambda chain: with_band(chain, 2, offset=chain.bands[2].offset - 1),
        lambda chain: with_band(chain, 1, offset=chain.bands[1].offset - 1),
        lambda chain: replace(chain, kernel_scratch=chain.kernel_scratch - 1),
    ):
        with pytest.raises(MemoryPlanError, match="overlaps what follows"):
            check_plan(with_chain(chained, change), plan)


def test_an_output_too_near_its_input_is_found(chained: Graph) -> None:
    """It may lie on rows that are done with, and no further."""
    plan, (op,) = plan_memory(chained), chained.ops
    source, output = chained.inputs[0], chained.outputs[0]
    nearest = plan.offsets[source] - find_clearance(Node(chained, op)).below

    assert nearest == plan.offsets[source] + 8 * 4  # a row: three windows read ahead
    check_plan(chained, _put(plan, output, nearest))
    with pytest.raises(MemoryPlanError, match="overwritten before op 0"):
        check_plan(chained, _put(plan, output, nearest + 1))


def _put(plan: MemoryPlan, tensor: int, offset: int) -> MemoryPlan:
    """`plan` with a tensor elsewhere, and what the chain works in behind all."""
    (scratch,) = plan.offsets.keys() - {0, tensor}
    offsets = {**plan.offsets, tensor: offset, scratch: plan.arena_bytes + 64}
    return replace(plan, offsets=offsets, arena_bytes=2 * plan.arena_bytes + 64)


def test_windows_of_any_kind_find_their_rows() -> None:
    """Random chains: every row is computed, from rows that are there."""
    rng = np.random.default_rng(5)
    for _ in range(200):
        height, links = _draw_links(rng)
        steps = list(list_steps(height, links))
        kept = count_band_rows(height, links, steps)

        assert [step.link for step in steps].count(len(links) - 1) == -(
            -links[-1].height // links[-1].at_once
        )
        assert all(
            rows <= link.height for rows, link in zip(kept[1:], links, strict=True)
        )
        assert all(step.view.input_rows > 0 for step in steps)


def _draw_links(rng: np.random.Generator) -> tuple[int, list[Rows]]:
    height = int(rng.integers(8, 40))
    heights, links = [height], []
    for band in range(int(rng.integers(1, 6))):
        size, stride = int(rng.integers(1, 4)), int(rng.integers(1, 3))
        padding = int(rng.integers(0, size))
        rows = (heights[band] + 2 * padding - size) // stride + 1
        if rows < 1:
            break
        window = RowWindow(size, stride, padding)
        at_once = int(rng.integers(1, 5))
        links.append(Rows((band, band), window, rows, at_once))
        heights.append(rows)
    return height, links
