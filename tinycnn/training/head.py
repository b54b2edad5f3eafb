"""The end of a network, which decides what it is trained for.

In: a model and labels. Out: the model up to its last function, whose outputs losses are
computed of, and the task. An end that does not suit the labels is refused by name.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from tinycnn.errors import ProjectError, UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.models.flat import is_own
from tinycnn.models.layer_graph import node_of, tensors_in_order
from tinycnn.tasks import TASKS, Task, task_of
from tinycnn.training.activations import function_of
from tinycnn.training.layers import FakeQuantLinear, FakeQuantOperator
from tinycnn.training.read_steps import read_network
from tinycnn.training.steps import LinearStep, PlainStep

__all__ = ["check_head", "check_teacher", "logits_of"]

_SMALLEST_PROBABILITY = 1e-7
_layers = keras.layers
# Layers by their class, and operations by the name of theirs; twins' by their kind.
_ONLY_SHAPES = {"FakeQuantize", "Flatten", "Reshape", "Dropout", "Identity", "Squeeze"}
_ONLY_SHAPES |= {"ExpandDims", "Activation:linear", "reshape"}
_ONLY_VALUES = {"Concatenate", "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D"}
_ONLY_VALUES |= {"GlobalAveragePooling2D", "concatenate", "max_pool", "average_pool"}
_ONLY_VALUES |= {"mean", "Mean", "Max"}
_FUNCTIONS = {"Softmax": "softmax", "Sigmoid": "sigmoid", "ReLU": "relu"}
_FUNCTIONS |= {"Relu": "relu", "logistic": "sigmoid", "LogSoftmax": "log_softmax"}
_FUNCTIONS |= {"softmax": "softmax"}


def check_head(model: Any, labels: NDArray[Any]) -> Task:
    """The task of `model`, if its end suits `labels`.

    Raises:
        UnsupportedModelError: If it does not.
    """
    if len(model.outputs) != 1:
        raise UnsupportedModelError(
            f"model '{model.name}': expected 1 output, got {len(model.outputs)}",
            hint="train one model per task",
        )
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
    shape = tuple(model.outputs[0].shape[1:-1])
    if labels.ndim == 3 and shape != labels.shape[1:]:
        raise UnsupportedModelError(
            f"layer '{layer.name}' ({type(layer).__name__}): expected a grid of "
            f"{labels.shape[1:]} cells, as labels are, got {shape}",
            hint="halve the image as often as the grid does",
        )
    ends = TASKS[task].ends
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
    if _kind_of(layer) in (*_FUNCTIONS, f"Activation:{function}"):
        (logits,) = node_of(tensor).input_tensors
        if len(logits.shape) > 2:
            logits = keras.ops.reshape(logits, (-1, *outputs.shape[1:]))
        return keras.Model(model.inputs[0], logits)
    logits = _logarithm(outputs)
    if function == "sigmoid":
        logits = logits - _logarithm(1.0 - outputs)
    return keras.Model(model.inputs[0], logits)


def _end_of(model: Any) -> Any:
    """The output of the last layer of `model` that computes something."""
    tensor = model.outputs[0]
    while _kind_of(tensor._keras_history.operation) in _ONLY_SHAPES:
        tensor = node_of(tensor).input_tensors[0]
    return tensor


def _kind_of(operation: Any) -> str:
    """What decides how values come out of a layer, of a model or of its twin."""
    if isinstance(operation, FakeQuantOperator):
        return operation.kind
    name = type(operation).__name__
    if isinstance(operation, _layers.Activation):
        return f"{name}:{function_of(operation)}"
    return name


def _function_of(tensor: Any) -> str:
    """The function whose values `tensor` holds, also pooled or laid side by side."""
    layer, sources = tensor._keras_history.operation, node_of(tensor).input_tensors
    kind = _kind_of(layer)
    if kind in _ONLY_SHAPES:
        return _function_of(sources[0])
    if kind in _ONLY_VALUES:
        found = sorted({_function_of(source) for source in sources})
        return " and ".join(found) if {"sigmoid", "softmax"} & {*found} else "linear"
    if kind in _FUNCTIONS:
        return _FUNCTIONS[kind]
    if isinstance(layer, (FakeQuantLinear, FakeQuantOperator)):
        return "linear"
    if hasattr(layer, "activation"):
        return function_of(layer) or _followed(tensor)
    is_open = is_own(layer) or isinstance(layer, _layers.Lambda)
    return _followed(tensor) if is_open else "linear"


def _followed(tensor: Any) -> str:
    """The function of `tensor`, of a layer that computes what the user wrote."""
    images = [t for t in tensors_in_order([tensor]) if not node_of(t).input_tensors]
    network = read_network(keras.Model(images, tensor))
    step = network.steps[network.outputs[0]]
    while isinstance(step, PlainStep) and step.operator.moves:
        step = network.steps[step.sources[0]]
    kind = step.activation if isinstance(step, LinearStep) else step.kind
    return _FUNCTIONS.get(kind, "linear" if isinstance(step, PlainStep) else kind)


def _count(outputs: int) -> str:
    return "one output" if outputs == 1 else f"{outputs} outputs"


def _logarithm(p: Any) -> Any:
    return keras.ops.log(keras.ops.maximum(p, _SMALLEST_PROBABILITY))
