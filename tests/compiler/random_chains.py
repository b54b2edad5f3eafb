"""Programs in which operators are chained that no budget would chain.

Which neighbours, by which kernels and how many rows at once is drawn, so that small
networks have all kinds of chains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from tests.compiler.cases.draw import pick
from tests.compiler.executor import Runner
from tests.compiler.kernels.forced import assert_equal
from tests.compiler.random_networks import draw_network, draw_separable_network
from tinycnn.choices import Family
from tinycnn.compiler import (
    Compilation,
    Graph,
    Numerics,
    generate_sources,
    lower_graph,
    plan_memory,
    read_tflite,
    run_passes,
)
from tinycnn.compiler.choice import Choice
from tinycnn.compiler.choice.arrival import let_arrive
from tinycnn.compiler.choice.kernels import (
    Kernels,
    apply_kernels,
    find_offer,
)
from tinycnn.compiler.choice.links import (
    NoLinkError,
    Option,
    build_chain,
    find_window,
    list_options,
)
from tinycnn.compiler.choice.streaks import list_parts
from tinycnn.compiler.ir.graph import Op
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.moves import remove_moves
from tinycnn.compiler.operators import OPERATORS
from tinycnn.errors import RefusedModelError, UnsupportedModelError

__all__ = ["compare_chains", "draw_chains", "draw_model"]

MOST_ROWS = 5  # at once


def draw_chains(
    model: bytes,
    rng: np.random.Generator,
    numerics: Numerics = "litert",
    family: Family = "dsp",
    *,
    arrives: bool = False,
) -> Compilation | None:
    """A model compiled with chains at random; None where it can have none.

    Args:
        model: A `.tflite` file.
        rng: What draws.
        numerics: The reference to equal.
        family: Which kernels there are.
        arrives: Whether its input is to come row by row; None where it cannot.
    """
    graph = remove_moves(run_passes(read_tflite(model)))
    if arrives:
        try:
            graph = let_arrive(graph)
        except UnsupportedModelError:
            return None
    windows = [find_window(Node(graph, op)) for op in graph.ops]
    parts = list(list_parts(graph, windows, [1] * len(graph.ops), arrives=arrives))
    ops: list[Op] = []
    kernels: Kernels = {}
    step = chains = 0
    while step < len(graph.ops):
        ends = [end for start, end, _ in parts if start == step]
        chain = None
        is_fed = arrives and step == 0
        if ends and (rng.random() < 0.8 or is_fed):
            end = int(max(ends) if rng.random() < 0.5 else rng.choice(ends))
            some = graph.ops[step:end]
            chain = _draw_chain(graph, some, rng, numerics, family, arrives=is_fed)
        if is_fed and not chain:
            return None
        if chain:
            op, kernels[chain[0].outputs[0]] = chain
            chains, step = chains + 1, end
        else:
            op, step = graph.ops[step], step + 1
            if not OPERATORS[op.kind].is_alias:
                found = find_offer(Node(graph, op), numerics, family).kernels
                kernels[op.outputs[0]] = found[int(rng.integers(len(found)))]
        ops.append(op)
    graph = apply_kernels(replace(graph, ops=tuple(ops)), kernels)
    plan = plan_memory(graph)
    program = lower_graph(graph, plan, name="m", numerics=numerics, kernels=kernels)
    sources = generate_sources(program)
    choice = Choice(graph, kernels, {})
    return Compilation(choice, plan, program, sources) if chains else None


def draw_model(seed: int) -> tuple[bytes, np.random.Generator]:
    """A network for chains, and what draws the rest."""
    rng = np.random.default_rng([seed, 17])
    return (draw_separable_network if seed % 2 else draw_network)(rng), rng


def compare_chains(
    seeds: Iterable[int],
    runners: Sequence[Runner],
    numerics: Numerics,
    family: Family = "dsp",
    *,
    arrives: bool = False,
) -> int:
    """How many links equal the reference, over random networks; all that there are."""
    links = 0
    for seed in seeds:
        model, rng = draw_model(seed)
        compilation = draw_chains(model, rng, numerics, family, arrives=arrives)
        # A few random models are none for TFLite Micro.
        with suppress(RefusedModelError):
            if compilation is not None:
                program = compilation.program
                assert_equal(model, program, rng, runners, numerics)
                links += sum(len(call.links) for call in program.calls)
    return links


def _draw_chain(
    graph: Graph,
    ops: Sequence[Op],
    rng: np.random.Generator,
    numerics: Numerics,
    family: Family,
    *,
    arrives: bool,
) -> tuple[Op, Kernel] | None:
    choices = [_list_options(Node(graph, op), numerics, family) for op in ops]
    options = [_draw(graph, op, o, rng) for op, o in zip(ops, choices, strict=True)]
    while True:
        try:
            return build_chain(graph, ops, options, numerics, arrives=arrives)
        except NoLinkError as wrong:
            number = wrong.number
            choices[number] = [
                o for o in choices[number] if o.rule is not options[number].rule
            ]
            if not choices[number]:
                return None
            options[number] = _draw(graph, ops[number], choices[number], rng)


def _list_options(node: Node, numerics: Numerics, family: Family) -> list[Option]:
    window = find_window(node)
    assert window is not None
    return list_options(node, window, numerics, family)


def _draw(
    graph: Graph, op: Op, options: Sequence[Option], rng: np.random.Generator
) -> Option:
    """Any kernel, at any number of rows."""
    option = options[int(rng.integers(len(options)))]
    most = min(graph.tensors[op.outputs[0]].shape[1], MOST_ROWS)
    at_once = int(pick(rng, 1, 1, rng.integers(1, most + 1)))
    return replace(option, at_once=at_once)
