"""The graph of layers behind a Keras model, as far as Keras lets us see it.

Functional and Sequential models remember in each symbolic tensor which call of which
layer or operation computed it; following that from the outputs gives all that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tinycnn.models.backend import keras

__all__ = ["node_of", "replayed", "tensors_in_order"]


def tensors_in_order(outputs: Iterable[Any], known: Iterable[Any] = ()) -> list[Any]:
    """The tensors behind `outputs`, each after those that it is computed from.

    Nothing is followed beyond those that are `known`.
    """
    ordered: dict[int, Any] = {}
    borders = {id(tensor) for tensor in known}
    pending = [(output, False) for output in reversed(list(outputs))]
    while pending:
        tensor, has_its_sources = pending.pop()
        if has_its_sources:
            ordered[id(tensor)] = tensor
        elif id(tensor) not in ordered:
            pending.append((tensor, True))
            sources = [] if id(tensor) in borders else node_of(tensor).input_tensors
            pending.extend((source, False) for source in reversed(sources))
    return list(ordered.values())


def node_of(tensor: Any) -> Any:
    """The one call of a layer that computes `tensor`."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def replayed(
    outputs: list[Any],
    known: list[tuple[Any, Any]],
    call: Callable[[Any, tuple[Any, ...], dict[str, Any]], Any],
) -> list[Any]:
    """`outputs` computed anew by `call`, from an operation and its arguments.

    Args:
        outputs: Symbolic tensors.
        known: Pairs of a symbolic tensor and the one that stands for it now.
        call: Gives what the operation gives.
    """
    found = {id(old): new for old, new in known}
    for tensor in tensors_in_order(outputs, [old for old, _ in known]):
        if id(tensor) not in found:
            node = node_of(tensor)
            args, kwargs = node.arguments.fill_in(found)
            results = keras.tree.flatten(call(node.operation, args, kwargs))
            for old, new in zip(node.outputs, results, strict=True):
                found[id(old)] = new
    return [found[id(output)] for output in outputs]
