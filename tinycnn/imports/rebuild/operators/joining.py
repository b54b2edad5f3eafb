"""Tensors joined to one: CONCATENATION, PACK, and copies of one beside each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tinycnn.imports.rebuild.building import Operation
from tinycnn.imports.rebuild.operators.functions import activated
from tinycnn.imports.rebuild.view import View
from tinycnn.models.backend import keras

__all__ = ["BUILDERS"]

_MOST_COPIES = 64


def _build_concatenation(operation: Operation) -> list[View]:
    rank = len(operation.output.shape)
    return [activated(operation, _joined(operation, operation.raw.int32(0) % rank), 1)]


def _build_pack(operation: Operation) -> list[View]:
    """PACK: joined on an axis of one that each gets."""
    axis = operation.raw.int32(1) % len(operation.output.shape)
    building = operation.building
    views = {n: operation.view(i) for i, n in enumerate(operation.raw.inputs)}
    wide = {number: view.expanded(axis) for number, view in views.items()}
    inner = replace(operation, building=replace(building, views=wide))
    return [_joined(inner, axis)]


def _joined(operation: Operation, axis: int) -> View:
    aligned = operation.aligned()
    if not all(isinstance(x, keras.KerasTensor) for x in aligned.operands):
        raise operation.refusal("activations", "a constant among them")
    place = aligned.axis(axis)
    if place == 0:
        raise operation.refusal("tensors joined behind the batch", "axis 0")
    if len(aligned.operands) == 1:
        return operation.in_order(aligned.order, aligned.operands[0])
    layer = operation.layer(keras.layers.Concatenate, axis=place)
    return operation.in_order(aligned.order, layer(aligned.operands))


def _build_copies(operation: Operation) -> list[View]:
    """TILE and BROADCAST_TO: an axis after the other."""
    target = operation.output.shape
    view = operation.view().raised(len(target))
    if view.shape[:1] != (1,) or target[0] != 1:
        raise operation.refusal("a batch of 1", f"{view.shape} made {target}")
    order = view.free_order()
    x = operation.building.settled(view.transposed(order), operation.name)
    for place, axis in enumerate(order):
        times = target[axis] // view.shape[axis]
        if times > _MOST_COPIES:
            raise operation.refusal(f"at most {_MOST_COPIES} copies", f"{times}")
        if times > 1:
            x = operation.layer(keras.layers.Concatenate, axis=place)([x] * times)
    return [operation.in_order(order, x)]


def _build_depth_to_space(operation: Operation) -> list[View]:
    view, block = operation.view(), operation.raw.int32(0)
    _, rows, columns, _ = view.shape
    parts = view.reshaped((1, rows, columns, block, block, operation.output.shape[3]))
    return [_moved(operation, parts, (0, 1, 3, 2, 4, 5))]


def _build_space_to_depth(operation: Operation) -> list[View]:
    view, block = operation.view(), operation.raw.int32(0)
    _, rows, columns, channels = view.shape
    size = (1, rows // block, block, columns // block, block, channels)
    return [_moved(operation, view.reshaped(size), (0, 1, 3, 2, 4, 5))]


def _moved(operation: Operation, parts: View | None, order: tuple[int, ...]) -> View:
    shape = operation.output.shape
    found = None if parts is None else parts.transposed(order).reshaped(shape)
    if found is None:
        raise operation.refusal("axes that split evenly", f"{np.array(shape)}")
    return found


BUILDERS = {
    "CONCATENATION": _build_concatenation,
    "PACK": _build_pack,
    "TILE": _build_copies,
    "BROADCAST_TO": _build_copies,
    "DEPTH_TO_SPACE": _build_depth_to_space,
    "SPACE_TO_DEPTH": _build_space_to_depth,
}
