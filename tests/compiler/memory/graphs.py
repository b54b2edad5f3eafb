"""Random graphs that branch, straight from the compiler's types, and loose plans."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.compiler import Graph, MemoryPlan
from tinycnn.compiler.ir.graph import Attrs, ClampedAttrs, Op, QuantParams, Tensor
from tinycnn.compiler.memory.blocks import find_roots
from tinycnn.compiler.operators.pool.rules import PoolAttrs
from tinycnn.compiler.operators.shared.convolution import ConvAttrs

_GAP = 1 << 15  # of bytes, more than any tensor of the cases has

QUANT = QuantParams((0.1,), (0,))
CLAMP = (-128, 127)
SAME = ConvAttrs((1, 1), (1, 1), (1, 1, 1, 1), clamp=CLAMP)
HALVE = PoolAttrs((2, 2), (2, 2), (0, 0, 0, 0), clamp=CLAMP)


class GraphBuilder:
    """Collects tensors and operators."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.tensors = [Tensor(0, "input", shape, "int8", QUANT)]
        self.ops: list[Op] = []

    def op(
        self,
        kind: str,
        inputs: list[int],
        shape: tuple[int, ...],
        attrs: Any = None,
        weights: tuple[int, ...] | None = None,
    ) -> int:
        """Adds an operator; returns its output."""
        if weights is not None:
            values = np.random.default_rng(len(self.ops)).integers(-127, 128, weights)
            inputs = [*inputs, self._add(weights, values.astype(np.int8))]
        output = self._add(shape)
        op = Op(len(self.ops), kind, tuple(inputs), (output,), attrs or Attrs())
        self.ops.append(op)
        return output

    def conv(self, x: int, channels: int) -> int:
        """A 3x3 convolution."""
        shape = self.shape(x)
        kernel = (channels, 3, 3, shape[3])
        return self.op("CONV_2D", [x], (*shape[:3], channels), SAME, kernel)

    def depthwise(self, x: int) -> int:
        """A 3x3 depthwise convolution."""
        shape = self.shape(x)
        kernel = (1, 3, 3, shape[3])
        return self.op("DEPTHWISE_CONV_2D", [x], shape, SAME, kernel)

    def add(self, a: int, b: int) -> int:
        """A sum."""
        return self.op("ADD", [a, b], self.shape(a), ClampedAttrs(clamp=CLAMP))

    def pool(self, x: int) -> int:
        """A 2x2 maximum."""
        _, h, w, c = self.shape(x)
        return self.op("MAX_POOL_2D", [x], (1, h // 2, w // 2, c), HALVE)

    def reshape(self, x: int) -> int:
        """An alias."""
        return self.op("RESHAPE", [x], (1, *self.shape(x)[1:3], self.shape(x)[3]))

    def shape(self, x: int) -> tuple[int, ...]:
        """Of a tensor."""
        return self.tensors[x].shape

    def build(self, *outputs: int) -> Graph:
        """The graph."""
        return Graph(tuple(self.tensors), tuple(self.ops), (0,), outputs, "ab" * 32)

    def _add(self, shape: tuple[int, ...], data: np.ndarray | None = None) -> int:
        tensor = Tensor(len(self.tensors), "t", shape, "int8", QUANT, data)
        self.tensors.append(tensor)
        return tensor.id


def draw_graph(seed: int, operators: int = 10) -> Graph:
    """A random graph; whatever no operator reads is an output."""
    rng = np.random.default_rng(seed)
    b = GraphBuilder((1, 8, 6, int(rng.integers(1, 5))))
    live = [0]
    for _ in range(operators):
        x = live[-rng.integers(1, min(len(live), 4) + 1)]
        twins = [t for t in live if b.shape(t) == b.shape(x)]
        kind = rng.integers(6)
        if kind == 0 and len(twins) > 1:
            y = b.add(x, twins[rng.integers(len(twins))])
        elif kind == 1 and min(b.shape(x)[1:3]) > 1:
            y = b.pool(x)
        elif kind == 2:
            y = b.depthwise(x)
        elif kind == 3:
            y = b.reshape(x)
        else:
            y = b.conv(x, int(rng.integers(1, 9)))
        live.append(y)
    read = {i for op in b.ops for i in op.inputs}
    return b.build(*(t for t in live if t not in read))


def spread(graph: Graph) -> MemoryPlan:
    """A plan in which no two storages share a byte, far apart."""
    roots, offsets, end = find_roots(graph), {}, _GAP
    for tensor in sorted(set(roots.values())):
        offsets[tensor] = end
        end += (graph.tensors[tensor].bytes + 3) // 4 * 4 + _GAP
    offsets = {tensor: offsets[root] for tensor, root in roots.items()}
    return MemoryPlan(end, end, offsets, {})
