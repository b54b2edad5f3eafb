"""Quantization-aware training: a Keras model rewritten as its fake-quantized twin.

In: a trained float model of supported layers. Out: the twin, a Keras model that
computes what the int8 model will, with weights that can be fine-tuned. Its int8 grids
are exactly those of the converted file. TFLite's rules for grids are kept: pooling,
padding and reshaping keep their input's grid, the tensors around a concatenation share
one, softmax has a fixed one, images in [0, 1] have scale 1/255 and zero point -128.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinycnn.datasets.dataset import Dataset
from tinycnn.errors import UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.recipe import TrainingSettings
from tinycnn.training.fit import History, Hooks, train_model
from tinycnn.training.grids import FakeQuantize, set_mode
from tinycnn.training.layers import FakeQuantLinear, FakeQuantOperator
from tinycnn.training.read_steps import read_network
from tinycnn.training.reading import fixed_range
from tinycnn.training.steps import INPUT, NUMBERS, LinearStep, Step

__all__ = [
    "Inputs",
    "Ranges",
    "calibrate",
    "fine_tune",
    "freeze_ranges",
    "quantize_model",
]

Ranges = Literal["average", "learned"]
Inputs = Literal["images", "numbers"]
_CALIBRATION_IMAGES = 256
_FOLLOWING_SHARE = 2 / 3  # of the epochs of fine-tuning
_PROOF_IMAGES, _PROOF_TOLERANCE = 4, 0.01  # of the largest output


def quantize_model(
    model: Any,
    *,
    per_channel_dense: bool = True,
    ternary: bool = False,
    inputs: Inputs = "images",
) -> Any:
    """The fake-quantized twin of `model`, with its weights; ranges are not set yet.

    Args:
        model: Of supported layers.
        per_channel_dense: Whether the weights of dense layers have a scale per output
            channel, as those of convolutions always do.
        ternary: Whether weights are ternary, but those of the first and the last layer,
            which cost the most accuracy.
        inputs: "images" are in [0, 1], with scale 1/255; "numbers" have the range that
            calibration sees.

    Raises:
        UnsupportedModelError: If `model` holds something without int8 counterpart.
    """
    network = read_network(model, INPUT if inputs == "images" else NUMBERS)
    steps = network.steps
    slots = _share_grids(steps)
    inner = [step for step in steps if isinstance(step, LinearStep)][1:-1]
    images = {
        i: keras.Input(network.shapes[i], name=steps[i].name) for i in network.inputs
    }
    tensors: list[Any] = []
    made: list[FakeQuantLinear] = []
    for index, (step, slot) in enumerate(zip(steps, slots, strict=True)):
        grids = tuple(slots[source].grid for source in step.sources)
        sources = [tensors[source] for source in step.sources]
        if index in images:
            tensor = images[index]
        elif isinstance(step, LinearStep):
            layer = FakeQuantLinear(
                step,
                grids,
                slot.grid,
                shape=network.shapes[index],
                shared=_same_weights(step, made),
                per_channel=step.kind != "dense" or per_channel_dense,
                ternary=ternary and step in inner,
            )
            made.append(layer)
            tensor = layer(sources[0])
        else:
            operator = FakeQuantOperator(
                step, grids, slot.grid, shape=network.shapes[index]
            )
            tensor = operator(sources if len(sources) > 1 else sources[0])
        if not step.keeps_grid:
            tensor = slot.grid(tensor, slot=slot.number)
        tensors.append(tensor)
    twin = keras.Model(
        _one_or_all([images[i] for i in network.inputs]),
        _one_or_all([tensors[i] for i in network.outputs]),
        name=f"{model.name}_int8",
    )
    _check_computes_the_same(model, twin)
    return twin


def _same_weights(
    step: LinearStep, made: list[FakeQuantLinear]
) -> FakeQuantLinear | None:
    """The layer of an earlier use of the same weights."""
    for layer in made:
        other = layer.step
        if step.layer is None or other.layer is not step.layer:
            continue
        if np.array_equal(other.kernel, step.kernel) and np.array_equal(
            other.bias, step.bias
        ):
            return layer
    return None


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _check_computes_the_same(model: Any, twin: Any) -> None:
    """Refuse a model whose float outputs are not those of its twin without rounding."""
    rng = np.random.default_rng(0)
    noise = [
        rng.random((_PROOF_IMAGES, *image.shape[1:]), np.float32)
        for image in twin.inputs
    ]
    expected = keras.tree.flatten(model(_one_or_all(noise), training=False))
    set_mode(twin, "float")
    found = keras.tree.flatten(twin(_one_or_all(noise), training=False))
    set_mode(twin, "active")
    for one, other in zip(expected, found, strict=True):
        values = np.asarray(one, np.float32)
        largest = np.abs(values).max()
        distance = np.abs(np.asarray(other) - values).max()
        if distance > _PROOF_TOLERANCE * largest:
            raise UnsupportedModelError(
                f"model '{model.name}': expected outputs as its layers say, got others "
                f"by up to {distance:.3g} of {largest:.3g}",
                hint="do not override call, and use Keras' layers as they are",
            )


def calibrate(
    twin: Any,
    images: NDArray[Any] | Sequence[NDArray[Any]],
    *,
    ranges: Ranges = "average",
) -> None:
    """Set the ranges of `twin` from a sample of `images`.

    Args:
        twin: A fake-quantized twin.
        images: Images of the training split, or one array for each input; bytes are
            divided by 255.
        ranges: "average" takes the smallest and largest value, which training then
            follows; "learned" the least squared error, which training then improves.
    """
    arrays = [images] if isinstance(images, np.ndarray) else list(images)
    step = -(-len(arrays[0]) // _CALIBRATION_IMAGES)
    samples = [array[::step] for array in arrays]
    for grid in _grid_layers(twin):
        grid.trainable = ranges == "learned" and not grid.is_fixed
        grid.reset()
    set_mode(twin, "calibrates")
    twin(_one_or_all([*map(_real, samples)]), training=False)
    set_mode(twin, "active")


def _real(values: NDArray[Any]) -> NDArray[np.float32]:
    real = values.astype(np.float32)
    return real / np.float32(255) if values.dtype == np.uint8 else real


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
        if step.keeps_grid:
            joined = {group_of[source] for source in step.sources} | {index}
            target = min(joined)
            group_of = [target if g in joined else g for g in group_of]
    slots: dict[int, _Slot] = {}
    for group in sorted(set(group_of)):
        members = [i for i, g in enumerate(group_of) if g == group]
        producers = [i for i in members if not steps[i].keeps_grid]
        limits = {fixed_range(steps[i]) for i in producers}
        assert len(limits) == 1, "readers bring tensors to grids that fit"
        name = f"{steps[producers[0]].name}_grid"
        grid = FakeQuantize(fixed=limits.pop(), slots=len(producers), name=name)
        for index in members:
            is_producer = index in producers
            slots[index] = _Slot(grid, producers.index(index) if is_producer else 0)
    return tuple(slots[index] for index in range(len(steps)))


def _grid_layers(twin: Any) -> list[FakeQuantize]:
    return [layer for layer in twin.layers if isinstance(layer, FakeQuantize)]
