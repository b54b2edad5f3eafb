"""Models that scale their images themselves: they expect bytes, and get [0, 1].

Training gives every model images in [0, 1]. One that begins by dividing by 255, as a
`Rescaling(1 / 255)` does, would divide twice; it gets its images times 255. In int8
both factors become one, in the weights of the first layer where that is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinycnn.models.backend import keras
from tinycnn.models.layer_graph import node_of, replayed, tensors_in_order

__all__ = ["expects_bytes", "for_unit_images"]

_SMALL = 1 / 32  # a factor that only makes sense for bytes
_LARGE = 2.0  # a mean that no image in [0, 1] has


def for_unit_images(model: Any) -> Any:
    """`model` for images in [0, 1], where it expects bytes; else as it is.

    Args:
        model: A flat one, of one input.
    """
    (image,) = model.inputs
    if not expects_bytes(model):
        return model
    unit = keras.Input(image.shape[1:], name=image.name)
    bytes_ = keras.layers.Rescaling(255.0, name="bytes")(unit)
    outputs = replayed(model.outputs, [(image, bytes_)], lambda op, a, k: op(*a, **k))
    return keras.Model(unit, outputs[0], name=model.name)


def expects_bytes(model: Any) -> bool:
    """Whether `model`, a flat one of one input, begins by making bytes small."""
    return _expects_bytes(model.inputs[0], tensors_in_order(model.outputs))


def _expects_bytes(image: Any, tensors: list[Any]) -> bool:
    """Whether all that read `image`, perhaps through augmentation, make it small."""
    readers = [
        tensor
        for tensor in tensors
        if any(source is image for source in node_of(tensor).input_tensors)
    ]
    return bool(readers) and all(
        _expects_bytes(reader, tensors)
        if type(reader._keras_history.operation).__name__.startswith("Random")
        else _makes_small(node_of(reader))
        for reader in readers
    )


def _makes_small(node: Any) -> bool:
    operation, others = node.operation, [*node.arguments.args[1:]]
    kind = type(operation).__name__
    if kind == "Rescaling":
        return bool(np.max(np.abs(operation.scale)) < _SMALL)
    if kind == "Normalization":
        return bool(np.max(operation.mean) > _LARGE)
    if len(others) != 1 or isinstance(others[0], keras.KerasTensor):
        return False
    value = np.abs(np.asarray(others[0], np.float64))
    if kind in ("TrueDivide", "Divide"):
        return bool(np.min(value) > 1 / _SMALL)
    if kind == "Multiply":
        return bool(np.max(value) < _SMALL)
    return kind == "Subtract" and bool(np.max(value) > _LARGE)
