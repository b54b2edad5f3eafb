"""The whole network in real numbers: its tensors, and slopes down to its input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike

from tinycnn.compiler import Graph
from tinycnn.compiler.ir.node import Node
from tinycnn.explorer.learned.real.layer import Array, Layer
from tinycnn.explorer.learned.real.rules import (
    LINEAR,
    Reweigh,
    find_layer,
    find_limits,
)

__all__ = ["RealNetwork"]


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One operator: the tensor that it writes and keeps within limits."""

    tensor: int
    sources: tuple[int, ...]
    layer: Layer
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True, eq=False)
class RealNetwork:
    """A network, as far as it can be computed.

    Attributes:
        sources: The tensors that are given.
        steps: What is computed of them, in order.
        unknown: Operators that could not be brought here; what needs them is left out.
    """

    sources: tuple[int, ...]
    steps: tuple[_Step, ...]
    unknown: tuple[str, ...]

    @classmethod
    def of(
        cls,
        graph: Graph,
        *,
        dtype: DTypeLike = np.float32,
        reweigh: Reweigh | None = None,
    ) -> RealNetwork:
        """All of a graph whose operators are known in real numbers.

        Args:
            graph: As it was read.
            dtype: To compute in.
            reweigh: Changes the weights of all layers but the first and the last that
                have some; they are given with outputs along the last axis.
        """
        weighted = [op.index for op in graph.ops if op.kind in LINEAR]
        inner = set(weighted[1:-1])
        known, steps, unknown = {*graph.inputs}, [], []
        for op in graph.ops:
            node = Node(graph, op)
            ids = (i for i in op.inputs if i >= 0)
            sources = tuple(i for i in ids if graph.tensors[i].data is None)
            if not known.issuperset(sources) or not sources:
                continue
            change = reweigh if reweigh and op.index in inner else _keep
            layer = find_layer(node, dtype, change) if len(op.outputs) == 1 else None
            if layer is None:
                unknown.append(op.kind)
                continue
            known.add(op.outputs[0])
            steps.append(_Step(op.outputs[0], sources, layer, *find_limits(node)))
        return cls(graph.inputs, tuple(steps), tuple(dict.fromkeys(unknown)))

    @property
    def tensors(self) -> frozenset[int]:
        """What it computes."""
        return frozenset(step.tensor for step in self.steps)

    def run(
        self, given: Mapping[int, Array], *, until: int | None = None
    ) -> dict[int, Array]:
        """All tensors for the inputs given, or those that the tensor `until` needs."""
        values = dict(given)
        for step in self._steps_to(until):
            inputs = [values[i] for i in step.sources]
            found = step.layer.forward(*inputs)
            values[step.tensor] = np.clip(found, step.lowest, step.highest)
        return values

    def run_each(self, given: Mapping[int, Array]) -> dict[int, Array]:
        """Each tensor for what is given before it, whatever made that."""
        found = {}
        for step in self.steps:
            if all(i in given for i in step.sources):
                y = step.layer.forward(*(given[i] for i in step.sources))
                found[step.tensor] = np.clip(y, step.lowest, step.highest)
        return found

    def pull_back(
        self, values: Mapping[int, Array], tensor: int, wish: Array
    ) -> dict[int, Array]:
        """How each number of each input moves what is wished.

        Args:
            values: What `run` gave.
            tensor: Of which something is wished.
            wish: How much each of its numbers counts, before its limits: where a layer
                is cut off at zero, it can still be told how to grow.
        """
        moved = {tensor: wish}
        for step in reversed(self._steps_to(tensor)):
            gradient = moved.pop(step.tensor)
            if step.tensor != tensor:
                y = values[step.tensor]
                gradient = gradient * ((y > step.lowest) & (y < step.highest))
            inputs = [values[i] for i in step.sources]
            back = step.layer.backward(gradient, *inputs)
            for source, part in zip(step.sources, back, strict=True):
                moved[source] = moved[source] + part if source in moved else part
        return moved

    def since(self, tensor: int) -> RealNetwork:
        """The same, given a tensor that it computed of its inputs."""
        steps = tuple(step for step in self.steps if step.tensor != tensor)
        return replace(self, sources=(tensor,), steps=steps)

    def without_limits(self, tensor: int) -> RealNetwork:
        """The same with one tensor that may hold any number."""
        steps = (
            replace(step, lowest=-np.inf, highest=np.inf)
            if step.tensor == tensor
            else step
            for step in self.steps
        )
        return replace(self, steps=tuple(steps))

    def _steps_to(self, tensor: int | None) -> list[_Step]:
        """Those that a tensor needs; all for None."""
        if tensor is None:
            return list(self.steps)
        needed, found = {tensor}, []
        for step in reversed(self.steps):
            if step.tensor in needed:
                needed.update(step.sources)
                found.append(step)
        return found[::-1]


def _keep(weights: Array) -> Array:
    return weights
