"""Rewrites of the graph that keep every output bit-equal.

`run_passes` applies them all but `rewrite_operators` and `silence_dead_layers`, which
are part of reading. Each
pass is a function `Graph -> Graph` in a file of its own, and its result is verified.
None knows an operator by name: what may be done with one, the operator says.
"""

from __future__ import annotations

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.memory import insert_moves, order_operators
from tinycnn.compiler.operators.shared.channels import Mask
from tinycnn.compiler.passes.constant_channels import find_constant_channels
from tinycnn.compiler.passes.fold_clamp import fold_clamp
from tinycnn.compiler.passes.fold_pad import fold_pad
from tinycnn.compiler.passes.removable_channels import find_removable_channels
from tinycnn.compiler.passes.remove_dead_channels import remove_dead_channels
from tinycnn.compiler.passes.remove_dead_code import remove_dead_code
from tinycnn.compiler.passes.verify import verify

__all__ = [
    "find_removed_channels",
    "fold_clamp",
    "fold_pad",
    "remove_dead_channels",
    "remove_dead_code",
    "run_passes",
]

_PASSES = (
    remove_dead_code,
    fold_clamp,
    fold_pad,
    remove_dead_channels,
    order_operators,
    insert_moves,
)


def find_removed_channels(graph: Graph) -> dict[int, Mask]:
    """The channels that `run_passes` leaves out, by tensor id: True where one is gone.

    Raises:
        ModelError: If a pass breaks the graph.
    """
    for run in _PASSES[: _PASSES.index(remove_dead_channels)]:
        graph = run(graph)
    masks = find_removable_channels(graph, find_constant_channels(graph))
    return {tensor: mask for tensor, mask in masks.items() if mask.any()}


def run_passes(graph: Graph) -> Graph:
    """`graph` after all passes.

    Raises:
        ModelError: If a pass breaks the graph.
    """
    for run in _PASSES:
        graph = run(graph)
        verify(graph)
    return graph
