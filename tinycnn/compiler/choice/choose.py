"""Graph -> the graph with a kernel for each operator, under budgets of memory.

In: a graph after all passes. Out: the same with scratch memory for the kernels chosen,
and the kernels by the first output of their operator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tinycnn.choices import Arrival, Family, Numerics, Optimize
from tinycnn.compiler.choice.arrival import let_arrive, refuse_arrival
from tinycnn.compiler.choice.chains import ChainChoice, Chosen
from tinycnn.compiler.choice.kernels import (
    PORTABLE,
    Kernels,
    Offer,
    apply_kernels,
    find_offer,
    portable,
)
from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.moves import remove_moves
from tinycnn.compiler.memory.planner import draft_plan, least_arena
from tinycnn.compiler.operators import OPERATORS

__all__ = ["Choice", "Objective", "Optimize", "choose_kernels"]

# By what kernels may raise constants above their least, where that is bounded.
_CONSTANTS = MappingProxyType({"size": 1.5})
# The arena, where nobody says what RAM there is: by a quarter, or by so many bytes.
_ARENA = 1.25
_SMALL_BYTES = 2048
_MOST_TRIALS = 24  # of kernels that are given back
_LITTLE = 0.001  # of the time is not worth a kernel's code


@dataclass(frozen=True, slots=True)
class Objective:
    """A core that there are kernels for, and what to choose them by.

    Attributes:
        optimize: `speed` takes the fastest kernels that fit `ram_bytes`, or where that
            is not known raise the arena by no more than a quarter, or 2 KiB if that is
            more. So does `size`, with constants no more than half above their least.
            `ram` takes the fastest that leave the arena as it is, and chains operators
            where that makes it smaller at about the same speed. Where `ram_bytes` are
            not enough, they are chained, too, as far as is needed.
        flash_bytes: The most that constants should take; slower kernels keep it.
        ram_bytes: The most that the arena should take; slower kernels keep it.
        board: Its name, for the manual of the generated code.
        family: Which kernels there are for it.
        arrival: How the input comes; by rows, the first operators are chained.
    """

    optimize: Optimize = "speed"
    flash_bytes: int | None = None
    ram_bytes: int | None = None
    board: str | None = None
    family: Family = "dsp"
    arrival: Arrival = "whole"


@dataclass(frozen=True, slots=True)
class Choice:
    """A kernel for each operator.

    Attributes:
        graph: With scratch memory for them, and chains.
        kernels: By an operator's first output.
        offers: Among which they were chosen, likewise; none without an objective.
    """

    graph: Graph
    kernels: Kernels
    offers: Mapping[int, Offer]


def choose_kernels(
    graph: Graph, objective: Objective | None, numerics: Numerics
) -> Choice:
    """A kernel for each operator, and the graph with their scratch memory.

    Args:
        graph: After all passes.
        objective: What runs it; without, every kernel is the portable one.
        numerics: The reference to equal.

    Raises:
        UnsupportedModelError: If the input is to arrive row by row, and cannot.
    """
    nodes = [Node(graph, op) for op in graph.ops if not OPERATORS[op.kind].is_alias]
    if objective is None:
        return Choice(graph, {n.op.outputs[0]: portable(n) for n in nodes}, {})
    offers = {
        node.op.outputs[0]: find_offer(node, numerics, objective.family)
        for node in nodes
    }
    options = {
        output: sorted(offer.kernels, key=lambda k: k.cost)
        for output, offer in offers.items()
    }
    return Choice(*_choose(graph, objective, numerics, options), offers)


def _choose(
    graph: Graph,
    objective: Objective,
    numerics: Numerics,
    options: dict[int, list[Kernel]],
) -> Chosen:
    """The kernels among `options`, the fastest first, and the graph with them."""
    factor = _CONSTANTS.get(objective.optimize, math.inf)
    least_constants = sum(min(k.constant_bytes for k in o) for o in options.values())
    constants = min(factor * least_constants, objective.flash_bytes or math.inf)
    _fit_flash(options, constants)
    least = draft_plan(graph).arena_bytes
    allowed = max(least, _find_allowed(least, objective))
    fitted = _fit_arena(graph, options, allowed)
    chosen = _give_back(graph, options, fitted, constants, allowed)
    if objective.optimize != "ram":
        chosen = _save_code(chosen, options)
    alone = apply_kernels(graph, chosen)
    arena, ram_bytes = draft_plan(alone).arena_bytes, objective.ram_bytes
    cycles = sum(kernel.cycles for kernel in chosen.values())
    if objective.arrival == "rows":
        arriving = let_arrive(remove_moves(graph))
        choice = ChainChoice(arriving, numerics, options, objective.family)
        limit = 0 if objective.optimize == "ram" else ram_bytes or int(allowed)
        found = choice.find_fastest(limit) or choice.find_smallest(arena, cycles)
        return found or refuse_arrival(graph)
    is_too_large = ram_bytes is not None and arena > ram_bytes
    if not is_too_large and objective.optimize != "ram":
        return alone, chosen
    choice = ChainChoice(remove_moves(graph), numerics, options, objective.family)
    found = choice.find_smallest(arena, cycles)
    if is_too_large and ram_bytes is not None:
        found = choice.find_fastest(ram_bytes) or found
    return found or (alone, chosen)


def _find_allowed(least: int, objective: Objective) -> float:
    """What the arena may take, where scratch memory raises it above its least."""
    if objective.optimize == "ram":
        return least
    if objective.ram_bytes is not None:
        return objective.ram_bytes
    return max(_ARENA * least, least + _SMALL_BYTES)


def _fit_flash(options: dict[int, list[Kernel]], flash_bytes: float) -> None:
    """Give up the kernels that save the least time for their bytes of constants."""
    while sum(kernels[0].constant_bytes for kernels in options.values()) > flash_bytes:
        swaps = [
            ((other.cost - kernels[0].cost) / saved, output, other)
            for output, kernels in options.items()
            for other in kernels[1:]
            if (saved := kernels[0].constant_bytes - other.constant_bytes) > 0
        ]
        if not swaps:
            return
        _, output, other = min(swaps, key=lambda swap: swap[:2])
        kernels = options[output]
        options[output] = kernels[kernels.index(other) :]


def _fit_arena(
    graph: Graph, options: Mapping[int, list[Kernel]], allowed: float
) -> Kernels:
    """Give up scratch memory, the most first, where the arena is highest."""
    options = dict(options)
    while True:
        chosen = {output: kernels[0] for output, kernels in options.items()}
        result = apply_kernels(graph, chosen)
        plan = draft_plan(result)
        if plan.arena_bytes <= allowed:
            return chosen
        scratch = {
            op.outputs[0]: result.tensors[op.scratch].bytes
            for op in result.ops
            if op.scratch is not None
        }
        if not scratch:
            return chosen
        peak = result.ops[plan.peak_step].outputs[0]
        output = peak if peak in scratch else max(scratch, key=scratch.__getitem__)
        options[output] = [
            k for k in options[output] if k.scratch_bytes < scratch[output]
        ]


def _give_back(
    graph: Graph,
    options: Mapping[int, list[Kernel]],
    fitted: Kernels,
    constants: float,
    allowed: float,
) -> Kernels:
    """`fitted` with those faster kernels that fit after all, the largest gain first.

    One that was given up may fit beside those that others were exchanged for.
    """
    chosen, trials = dict(fitted), 0
    gains = [
        (kernel.cost - chosen[output].cost, output, kernel)
        for output, kernels in options.items()
        for kernel in kernels
        if kernel.cost < chosen[output].cost
    ]
    gains.sort(key=lambda gain: gain[:2])
    for _, output, kernel in gains:
        if kernel.cost >= chosen[output].cost:
            continue
        trial = {**chosen, output: kernel}
        total = sum(k.constant_bytes for k in trial.values())
        if total > max(constants, sum(k.constant_bytes for k in chosen.values())):
            continue
        result = apply_kernels(graph, trial)
        if least_arena(result) <= allowed and trials < _MOST_TRIALS:
            trials += 1
            if draft_plan(result).arena_bytes <= allowed:
                chosen = trial
    return chosen


def _save_code(chosen: Kernels, options: Mapping[int, list[Kernel]]) -> Kernels:
    """`chosen` without kernels that save too little time for their code.

    What computes instead needs no more memory; nearly always it is there anyway.
    """
    budget = _LITTLE * sum(kernel.cost for kernel in chosen.values())
    while True:
        best, most, least = chosen, 0, 0
        for function in sorted({kernel.function for kernel in chosen.values()}):
            trial = _do_without(function, chosen, options)
            lost = sum(trial[o].cost - kernel.cost for o, kernel in chosen.items())
            saved = _count_code(chosen) - _count_code(trial)
            if lost <= budget and saved > most:
                best, most, least = trial, saved, lost
        if not most:
            return chosen
        chosen, budget = best, budget - least


def _do_without(
    function: str, chosen: Kernels, options: Mapping[int, list[Kernel]]
) -> Kernels:
    """The fastest other kernels for what a function computes, where there are any."""
    trial = dict(chosen)
    for output, kernel in chosen.items():
        if kernel.function != function:
            continue
        others = [
            other
            for other in options[output]
            if other.function != function
            and other.scratch_bytes <= kernel.scratch_bytes
            and other.constant_bytes <= kernel.constant_bytes
        ]
        trial[output] = min(others, key=lambda other: other.cost, default=kernel)
    return trial


def _count_code(kernels: Kernels) -> int:
    """Bytes of all functions; the portable kernels of operators count as one each."""
    sizes = {
        kernel.lower
        if kernel.function == PORTABLE
        else kernel.function: kernel.code_bytes
        for kernel in kernels.values()
    }
    return sum(sizes.values())
