"""Quantization-aware training: a Keras model rewritten as its fake-quantized twin.

In: a trained float model of supported layers. Out: the twin, a Keras model that
computes what the int8 model will, with weights that can be fine-tuned. Its int8 grids
are exactly those of the converted file. TFLite's rules for grids are kept: pooling,
padding and reshaping keep their input's grid, the tensors around a concatenation share
one, softmax has a fixed one, images in [0, 1] have scale 1/255 and zero point -128.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.recipe import TrainingSettings
from tinycnn.training.elementwise import FakeQuantElementwise
from tinycnn.training.fit import History, Hooks, train_model
from tinycnn.training.grids import FakeQuantize, FakeQuantSoftmax, set_mode
from tinycnn.training.layers import (
    FakeQuantAveragePooling,
    FakeQuantLinear,
    FakeQuantMean,
)
from tinycnn.training.read_steps import read_steps
from tinycnn.training.steps import LinearStep, Step

__all__ = ["Ranges", "calibrate", "fine_tune", "freeze_ranges", "quantize_model"]

# TFLite fixes the grid of LOGISTIC; that of images and hard sigmoids clips them.
_FIXED_RANGES = {"input": (0.0, 1.0), "unit": (0.0, 1.0), "logistic": (0.0, 255 / 256)}
Ranges = Literal["average", "learned"]
_CALIBRATION_IMAGES = 256
_GRID_KEEPERS = ("same_grid", "average_pool", "concatenate")
_FOLLOWING_SHARE = 2 / 3  # of the epochs of fine-tuning
_PROOF_IMAGES, _PROOF_TOLERANCE = 4, 0.01  # of the largest output


def quantize_model(
    model: Any, *, per_channel_dense: bool = True, ternary: bool = False
) -> Any:
    """The fake-quantized twin of `model`, with its weights; ranges are not set yet.

    Args:
        model: Of supported layers.
        per_channel_dense: Whether the weights of dense layers have a scale per output
            channel, as those of convolutions always do.
        ternary: Whether weights are ternary, but those of the first and the last layer,
            which cost the most accuracy.

    Raises:
        UnsupportedModelError: If `model` holds something without int8 counterpart.
    """
    steps = read_steps(model)
    slots = _share_grids(steps)
    inner = [step for step in steps if isinstance(step, LinearStep)][1:-1]
    image = keras.Input(model.inputs[0].shape[1:], name=steps[0].name)
    tensors = [slots[0].grid(image)]
    for step, slot in zip(steps[1:], slots[1:], strict=True):
        grids = tuple(slots[source].grid for source in step.sources)
        layer = _twin_layer(
            step,
            grids,
            slot.grid,
            per_channel=step.kind != "dense" or per_channel_dense,
            ternary=ternary and step in inner,
        )
        inputs = [tensors[source] for source in step.sources]
        tensor = layer(inputs if len(inputs) > 1 else inputs[0])
        if step.kind not in (*_GRID_KEEPERS, "softmax"):
            tensor = slot.grid(tensor, slot=slot.number)
        tensors.append(tensor)
    twin = keras.Model(image, tensors[-1], name=f"{model.name}_int8")
    _check_computes_the_same(model, twin)
    return twin


def _check_computes_the_same(model: Any, twin: Any) -> None:
    """Refuse a model whose float outputs are not those of its twin without rounding."""
    shape = (_PROOF_IMAGES, *model.inputs[0].shape[1:])
    noise = np.random.default_rng(0).random(shape, np.float32)
    expected = np.asarray(model(noise, training=False))
    set_mode(twin, "float")
    found = np.asarray(twin(noise, training=False))
    set_mode(twin, "active")
    largest = np.abs(expected).max()
    distance = np.abs(found - expected).max()
    if distance > _PROOF_TOLERANCE * largest:
        raise UnsupportedModelError(
            f"model '{model.name}': expected outputs as its layers say, got others by "
            f"up to {distance:.3g} of {largest:.3g}",
            hint="do not override call, and use Keras' layers as they are",
        )


def calibrate(
    twin: Any, images: NDArray[np.uint8], *, ranges: Ranges = "average"
) -> None:
    """Set the ranges of `twin` from a sample of `images`.

    Args:
        twin: A fake-quantized twin.
        images: Images of the training split.
        ranges: "average" takes the smallest and largest value, which training then
            follows; "learned" the least squared error, which training then improves.
    """
    sample = images[:: -(-len(images) // _CALIBRATION_IMAGES)]
    for grid in _grid_layers(twin):
        grid.trainable = ranges == "learned" and not grid.is_fixed
        grid.reset()
    set_mode(twin, "calibrates")
    twin(sample.astype(np.float32) / 255, training=False)
    set_mode(twin, "active")


def fine_tune(
    twin: Any,
    dataset: Dataset,
    recipe: TrainingSettings,
    *,
    seed: int,
    ranges: Ranges = "average",
    hooks: Hooks = Hooks(),  # noqa: B008  # frozen
) -> History:
    """Calibrate `twin`, then train it with fake quantization and keep its best epoch.

    Averaged ranges follow the activations at first and are frozen for the last third.
    Epochs are validated in float arithmetic, which is faster than counting in integers.
    """
    calibrate(twin, dataset.train.images, ranges=ranges)
    following = math.ceil(recipe.epochs * _FOLLOWING_SHARE)

    def before_epoch(number: int) -> None:
        if number >= following:
            freeze_ranges(twin)
        hooks.before_epoch(number)

    own = replace(hooks, before_epoch=before_epoch)
    set_mode(twin, "simulates")
    history = train_model(twin, dataset, recipe, seed=seed, hooks=own)
    set_mode(twin, "active")
    return history


def freeze_ranges(twin: Any) -> None:
    """Keep the ranges of `twin` from now on, so that training sees what runs later."""
    for grid in _grid_layers(twin):
        grid.freeze()


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    """The place of one step's output on a shared grid."""

    grid: FakeQuantize
    number: int


