"""Operator by operator, a float `.tflite` becomes a functional Keras model.

Its images are rows x columns x channels, whatever the file has; that LiteRT computes
the same is checked before anybody gets the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.errors import InvalidModelError, TinycnnError, UnsupportedModelError
from tinycnn.imports.rebuild.building import Building, Operation, layer_name
from tinycnn.imports.rebuild.dilation import with_dilation
from tinycnn.imports.rebuild.float_file import FloatFile, read_float_file
from tinycnn.imports.rebuild.operators import BUILDERS
from tinycnn.imports.rebuild.view import View, inverse
from tinycnn.models.backend import keras
from tinycnn.reference.float_litert import FloatRunner

__all__ = ["Rebuilt", "rebuild"]

Order = tuple[int, ...]
Run = Any  # of arrays, a row each

_CHANNELS_LAST = (0, 2, 3, 1)
_SAMPLES = 4
# Both compute in float32 but add in another order, 2**-24 of a sum's size each time;
# over all constructions of the tests the largest difference is 2e-5 of the outputs'
# range, and a wrong layout or option makes it a tenth and more.
_TOLERANCE = 1e-3
_HYBRID_TOLERANCE = 0.1  # LiteRT rounds activations to int8 where weights are


@dataclass(frozen=True, slots=True, eq=False)
class Rebuilt:
    """A Keras model that computes what a file does.

    Attributes:
        model: Of images, height x width x channels.
        run: LiteRT with the file, for the model's inputs; gives the model's outputs.
        difference: The largest between the two, in the range of the outputs.
    """

    model: Any
    run: Run
    difference: float


def rebuild(content: bytes, name: str) -> Rebuilt:
    """The Keras model of a float `.tflite`.

    Args:
        content: The file.
        name: What messages call it.

    Raises:
        UnsupportedModelError: If an operator has no layer, or the results differ.
        InvalidModelError: If the file is broken.
    """
    try:
        file = read_float_file(content)
        building = Building()
        inputs = [_input(file, number, building) for number in file.inputs]
        ops, _ = with_dilation(file.ops, file.tensors)
        for raw in ops:
            _build(building, Operation(building, raw, _name(raw)))
        outputs = [_output(file, number, building) for number in file.outputs]
    except TinycnnError as error:
        raise type(error)(f"{name}: {error}", error.hint) from error
    model = keras.Model(
        _alone([image for image, _ in inputs]),
        _alone([y for y, _ in outputs]),
        name="net",
    )
    orders = [order for _, order in inputs], [order for _, order in outputs]
    run = _in_layout(FloatRunner(content), *orders, model)
    difference = _compare(model, run, name)
    limit = _HYBRID_TOLERANCE if file.is_hybrid else _TOLERANCE
    if not difference <= limit:
        raise UnsupportedModelError(
            f"{name}: rebuilt in Keras its outputs differ by {difference:.2g} of their "
            f"range from LiteRT's, expected at most {limit:g}",
            hint="please report the file: this is a fault of tinycnn",
        )
    return Rebuilt(model, run, difference)


def _alone(tensors: list[Any]) -> Any:
    """One as it is, several in their list."""
    return tensors[0] if len(tensors) == 1 else tensors


def _name(raw: Any) -> str:
    return layer_name(raw.output.name, raw.kind)


def _input(file: FloatFile, number: int, building: Building) -> tuple[Any, Order]:
    """A Keras input and the order of the file's axes in it."""
    tensor = file.tensors[number]
    if tensor.dtype != "float32" or tensor.shape[:1] != (1,):
        raise UnsupportedModelError(
            f"input '{tensor.name}': expected float32 with a batch of 1, got "
            f"{tensor.dtype} of shape {tensor.shape}",
            hint="export the network for one image of real numbers",
        )
    order = _image_order(file, tensor)
    shape = [tensor.shape[i] for i in order]
    name = building.free_name(layer_name(tensor.name, "image"))
    image = keras.Input(shape[1:], name=name)
    building.views[number] = View.plain(image, shape).transposed(inverse(order))
    return image, order


def _image_order(file: FloatFile, tensor: Tensor) -> Order:
    """Channels last: where all that reads it brings it there, or sizes tell."""
    same = tuple(range(len(tensor.shape)))
    if len(same) != 4:
        return same
    readers = [op for op in file.ops if tensor.id in op.inputs]
    is_moved = all(
        op.kind == "TRANSPOSE" and tuple(op.constant(1)) == _CHANNELS_LAST
        for op in readers
    )
    is_first = tensor.shape[1] in (1, 3) and tensor.shape[3] not in (1, 3)
    return _CHANNELS_LAST if (readers and is_moved) or is_first else same


def _build(building: Building, operation: Operation) -> None:
    raw = operation.raw
    builder = BUILDERS.get(raw.kind)
    if builder is None:
        raise operation.refusal("an operator that Keras has a layer for", raw.kind)
    try:
        views = builder(operation)
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise InvalidModelError(f"{raw.label}: {lines[0]}") from error
    building.views.update(zip(raw.outputs, views, strict=True))


def _output(file: FloatFile, number: int, building: Building) -> tuple[Any, Order]:
    """A Keras tensor and the order of the file's axes in it: channels last."""
    view = building.views.get(number)
    if view is None:
        raise UnsupportedModelError(
            f"output '{file.tensors[number].name}': expected it computed, got a "
            "constant or an input"
        )
    same = tuple(range(len(view.shape)))
    order = _CHANNELS_LAST if view.free_order() == _CHANNELS_LAST else same
    return building.settled(view.transposed(order), "output"), order


def _in_layout(
    runner: FloatRunner, inputs: Sequence[Order], outputs: Sequence[Order], model: Any
) -> Run:
    """LiteRT for arrays as the Keras model has them."""
    shapes = [tensor.shape[1:] for tensor in model.outputs]

    def run(*arrays: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        given = [
            # a row each, of which the batch of one was the first axis
            array[:, None].transpose(0, *(i + 1 for i in inverse(order)))
            for array, order in zip(arrays, inputs, strict=True)
        ]
        found = []
        results = runner(*given)
        for values, order, shape in zip(results, outputs, shapes, strict=True):
            moved = values.transpose(0, *(i + 1 for i in order))
            found.append(moved.reshape(len(values), *shape))
        return found

    return run


def _compare(model: Any, run: Run, name: str) -> float:
    """The largest difference on random images, in the range of the outputs."""
    rng = np.random.default_rng(0)
    images = [
        # numbers near zero, and pixels as they are
        np.concatenate(
            [
                rng.uniform(low, high, (_SAMPLES, *tensor.shape[1:]))
                for low, high in ((-1.0, 1.0), (0.0, 255.0))
            ]
        ).astype(np.float32)
        for tensor in model.inputs
    ]
    ours = keras.tree.flatten(model(_alone(images), training=False))
    try:
        theirs = run(*images)
    except TinycnnError as error:
        raise type(error)(f"{name}: {error}", error.hint) from error
    largest = 0.0
    for a, b in zip(map(np.asarray, ours), theirs, strict=True):
        for half in (slice(_SAMPLES), slice(_SAMPLES, None)):
            largest = max(largest, _difference(a[half], b[half]))
    return largest


def _difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    is_finite = np.isfinite(b)
    if not np.array_equal(np.isfinite(a), is_finite):
        return np.inf
    size = float(np.max(np.abs(b), where=is_finite, initial=1e-6))
    return float(np.max(np.abs(a - b), where=is_finite, initial=0)) / size
