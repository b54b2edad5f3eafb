"""What should lie in the arena, and when: the reference's tensors at their places.

Our program's operators are not the file's: some were merged, others lost channels that
carry no information, and there are moves. What a place should hold is the file's tensor
of the same number, without such channels; a move's output is its input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler import Compilation, Graph, read_tflite
from tinycnn.compiler.emission.places import Place
from tinycnn.compiler.operators import MOVE
from tinycnn.compiler.passes import find_removed_channels
from tinycnn.reference.every_tensor import Run, run_every_tensor

__all__ = ["Values", "expect_bytes", "expect_tensors"]

Values = NDArray[np.generic]


def expect_tensors(
    model: bytes, compilation: Compilation, row: NDArray[np.int8], run: Run
) -> Mapping[int, Values]:
    """The values of a compiled model's activations by tensor id, where they are known.

    Args:
        model: The `.tflite` file.
        compilation: Of that file.
        row: The bytes of all inputs, laid end to end.
        run: Runs a model on the reference.

    Raises:
        InvalidModelError: If the reference refuses the model.
    """
    read = read_tflite(model)
    found = run_every_tensor(model, read, row.reshape(1, -1), run)
    removed = find_removed_channels(read)
    tensors: dict[int, Values] = {}
    for number, rows in found.items():
        values = rows[0]
        if number in removed:
            values = values[..., ~removed[number]]
        if values.shape == compilation.graph.tensors[number].shape:
            tensors[number] = values
    return tensors | _follow_moves(compilation.graph, tensors)


def _follow_moves(graph: Graph, tensors: Mapping[int, Values]) -> dict[int, Values]:
    """The tensors that only our graph has: copies of others."""
    moved = dict(tensors)
    for op in graph.ops:
        source, target = op.inputs[0], op.outputs[0]
        if op.kind == MOVE and source in moved:
            moved[target] = moved[source]
    return {number: moved[number] for number in moved.keys() - tensors.keys()}


def expect_bytes(
    places: Sequence[Place], tensors: Mapping[int, Values]
) -> tuple[bytes | None, ...]:
    """What each place should hold; None where nobody knows."""
    return tuple(
        tensors[place.tensor.id].tobytes() if place.tensor.id in tensors else None
        for place in places
    )
