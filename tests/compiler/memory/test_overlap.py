"""The distances of `overlap`, against the C kernels themselves."""

from typing import Any

import numpy as np
import pytest

from tests.compiler.cases import CASES, draw_rows
from tests.compiler.executor import Executor
from tests.compiler.memory.graphs import spread
from tinycnn.compiler import Graph, MemoryPlan, lower_graph, read_tflite
from tinycnn.compiler.ir.graph import Op, QuantParams, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory import check_plan
from tinycnn.compiler.memory.blocks import find_roots
from tinycnn.compiler.memory.overlap import Clearance, find_clearance
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.operators.shared.convolution import ConvAttrs
from tinycnn.errors import MemoryPlanError

MODELS_PER_OPERATOR = 25
TIGHT = sorted(
    set(CASES)
    & set(
        """ABS ADD AVERAGE_POOL_2D CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED HARD_SWISH
        LEAKY_RELU LOGISTIC MAXIMUM MAX_POOL_2D MEAN MINIMUM MUL PAD PRELU REDUCE_MAX
        REDUCE_MIN RELU RELU6 SUB SUM TANH""".split()
    )
)


def near(graph: Graph, distance: int) -> MemoryPlan:
    """The same, with the last operator's output `distance` bytes above its input."""
    plan, last = spread(graph), graph.ops[-1]
    offsets = dict(plan.offsets)
    source = next(i for i in last.inputs if i in offsets)
    offsets[last.outputs[0]] = offsets[source] + distance
    return MemoryPlan(plan.arena_bytes, plan.arena_bytes, offsets, {})


def draw(kind: str, seed: int) -> tuple[Graph, np.ndarray]:
    """A random model of one operator and inputs for it."""
    rng = np.random.default_rng([seed, *kind.encode()])
    graph = read_tflite(CASES[kind](rng))
    inputs = draw_rows(rng, [graph.tensors[i] for i in graph.inputs], 6)[2:]
    return graph, inputs


def run(
    executor: Executor, graph: Graph, plan: MemoryPlan, inputs: np.ndarray
) -> list[bytes]:
    """What the C kernels compute under a plan."""
    return executor.run(lower_graph(graph, plan, name="case"), inputs)


def clearance_of(graph: Graph) -> Any:
    """The distances that the last operator keeps from its first activation."""
    node = Node(graph, graph.ops[-1])
    roots = find_roots(graph)
    inputs = [n for n, i in enumerate(node.op.inputs) if i in roots]
    both = [find_clearance(node, number) for number in inputs]
    first = [c for n, c in zip(inputs, both, strict=True) if _is_first(node, n, inputs)]
    result = first[0]
    for other in first[1:]:
        result = result.widen(other)
    return result


def _is_first(node: Node, number: int, inputs: Any) -> bool:
    """Whether the input is the tensor that the output is moved to."""
    return node.op.inputs[number] == node.op.inputs[inputs[0]]


def is_single(graph: Graph) -> bool:
    """Whether the last operator has a kernel and one output."""
    last = graph.ops[-1]
    return len(last.outputs) == 1 and not OPERATORS[last.kind].is_alias


@pytest.mark.parametrize("kind", sorted(CASES))
def test_kernels_compute_the_same_at_both_distances(
    kind: str, executor: Executor
) -> None:
    """With the output as near to the input as the rule allows, no output changes."""
    for seed in range(MODELS_PER_OPERATOR):
        graph, inputs = draw(kind, seed)
        if not is_single(graph):
            continue
        clearance = clearance_of(graph)
        types = {t.dtype for t in graph.tensors if t.data is None}
        width = max(np.dtype(dtype).itemsize for dtype in types)

        expected = run(executor, graph, spread(graph), inputs)
        below = run(executor, graph, near(graph, -_up(clearance.below, width)), inputs)
        above = run(executor, graph, near(graph, _up(clearance.above, width)), inputs)

        assert below == expected, f"{kind} seed {seed}"
        assert above == expected, f"{kind} seed {seed}"


