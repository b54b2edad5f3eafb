"""A second model beside the first: both are shown the same, and both answers seen.

In: two exhibits. Out: the first one with the second beside it, and what the page needs
to run that: its module, what it computes, and the reference's outputs for the examples
of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tinycnn.compiler import Tensor, read_tflite
from tinycnn.errors import ProjectError
from tinycnn.explorer.compile import compile_for_explorer
from tinycnn.explorer.exhibit import Beside, Exhibit
from tinycnn.explorer.page import pack_json
from tinycnn.recipe import AugmentSettings
from tinycnn.reference import run_isolated

__all__ = ["gather_beside", "place_beside", "tell_augmentation"]

SIDE = 5  # the smallest that the lab moves: web/src/lab/buys/answers.ts


def place_beside(exhibit: Exhibit, other: Exhibit) -> Exhibit:
    """The exhibit with the model of another one beside its own.

    Raises:
        ProjectError: If they do not take the same inputs, or not answer the same, or
            no image and no class is in question.
    """
    _check_shown(exhibit)
    _check_same(exhibit, other)
    rows = np.ascontiguousarray(exhibit.examples.inputs)
    outputs = run_isolated(other.content, rows, reference=other.numerics)
    outputs = outputs.reshape(len(rows), -1).view(np.int8)
    beside = Beside(
        other.title, other.content, other.numerics, outputs, _tell_training(other)
    )
    return replace(exhibit, beside=beside)


def gather_beside(exhibit: Exhibit) -> Mapping[str, bytes]:
    """The pieces of the model beside; none without one."""
    beside = exhibit.beside
    if beside is None:
        return {}
    model = compile_for_explorer(beside.content, numerics=beside.numerics)
    told = {
        "title": beside.title,
        "trained": beside.trained,
        "own_trained": _tell_training(exhibit),
        "model": model.document,
    }
    modules = {f"beside-{variant}": data for variant, data in model.modules.items()}
    outputs = np.ascontiguousarray(beside.outputs).tobytes()
    return {"beside": pack_json(told), "beside-outputs": outputs, **modules}


def tell_augmentation(settings: AugmentSettings) -> str:
    """How images are varied in training, as tinycnn.toml names it.

    >>> tell_augmentation(AugmentSettings(rotate=20, zoom=0.2, flip=True))
    'flip, rotate 20, zoom 0.2'
    >>> tell_augmentation(AugmentSettings())
    'nothing'
    """
    said = [
        name if value is True else f"{name} {value:.2g}"
        for name, value in settings.model_dump().items()
        if value
    ]
    return ", ".join(said) or "nothing"


def _tell_training(exhibit: Exhibit) -> str | None:
    """None where nobody knows."""
    if exhibit.made is None:
        return None
    return tell_augmentation(exhibit.made.project.training.augment)


def _check_shown(exhibit: Exhibit) -> None:
    """The lab moves one picture and asks for its class: else nothing would be seen."""
    graph = read_tflite(exhibit.content)
    shape = graph.tensors[graph.inputs[0]].shape
    is_picture = len(shape) == 4 and shape[3] in (1, 3) and min(shape[1:3]) >= SIDE
    is_class = exhibit.examples.task in ("categorical", "binary")
    if len(graph.inputs) == 1 and is_picture and is_class:
        return
    got = ", ".join(_describe_all(graph, graph.inputs))
    raise ProjectError(
        f"{exhibit.title}: nothing can be shown beside it: expected one image of at "
        f"least {SIDE} x {SIDE} in and classes out, got {got}",
        hint="write a page for each model, without --beside",
    )


def _check_same(exhibit: Exhibit, other: Exhibit) -> None:
    own, others = read_tflite(exhibit.content), read_tflite(other.content)
    pairs = (
        ("takes", _describe_all(own, own.inputs), _describe_all(others, others.inputs)),
        ("gives", *(_size(graph.tensors[graph.outputs[0]]) for graph in (own, others))),
        ("tells apart", exhibit.examples.classes, other.examples.classes),
    )
    for verb, expected, got in pairs:
        if expected and got and expected != got:
            raise ProjectError(
                f"{other.title}: {verb} {_print(got)}, expected {_print(expected)} as "
                f"{exhibit.title} does",
                hint="two models are compared by what both make of the same images",
            )


def _describe_all(graph: Any, tensors: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(_describe(graph.tensors[t]) for t in tensors)


def _describe(tensor: Tensor) -> str:
    size = " x ".join(str(side) for side in tensor.shape[1:]) or "1"
    if tensor.quant is None:
        return f"{size} of {tensor.dtype}"
    scale, zero = tensor.quant.scale[0], tensor.quant.zero_point[0]
    return f"{size} of {tensor.dtype}, scale {scale:.6g}, zero point {zero}"


def _size(tensor: Tensor) -> tuple[str, ...]:
    return (f"{tensor.size} numbers of {tensor.dtype}",)


def _print(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6])
    return f"{shown}, ..." if len(names) > 6 else shown
