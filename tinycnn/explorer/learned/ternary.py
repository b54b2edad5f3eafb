"""The network with weights of three values: how many images it still gets right.

Merely rounded, after training; `weights = "ternary"` trains for it. The rule is that of
training: of all layers but the first and the last, by channel (Li, Zhang and Liu, 2016,
"Ternary weight networks").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.cost import count_costs
from tinycnn.compiler import Graph
from tinycnn.explorer.learned.real import RealNetwork
from tinycnn.explorer.learned.real.layer import Array, to_real
from tinycnn.explorer.learned.sample import Sample
from tinycnn.tasks import accuracy_of

__all__ = ["THRESHOLD", "measure_ternary", "round_to_three"]

THRESHOLD = 0.7  # of the mean size of a channel's weights
_MOST_MACS = 4e9
_FEWEST = 50
_BATCH = 32


def round_to_three(weights: Array) -> Array:
    """Each to -s, 0 or s, where s is a channel's own: outputs along the last axis."""
    size = np.abs(weights)
    axes = tuple(range(weights.ndim - 1))
    is_large = size > THRESHOLD * size.mean(axis=axes)
    count = np.maximum(1, is_large.sum(axis=axes))
    scale = (size * is_large).sum(axis=axes) / count
    return np.asarray(np.sign(weights) * is_large * scale)


def measure_ternary(
    graph: Graph, sample: Sample, int8: NDArray[np.float64]
) -> dict[str, Any] | None:
    """Shares of right images in real numbers, in int8 and with three values.

    Args:
        graph: The network.
        sample: Images with labels.
        int8: What the network gives for them, as real numbers.

    Returns:
        None where nobody knows what is right, or an operator is not known.
    """
    labels, real = sample.labels, RealNetwork.of(graph)
    is_known = graph.outputs[0] in real.tensors and len(graph.inputs) == 1
    if labels is None or labels.dtype.kind == "f" or not is_known:
        return None
    macs = sum(cost.macs for cost in count_costs(graph))
    count = min(len(labels), max(_FEWEST, int(_MOST_MACS / (1 + macs))))
    chosen = np.linspace(0, len(labels) - 1, count).round().astype(int)
    rows, true = sample.rows[chosen], labels[chosen]
    three = RealNetwork.of(graph, reweigh=round_to_three)
    return {
        "images": count,
        "float": accuracy_of(_score(graph, real, rows), true),
        "int8": accuracy_of(int8[chosen], true),
        "ternary": accuracy_of(_score(graph, three, rows), true),
    }


def _score(graph: Graph, network: RealNetwork, rows: NDArray[np.int8]) -> Array:
    """The output for inputs of bytes, a row each."""
    source = graph.tensors[graph.inputs[0]]
    held = rows.view(np.dtype(source.dtype).newbyteorder("<"))
    given = to_real(source, held.reshape(-1, *source.shape[1:])).astype(np.float32)
    output, found = graph.outputs[0], []
    for start in range(0, len(given), _BATCH):
        part = {source.id: given[start : start + _BATCH]}
        found.append(network.run(part, until=output)[output])
    return np.concatenate(found).reshape(len(rows), -1)
