"""A model of the user's own: a Python file beside tinycnn.toml, and a function in it.

The function is called as `build(input_shape=(32, 32, 3), classes=10)`, with the knobs
that the project sets, and returns a Keras model. The file stands alone: it is run as it
is, and a change of it trains again.
"""

from __future__ import annotations

import inspect
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinycnn.errors import ProjectError
from tinycnn.names import did_you_mean
from tinycnn.project import ModelSettings

__all__ = ["build_user_model", "check_shapes", "model_file", "with_graph"]


# Where no code of the user's is: this package, Python, and what is installed.
_NOT_THE_USERS = (str(Path(__file__).parents[1]), "<", sys.prefix, sys.base_prefix)


def model_file(settings: ModelSettings, root: Path) -> Path | None:
    """The file that a model is in or built by; None for a family's model."""
    name = settings.file or (settings.build or "").rpartition(":")[0]
    return root / name if name else None


def build_user_model(
    settings: ModelSettings,
    *,
    root: Path,
    input_shape: tuple[int, int, int],
    classes: int,
    grid: tuple[int, int] | None = None,
) -> Any:
    """The Keras model that the function `settings.build` gives.

    Of a grid it is told `output_shape`, too, if it has such a parameter.

    Raises:
        ProjectError: If the file or the function is missing, fails, cannot take the
            arguments, or gives something else, or a model for other images or classes.
    """
    arguments = {"input_shape": input_shape, "classes": classes, **settings.knobs}
    build = _load_function(settings, root)
    label = f"model '{settings.build}'"
    if grid and "output_shape" in inspect.signature(build).parameters:
        arguments["output_shape"] = (*grid, classes)
    try:
        inspect.signature(build).bind(**arguments)
    except TypeError as error:
        raise ProjectError(
            f"{label}: cannot be called with {', '.join(arguments)}: {error}",
            hint="write it as def build(*, input_shape, classes)",
        ) from error
    try:
        model = build(**arguments)
    except Exception as error:  # the user's code may raise anything
        raise _failure(label, error) from error
    model = with_graph(label, model, input_shape)
    check_shapes(label, model, input_shape, classes, grid=grid)
    return model


def _load_function(settings: ModelSettings, root: Path) -> Callable[..., Any]:
    path = model_file(settings, root)
    assert path is not None
    assert settings.build is not None
    name = settings.build.rpartition(":")[2]
    if not path.is_file():
        raise ProjectError(
            f"model '{settings.build}': no such file {path}",
            hint=f"model.build is relative to the folder of tinycnn.toml, here "
            f"{root.absolute()}",
        )
    try:
        found = runpy.run_path(str(path))
    except Exception as error:  # the user's code may raise anything
        raise _failure(str(path), error) from error
    if not callable(found.get(name)):
        question = did_you_mean(name, (n for n in found if callable(found[n])))
        raise ProjectError(
            f"model '{settings.build}': expected a function {name} in {path.name}",
            hint=f"{question} write def {name}(*, input_shape, classes)".lstrip(),
        )
    function: Callable[..., Any] = found[name]
    return function


def with_graph(label: str, model: Any, input_shape: tuple[int, int, int] | None) -> Any:
    """`model` as one graph of layers, for batches of any size.

    Args:
        label: What messages call it.
        model: Of one input and one output.
        input_shape: Of the images, which are in [0, 1]; None of a model that knows its
            own, and whose images are what it takes.

    Raises:
        ProjectError: If it is none, or has more inputs or outputs.
    """
    from tinycnn.models.backend import keras
    from tinycnn.models.flat import flat_model
    from tinycnn.models.pixels import for_unit_images

    keras.config.set_dtype_policy("float32")  # the user's file may have set another
    if not isinstance(model, keras.Model):
        raise ProjectError(
            f"{label}: expected a Keras model, got {type(model).__name__}"
        )
    try:
        if input_shape and isinstance(model, keras.Sequential) and not model.built:
            model.build((None, *input_shape))
        for layer in model._flatten_layers():
            if layer.dtype_policy.name.startswith("mixed_"):
                layer.dtype_policy = "float32"  # training has a precision of its own
        model = flat_model(model, shapes=[input_shape] if input_shape else None)
        _check_borders(label, model)
        return for_unit_images(model) if input_shape else model
    except (ValueError, TypeError) as error:  # of Keras, about layers or shapes
        raise _failure(label, error) from error


def _check_borders(label: str, model: Any) -> None:
    counts = len(model.inputs), len(model.outputs)
    if counts != (1, 1):
        raise ProjectError(
            f"{label}: expected 1 input and 1 output, got {counts[0]} and {counts[1]}",
            hint="make one model for each task",
        )


def check_shapes(
    label: str,
    model: Any,
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    grid: tuple[int, int] | None = None,
    hint: str = "use the arguments input_shape and classes",
) -> None:
    """Do nothing if `model` is for these images and as many classes.

    Raises:
        ProjectError: If it is not.
    """
    two = ((classes,), (1,)) if classes == 2 else ((classes,),)  # one sigmoid does
    ends = two if grid is None else ((*grid, classes),)
    for what, expected, got in (
        ("images of", (input_shape,), model.input_shape),
        ("outputs of", ends, model.output_shape),
    ):
        if got[1:] not in expected:
            raise ProjectError(
                f"{label}: expected {what} {' or '.join(map(str, expected))}, "
                f"got {got[1:]}",
                hint=hint,
            )


def _failure(label: str, error: Exception) -> ProjectError:
    reason = (str(error).splitlines() or [""])[0]
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith(_NOT_THE_USERS)]
    place = f"see {own[-1].filename}, line {own[-1].lineno}; " if own else ""
    return ProjectError(
        f"{label}: failed with {type(error).__name__}: {reason}",
        hint=f"{place}--verbose shows all of it",
    )
