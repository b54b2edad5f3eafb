"""Arrays of a caller's -> the bytes of a model's inputs, one row an image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinycnn.compiler import Graph, Tensor
from tinycnn.datasets import quantize_images
from tinycnn.errors import ProjectError

__all__ = ["rows_of"]

_LIMITS = {"int8": (-128, 127), "uint8": (0, 255)}


def rows_of(inputs: ArrayLike, graph: Graph) -> NDArray[np.int8]:
    """Inputs as the model takes them, those of several laid end to end: (N, bytes).

    Numbers of the model's own type are taken as they are, real numbers are put on its
    grid, and pixels of 0 to 255 for an int8 model are read as 0 to 1.

    Args:
        inputs: An array with an input a row; of a model with several a list of those.
        graph: The model.

    Raises:
        ProjectError: If they are not the model's.
    """
    tensors = [graph.tensors[i] for i in graph.inputs]
    arrays = [inputs] if len(tensors) == 1 else list(inputs)  # type: ignore[arg-type]
    if len(arrays) != len(tensors):
        names = ", ".join(f"'{tensor.name}'" for tensor in tensors)
        raise ProjectError(
            f"inputs: expected {len(tensors)} arrays, for {names}, got {len(arrays)}",
            hint="give a list with an array for each input",
        )
    parts = [
        _rows(np.asarray(array), tensor)
        for array, tensor in zip(arrays, tensors, strict=True)
    ]
    if len({len(part) for part in parts}) > 1:
        got = ", ".join(str(len(part)) for part in parts)
        raise ProjectError(
            f"inputs: expected as many rows of each, got {got}",
            hint="row n of all arrays is one input",
        )
    return np.concatenate(parts, axis=1)


def _rows(array: NDArray[Any], tensor: Tensor) -> NDArray[np.int8]:
    shape = tensor.shape[1:]
    size = int(np.prod(shape))
    if array.ndim == 0 or len(array) == 0 or array.size != len(array) * size:
        raise ProjectError(
            f"input '{tensor.name}': expected rows of shape {shape}, got an array of "
            f"shape {array.shape}",
            hint="give one input a row: array[None] makes a row of a single one",
        )
    array = array.reshape(len(array), size)
    if array.dtype != tensor.dtype:
        array = _convert(array, tensor)
    return np.ascontiguousarray(array).view(np.int8)


def _convert(array: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    is_real = array.dtype.kind == "f"
    if is_real and tensor.dtype == "float32":
        single: NDArray[Any] = array.astype(np.float32)
        return single
    if array.dtype == np.uint8 and tensor.dtype == "int8":
        return quantize_images(array, scale=tensor.scale, zero_point=tensor.zero_point)
    if not is_real or tensor.dtype not in _LIMITS:
        raise ProjectError(
            f"input '{tensor.name}': expected {tensor.dtype} or real numbers, got "
            f"{array.dtype}",
            hint=f"array.astype('{tensor.dtype}'), if that is what they mean",
        )
    if not np.isfinite(array).all():
        raise ProjectError(
            f"input '{tensor.name}': expected finite numbers, got NaN or infinity",
            hint="numpy.isfinite finds them",
        )
    steps = np.rint(array.astype(np.float64) / tensor.scale) + tensor.zero_point
    return np.asarray(np.clip(steps, *_LIMITS[tensor.dtype]), tensor.dtype)
