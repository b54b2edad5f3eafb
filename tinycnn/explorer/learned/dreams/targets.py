"""Which numbers of a network pictures are made for: classes, and some channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tinycnn.compiler import Graph
from tinycnn.explorer.learned.extremes import Extremes
from tinycnn.explorer.learned.patches import find_layers

__all__ = ["Target", "choose_targets", "gives_shares", "scores_behind"]
__all__ += ["watched_tensors"]

MOST_CLASSES = 20
MOST_LAYERS = 8
CHANNELS = 3  # of a layer
# What only presses scores into shares: near 0 and 1 it has no slope to follow.
_MOVED = ("DEQUANTIZE", "QUANTIZE", "RESHAPE")
_MONOTONE = ("SOFTMAX", "LOG_SOFTMAX", "LOGISTIC", *_MOVED)


@dataclass(frozen=True, slots=True)
class Target:
    """A number that is to grow.

    Attributes:
        kind: Whether it is a score or a value of a map.
        tensor: Where it is.
        number: Of the class or of the channel.
        place: Its index in the tensor: of a map, in the middle.
        sign: -1 where it is to fall, for the first of two classes with one score.
    """

    kind: Literal["class", "channel"]
    tensor: int
    number: int
    place: int
    sign: int = 1


def scores_behind(graph: Graph) -> int:
    """The tensor of scores that the first output is made of."""
    tensor = graph.outputs[0]
    makers = {op.outputs[0]: op for op in graph.ops}
    while op := makers.get(tensor):
        source, size = op.inputs[0], graph.tensors[tensor].size
        is_same = op.kind in _MONOTONE and graph.tensors[source].size == size
        is_chosen = op.kind == "ARG_MAX" and size == 1
        if source not in makers or not (is_same or is_chosen):
            break
        tensor = source
    return tensor


def gives_shares(graph: Graph) -> bool:
    """Whether the first output's numbers are probabilities."""
    tensor = graph.outputs[0]
    makers = {op.outputs[0]: op for op in graph.ops}
    while (op := makers.get(tensor)) and op.kind in _MOVED:
        tensor = op.inputs[0]
    return op is not None and op.kind in ("SOFTMAX", "LOGISTIC")


def watched_tensors(graph: Graph) -> tuple[int, ...]:
    """All tensors that have targets."""
    layers = find_layers(graph)
    count = min(MOST_LAYERS, len(layers))
    picked = np.linspace(0, len(layers) - 1, count).round().astype(int)
    chosen = [layers[i] for i in picked.tolist()]
    return tuple(dict.fromkeys([scores_behind(graph), *chosen]))


def choose_targets(
    graph: Graph, known: Iterable[int], extremes: Mapping[int, Extremes]
) -> tuple[Target, ...]:
    """The classes, then of each layer the channels that real images excite most.

    Args:
        graph: The network.
        known: The tensors that have gradients.
        extremes: What real images gave.
    """
    scores, *layers = watched_tensors(graph)
    found = _choose_classes(graph, scores) if scores in known else []
    if not found and scores in find_layers(graph):  # the answer is a map
        layers.append(scores)
    for tensor in layers:
        if tensor not in known or tensor not in extremes:
            continue
        _, rows, columns, channels = graph.tensors[tensor].shape
        middle = (rows // 2 * columns + columns // 2) * channels
        best = np.argsort(-extremes[tensor].largest, kind="stable")[:CHANNELS]
        found += [
            Target("channel", tensor, channel, middle + channel)
            for channel in sorted(best.tolist())
        ]
    return tuple(found)


def _choose_classes(graph: Graph, scores: int) -> list[Target]:
    count, shape = graph.tensors[scores].size, graph.tensors[scores].shape
    if shape[-1:] != (count,):  # scores of places, not of the whole picture
        return []
    if count == 1:  # one score between two classes
        return [Target("class", scores, i, 0, sign) for i, sign in ((0, -1), (1, 1))]
    return [Target("class", scores, i, i) for i in range(min(count, MOST_CLASSES))]
