"""All that a model computes on its way, by any reference interpreter.

The model is given as outputs what it had, and then every activation that is asked for:
an interpreter keeps its outputs, whatever it does with the tensors between. The list of
outputs is appended to the file, as an offset in a flatbuffer may point any way ahead.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.reading.flatbuffer import Table, root_table
from tinycnn.errors import InvalidModelError

__all__ = [
    "Tensors",
    "list_activations",
    "list_kept",
    "run_every_tensor",
    "with_outputs",
]

Tensors = dict[int, NDArray[np.generic]]
Run = Callable[[bytes, NDArray[np.int8]], NDArray[np.int8]]

# Fields of schema.fbs: of a model, a subgraph, a tensor.
_SUBGRAPHS = 2
_TENSORS, _OUTPUTS = 0, 2
_SHAPE, _SIGNATURE = 0, 7
_MOST = 1 << 16


def with_outputs(model: bytes, more: Sequence[int]) -> bytes:
    """The model whose outputs are its own and then the tensors `more`.

    Raises:
        InvalidModelError: If it has no list of outputs.
    """
    subgraph = _subgraph(model)
    own, place = subgraph.array(_OUTPUTS, np.int32), subgraph.place(_OUTPUTS)
    if own is None or place is None:
        raise InvalidModelError("subgraph 0: expected a list of outputs, got none")
    padded = model + bytes(-len(model) % 4)
    ids = [*own.tolist(), *more]
    patched = bytearray(padded + struct.pack(f"<I{len(ids)}i", len(ids), *ids))
    struct.pack_into("<I", patched, place, len(padded) - place)
    return bytes(patched)


def list_activations(model: bytes, graph: Graph) -> tuple[int, ...]:
    """The tensors that operators write, if they are what the file has by that number.

    Some are not: where operators gave way to one, those between have other shapes.

    Args:
        model: The `.tflite` file.
        graph: As it was read from it.
    """
    tables = _subgraph(model).tables(_TENSORS, limit=_MOST)
    shapes = {number: _shape(table) for number, table in enumerate(tables)}
    written = {t for op in graph.ops for t in op.outputs} - set(graph.outputs)
    own = (t for t in written if shapes.get(t, ()) in (None, graph.tensors[t].shape))
    return tuple(sorted(own))


def list_kept(model: bytes, graph: Graph) -> tuple[int, ...]:
    """All tensors that operators write, outputs too, in the order of the operators.

    Args:
        model: The `.tflite` file.
        graph: As it was read from it.
    """
    known = {*list_activations(model, graph), *graph.outputs}
    written = (tensor for op in graph.ops for tensor in op.outputs)
    return tuple(tensor for tensor in written if tensor in known)


def _shape(table: Table) -> tuple[int, ...] | None:
    """That of a tensor; None if it is open until the file is read."""
    shape, signature = table.array(_SHAPE, np.int32), table.array(_SIGNATURE, np.int32)
    if signature is not None and -1 in signature:
        return None
    return () if shape is None else tuple(shape.tolist())


def _subgraph(model: bytes) -> Table:
    return root_table(model, b"TFL3").tables(_SUBGRAPHS, limit=_MOST)[0]


def run_every_tensor(
    model: bytes, graph: Graph, rows: NDArray[np.int8], run: Run
) -> Tensors:
    """The activations of a model by tensor id: one row an inference, in their shapes.

    Args:
        model: The `.tflite` file.
        graph: As it was read from it.
        rows: One row an inference: the bytes of all inputs, laid end to end.
        run: Runs a model on rows.

    Raises:
        InvalidModelError: If the interpreter refuses the model.
    """
    more = list_activations(model, graph)
    found = run(with_outputs(model, more), rows)
    tensors = _split(graph, (*graph.outputs, *more), found)
    return {**_split(graph, graph.inputs, rows), **tensors}


def _split(graph: Graph, ids: Sequence[int], rows: NDArray[np.int8]) -> Tensors:
    """The tensors that are laid end to end in rows."""
    tensors: Tensors = {}
    start = 0
    for number in ids:
        tensor = graph.tensors[number]
        part = np.ascontiguousarray(rows[:, start : start + tensor.bytes])
        values = part.view(np.dtype(tensor.dtype).newbyteorder("<"))
        tensors[number] = values.reshape(len(rows), *tensor.shape)
        start += tensor.bytes
    if start != rows.shape[1]:
        text = f"{start} bytes of tensors, got {rows.shape[1]}"
        raise InvalidModelError(f"reference: expected {text}")
    return tensors