@pytest.mark.parametrize("kind", TIGHT)
def test_no_distance_is_smaller(kind: str, executor: Executor) -> None:
    """One byte nearer, the output overwrites input: of some models outputs change."""
    changed = {"below": 0, "above": 0}
    for seed in range(MODELS_PER_OPERATOR):
        graph, inputs = draw(kind, seed)
        if "float32" in {t.dtype for t in graph.tensors}:
            continue  # nearer by one byte, they would not be aligned
        clearance = clearance_of(graph)
        expected = run(executor, graph, spread(graph), inputs)
        below = near(graph, 1 - clearance.below)
        above = near(graph, clearance.above - 1)
        changed["below"] += run(executor, graph, below, inputs) != expected
        changed["above"] += run(executor, graph, above, inputs) != expected

    assert changed["below"] > 0
    assert changed["above"] > 0


@pytest.mark.parametrize("kind", [*TIGHT, "SOFTMAX"])
def test_simulation_agrees_with_both_distances(kind: str) -> None:
    """It accepts them and, where the kernel reads at all, nothing nearer."""
    for seed in range(MODELS_PER_OPERATOR):
        graph, _ = draw(kind, seed)
        source = next(i for i in graph.ops[-1].inputs if i in find_roots(graph))
        clearance = clearance_of(graph)
        check_plan(graph, near(graph, -clearance.below))
        check_plan(graph, near(graph, clearance.above))
        if clearance.below > -graph.tensors[source].bytes:
            for distance in (1 - clearance.below, clearance.above - 1):
                with pytest.raises(MemoryPlanError, match="overwritten"):
                    check_plan(graph, near(graph, distance))


def test_widest_distances_satisfy_two_inputs() -> None:
    """An operator that reads a tensor twice keeps the larger of each distance."""
    assert Clearance(3, 5).widen(Clearance(4, 2)) == Clearance(4, 5)


def _up(distance: int, width: int) -> int:
    return -(-distance // width) * width


def conv_node(
    kind: str, x: tuple[int, ...], w: tuple[int, ...], y: tuple[int, ...], attrs: Any
) -> Node:
    """A node with weights of 0."""
    quant = QuantParams((0.1,), (0,))
    tensors = (
        Tensor(0, "x", x, "int8", quant),
        Tensor(1, "w", w, "int8", quant, np.zeros(w, np.int8)),
        Tensor(2, "y", y, "int8", quant),
    )
    op = Op(0, kind, (0, 1), (2,), attrs)
    return Node(Graph(tensors, (op,), (0,), (2,), "ab" * 32), op)


def test_depthwise_output_keeps_a_row_and_a_pixel_away() -> None:
    """A 3x3 window with SAME padding reads one row and one pixel ahead."""
    attrs = ConvAttrs((1, 1), (1, 1), (1, 1, 1, 1), clamp=(-128, 127))
    shape = (1, 25, 5, 64)
    node = conv_node("DEPTHWISE_CONV_2D", shape, (1, 3, 3, 64), shape, attrs)

    assert find_clearance(node) == Clearance(below=(5 + 1) * 64, above=25 * 5 * 64)


def test_pointwise_output_keeps_its_channels_away() -> None:
    """All output channels of a pixel are written while its input is still read."""
    attrs = ConvAttrs((1, 1), (1, 1), (0, 0, 0, 0), clamp=(-128, 127))
    x, y = (1, 4, 4, 8), (1, 4, 4, 16)
    node = conv_node("CONV_2D", x, (16, 1, 1, 8), y, attrs)

    assert find_clearance(node).below == 15 * 8 + 15


def test_what_a_stride_skips_is_free() -> None:
    """Pixels that no window reads may be overwritten at any time."""
    attrs = ConvAttrs((2, 2), (1, 1), (0, 0, 0, 0), clamp=(-128, 127))
    node = conv_node("CONV_2D", (1, 4, 4, 2), (1, 1, 1, 2), (1, 2, 2, 1), attrs)

    assert find_clearance(node).above == (2 * 4 + 2) * 2 + 2


def test_single_output_element_may_lie_anywhere() -> None:
    """It is written after everything has been read."""
    attrs = ConvAttrs((1, 1), (1, 1), (0, 0, 0, 0), clamp=(-128, 127))
    node = conv_node("CONV_2D", (1, 2, 2, 3), (1, 2, 2, 3), (1, 1, 1, 1), attrs)

    assert find_clearance(node) == Clearance(below=-12, above=12)
