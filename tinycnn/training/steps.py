"""The steps that int8 inference takes, and how factors disappear in their weights.

A step is what TFLite executes as one operator: a convolution or dense layer with its
bias and fused activation, or something without weights of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "INPUT",
    "NUMBERS",
    "ActivationName",
    "Constant",
    "LinearKind",
    "LinearStep",
    "Operator",
    "PlainStep",
    "Range",
    "Step",
    "fed",
    "identity_step",
    "scaled",
]

# "clip" is between two limits, where int8 saturates.
ActivationName = Literal["linear", "relu", "relu6", "clip"]
LinearKind = Literal["conv", "depthwise", "transpose", "dense"]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LinearStep:
    """A convolution, dense layer or transposed convolution with its activation.

    Attributes:
        sources: Indices of the steps whose outputs it reads.
        kernel: Weights in Keras' layout for images, factors folded in.
        bias: One value per output channel.
        dilation: Between the weights, in rows and columns.
        groups: Of channels that a convolution keeps apart.
        limits: Of an activation that clips.
        layer: The Keras layer whose weights they are; its uses share them.
    """

    name: str
    sources: tuple[int, ...]
    kind: LinearKind
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    activation: ActivationName = "linear"
    limits: Range | None = None
    layer: Any = None

    @property
    def is_padded(self) -> bool:
        """Whether some outputs see the border, where the input counts as zero."""
        return self.padding == "same" and self.kernel.shape[:2] != (1, 1)

    @property
    def channel_axes(self) -> tuple[int, ...]:
        """The axes of the kernel that output channels lie on."""
        return {"depthwise": (2, 3), "transpose": (2,)}.get(
            self.kind, (self.kernel.ndim - 1,)
        )

    @property
    def keeps_grid(self) -> bool:
        """No: it computes new values."""
        return False

    @property
    def can_fuse(self) -> bool:
        """Whether a ReLU after it is part of it."""
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """All that training and conversion know of an operator without weights.

    Attributes:
        kind: What it is called in messages and by those that ask for its kind.
        real: Its float behaviour, from tensors with a batch.
        code: TFLite's name of it.
        options: TFLite's options, by the schema's names.
        parameters: Inputs of 32-bit integers after the activations, by name.
        counted: Whole numbers on the output's grid, relative to its real zero, as the
            reference rounds: from whole numbers, their scales, and the output's. Those
            of an operator that keeps its grid take and give int8 alone. None where
            rounding `real` is within one step of it.
        by_value: Whether each value of its one input gives one of the output.
        keeps_grid: Whether inputs and output must have one grid.
        moves: Whether values are moved or selected and none is computed.
        limits: Those of a grid that TFLite fixes.
        can_fuse: Whether a ReLU after it is part of it.
        channels: Whether the output's channels are those of its inputs, one by one, or
            theirs side by side; of others each may depend on all.
    """

    kind: str
    real: Callable[..., Any]
    code: str
    options: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    counted: Callable[..., Any] | None = None
    by_value: bool = False
    keeps_grid: bool = False
    moves: bool = False
    limits: Range | None = None
    can_fuse: bool = False
    channels: Literal["kept", "joined", "mixed"] = "mixed"


# What no operator computes: an image in [0, 1], or numbers of any range.
INPUT = Operator("input", lambda x: x, "", limits=(0.0, 1.0))
NUMBERS = Operator("input", lambda x: x, "")


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """An input that is known: of the batch's shape 1, at `position` among the inputs.

    `variable` is the Keras variable that it is the value of, which training goes on to
    change.
    """

    position: int
    value: NDArray[np.float32]
    variable: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class PlainStep:
    """A step without a kernel.

    Attributes:
        sources: Indices of the steps whose outputs it reads.
        operator: What it does; `INPUT` of an input.
        constants: Inputs that are known.
        limits: Of an activation that clips.
    """

    name: str
    sources: tuple[int, ...]
    operator: Operator = INPUT
    constants: tuple[Constant, ...] = ()
    activation: ActivationName = "linear"
    limits: Range | None = None

    @property
    def kind(self) -> str:
        """What it is called."""
        return self.operator.kind

    @property
    def keeps_grid(self) -> bool:
        """Whether its output has the grid of its inputs."""
        return self.operator.keeps_grid

    @property
    def can_fuse(self) -> bool:
        """Whether a ReLU after it is part of it."""
        return self.operator.can_fuse


Step = LinearStep | PlainStep


def identity_step(name: str, source: int, channels: int) -> LinearStep:
    """A depthwise 1x1 convolution that changes nothing yet."""
    kernel = np.ones((1, 1, channels, 1), np.float32)
    bias = np.zeros(channels, np.float32)
    return LinearStep(name, (source,), "depthwise", kernel, bias)


def scaled(step: LinearStep, factor: Any, offset: Any) -> LinearStep:
    """`step` with its outputs times `factor` plus `offset`, one a channel or one."""
    channels = len(step.bias)
    factor = np.broadcast_to(np.asarray(factor, np.float64), channels)
    shape = [1] * step.kernel.ndim
    for axis in step.channel_axes:
        shape[axis] = step.kernel.shape[axis]
    kernel = step.kernel * factor.reshape(shape)
    bias = step.bias * factor + np.asarray(offset, np.float64)
    return replace(step, kernel=kernel.astype(np.float32), bias=bias.astype(np.float32))


def fed(step: LinearStep, factor: Any, offset: Any) -> LinearStep | None:
    """`step` for inputs that are not yet times `factor` plus `offset`.

    None if no weights of its own would do: a border would be another, or channels lie
    in groups.
    """
    has_offset = bool(np.any(offset))
    if step.groups != 1 or (
        has_offset and (step.is_padded or step.kind == "transpose")
    ):
        return None
    column = np.asarray(factor, np.float64)
    if step.kind != "transpose":  # whose input channels are last
        column = column[:, np.newaxis]
    bias = np.asarray(step.bias, np.float64)
    if has_offset:
        shifts = np.asarray(offset, np.float64)[:, np.newaxis] * step.kernel
        shifts = shifts.reshape(-1, *step.kernel.shape[-2:])
        sums = shifts.sum(axis=0)
        bias = bias + (sums.ravel() if step.kind == "depthwise" else sums.sum(axis=0))
    kernel = (step.kernel * column).astype(np.float32)
    return replace(step, kernel=kernel, bias=bias.astype(np.float32))
