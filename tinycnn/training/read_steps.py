"""Reads a Keras model as the steps that int8 inference will take.

In: a model of layers and operations, also of models, or a class that can be followed.
Out: its steps in execution order, with factors of channels folded into weights and
activations fused into the step before them, which is how TFLite executes them. What
cannot be expressed so is refused here, by name, and nowhere later.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from tinycnn.errors import UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.models.flat import flat_model, is_own
from tinycnn.models.layer_graph import node_of, tensors_in_order
from tinycnn.training.operators import reader_of
from tinycnn.training.operators.refused import hint_for
from tinycnn.training.reading import Call, Place, Reading, refusal
from tinycnn.training.steps import INPUT, LinearStep, Operator, Step

__all__ = ["Network", "read_network", "read_steps"]


@dataclass(frozen=True, slots=True)
class Network:
    """Steps in execution order.

    Attributes:
        inputs: The indices of those that are inputs, in the model's order.
        outputs: The indices of those whose outputs are the model's.
        shapes: Of the outputs of all steps, without the batch.
    """

    steps: tuple[Step, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]


def read_steps(model: Any) -> tuple[Step, ...]:
    """The steps of `model` in execution order, from its inputs to its outputs.

    Raises:
        UnsupportedModelError: If a layer, an option or the shape of the network has
            no int8 counterpart here.
    """
    return read_network(model).steps


def read_network(model: Any, inputs_are: Operator = INPUT) -> Network:
    """The steps of `model`, and which of them are its inputs and outputs.

    Args:
        model: As for `read_steps`.
        inputs_are: `INPUT` if they are images, `NUMBERS` if not.

    Raises:
        UnsupportedModelError: As `read_steps` does.
    """
    flat = flat_model(model, opens=_is_opened)
    for image in flat.inputs:
        if None in image.shape[1:]:
            raise UnsupportedModelError(
                f"model '{model.name}': expected an input of fixed size, got "
                f"{image.shape[1:]}",
                hint="give keras.Input height, width and channels",
            )
    reading = _GraphReading()
    inputs = []
    for image in flat.inputs:
        name = image._keras_history.operation.name
        inputs.append(reading.plain(name, (), inputs_are, image.shape[1:]))
    known = list(zip(flat.inputs, inputs, strict=True))
    outputs = reading.read(flat.outputs, known)
    return _tidied(reading, inputs, outputs)


def _is_opened(layer: Any) -> bool:
    """Whether a layer is followed to what it is made of."""
    return isinstance(layer, keras.layers.Layer) and (
        is_own(layer) or isinstance(layer, keras.layers.Lambda)
    )


class _GraphReading(Reading):
    """A reading that follows graphs of tensors."""

    def read(
        self, outputs: list[Any], known: Iterable[tuple[Any, Place]]
    ) -> list[Place]:
        """The steps of `outputs`, from tensors whose steps are known."""
        found = {id(tensor): place for tensor, place in known}
        borders = [tensor for tensor, _ in known]
        tensors = tensors_in_order(outputs, borders)
        uses = Counter(id(t) for t in outputs)
        seen_calls = set()
        for tensor in tensors:
            if id(tensor) not in {id(border) for border in borders}:
                node = node_of(tensor)
                if id(node) not in seen_calls:
                    seen_calls.add(id(node))
                    uses.update(id(t) for t in node.input_tensors)
        for tensor in tensors:
            if id(tensor) not in found:
                node = node_of(tensor)
                places = _read_call(self, node, found)
                for output, place in zip(node.outputs, places, strict=True):
                    found[id(output)] = place
            if uses[id(tensor)] > 1:
                self.shared.add(found[id(tensor)])
        return [found[id(output)] for output in outputs]

    def follow(
        self, index: int, function: Any, refused: Callable[[str], Exception]
    ) -> Place:
        """The step at `index` through a function of the user's own."""
        image = keras.Input(self.shapes[index])
        try:
            model = keras.Model(image, function(image))
            flat = flat_model(model, opens=_is_opened)
            (place,) = self.read(flat.outputs, [(flat.inputs[0], Place(index))])
        except Exception as error:  # the user's code may raise anything
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise refused(lines[0]) from error
        return place


