"""What readers of layers write into: the steps read so far, and what they may become.

A factor and an offset for each channel, as those of a normalization, go into the
weights before them, or after them, or are a 1x1 depthwise convolution of their own.
Activations become part of the step before them where TFLite fuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tinycnn.errors import UnsupportedModelError
from tinycnn.models.backend import tf
from tinycnn.models.layer_graph import node_of
from tinycnn.training.rounding import requantized
from tinycnn.training.steps import (
    ActivationName,
    Constant,
    LinearStep,
    Operator,
    PlainStep,
    Range,
    Step,
    fed,
    identity_step,
    scaled,
)

__all__ = ["Call", "Place", "Reading", "clipping", "expect", "fixed_range"]
__all__ += ["refusal", "requantizing", "reshaping"]

Shape = tuple[int, ...]
_WIDEST = 8.0  # of limits that a grid keeps


class Place(int):
    """The index of a step, among other arguments of a call."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One use of a layer or operation.

    Attributes:
        operation: What is called.
        sources: The steps that it reads, in order.
        operands: All positional arguments, flat: steps as `Place`, others as they are.
        shape: Of its first output, without the batch.
        tensor: Its first output.
        options: The arguments by name.
    """

    operation: Any
    sources: tuple[Place, ...]
    operands: tuple[Any, ...]
    shape: Shape
    tensor: Any
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation's name."""
        return str(self.operation.name)

    @property
    def input_shape(self) -> Shape:
        """The shape of its first input, without the batch."""
        return tuple(node_of(self.tensor).input_tensors[0].shape[1:])

    @property
    def output_shapes(self) -> list[Shape]:
        """The shapes of all outputs, without the batch."""
        return [tuple(t.shape[1:]) for t in node_of(self.tensor).outputs]


@dataclass(slots=True)
class Reading:
    """What has been read so far; `shared` steps have more than one reader."""

    steps: list[Step] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    shared: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, step: Step, shape: Sequence[int]) -> Place:
        """`step` as the last; it gets a free name."""
        name, number = step.name, 1
        while name in self.names:
            number += 1
            name = f"{step.name}_{number}"
        self.names.add(name)
        self.steps.append(step if name == step.name else replace(step, name=name))
        self.shapes.append(tuple(shape))
        return Place(len(self.steps) - 1)

    def plain(
        self,
        name: str,
        sources: Sequence[int],
        operator: Operator,
        shape: Sequence[int],
        constants: tuple[Constant, ...] = (),
    ) -> Place:
        """A step of `operator`."""
        step = PlainStep(name, tuple(sources), operator, constants)
        return self.add(step, shape)

    def linear(self, step: LinearStep, shape: Sequence[int]) -> Place:
        """`step`, with what its input is multiplied by in its weights if it can be."""
        (source,) = step.sources
        before, whole = self._behind(source), step
        if isinstance(before, LinearStep) and _is_affine(before) and step.groups == 1:
            is_read_once = not self._is_read_elsewhere(source)
            factor, offset = before.kernel.reshape(-1), before.bias
            channels = self.shapes[source][-1]
            folded = fed(step, factor, offset) if channels == len(factor) else None
            if is_read_once and folded is not None:
                (origin,) = before.sources
                origin = self.reshaped(origin, self.shapes[source], f"{step.name}_in")
                whole = replace(folded, sources=(origin,))
        return self.add(whole, shape)

    def scale(self, index: int, factor: Any, offset: Any, name: str) -> Place:
        """The step at `index` times `factor` plus `offset`, one a channel or one."""
        base = self._base(index)
        step = self.steps[base]
        channels = self._channels(index)
        if (
            isinstance(step, LinearStep)
            and self._is_free(base, index)
            and (step.activation, len(step.bias)) == ("linear", channels)
        ):
            self.steps[base] = scaled(step, factor, offset)
            return Place(index)
        own = identity_step(self.own_name(index, name, "affine"), index, channels)
        return self.add(scaled(own, factor, offset), self.shapes[index])

    def activate(
        self,
        index: int,
        name: str,
        activation: ActivationName,
        limits: Range | None = None,
    ) -> Place:
        """The step at `index` with an activation, fused if TFLite does."""
        base = self._base(index)
        step = self.steps[base]
        if step.can_fuse and step.activation == "linear" and self._is_free(base, index):
            self.steps[base] = replace(step, activation=activation, limits=limits)
            return Place(index)
        own = clipping(activation, limits)
        name = self.own_name(index, name, activation)
        return self.plain(name, (index,), own, self.shapes[index])

    def reshaped(self, index: int, shape: Sequence[int], name: str) -> Place:
        """The step at `index` in another shape, which may be its own."""
        step, shape = self.steps[index], tuple(shape)
        if self.shapes[index] == shape:
            return Place(index)
        if step.kind == "reshape":
            return self.reshaped(step.sources[0], shape, name)
        return self.plain(name, (index,), reshaping(shape), shape)

    def follow(
        self, index: int, function: Any, refused: Callable[[str], Exception]
    ) -> Place:
        """The step at `index` through a function of the user's own.

        Raises:
            Exception: As `refused` makes it of a reason, if it cannot be followed.
        """
        raise NotImplementedError

    def own_name(self, index: int, name: str, suffix: str) -> str:
        """A name for a step of `name` after that at `index`, which may have it."""
        return (
            name if self.steps[self._base(index)].name != name else f"{name}_{suffix}"
        )

    def fixed_range(self, index: int) -> Range | None:
        """The limits of the grid of the step at `index`, if they are fixed."""
        step = self.steps[index]
        if step.keeps_grid and step.sources:
            found = {self.fixed_range(source) for source in step.sources}
            return found.pop() if len(found) == 1 else None
        return fixed_range(step)

    def _channels(self, index: int) -> int:
        return self.shapes[index][-1] if self.shapes[index] else 1

    def _base(self, index: int) -> int:
        """The step that computes what a reshaping at `index` keeps the channels of."""
        step = self.steps[index]
        if step.kind != "reshape" or index in self.shared:
            return index
        (source,) = step.sources
        if self._channels(source) != self._channels(index):
            return index
        return self._base(source)

    def _behind(self, index: int) -> Step:
        return self.steps[self._base(index)]

    def _is_free(self, base: int, index: int) -> bool:
        """Whether what is at `base` is read as the step at `index` alone."""
        return base not in self.shared and index not in self.shared

    def _is_read_elsewhere(self, index: int) -> bool:
        return not self._is_free(self._base(index), index)


