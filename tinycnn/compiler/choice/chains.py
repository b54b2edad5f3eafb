"""Which operators become chains, and what computes the rest, within a number of bytes.

In: a graph. Out, for a limit of its arena: the fastest way through its operators, each
alone or in a chain, by dynamic programming over their order; a chain costs the same
whatever comes before it. Bytes are estimates here, where a chain's output lies over its
input; the plan decides.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TypeVar

from tinycnn.choices import Family, Numerics
from tinycnn.compiler.choice.kernels import Kernels, apply_kernels
from tinycnn.compiler.choice.links import (
    NoLinkError,
    Option,
    build_chain,
    estimate_moves,
    find_window,
    list_options,
)
from tinycnn.compiler.choice.streaks import list_parts
from tinycnn.compiler.ir.chain import RowWindow
from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.planner import count_bytes, draft_plan

__all__ = ["ChainChoice", "Chosen"]

_MOST_AT_ONCE = (1, 2, 4)  # ways to chain operators: at most so many rows at once
_PAYS = 1.1  # times the cycles of the fastest are not too many
_NEVER = 1 << 60  # cycles of what does not fit
_MOST_TRIALS = 20  # of building chains, until all kernels are found to be right
_MOST_LIMITS = 6  # tried, until what was estimated fits
_NEAR_BYTES = 32  # of the smallest limit
_MORE_CYCLES = 1.05  # times those without chains are about the same
_AMPLE = 1 << 20  # bytes of the arena, where that may be larger than without chains
_LESS = 0.95  # of the arena without chains are worth it
_MUCH_LESS = 0.8  # of the arena of fast chains are worth slower ones

Chosen = tuple[Graph, Kernels]


@dataclass(frozen=True, slots=True)
class _Part:
    """An operator that stays as it is, or neighbours that become a chain.

    Attributes:
        start: The first operator.
        end: Behind the last.
        bytes: What it needs without its kernels' scratch memory.
        way: Which costs hold; 0: each operator alone.
    """

    start: int
    end: int
    bytes: int
    way: int


class _Costs:
    """The fastest option of each operator, by the scratch memory that there is.

    Args:
        options: Of each operator: scratch memory and cycles.
    """

    def __init__(self, options: Sequence[Sequence[tuple[int, int]]]) -> None:
        self._levels = sorted({scratch for each in options for scratch, _ in each})
        self._sums = [
            [0, *accumulate(_fastest(each, level) for each in options)]
            for level in self._levels
        ]

    def sum(self, start: int, end: int, scratch: int) -> float:
        """Cycles of neighbours with so much scratch memory."""
        level = bisect.bisect(self._levels, scratch) - 1
        if level < 0:
            return math.inf
        cycles = self._sums[level][end] - self._sums[level][start]
        return cycles if cycles < _NEVER else math.inf


def _fastest(options: Sequence[tuple[int, int]], scratch: int) -> int:
    """Cycles; of an operator that is no link, 0."""
    fitting = [cycles for needed, cycles in options if needed <= scratch]
    return min(fitting, default=_NEVER if options else 0)


class ChainChoice:
    """What chains a graph may have, and what each way through it costs.

    Args:
        graph: After all passes, without moves; an input that arrives is read by the
            first operator.
        numerics: The reference to equal.
        kernels: Of each operator that is computed, by its output; a chain's links take
            no more flash than the first.
        family: Which kernels links may have.
    """

    def __init__(
        self,
        graph: Graph,
        numerics: Numerics,
        kernels: Mapping[int, Sequence[Kernel]],
        family: Family = "dsp",
    ) -> None:
        self._graph, self._numerics = graph, numerics
        nodes = [Node(graph, op) for op in graph.ops]
        windows = [find_window(node) for node in nodes]
        self._kernels = [kernels.get(op.outputs[0], ()) for op in graph.ops]
        options = [
            _fit_flash(
                list_options(node, window, numerics, family), alone[0].constant_bytes
            )
            if window
            else []
            for node, window, alone in zip(nodes, windows, self._kernels, strict=True)
        ]
        self._ways = [_limit(options, most) for most in _MOST_AT_ONCE]
        self._links = list(zip(nodes, windows, strict=True))
        self._arrives = bool(graph.arriving)
        sizes = list(enumerate(count_bytes(graph)))
        alone = sizes[1:] if self._arrives else sizes
        self._parts = [_Part(i, i + 1, size, 0) for i, size in alone]
        for way, chosen in enumerate(self._ways, 1):
            at_once = [max((o.at_once for o in each), default=0) for each in chosen]
            parts = list_parts(graph, windows, at_once, arrives=self._arrives)
            self._parts += [_Part(*part, way) for part in parts]
        self._parts.sort(key=lambda part: part.start)
        self._costs = self._count_costs()

    def find_smallest(self, arena: int, cycles: float) -> Chosen | None:
        """Chains for which an arena is smaller, at about the same speed, if there are.

        Where the input arrives row by row, those that need the least, whatever that is.
        About as fast as the fastest kernels, if the arena is hardly larger for it; or
        else as what is chosen without chains.

        Args:
            arena: Without chains.
            cycles: Likewise.
        """
        fastest = sum(min(k.cycles for k in each) for each in self._kernels if each)
        if self._arrives:
            arena = _AMPLE
        fast, small = (self._find_limit(arena, each) for each in (fastest, cycles))
        limit = fast if small > _MUCH_LESS * fast else small
        if self._arrives:
            return self._choose(limit)
        if limit > _LESS * arena:
            return None
        found = self._choose(limit)
        is_smaller = found and draft_plan(found[0]).arena_bytes <= _LESS * arena
        return found if is_smaller else None

    def _find_limit(self, arena: int, cycles: float) -> int:
        """The smallest of which a way needs no more cycles, but for a few."""
        low, high = 0, arena
        while high - low > _NEAR_BYTES:
            limit = (low + high) // 2
            if self._find_way(limit)[0] <= _MORE_CYCLES * cycles:
                high = limit
            else:
                low = limit
        return high

    def find_fastest(self, arena: int) -> Chosen | None:
        """The fastest chains in an arena of so many bytes, if there are any."""
        limit = arena
        for _ in range(_MOST_LIMITS):
            found = self._choose(limit)
            if found is None:
                return None
            excess = draft_plan(found[0]).arena_bytes - arena
            if excess <= 0:
                return found
            limit -= excess
        return None

    def _choose(self, limit: int) -> Chosen | None:
        """The chains of the fastest way within so many bytes, about."""
        for _ in range(_MOST_TRIALS):
            cycles, parts = self._find_way(limit)
            if math.isinf(cycles):
                return None
            try:
                return self._build(parts, limit)
            except _WrongOptionError as wrong:
                self._forget(wrong)
        return None

    def _count_costs(self) -> list[_Costs]:
        alone = [[(k.scratch_bytes, k.cycles) for k in each] for each in self._kernels]
        chained = (
            [
                _list_costs(*link, each)
                for link, each in zip(self._links, way, strict=True)
            ]
            for way in self._ways
        )
        return [_Costs(alone), *map(_Costs, chained)]

    def _forget(self, wrong: _WrongOptionError) -> None:
        for way in self._ways:
            way[wrong.step] = [o for o in way[wrong.step] if o is not wrong.option]
        self._costs = self._count_costs()

    def _find_way(self, limit: int) -> tuple[float, list[_Part]]:
        best: list[tuple[float, _Part | None]] = [(0.0, None)]
        best += [(math.inf, None)] * len(self._graph.ops)
        for part in self._parts:
            before = best[part.start][0]
            if part.bytes > limit or math.isinf(before):
                continue
            costs = self._costs[part.way]
            cycles = before + costs.sum(part.start, part.end, limit - part.bytes)
            if cycles < best[part.end][0]:
                best[part.end] = (cycles, part)
        parts: list[_Part] = []
        last = best[-1][1]
        while last is not None:
            parts.append(last)
            last = best[last.start][1]
        return best[-1][0], parts[::-1]

    def _build(self, parts: Sequence[_Part], limit: int) -> Chosen:
        ops: list[Op] = []
        kernels: Kernels = {}
        for part in parts:
            scratch, steps = limit - part.bytes, range(part.start, part.end)
            chosen = [self._graph.ops[step] for step in steps]
            if part.way:
                options = [_pick(self._ways[part.way - 1][i], scratch) for i in steps]
                try:
                    op, kernel = build_chain(
                        self._graph,
                        chosen,
                        options,
                        self._numerics,
                        arrives=self._arrives and part.start == 0,
                    )
                except NoLinkError as wrong:
                    step = steps[wrong.number]
                    raise _WrongOptionError(step, options[wrong.number]) from wrong
                ops.append(op)
                kernels[op.outputs[0]] = kernel
                continue
            ops += chosen
            for step in steps:
                if self._kernels[step]:
                    kernels[chosen[0].outputs[0]] = _pick(self._kernels[step], scratch)
        return apply_kernels(replace(self._graph, ops=tuple(ops)), kernels), kernels


class _WrongOptionError(Exception):
    """An option that turned out to be none.

    Args:
        step: Its operator.
        option: The option.
    """

    def __init__(self, step: int, option: Option) -> None:
        super().__init__(step)
        self.step, self.option = step, option


def _limit(options: Sequence[Sequence[Option]], most: int) -> list[list[Option]]:
    """Of each operator the options with so many rows at once as pay, or fewer."""
    return [_limit_rows(each, most) for each in options]


def _limit_rows(options: Sequence[Option], most: int) -> list[Option]:
    allowed = [option for option in options if option.at_once <= most]
    least = min((option.cycles for option in allowed), default=0)
    paying = [o.at_once for o in allowed if o.cycles <= _PAYS * least]
    return [o for o in allowed if o.at_once <= min(paying)]


def _list_costs(
    node: Node, window: RowWindow | None, options: Sequence[Option]
) -> list[tuple[int, int]]:
    if window is None or not options:
        return [] if window is None else [(0, _NEVER)]
    return [
        (o.scratch_bytes, o.cycles + estimate_moves(node, window, o.at_once))
        for o in options
    ]


_Way = TypeVar("_Way", Option, Kernel)


def _fit_flash(options: Sequence[Option], constants: int) -> list[Option]:
    """Those whose constants are not too many; the smallest are never."""
    least = min(option.constant_bytes for option in options)
    return [o for o in options if o.constant_bytes <= max(constants, least)]


def _pick(ways: Sequence[_Way], scratch: int) -> _Way:
    return min(
        (way for way in ways if way.scratch_bytes <= scratch),
        key=lambda way: way.cycles,
    )
