"""ONNX models in float: onnx2tf, in an environment of its own, writes a `.tflite`.

ONNX Runtime has the last word: what onnx2tf wrote must give the same outputs, and the
accuracy of the original is by it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycnn.compiler.reading.file_kind import find_kind
from tinycnn.errors import InvalidModelError, ToolchainError, UnsupportedModelError
from tinycnn.files import scratch_folder
from tinycnn.imports.agreeing import check_agrees, random_images
from tinycnn.imports.environments import ENVIRONMENTS, convert_in
from tinycnn.imports.imported import Imported, Route, Source, Wishes
from tinycnn.imports.tflite_float import take_float

__all__ = ["ROUTE"]

_TITLE = "an ONNX model"
_EXPORT = (
    "in PyTorch: torch.onnx.export(model.eval(), (torch.zeros(1, 3, 32, 32),), "
    "'net.onnx')"
)
_AT_ONCE = 64


def _matches(source: Source) -> bool:
    return bool(source.data) and find_kind(source.data).title == _TITLE


def _read(source: Source, wishes: Wishes) -> Imported:
    for package in ("onnx", "onnxruntime"):
        if importlib.util.find_spec(package) is None:
            raise ToolchainError(
                f"{source.name}: the package '{package}' is not installed",
                hint="pip install 'tinycnn[imports]'",
            )
    shape = _input_shape(source)
    with _file_of(source) as path:
        run = _session(path, shape, source.name)
        made = _convert(path, source.name)
        images = random_images(_channels_last(shape))
        difference = check_agrees(made, images, run(images), source.name, "onnx2tf")
    found = take_float(made, source.name, wishes, run=run)
    how = f"by onnx2tf a .tflite, within {difference:.0e} of ONNX Runtime's outputs"
    return found.after(f"an ONNX model of {' x '.join(map(str, shape[1:]))}", how)


@contextmanager
def _file_of(source: Source) -> Iterator[Path]:
    """Where the file lies, so that weights beside it are found."""
    if source.path is not None:
        yield source.path
        return
    with scratch_folder() as folder:
        path = folder / "net.onnx"
        path.write_bytes(source.data)
        yield path


def _convert(path: Path, name: str) -> bytes:
    """What onnx2tf makes of it, the batch being 1: an open one it pads at run time."""
    import onnx

    model = onnx.load(str(path))
    values = (*model.graph.input, *model.graph.output, *model.graph.value_info)
    (image,) = _inputs(model.graph)
    first = image.type.tensor_type.shape.dim[0]
    batch, first.dim_value = first.dim_param, 1
    for value in values:
        for dim in value.type.tensor_type.shape.dim[:1]:
            if batch and dim.dim_param == batch:
                dim.dim_value = 1
    with scratch_folder() as folder:
        copy = folder / "net.onnx"
        onnx.save(model, str(copy))
        return convert_in(ENVIRONMENTS["onnx"], copy, name)["net.tflite"]


def _inputs(graph: Any) -> list[Any]:
    """What is given to it: older files list their weights as inputs, too."""
    known = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in known]


def _input_shape(source: Source) -> tuple[int, ...]:
    """The sizes of the one image that it takes, the batch being 1."""
    import onnx

    try:
        graph = onnx.load_from_string(source.data).graph
    except Exception as error:  # protobuf raises its own
        raise InvalidModelError(f"{source.name}: not a whole ONNX model") from error
    inputs = _inputs(graph)
    shapes = [_sizes(value) for value in inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        pairs = zip(inputs, shapes, strict=True)
        got = ", ".join(f"{value.name} of {len(sizes)} axes" for value, sizes in pairs)
        raise UnsupportedModelError(
            f"{source.name}: expected one input of images, 1 x C x H x W, got {got}",
            hint=_EXPORT,
        )
    (shape,) = shapes
    if not all(isinstance(n, int) and n > 0 for n in shape[1:]):
        raise UnsupportedModelError(
            f"{source.name}: expected images of a fixed size, got "
            f"{' x '.join(str(n) for n in shape)}",
            hint=_EXPORT,
        )
    return (1, *(int(n) for n in shape[1:]))


def _sizes(value: Any) -> list[Any]:
    dims = value.type.tensor_type.shape.dim
    return [dim.dim_value or dim.dim_param or "?" for dim in dims]


def _is_channels_first(shape: tuple[int, ...]) -> bool:
    return shape[1] in (1, 3) and shape[3] not in (1, 3)


def _channels_last(shape: tuple[int, ...]) -> tuple[int, ...]:
    if not _is_channels_first(shape):
        return shape[1:]
    _, channels, height, width = shape
    return height, width, channels


def _session(
    path: Path, shape: tuple[int, ...], name: str
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """ONNX Runtime's first output for images with channels last, which it has, too."""
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(
            str(path), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors have no common class
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise InvalidModelError(
            f"{name}: ONNX Runtime refuses it: {lines[0]}",
            hint="are its weights beside it, as NAME.onnx.data?",
        ) from error
    (given,) = session.get_inputs()
    step = 1 if isinstance(given.shape[0], int) else _AT_ONCE

    def run(images: NDArray[np.float32]) -> NDArray[np.float32]:
        is_first = _is_channels_first(shape)
        moved = images.transpose(0, 3, 1, 2) if is_first else images
        parts = []
        for start in range(0, len(moved), step):
            part = np.ascontiguousarray(moved[start : start + step], np.float32)
            (first, *_) = session.run(None, {given.name: part})
            parts.append(np.asarray(first, np.float32))
        found = np.concatenate(parts)
        found = found.transpose(0, 2, 3, 1) if is_first and found.ndim == 4 else found
        return found.reshape(len(images), -1)

    return run


ROUTE = Route(f"{_TITLE} in float (.onnx)", _matches, _read)
