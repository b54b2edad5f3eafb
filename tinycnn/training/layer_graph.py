"""The graph of layers behind a Keras model, as far as Keras lets us see it.

Functional and Sequential models remember in each symbolic tensor which call of which
layer computed it; following that from the output gives every layer that matters.
"""

from __future__ import annotations

from typing import Any

from tinycnn.errors import UnsupportedModelError

__all__ = ["node_of", "tensors_in_order"]


def tensors_in_order(model: Any) -> list[Any]:
    """The tensors of `model`, each after those that it is computed from.

    Raises:
        UnsupportedModelError: If the model has no graph, or not one input of a fixed
            size and one output.
    """
    if not hasattr(model, "inputs"):  # subclassed, or Sequential without an input
        raise UnsupportedModelError(
            f"model '{model.name}': expected a functional or Sequential model with an "
            f"input, got {type(model).__name__} without one",
            hint="start the model with keras.Input",
        )
    for what, tensors in (("input", model.inputs), ("output", model.outputs)):
        if len(tensors) != 1:
            raise UnsupportedModelError(
                f"model '{model.name}': expected 1 {what}, got {len(tensors)}",
                hint="quantize one model per task",
            )
    shape = model.inputs[0].shape[1:]
    if None in shape:
        raise UnsupportedModelError(
            f"model '{model.name}': expected an input of fixed size, got {shape}",
            hint="give keras.Input height, width and channels",
        )
    ordered: dict[int, Any] = {}
    pending = [(model.outputs[0], False)]
    while pending:
        tensor, has_its_sources = pending.pop()
        if has_its_sources:
            ordered[id(tensor)] = tensor
        elif id(tensor) not in ordered:
            pending.append((tensor, True))
            sources = node_of(tensor).input_tensors
            pending.extend((source, False) for source in reversed(sources))
    return list(ordered.values())


def node_of(tensor: Any) -> Any:
    """The one call of a layer that computes `tensor`."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]
