"""What builders of operators work in: tensors so far, names, and layouts made."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.raw_op import RawOp
from tinycnn.errors import UnsupportedModelError
from tinycnn.imports.rebuild.view import View, inverse
from tinycnn.models.backend import keras

__all__ = ["Builder", "Building", "Moved", "Operation", "layer_name"]

Array = NDArray[np.float32]


@dataclass(slots=True)
class Building:
    """The Keras tensors so far, by the file's numbers, and the names that are taken."""

    views: dict[int, View] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def free_name(self, name: str) -> str:
        """`name`, or with a number if a layer has it."""
        found, number = name, 1
        while found.lower() in self.names:
            number += 1
            found = f"{name}_{number}"
        self.names.add(found.lower())
        return found

    def settled(self, view: View, name: str, *, is_whole: bool = False) -> Any:
        """The Keras tensor of a view, its axes in the file's order.

        Args:
            view: Of any layout.
            name: Of the layers that move values, if any must.
            is_whole: Whether a first axis of one image is kept behind Keras' batch.
        """
        shape = view.shape
        if shape[:1] == (1,) and len(shape) > 1 and not is_whole:
            shape = shape[1:]
        tensor, order = view.tensor, view.order
        if not view.is_plain:
            runs: list[list[int]] = []
            for index in order:
                if runs and index == runs[-1][-1] + 1:
                    runs[-1].append(index)
                else:
                    runs.append([index])
            stored = sorted(runs)
            sizes = [int(np.prod([view.factors[i] for i in run])) for run in stored]
            tensor = self.reshaped(tensor, sizes, f"{name}_factors")
            dims = [stored.index(run) + 1 for run in runs]
            tensor = keras.layers.Permute(dims, name=self.free_name(f"{name}_order"))(
                tensor
            )
        return self.reshaped(tensor, shape, f"{name}_shape")

    def reshaped(self, tensor: Any, shape: Sequence[int], name: str) -> Any:
        """A Keras tensor in a shape, without the batch."""
        if tuple(tensor.shape[1:]) == tuple(shape):
            return tensor
        if len(shape) == 1:
            return keras.layers.Flatten(name=self.free_name(name))(tensor)
        return keras.layers.Reshape(tuple(shape), name=self.free_name(name))(tensor)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operator of the file, where it is built."""

    building: Building
    raw: RawOp
    name: str

    @property
    def output(self) -> Tensor:
        """Its first output."""
        return self.raw.output

    def constant(self, number: int) -> Array | None:
        """The values of an input that is known; None for an activation."""
        data = self.raw.input(number).data
        return None if data is None else np.asarray(data, np.float32)

    def weights(self, number: int) -> Array:
        """The values of an input that must be known."""
        values = self.constant(number)
        if values is None:
            raise self.refusal("constant weights", "weights that are computed")
        return values

    def bias(self, number: int, channels: int) -> Array:
        """The values of an input that may be left out."""
        inputs = self.raw.inputs
        if number >= len(inputs) or inputs[number] < 0:
            return np.zeros(channels, np.float32)
        return np.broadcast_to(self.weights(number).ravel(), (channels,))

    def view(self, number: int = 0) -> View:
        """An activation that it reads."""
        tensor = self.raw.input(number)
        view = self.building.views.get(tensor.id)
        if view is None:
            got = "a constant" if tensor.data is not None else "none"
            raise self.refusal(f"an activation as input {number}", got)
        return view

    def image(self, number: int = 0) -> Any:
        """An activation as Keras has it: of one image, in the file's order."""
        view = self.view(number)
        if view.shape[:1] != (1,):
            raise self.refusal("a batch of 1", f"a tensor of shape {view.shape}")
        return self.building.settled(view, self.name)

    def aligned(self) -> Moved:
        """All inputs, so that they broadcast in the layout of the largest activation.

        Raises:
            UnsupportedModelError: If none is an activation.
        """
        rank, is_whole = len(self.output.shape), self.output.shape[:1] != (1,)
        numbers = range(len(self.raw.inputs))
        known = {i: c for i in numbers if (c := self.constant(i)) is not None}
        views = {i: self.view(i).raised(rank) for i in numbers if i not in known}
        if not views:
            raise self.refusal("an activation", "constants")
        lead = max(views.values(), key=lambda view: math.prod(view.shape))
        order = tuple(range(rank)) if is_whole else lead.free_order()
        operands: list[Any] = []
        for i in numbers:
            if i in views:
                moved = views[i].transposed(order)
                found = self.building.settled(moved, self.name, is_whole=is_whole)
            else:
                array = known[i].reshape((1,) * (rank - known[i].ndim) + known[i].shape)
                array = array.transpose(order)
                found = array if is_whole else array[0]
                found = float(array.item()) if array.size == 1 else found
            operands.append(found)
        return Moved(order, operands, is_whole)

    def moved(self, number: int = 0) -> Moved:
        """One activation as it lies."""
        view = self.view(number)
        is_whole = view.shape[:1] != (1,)
        order = tuple(range(len(view.shape))) if is_whole else view.free_order()
        inner = view.transposed(order)
        tensor = self.building.settled(inner, self.name, is_whole=is_whole)
        return Moved(order, tensor, is_whole)

    def named(self, tensor: Any) -> Any:
        """The result of a function of `keras.ops`, which has the operator's name."""
        tensor._keras_history.operation.name = self.building.free_name(self.name)
        return tensor

    def layer(self, kind: Any, *args: Any, suffix: str = "", **options: Any) -> Any:
        """A new layer with the operator's name."""
        name = self.building.free_name(self.name + suffix)
        return kind(*args, name=name, **options)

    def plain(self, tensor: Any, number: int = 0, *, is_positive: bool = False) -> View:
        """A Keras tensor as the output, in the file's order."""
        shape = self.raw.tensors[self.raw.outputs[number]].shape
        return self.proven(View.plain(tensor, shape, is_positive=is_positive), number)

    def in_order(
        self,
        order: Sequence[int],
        tensor: Any,
        number: int = 0,
        *,
        axes: Sequence[int] | None = None,
    ) -> View:
        """A Keras tensor as an output whose axes were brought into `order`.

        Args:
            order: Of the file's axes.
            tensor: What was computed.
            number: Of the output.
            axes: Which of the axes of `order` are left, if not all.
        """
        shape = self.raw.tensors[self.raw.outputs[number]].shape
        if axes is not None:
            kept = [i for i in order if i in axes]
            order = [sorted(kept).index(i) for i in kept]
        view = View.plain(tensor, [shape[i] for i in order])
        return self.proven(view.transposed(inverse(order)), number)

    def proven(self, view: View, number: int = 0) -> View:
        """`view`, whose Keras tensor has the size that the file says.

        Raises:
            UnsupportedModelError: If it does not.
        """
        shape = self.raw.tensors[self.raw.outputs[number]].shape
        stored = [n for n in view.tensor.shape[1:] if n != 1]
        if view.shape != shape or np.prod(stored) != np.prod(shape):
            got = f"{tuple(view.tensor.shape[1:])} of Keras"
            raise self.refusal(f"an output of shape {shape}", got)
        return view

    def refusal(self, expected: str, got: str) -> UnsupportedModelError:
        """An error that names the operator."""
        return UnsupportedModelError(
            f"{self.raw.label}: expected {expected}, got {got}",
            hint="Google's quantizer makes an int8 file of it, which is not trained on",
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """What an operator computes on, in one layout.

    Attributes:
        order: Of the file's axes.
        operands: A Keras tensor; of several Keras tensors, arrays without the batch,
            and numbers.
        is_whole: Whether the file's first axis is behind Keras' batch.
    """

    order: tuple[int, ...]
    operands: Any
    is_whole: bool

    def per_axis(self, values: Sequence[Any], batch: Any) -> list[Any]:
        """The values of the file's axes for those of Keras, `batch` for its batch."""
        found = [values[i] for i in self.order]
        return [batch, *found] if self.is_whole else [batch, *found[1:]]

    def axis(self, number: int) -> int:
        """Which axis of the Keras tensors is one of the file's, from 0."""
        return self.order.index(number) + self.is_whole


# Builds an operator; gives its outputs.
Builder = Callable[[Operation], list[View]]

_OPERATIONS = re.compile(
    r"^(?:[A-Z]\w*|add|sub|mul|stack|concat|strided_slice|model|convolution|"
    r"separable_conv2d|depthwise|transpose|pfor|jit_.*|\d+)$"
)


def layer_name(tensor: str, kind: str) -> str:
    """A layer's name from that of its output in a file.

    >>> layer_name("net/conv_1/Relu;net/conv_1/BiasAdd", "CONV_2D")
    'conv_1'
    >>> layer_name("StatefulPartitionedCall:0", "FULLY_CONNECTED")
    'fully_connected'
    """
    first = tensor.partition(";")[0].partition(":")[0]
    parts = re.split(r"[/.]", re.sub("^serving_default_", "", first))
    while parts and (not parts[-1] or _OPERATIONS.match(parts[-1])):
        parts.pop()
    name = parts[-1] if parts else kind.lower()
    return re.sub(r"\W+", "_", name).strip("_") or kind.lower()