def fixed_range(step: Step) -> Range | None:
    """The limits of the grid that `step` computes on, if they are fixed.

    Those of a clipping are if they are near; else what is seen may be much narrower.
    """
    if step.limits is not None and step.limits[1] - step.limits[0] <= _WIDEST:
        return step.limits
    return None if isinstance(step, LinearStep) else step.operator.limits


def reshaping(shape: Sequence[int]) -> Operator:
    """RESHAPE to `shape`, which has no batch."""
    shape = tuple(shape)
    return Operator(
        "reshape",
        lambda x: tf.reshape(x, (-1, *shape)),
        "RESHAPE",
        parameters={"shape": np.array((1, *shape), np.int32)},
        options={"newShape": np.array((1, *shape), np.int32)},
        keeps_grid=True,
        moves=True,
        channels="kept",
    )


def _is_affine(step: LinearStep) -> bool:
    """Whether it is but a factor and an offset for each channel."""
    is_own = step.layer is None and step.kind == "depthwise"
    return is_own and step.activation == "linear" and step.kernel.size == len(step.bias)


def clipping(activation: ActivationName, limits: Range | None) -> Operator:
    """The operator of an activation alone."""
    if activation == "clip":
        assert limits is not None
        low, high = limits
        return Operator(
            "clip",
            lambda x: tf.clip_by_value(x, low, high),
            "QUANTIZE",
            counted=_rescaled,
            limits=limits if high - low <= _WIDEST else None,
            channels="kept",
        )
    return Operator(
        activation,
        tf.nn.relu if activation == "relu" else tf.nn.relu6,
        activation.upper(),
        counted=_rescaled_above_zero,
        channels="kept",
    )


def _rescaled(x: Any, x_scale: Any, scale: Any) -> Any:
    """QUANTIZE: from one grid to another."""
    return requantized(x, x_scale / scale)


def _rescaled_above_zero(x: Any, x_scale: Any, scale: Any) -> Any:
    """RELU."""
    return tf.maximum(_rescaled(x, x_scale, scale), 0.0)


def requantizing() -> Operator:
    """QUANTIZE: the same values on another grid."""
    return Operator(
        "requantize", tf.identity, "QUANTIZE", counted=_rescaled, channels="kept"
    )


def expect(layer: Any, option: str, *expected: Any) -> None:
    """Refuse `layer` if it has `option` and the value is none of those."""
    got = getattr(layer, option, expected[0])
    if got not in expected:
        wanted = " or ".join(map(str, expected))
        raise refusal(layer, f"{option} {wanted}", str(got))


def refusal(
    layer: Any, expected: str, got: str, hint: str | None = None
) -> UnsupportedModelError:
    """An error that names `layer`."""
    return UnsupportedModelError(
        f"layer '{layer.name}' ({type(layer).__name__}): expected {expected}, "
        f"got {got}",
        hint=hint,
    )
