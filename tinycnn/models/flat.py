"""Models within models, taken apart: one graph of Keras' own layers and operations.

A model in a model, a model that is a class, a layer of the user's own and a function of
theirs are followed to what they are made of, by calling them with symbolic tensors. All
layers are those of the model given, with their variables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tinycnn.errors import UnsupportedModelError
from tinycnn.models.backend import keras
from tinycnn.models.layer_graph import replayed, tensors_in_order

__all__ = ["flat_model", "is_own", "keras_class"]


def _none(layer: Any) -> bool:
    return False


def flat_model(
    model: Any,
    *,
    shapes: Sequence[tuple[int, ...]] | None = None,
    opens: Callable[[Any], bool] = _none,
) -> Any:
    """`model` without models in it, for batches of any size.

    Args:
        model: With a graph, or a class whose call uses layers and `keras.ops`.
        shapes: Of the inputs without batch, of a model that does not know them.
        opens: Says which layers are also followed to what they are made of.

    Raises:
        UnsupportedModelError: If a class cannot be followed, or has weights that are in
            no layer.
    """
    has_graph = bool(getattr(model, "inputs", None))
    if not has_graph and shapes is None:
        raise UnsupportedModelError(
            f"model '{model.name}': expected a functional or Sequential model with an "
            f"input, got {type(model).__name__} without one",
            hint="start the model with keras.Input",
        )
    if has_graph and _is_flat(model, opens):
        return model
    known = [t.shape[1:] for t in model.inputs] if has_graph else [*(shapes or ())]
    names = [t.name for t in model.inputs] if has_graph else [None] * len(known)
    images = [keras.Input(shape, name=n) for shape, n in zip(known, names, strict=True)]
    taken: Counter[str] = Counter()
    seen: set[int] = set()

    def call(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if _has_graph(operation):
            given = keras.tree.flatten(args[0])
            pairs = list(zip(operation.inputs, given, strict=True))
            results = replayed(operation.outputs, pairs, call)
            return keras.tree.pack_sequence_as(operation.output, results)
        if isinstance(operation, keras.Model) or opens(operation):
            return traced(operation, args, kwargs)
        if id(operation) not in seen:  # two models can have layers of one name
            seen.add(id(operation))
            taken[operation.name] += 1
            if taken[operation.name] > 1:
                operation.name = f"{operation.name}_{taken[operation.name]}"
        return operation(*args, **kwargs)

    def traced(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = [a for a in keras.tree.flatten((args, kwargs)) if _is_symbolic(a)]
        results = _called(layer, args, kwargs)
        flat = keras.tree.flatten(results)
        if not all(map(_is_symbolic, flat)):
            raise _unfollowed(layer, "a result that does not depend on its input")
        found = replayed(flat, [(t, t) for t in given], call)
        return keras.tree.pack_sequence_as(results, found)

    if has_graph:
        pairs = list(zip(model.inputs, images, strict=True))
        outputs = replayed(model.outputs, pairs, call)
    else:
        single = images[0] if len(images) == 1 else images
        outputs = keras.tree.flatten(traced(model, (single,), {}))
    flat = keras.Model(
        images[0] if len(images) == 1 else images,
        outputs[0] if len(outputs) == 1 else outputs,
        name=model.name,
    )
    if opens is _none:
        _check_has_all_weights(model, flat)
    return flat


def _is_flat(model: Any, opens: Callable[[Any], bool]) -> bool:
    """Whether nothing in `model` is to be followed, and its batch is of any size."""
    operations = {t._keras_history.operation for t in tensors_in_order(model.outputs)}
    return all(t.shape[0] is None for t in model.inputs) and not any(
        isinstance(operation, keras.Model) or opens(operation)
        for operation in operations
    )


def keras_class(operation: Any) -> type:
    """Keras' class whose computation `operation` does; its own, if it is another."""
    kind = type(operation)
    if "call" in vars(operation):
        return kind
    for base in kind.__mro__:
        if _is_keras(base):
            is_as_base = getattr(kind, "call", None) is getattr(base, "call", None)
            return base if is_as_base else kind
    return kind


def is_own(operation: Any) -> bool:
    """Whether `operation` computes what none of Keras' classes says."""
    return "call" in vars(operation) or not _is_keras(keras_class(operation))


def _is_keras(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "keras"


def _has_graph(operation: Any) -> bool:
    """Whether it is a model that is called as its graph says."""
    kind = keras_class(operation)
    return issubclass(kind, keras.Model) and _is_keras(kind) and kind is not keras.Model


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, keras.KerasTensor)


def _called(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What `layer` gives, with its inner layers called one by one."""
    arguments = {k: v for k, v in kwargs.items() if v is not None}
    if isinstance(layer, keras.layers.Layer) and layer._call_has_training_arg:
        arguments.setdefault("training", None)  # whatever its default is
    function = layer.call
    if isinstance(layer, keras.layers.Lambda):
        function, arguments = layer.function, {**arguments, **(layer.arguments or {})}
        arguments.pop("training", None)
    elif not is_own(layer) and hasattr(layer, "activation"):
        function, arguments = layer.activation, {}
    try:
        return function(*args, **arguments)
    except Exception as error:  # the user's code may raise anything
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise _unfollowed(layer, f"'{lines[0]}'") from error


def _unfollowed(layer: Any, got: str) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"layer '{layer.name}' ({type(layer).__name__}): expected it to be made of "
        f"Keras' layers and operations, got {got}",
        hint="write it with keras.layers and keras.ops, which can be followed",
    )


def _check_has_all_weights(model: Any, flat: Any) -> None:
    found = {id(weight) for weight in flat.weights}
    for weight in model.weights:
        if id(weight) not in found:
            raise UnsupportedModelError(
                f"model '{model.name}': expected weights that its layers have and use, "
                f"got '{weight.path}' of its own",
                hint="put the weight into a layer of keras.layers",
            )
