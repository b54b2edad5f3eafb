"""Neighbours that could all be links, and the bytes of each chain that they can form.

In: a graph in execution order, which rows each operator reads, and how many rows it
would compute at once. Out: for each two places, what a chain between them needs in the
arena beside its kernels' scratch memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinycnn.compiler.choice.links import COUNTER_BYTES, round_up
from tinycnn.compiler.choice.over import find_lifts
from tinycnn.compiler.ir.chain import Rows, RowWindow, count_band_rows, list_steps
from tinycnn.compiler.ir.graph import Graph, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.blocks import find_lifetimes, find_roots

__all__ = ["list_parts"]


@dataclass(frozen=True, slots=True)
class _Place:
    """An operator in its streak.

    Attributes:
        inputs: The activations that it reads.
        output: What it writes.
        rows: What it reads of them, at how many rows at once.
        band_bytes: The rows of its output that are kept.
        lift: Bytes below the rows that it reads, where its own may lie over these.
    """

    inputs: tuple[int, ...]
    output: int
    rows: Rows
    band_bytes: int
    lift: int | None


def list_parts(
    graph: Graph,
    windows: Sequence[RowWindow | None],
    at_once: Sequence[int],
    *,
    arrives: bool = False,
) -> Iterator[tuple[int, int, int]]:
    """The chains that are possible: first operator, behind the last, bytes.

    Args:
        graph: In execution order.
        windows: What each operator reads; None for what cannot be a link.
        at_once: Rows that each would compute at once.
        arrives: Whether the first operator's input does, row by row.
    """
    start = 0
    while start < len(graph.ops):
        is_fed = arrives and start == 0
        places, kept = _find_streak(graph, windows, at_once, start, arrives=is_fed)
        yield from _list_parts(graph, start, places, kept if is_fed else 0)
        start += max(len(places), 1)


def _find_streak(
    graph: Graph,
    windows: Sequence[RowWindow | None],
    at_once: Sequence[int],
    start: int,
    *,
    arrives: bool,
) -> tuple[list[_Place], int]:
    """The operators from `start` on that read one tensor and each other's outputs.

    And the bytes that are kept of that tensor.
    """
    numbers: dict[int, int] = {}
    links: list[Rows] = []
    read = []
    for op, window, count in zip(
        graph.ops[start:], windows[start:], at_once[start:], strict=True
    ):
        inputs = [t for t in op.inputs if t >= 0 and graph.tensors[t].data is None]
        numbers = numbers or {inputs[0]: 0} if inputs else numbers
        if window is None or any(t not in numbers for t in inputs):
            break
        used = [numbers[t] for t in inputs]
        height = graph.tensors[op.outputs[0]].shape[1]
        links.append(Rows((used[0], used[-1]), window, height, count))
        numbers[op.outputs[0]] = len(links)
        read.append(tuple(inputs))
    if not links:
        return [], 0
    tensors = [graph.tensors[t] for t in numbers]
    height = tensors[0].shape[1]
    steps = list(list_steps(height, links, arrives=arrives))
    nodes = [Node(graph, op) for op in graph.ops[start : start + len(links)]]
    lifts = find_lifts(nodes, links, arrives=arrives)
    kept = count_band_rows(height, links, steps)
    places = [
        _Place(inputs, tensor.id, rows, count * _row_bytes(tensor), lifts.get(number))
        for number, (inputs, tensor, rows, count) in enumerate(
            zip(read, tensors[1:], links, kept[1:], strict=True)
        )
    ]
    return places, kept[0] * _row_bytes(tensors[0])


def _row_bytes(tensor: Tensor) -> int:
    return tensor.bytes // tensor.shape[1]


def _list_parts(
    graph: Graph, start: int, places: Sequence[_Place], fed_bytes: int
) -> Iterator[tuple[int, int, int]]:
    """Where `fed_bytes` are kept of an input that arrives, one link is a chain, too."""
    roots = find_roots(graph)
    lifetimes = find_lifetimes(graph, roots)
    for first in range(len(places)):
        made: set[int] = set()
        sources: set[int] = set()
        for last in range(first, len(places)):
            place = places[last]
            sources |= set(place.inputs) - made
            if len(sources) > 1:
                break
            made.add(place.output)
            left = {t for t in made if lifetimes[t].last_time_used > start + last}
            left |= made & set(graph.outputs)
            is_fed = first == 0 and fed_bytes > 0
            if (last == first and not is_fed) or left != {place.output}:
                continue
            (source,) = sources
            begin, end = start + first, start + last
            if is_fed and any(source in op.inputs for op in graph.ops[end + 1 :]):
                continue
            beside = sum(
                graph.tensors[t].bytes
                for t, life in lifetimes.items()
                if life.first_time_used <= begin <= end <= life.last_time_used
                and t not in made | {roots.get(source)}
            )
            chain = places[first : last + 1]
            if is_fed:
                ends = graph.tensors[place.output].bytes + fed_bytes
            else:
                is_last_use = lifetimes[roots[source]].last_time_used <= end
                ends = _count_ends(graph, source, chain, is_last_use=is_last_use)
            bands = sum(
                round_up(place.band_bytes if place.lift is None else place.lift)
                for place in chain[:-1]
            )
            if not is_fed and chain[0].lift is not None:  # it reads what is whole
                bands += round_up(chain[0].band_bytes)
            counters = COUNTER_BYTES * (len(chain) + 1)
            yield begin, end + 1, beside + ends + bands + counters


def _count_ends(
    graph: Graph, source: int, chain: Sequence[_Place], *, is_last_use: bool
) -> int:
    """Bytes of input and output, which lies over rows of the input that are done with.

    With as much padding above as the windows have together, row y of the output is
    written when `y * stride - padding` rows of the input are not needed any more.
    """
    x, y = graph.tensors[source], graph.tensors[chain[-1].output]
    if not is_last_use:
        return x.bytes + y.bytes
    stride, padding = 1, 0
    for place in chain:
        if place.rows.window.size > 1:
            padding += place.rows.window.padding * stride
            stride *= place.rows.window.stride
    behind = chain[-1].rows.at_once * _row_bytes(y)
    at_first = -(-padding // stride) * _row_bytes(y)
    at_last = y.bytes - max(y.shape[1] * stride - padding, 0) * _row_bytes(x)
    return max(y.bytes, x.bytes + min(max(at_first, at_last) + behind, y.bytes))