def _share_grids(steps: tuple[Step, ...]) -> tuple[_Slot, ...]:
    """The grid of each step's output, by TFLite's rules; `number` is the producer's."""
    group_of = list(range(len(steps)))
    for index, step in enumerate(steps):
        if step.kind in _GRID_KEEPERS:
            joined = {group_of[source] for source in step.sources} | {index}
            target = min(joined)
            group_of = [target if g in joined else g for g in group_of]
    slots: dict[int, _Slot] = {}
    for group in sorted(set(group_of)):
        members = [i for i, g in enumerate(group_of) if g == group]
        slots |= _share_grid(steps, members)
    return tuple(slots[index] for index in range(len(steps)))


def _share_grid(steps: tuple[Step, ...], members: list[int]) -> dict[int, _Slot]:
    """One grid for the steps in `members`, a slot for each that computes new values."""
    producers = [i for i in members if steps[i].kind not in _GRID_KEEPERS]
    ranges = [_fixed_range(steps[i]) for i in producers]
    if len(set(ranges)) > 1:
        fixed = next(limits for limits in ranges if limits)
        owner, other = (
            steps[producers[i]].name
            for i in (ranges.index(fixed), [r != fixed for r in ranges].index(True))
        )
        raise UnsupportedModelError(
            f"layer '{other}': expected a range of its own, got the fixed one of "
            f"'{owner}' through a concatenation",
            hint="do not concatenate images or sigmoids with other tensors",
        )
    grid = FakeQuantize(
        fixed=ranges[0], slots=len(producers), name=f"{steps[producers[0]].name}_grid"
    )
    numbers = {index: number for number, index in enumerate(producers)}
    return {index: _Slot(grid, numbers.get(index, 0)) for index in members}


def _fixed_range(step: Step) -> tuple[float, float] | None:
    return _FIXED_RANGES.get(step.kind) or _FIXED_RANGES.get(step.activation)


def _twin_layer(
    step: Step,
    sources: tuple[FakeQuantize, ...],
    target: FakeQuantize,
    **weights: bool,
) -> Any:
    """The layer that computes `step` in the twin, between these grids."""
    if isinstance(step, LinearStep):
        return FakeQuantLinear(step, sources[0], target, **weights)
    if step.kind == "softmax":
        return FakeQuantSoftmax(name=step.name)
    if step.kind == "mean":
        return FakeQuantMean(step.layer, sources[0], target)
    if step.kind == "average_pool":
        return FakeQuantAveragePooling(step.layer, target)
    if step.layer is None:
        return FakeQuantElementwise(step, sources, target)
    return type(step.layer).from_config(step.layer.get_config())


def _grid_layers(twin: Any) -> list[FakeQuantize]:
    return [layer for layer in twin.layers if isinstance(layer, FakeQuantize)]
