"""The end of a network, which decides what it is trained for.

In: a model and labels. Out: the model up to its last function, whose outputs losses are
computed of, and the task. An end that does not suit the labels is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.task import Task, task_of
from tinycnn.training.activations import function_of, shown_name
from tinycnn.training.elementwise import FakeQuantElementwise
from tinycnn.training.grids import FakeQuantize
from tinycnn.training.layer_graph import node_of, tensors_in_order
from tinycnn.training.layers import FakeQuantLinear

__all__ = ["check_head", "check_teacher", "logits_of"]

_SMALLEST_PROBABILITY = 1e-7
_layers = keras.layers
_ONLY_SHAPES = (FakeQuantize, _layers.Flatten, _layers.Reshape, _layers.Dropout)
_ONLY_VALUES = (
    _layers.Concatenate,
    _layers.MaxPooling2D,
    _layers.AveragePooling2D,
    _layers.GlobalMaxPooling2D,
    _layers.GlobalAveragePooling2D,
)


@dataclass(frozen=True, slots=True)
class _Ends:
    """The functions that suit a task.

    Attributes:
        functions: Their names.
        expected: The same in words.
        hint: What to write.
    """

    functions: tuple[str, ...]
    expected: str
    hint: str


_ENDS: dict[Task, _Ends] = {
    "categorical": _Ends(
        ("softmax", "linear"),
        "softmax or no activation at the end, as an image has one class",
        "end in Dense(classes, activation='softmax'); labels of several classes an "
        "image are an array of 0 and 1 of shape (images, classes)",
    ),
    "binary": _Ends(
        ("sigmoid",),
        "a sigmoid at the end, as there is one output for two classes",
        "end in Dense(1, activation='sigmoid') or Dense(2, activation='softmax')",
    ),
    "multi-label": _Ends(
        ("sigmoid",),
        "a sigmoid at the end, as an image has any of several labels",
        "end a model of your own in Dense(classes, activation='sigmoid')",
    ),
    "regression": _Ends(
        ("linear",),
        "no activation at the end, as labels are real numbers",
        "end a model of your own in Dense(classes); classes are whole numbers",
    ),
}


def check_head(model: Any, labels: NDArray[Any]) -> Task:
    """The task of `model`, if its end suits `labels`.

    Raises:
        UnsupportedModelError: If it does not.
    """
    tensors_in_order(model)  # or there is no end to be seen
    outputs = model.outputs[0].shape[-1]
    task = task_of(labels, outputs)
    layer = _end_of(model)._keras_history.operation
    function = _function_of(model.outputs[0])
    if labels.ndim == 2 and outputs != labels.shape[1]:
        raise UnsupportedModelError(
            f"layer '{layer.name}' ({type(layer).__name__}): expected "
            f"{_count(labels.shape[1])}, as labels have columns, got {outputs}",
            hint="use the argument classes",
        )
    ends = _ENDS[task]
    if function not in ends.functions:
        raise UnsupportedModelError(
            f"layer '{layer.name}' ({type(layer).__name__}): expected {ends.expected}, "
            f"got {function}",
            hint=ends.hint,
        )
    return task


def check_teacher(teacher: Any, model: Any, labels: NDArray[Any]) -> None:
    """Refuse a teacher that answers in another way than `model`.

    Raises:
        UnsupportedModelError: If its end does not suit the labels.
        ProjectError: If it has another number of outputs.
    """
    check_head(teacher, labels)
    expected, got = (m.outputs[0].shape[-1] for m in (model, teacher))
    if got != expected:
        raise ProjectError(
            f"teacher '{teacher.name}': expected {_count(expected)}, as the student "
            f"has, got {got}",
            hint="let both end in the same layer",
        )


def logits_of(model: Any) -> Any:
    """`model` up to its softmax or sigmoid, or with what it is inverted as output."""
    tensor = _end_of(model)
    layer = tensor._keras_history.operation
    function = _function_of(tensor)
    if function not in ("softmax", "sigmoid"):
        return model
    outputs = model.outputs[0]
    if isinstance(layer, (_layers.Softmax, _layers.Activation, FakeQuantElementwise)):
        (logits,) = node_of(tensor).input_tensors
        if len(logits.shape) > 2:
            logits = keras.ops.reshape(logits, (-1, outputs.shape[-1]))
        return keras.Model(model.inputs[0], logits)
    logits = _logarithm(outputs)
    if function == "sigmoid":
        logits = logits - _logarithm(1.0 - outputs)
    return keras.Model(model.inputs[0], logits)


def _end_of(model: Any) -> Any:
    """The output of the last layer of `model` that computes something."""
    tensor = model.outputs[0]
    while isinstance(tensor._keras_history.operation, _ONLY_SHAPES):
        tensor = node_of(tensor).input_tensors[0]
    return tensor


def _function_of(tensor: Any) -> str:
    """The function whose values `tensor` holds, also pooled or laid side by side."""
    layer, sources = tensor._keras_history.operation, node_of(tensor).input_tensors
    if isinstance(layer, _ONLY_SHAPES):
        return _function_of(sources[0])
    if isinstance(layer, _ONLY_VALUES):
        found = sorted({_function_of(source) for source in sources})
        return " and ".join(found) if {"sigmoid", "softmax"} & {*found} else "linear"
    if isinstance(layer, _layers.Softmax):
        return "softmax"
    if isinstance(layer, FakeQuantElementwise):
        return "sigmoid" if layer.kind == "logistic" else layer.kind
    if isinstance(layer, FakeQuantLinear) or not hasattr(layer, "activation"):
        return "relu" if isinstance(layer, _layers.ReLU) else "linear"
    return function_of(layer) or f"'{shown_name(layer.activation)}'"


def _count(outputs: int) -> str:
    return "one output" if outputs == 1 else f"{outputs} outputs"


def _logarithm(p: Any) -> Any:
    return keras.ops.log(keras.ops.maximum(p, _SMALLEST_PROBABILITY))