def _read_call(reading: Reading, node: Any, found: dict[int, Place]) -> list[Place]:
    operation = node.operation
    reader = reader_of(operation)
    if reader is None:
        raise _unknown(operation)
    _check_call(operation, node)
    args, options = node.arguments.convert(
        lambda value: found.get(id(value), value) if _is_symbolic(value) else value
    )
    call = Call(
        operation,
        tuple(found[id(tensor)] for tensor in node.input_tensors),
        _operands(args),
        tuple(node.outputs[0].shape[1:]),
        node.outputs[0],
        options,
    )
    places = reader(reading, call)
    return places if isinstance(places, list) else [places]


def _operands(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Positional arguments, those in lists and tuples one by one."""
    found: list[Any] = []
    for arg in args:
        found.extend(arg if isinstance(arg, (list, tuple)) else [arg])
    return tuple(found)


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, keras.KerasTensor)


def _unknown(operation: Any) -> UnsupportedModelError:
    kind = type(operation)
    what = "layer" if isinstance(operation, keras.layers.Layer) else "operation"
    return UnsupportedModelError(
        f"{what} '{operation.name}' ({kind.__name__}): not supported",
        hint=hint_for(kind) or "docs/layers.md lists what is",
    )


def _check_call(layer: Any, node: Any) -> None:
    """Refuse a layer that is called with more than its inputs."""
    if not isinstance(layer, keras.layers.Layer):
        return
    given = enumerate(node.arguments.args[1:], 1)  # beside the input
    options = {**node.arguments.kwargs, **{f"argument {i}": v for i, v in given}}
    usual = inspect.signature(layer.call).parameters
    for name, value in options.items():
        is_usual = name in usual and usual[name].default is value
        if value is not None and value is not False and not is_usual:
            raise refusal(
                layer,
                "a call with its input alone",
                f"{name}={value}",
                "leave training out of the call: it is for inference too",
            )


def _tidied(reading: Reading, inputs: list[Place], outputs: list[Place]) -> Network:
    """What the outputs need, with images around depthwise steps of other shapes."""
    needed, pending = set(inputs), list(outputs)
    while pending:
        index = pending.pop()
        if index not in needed:
            needed.add(Place(index))
            pending.extend(Place(s) for s in reading.steps[index].sources)
    tidy = Reading()
    place: dict[int, Place] = {}
    for number, step in enumerate(reading.steps):
        index = Place(number)
        if index not in needed:
            continue
        shape = reading.shapes[index]
        sources = tuple(place[source] for source in step.sources)
        moved = replace(step, sources=sources)
        if _needs_image(moved, shape):
            place[index] = _as_image(tidy, moved, shape)
        else:
            place[index] = tidy.add(moved, shape)
    return Network(
        tuple(tidy.steps),
        tuple(place[i] for i in inputs),
        tuple(place[o] for o in outputs),
        tuple(tidy.shapes),
    )


def _needs_image(step: Step, shape: tuple[int, ...]) -> bool:
    is_linear = isinstance(step, LinearStep) and step.kind == "depthwise"
    return is_linear and len(shape) != 3


def _as_image(tidy: Reading, step: Step, shape: tuple[int, ...]) -> Place:
    """A factor for each channel of vectors, or rows of them, as of an image."""
    (source,) = step.sources
    *rows, channels = shape or (1,)
    image = (1, 1, channels) if len(rows) < 1 else (*_two(rows), channels)
    before = f"{tidy.steps[source].name}_as_1x1_of_{step.name}"
    inner = tidy.reshaped(source, image, before)
    index = tidy.add(replace(step, sources=(inner,)), image)
    return tidy.reshaped(index, shape, f"{step.name}_flat")


def _two(rows: list[int]) -> tuple[int, int]:
    """The axes before the channels as two."""
    first, *others = rows
    product = 1
    for size in others:
        product *= size
    return (first, product) if others else (1, first)
