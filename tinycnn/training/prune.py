"""Structured pruning: whole channels set to zero, for the compiler to leave out.

In: a trained float model. Out: the same, with its weakest filters held at zero while
the others are fine-tuned. Weakest are those with the smallest sum of absolute weights,
batch normalization folded in (Li et al., 2017, "Pruning filters for efficient
ConvNets", section 3.1). Channels that are added to each other, as along residual
connections, go together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.errors import ProjectError
from tinycnn.models.backend import keras
from tinycnn.models.blocks import scaled
from tinycnn.models.layer_graph import node_of, tensors_in_order
from tinycnn.training.read_steps import Network, read_network
from tinycnn.training.steps import LinearStep, Step

__all__ = ["hold_at_zero", "prune_channels"]

_LAYERS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)


def prune_channels(model: Any, share: float) -> int:
    """Hold about `share` of the channels of each layer at zero; returns how many.

    What is left is a multiple of four channels, which kernels work on at a time. The
    output's channels stay, those of products, and those of which sigmoids are taken.

    Args:
        model: Of layers that can be quantized.
        share: Between 0 and 1.

    Raises:
        ProjectError: If no channel can go.
        UnsupportedModelError: If a layer has no int8 counterpart.
    """
    norms, pruned = _norms(model), 0
    named = {layer.name: layer for layer in model.layers if isinstance(layer, _LAYERS)}
    for steps in _groups(read_network(model)):
        if not all(step.name in named for step in steps):
            continue  # as of a separable convolution, which is two steps
        alive = _strongest(steps, 1.0 - share)
        for step in steps:
            _hold_channels(named[step.name], norms.get(step.name), alive)
        pruned += int(np.sum(alive == 0.0))
    if pruned == 0:
        raise ProjectError(
            f"training.prune: model '{model.name}' has no channels that can go",
            hint="raise share, or leave [training.prune] out",
        )
    return pruned


def hold_at_zero(variable: Any, alive: NDArray[np.float32]) -> None:
    """Set `variable` to zero where `alive` is, and let no optimizer change that.

    A constraint that it has holds for the others.
    """
    own = variable.constraint or (lambda value: value)
    variable.assign(variable * alive)
    variable.constraint = lambda value: own(value) * alive


def _norms(model: Any) -> dict[str, Any]:
    """The batch normalization right after a layer, by the layer's name."""
    found = {}
    for tensor in tensors_in_order(model.outputs):
        layer = tensor._keras_history.operation
        if isinstance(layer, keras.layers.BatchNormalization):
            (source,) = node_of(tensor).input_tensors
            found[source._keras_history.operation.name] = layer
    return found


def _groups(network: Network) -> list[list[LinearStep]]:
    """The steps that make the same channels, where these can go."""
    steps = network.steps
    group_of: list[int] = []
    fixed = {index for index, step in enumerate(steps) if step.kind == "input"}
    uses = Counter(_weights_of(step) for step in steps)
    for index, step in enumerate(steps):
        sources = {group_of[source] for source in step.sources}
        if isinstance(step, LinearStep):
            is_new = step.kind != "depthwise"
            if _adds_channels(step) or step.groups > 1 or uses[_weights_of(step)] > 1:
                fixed |= sources | {index}
        else:
            channels = step.operator.channels if step.operator else "mixed"
            is_new = channels != "kept"
            if channels == "mixed":
                fixed |= sources
            elif channels == "kept":
                group_of = [min(sources) if g in sources else g for g in group_of]
        group_of.append(index if is_new else min(sources))
    groups: dict[int, list[LinearStep]] = {}
    for step, group in zip(steps, group_of, strict=True):
        if isinstance(step, LinearStep):
            groups.setdefault(group, []).append(step)
    for index in (*fixed, *network.outputs):
        groups.pop(group_of[index], None)
    return [g for g in groups.values() if any(s.kind != "depthwise" for s in g)]


def _weights_of(step: Step) -> Any:
    """The same for two uses of one layer, and for nothing else."""
    layer = step.layer if isinstance(step, LinearStep) else None
    return id(step) if layer is None else (id(layer), step.kind)


def _adds_channels(step: LinearStep) -> bool:
    """Whether it is a depthwise convolution with several filters a channel."""
    return step.kind == "depthwise" and step.kernel.shape[-1] > 1


def _strongest(steps: Sequence[LinearStep], share: float) -> NDArray[np.float32]:
    """One for each channel that stays, zero for the others."""
    sums = [_strengths(step) for step in steps if step.kind != "depthwise"]
    order = np.argsort(np.sum(sums, axis=0), kind="stable")
    alive = np.ones(len(order), np.float32)
    alive[order[: max(0, len(order) - scaled(len(order), share))]] = 0.0
    return alive


def _strengths(step: LinearStep) -> NDArray[np.float64]:
    """The sum of each filter's absolute weights, as a share of the layer's."""
    axes = tuple(a for a in range(step.kernel.ndim) if a not in step.channel_axes)
    sums = np.abs(step.kernel, dtype=np.float64).sum(axis=axes)
    return np.asarray(sums / sums.sum())


def _hold_channels(layer: Any, norm: Any, alive: NDArray[np.float32]) -> None:
    """Let the channels that are not `alive` be zero after `layer` and its `norm`."""
    is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    hold_at_zero(layer.kernel, alive[:, np.newaxis] if is_depthwise else alive)
    vectors = [layer.bias] if layer.use_bias else []
    if norm is not None:
        norm.moving_mean.assign(norm.moving_mean * alive)
        vectors += [v for v in (norm.gamma, norm.beta) if v is not None]
    for vector in vectors:
        hold_at_zero(vector, alive)
