"""A traced model from the host's side: its operators, and what it looks at when.

Ours looks at each tensor that an operator reads or writes, at that moment. TFLite Micro
runs all at once: its debug firmware keeps every tensor to the end, at places that only
its interpreter knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinycnn.choices import Numerics
from tinycnn.compiler import Compilation, Graph, read_tflite
from tinycnn.compiler.emission.places import Place, list_places
from tinycnn.harness.reasons.expected import Values, expect_tensors
from tinycnn.reference.every_tensor import Run, list_kept, run_every_tensor

__all__ = ["TracedModel", "trace_compilation", "trace_interpreter"]


@dataclass(frozen=True, slots=True, eq=False)
class TracedModel:
    """A model as debug firmware has it.

    Attributes:
        graph: Its operators.
        numerics: The reference that it is to equal.
        places: What it looks at, in this order.
        tensors: The reference's for one image, by tensor id, where they are known.
        arena_bytes: Of the arena; None where its places are not known.
    """

    graph: Graph
    numerics: Numerics
    places: tuple[Place, ...]
    tensors: Mapping[int, Values]
    arena_bytes: int | None


def trace_compilation(
    compilation: Compilation, model: bytes, row: NDArray[np.int8], run: Run
) -> TracedModel:
    """What we compiled, with the reference's tensors for one image.

    Raises:
        InvalidModelError: If the reference refuses the model.
    """
    program = compilation.program
    return TracedModel(
        compilation.graph,
        program.numerics,
        list_places(program),
        expect_tensors(model, compilation, row, run),
        program.arena_bytes,
    )


def trace_interpreter(model: bytes, row: NDArray[np.int8], run: Run) -> TracedModel:
    """TFLite Micro, with its reference's tensors for one image.

    Raises:
        InvalidModelError: If the reference refuses the model.
    """
    graph = read_tflite(model)
    found = run_every_tensor(model, graph, row.reshape(1, -1), run)
    ops = {tensor: op for op in graph.ops for tensor in op.outputs}
    places = tuple(
        Place(1, 0, graph.tensors[tensor], ops[tensor], reads=False)
        for tensor in list_kept(model, graph)
    )
    tensors = {tensor: rows[0] for tensor, rows in found.items()}
    return TracedModel(graph, "tflm", places, tensors, None)
