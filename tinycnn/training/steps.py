"""The steps that int8 inference takes, and how batch normalization disappears in them.

A step is what TFLite executes as one operator: a convolution, depthwise convolution or
dense layer with its bias and fused activation, or something without weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AS_PLACE",
    "ActivationName",
    "LinearKind",
    "LinearStep",
    "PlainStep",
    "Step",
    "StepKind",
    "fold_hard_sigmoid",
    "fold_norm",
    "identity_step",
]

# In the name of a step that only shapes what a layer gives as an image of one place.
AS_PLACE = "_as_1x1_of_"
# "unit" clips to 0..1: a hard sigmoid whose slope and offset are in the weights.
ActivationName = Literal["linear", "relu", "relu6", "unit"]
LinearKind = Literal["conv", "depthwise", "dense"]
StepKind = Literal[
    "input",
    "add",
    "multiply",
    "concatenate",
    "mean",
    "average_pool",
    "same_grid",
    "logistic",
    "hard_swish",
    "softmax",
]


@dataclass(frozen=True, slots=True, eq=False)
class LinearStep:
    """A convolution, depthwise convolution or dense layer with its activation.

    Attributes:
        sources: Indices of the steps whose outputs it reads.
        kernel: Weights in Keras' layout, batch normalization folded in.
        bias: One value per output channel.
    """

    name: str
    sources: tuple[int, ...]
    kind: LinearKind
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    activation: ActivationName = "linear"


@dataclass(frozen=True, slots=True, eq=False)
class PlainStep:
    """A step without weights.

    Attributes:
        sources: Indices of the steps whose outputs it reads.
        kind: What it does; "same_grid" steps only move or select values.
        layer: The Keras layer that computes it, where one is needed.
    """

    name: str
    sources: tuple[int, ...]
    kind: StepKind
    layer: Any = None
    activation: ActivationName = "linear"


Step = LinearStep | PlainStep


def identity_step(name: str, source: int, channels: int) -> LinearStep:
    """A depthwise 1x1 convolution that changes nothing yet."""
    kernel = np.ones((1, 1, channels, 1), np.float32)
    bias = np.zeros(channels, np.float32)
    return LinearStep(name, (source,), "depthwise", kernel, bias)


def fold_hard_sigmoid(step: LinearStep) -> LinearStep:
    """`step` followed by min(max(x / 6 + 1/2, 0), 1)."""
    sixth, half = np.float32(1 / 6), np.float32(0.5)
    kernel, bias = step.kernel * sixth, step.bias * sixth + half
    return replace(step, kernel=kernel, bias=bias, activation="unit")


def fold_norm(step: LinearStep, norm: Any) -> LinearStep:
    """`step` with the moving statistics of `norm` in its weights."""
    mean = np.asarray(norm.moving_mean, np.float64)
    variance = np.asarray(norm.moving_variance, np.float64)
    gamma = np.asarray(norm.gamma, np.float64) if norm.scale else 1.0
    beta = np.asarray(norm.beta, np.float64) if norm.center else 0.0
    factor = gamma / np.sqrt(variance + norm.epsilon)
    bias = (step.bias - mean) * factor + beta
    shape = step.kernel.shape[2:] if step.kind == "depthwise" else (-1,)
    kernel = step.kernel * factor.reshape(shape)
    return replace(step, kernel=kernel.astype(np.float32), bias=bias.astype(np.float32))
